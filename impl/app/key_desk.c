#include "app/key_desk.h"

#include <stdio.h>
#include <string.h>

#include "base/wipe.h"
#include "crypto/rsa_pad.h"
#include "wire/pem.h"

#define BASE64_LEN(n) (((n) + 2) / 3 * 4)

/* Client version 1 knows one question, 2 another, 3 also hears what has to be done with it. */
static const char *question_of(const struct ov_key_desk *desk)
{
    return ov_manage_client_version(desk->manage) <= 1 ? ">RSA_SIGN:" : ">PK_SIGN:";
}

#define ALGORITHM_MAX 80u

/* What one question holds: its octets, and the words for what has to be done with them, in the names of 2.x. */
struct matter
{
    const uint8_t *data;
    size_t len;
    char algorithm[ALGORITHM_MAX];
    uint8_t padded[OV_SIGN_MAX];
};

static bool fits(size_t len)
{
    return len < OV_MANAGE_QUESTION &&
           BASE64_LEN(len) + ALGORITHM_MAX + sizeof ">RSA_SIGN:," <= OV_MANAGE_QUESTION;
}

static enum ov_err fill(const struct ov_key_desk *desk, const struct ov_sign_request *request,
                        struct matter *matter)
{
    static const char *const names[OV_SIGN_KINDS] = {[OV_SIGN_RSA_PKCS1] = "RSA_PKCS1_PADDING",
                                                     [OV_SIGN_RSA_RAW] = "RSA_NO_PADDING",
                                                     [OV_SIGN_ECDSA] = "ECDSA",
                                                     [OV_SIGN_RSA_PSS] = "RSA_PKCS1_PSS_PADDING"};
    const bool raw = request->kind == OV_SIGN_RSA_RAW;
    if (request->kind == OV_SIGN_RSA_PKCS1 && !desk->pkcs1)
    {
        *matter = (struct matter){.data = matter->padded, .len = request->key_len};
        (void)snprintf(matter->algorithm, sizeof matter->algorithm, "%s", names[OV_SIGN_RSA_RAW]);
        return request->key_len <= OV_SIGN_MAX
                   ? ov_rsa_pad_pkcs1(request->in, request->in_len, matter->padded, request->key_len)
                   : OV_ERR_LIMIT;
    }
    const bool whole = desk->digests && !raw && request->message != NULL && fits(request->message_len);
    *matter = (struct matter){.data = whole ? request->message : request->in,
                              .len = whole ? request->message_len : request->in_len};
    const bool pss = request->kind == OV_SIGN_RSA_PSS;
    (void)snprintf(matter->algorithm, sizeof matter->algorithm, "%s%s%s%s%s", names[request->kind],
                   pss || whole ? ",hashalg=" : "", pss || whole ? ov_digest_name(request->digest) : "",
                   pss ? ",saltlen=digest" : "", whole ? ",data=message" : "");
    return OV_OK;
}

/* Some answer every question, some only the latest: those would be one behind for ever. */
static void pass_over(struct ov_key_desk *desk)
{
    if (desk->state == OV_DESK_ASKED)
    {
        desk->only_latest = desk->only_latest || desk->passed_over;
        desk->late = desk->only_latest ? 0 : desk->late + 1;
    }
    desk->passed_over = false;
}

static enum ov_err put_question(struct ov_key_desk *desk, const struct ov_sign_request *request)
{
    char line[OV_MANAGE_QUESTION];
    struct matter matter;
    if (fill(desk, request, &matter) != OV_OK)
    {
        return OV_ERR_CRYPTO;
    }
    size_t len = (size_t)snprintf(line, sizeof line, "%s", question_of(desk));
    if (matter.len == 0 || request->in_len > sizeof desk->in ||
        ov_base64_encode(matter.data, matter.len, line + len, sizeof line - len) != OV_OK)
    {
        return OV_ERR_CRYPTO;
    }
    pass_over(desk);
    desk->state = OV_DESK_ASKED;
    desk->kind = request->kind;
    desk->in_len = request->in_len;
    memcpy(desk->in, request->in, request->in_len);
    len += BASE64_LEN(matter.len);
    if (ov_manage_client_version(desk->manage) > 2)
    {
        (void)snprintf(line + len, sizeof line - len, ",%s", matter.algorithm);
    }
    ov_manage_ask(desk->manage, line);
    return OV_ERR_AGAIN;
}

