#include "app/key_desk.h"

#include <stdio.h>
#include <string.h>

#include "base/wipe.h"
#include "wire/pem.h"

#define BASE64_LEN(n) (((n) + 2) / 3 * 4)

/* The names of 2.x: client version 1 knows one question, 2 another, 3 also hears what has to be done with it. */
static const char *algorithm_of(enum ov_sign_kind kind)
{
    static const char *const names[] = {"RSA_PKCS1_PADDING", "RSA_NO_PADDING", "ECDSA"};
    return names[kind];
}

static const char *question_of(const struct ov_key_desk *desk)
{
    return ov_manage_client_version(desk->manage) <= 1 ? ">RSA_SIGN:" : ">PK_SIGN:";
}

/* Octets that are padded for who can't pad: 00 01 ff ... ff 00 DigestInfo. */
static size_t pad(const struct ov_sign_request *request, uint8_t *out)
{
    if (request->key_len > OV_SIGN_MAX || request->in_len + 11 > request->key_len)
    {
        return 0;
    }
    const size_t fill = request->key_len - request->in_len - 3;
    out[0] = 0;
    out[1] = 1;
    memset(out + 2, 0xff, fill);
    out[2 + fill] = 0;
    memcpy(out + 3 + fill, request->in, request->in_len);
    return request->key_len;
}

static enum ov_err put_question(struct ov_key_desk *desk, const struct ov_sign_request *request)
{
    char base64[BASE64_LEN(OV_SIGN_MAX) + 1];
    char line[OV_MANAGE_QUESTION];
    uint8_t padded[OV_SIGN_MAX];
    const bool pads = request->kind == OV_SIGN_RSA_PKCS1 && !desk->pkcs1;
    const size_t len = pads ? pad(request, padded) : request->in_len;
    if (len == 0 || request->in_len > sizeof desk->in ||
        ov_base64_encode(pads ? padded : request->in, len, base64, sizeof base64) != OV_OK)
    {
        return OV_ERR_CRYPTO;
    }
    if (desk->state == OV_DESK_ASKED)
    {
        /* Some answer every question, some only the latest: those would be one behind for ever. */
        desk->only_latest = desk->only_latest || desk->passed_over;
        desk->late = desk->only_latest ? 0 : desk->late + 1;
    }
    desk->passed_over = false;
    desk->state = OV_DESK_ASKED;
    desk->kind = request->kind;
    desk->in_len = request->in_len;
    memcpy(desk->in, request->in, request->in_len);
    const bool names = ov_manage_client_version(desk->manage) > 2;
    (void)snprintf(line, sizeof line, "%s%s%s%s", question_of(desk), base64, names ? "," : "",
                   names ? algorithm_of(pads ? OV_SIGN_RSA_RAW : request->kind) : "");
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
    desk->signer = (struct ov_tls_signer){
        .sign = sign,
        .ctx = desk,
        .can = OV_SIGN_CAN(OV_SIGN_RSA_PKCS1) | OV_SIGN_CAN(OV_SIGN_ECDSA) |
               (certs->external_raw ? OV_SIGN_CAN(OV_SIGN_RSA_RAW) : 0),
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