static enum ov_err sign(void *ctx, const struct ov_sign_request *request, uint8_t *out, size_t cap,
                        size_t *out_len)
{
    struct ov_key_desk *desk = ctx;
    const bool same = desk->state != OV_DESK_IDLE && desk->kind == request->kind &&
                      desk->in_len == request->in_len && memcmp(desk->in, request->in, request->in_len) == 0;
    if (!same)
    {
        return put_question(desk, request);
    }
    if (desk->state == OV_DESK_ASKED)
    {
        return OV_ERR_AGAIN;
    }
    desk->state = OV_DESK_IDLE;
    if (desk->out_len == 0 || desk->out_len > cap)
    {
        return OV_ERR_CRYPTO;
    }
    memcpy(out, desk->out, desk->out_len);
    *out_len = desk->out_len;
    return OV_OK;
}

/* ---- answers ---- */

static void on_signature(void *ctx, const char *text, size_t len, enum ov_err err)
{
    struct ov_key_desk *desk = ctx;
    ov_manage_say(desk->manage, "SUCCESS: pk-sign command succeeded");
    if (desk->late > 0)
    {
        desk->late--; /* of a handshake that is gone: answers come in the order of questions */
        desk->passed_over = true;
        return;
    }
    if (desk->state != OV_DESK_ASKED)
    {
        return;
    }
    if (err != OV_OK || ov_base64_decode(text, len, desk->out, sizeof desk->out, &desk->out_len) != OV_OK)
    {
        desk->out_len = 0;
    }
    desk->state = OV_DESK_ANSWERED;
    ov_manage_answered(desk->manage);
    if (desk->answered != NULL)
    {
        desk->answered(desk->ctx);
    }
}

static void on_command(void *ctx, const struct ov_manage_words *words)
{
    struct ov_key_desk *desk = ctx;
    if (desk->state != OV_DESK_ASKED)
    {
        ov_manage_say(desk->manage, "ERROR: The %s command is not currently available", words->word[0]);
        return;
    }
    ov_manage_take_body(desk->manage, on_signature, desk);
}

/* Whoever comes next is asked the present question only. */
static void on_left(void *ctx)
{
    struct ov_key_desk *desk = ctx;
    desk->late = 0;
    desk->only_latest = desk->passed_over = false;
}

static const struct ov_manage_command commands[] = {
    {"pk-sig", 0, on_command, "then base64 and END: the signature that PK_SIGN asks for"},
    {"rsa-sig", 0, on_command, "the same for RSA_SIGN"},
};

void ov_key_desk_open(struct ov_key_desk *desk, struct ov_manage *manage, const struct ov_cert_options *certs)
{
    const struct ov_manage_user user = {.ctx = desk, .commands = commands, .count = 2, .left = on_left};
    *desk = (struct ov_key_desk){0};
    if (manage == NULL || !ov_manage_add_user(manage, &user))
    {
        return;
    }
    desk->manage = manage;
    desk->pkcs1 = certs->external_pkcs1;
    desk->digests = certs->external_digest;
    desk->signer = (struct ov_tls_signer){
        .sign = sign,
        .ctx = desk,
        .can = OV_SIGN_CAN(OV_SIGN_RSA_PKCS1) | OV_SIGN_CAN(OV_SIGN_ECDSA) |
               (certs->external_raw ? OV_SIGN_CAN(OV_SIGN_RSA_RAW) : 0) |
               (certs->external_pss ? OV_SIGN_CAN(OV_SIGN_RSA_PSS) : 0),
    };
}

void ov_key_desk_close(struct ov_key_desk *desk)
{
    ov_manage_remove_user(desk->manage, desk);
    ov_wipe(desk, sizeof *desk);
}

void ov_key_desk_tell(struct ov_key_desk *desk, void (*answered)(void *ctx), void *ctx)
{
    desk->answered = answered;
    desk->ctx = ctx;
}
