#include "app/card_desk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/control.h"
#include "app/login.h"
#include "base/wipe.h"
#include "wire/pem.h"

/* ---- who is asked ---- */

static bool asks_management(const struct ov_card_desk *desk)
{
    return desk->control != NULL && desk->control->manage != NULL && desk->config->management.query_passwords;
}

static void on_answer(void *ctx)
{
    const struct ov_card_desk *desk = ctx;
    if (desk->answered != NULL)
    {
        desk->answered(desk->ctx);
    }
}

/* A question to management: what it says, or OV_ERR_AGAIN as long as packets flow meanwhile. */
static enum ov_err ask_management(struct ov_card_desk *desk, enum ov_ask_kind kind, const char *type,
                                  const char *more, char *out, size_t cap)
{
    struct ov_ask *ask = &desk->control->ask;
    if (!ov_ask_is(ask, kind, type))
    {
        if (!desk->running && !ov_control_may_ask(desk->control))
        {
            return OV_ERR_CLOSED;
        }
        ov_ask_for(ask, kind, type, more, desk->running ? on_answer : NULL, desk);
    }
    if (!desk->running)
    {
        ov_ask_wait(ask);
    }
    if (!ask->done)
    {
        return OV_ERR_AGAIN;
    }
    const int len = snprintf(out, cap, "%s", ask->text);
    ov_ask_drop(ask);
    return len >= 0 && (size_t)len < cap ? OV_OK : OV_ERR_LIMIT;
}

static enum ov_err ask_terminal(struct ov_card_desk *desk, const char *question, bool echo, char *out,
                                size_t cap)
{
    struct ov_dialogue now = {.loop = NULL};
    struct ov_dialogue *dialogue = desk->dialogue != NULL ? desk->dialogue : &now;
    const enum ov_err err = ov_dialogue_ask(dialogue, question, echo, out, cap);
    if (err != OV_ERR_AGAIN)
    {
        ov_dialogue_drop(dialogue);
    }
    return err;
}

static enum ov_err on_pin(void *ctx, const char *token, bool again, char *pin, size_t cap)
{
    struct ov_card_desk *desk = ctx;
    char type[OV_ASK_TYPE];
    if (desk->config->certs.askpass_path != NULL)
    {
        /* The same file again would only bring the token nearer to locking itself. */
        return !again && ov_login_passphrase(desk->config, desk->log, pin, cap) ? OV_OK : OV_ERR_AUTH;
    }
    (void)snprintf(type, sizeof type, "%.80s token", token);
    if (asks_management(desk))
    {
        return ask_management(desk, OV_ASK_PASSWORD, type, "", pin, cap);
    }
    char question[OV_ASK_TYPE + 40];
    (void)snprintf(question, sizeof question, "Enter %s Password: ", type);
    const enum ov_err err = ask_terminal(desk, question, false, pin, cap);
    if (err == OV_ERR_AGAIN)
    {
        return err;
    }
    if (err != OV_OK)
    {
        ov_logf(desk->log, OV_LOG_ERROR, "can't ask for the PIN of '%.60s': %s", token,
                err == OV_ERR_IO ? "there is no terminal" : "no answer");
    }
    return err == OV_OK ? OV_OK : OV_ERR_CLOSED;
}

static enum ov_err on_insert(void *ctx, const char *token)
{
    struct ov_card_desk *desk = ctx;
    char text[OV_ASK_TYPE], answer[OV_MANAGE_WORD + 1] = "";
    (void)snprintf(text, sizeof text, "Please insert %.80s token", token);
    enum ov_err err;
    if (asks_management(desk))
    {
        err = ask_management(desk, OV_ASK_OK, "token-insertion-request", text, answer, sizeof answer);
        return err == OV_OK && strcmp(answer, "ok") != 0 ? OV_ERR_CLOSED : err;
    }
    char question[OV_ASK_TYPE + 40];
    (void)snprintf(question, sizeof question, "%s ('ok' when it is there): ", text);
    err = ask_terminal(desk, question, true, answer, sizeof answer);
    if (err == OV_ERR_AGAIN)
    {
        return err;
    }
    if (err != OV_OK)
    {
        ov_logf(desk->log, OV_LOG_ERROR, "the token '%.60s' is not there", token);
    }
    return err == OV_OK && strcmp(answer, "ok") == 0 ? OV_OK : OV_ERR_CLOSED;
}

/* ---- pkcs11-id-management ---- */

/* One certificate by its number, or only how many there are. */
struct pick
{
    size_t wanted;
    size_t count;
    char id[OV_CARD_ID];
    char blob[8192];
};

static bool pick_one(void *ctx, const char *id, const char *name, const uint8_t *der, size_t len)
{
    struct pick *pick = ctx;
    (void)name;
    if (pick->count++ == pick->wanted)
    {
        (void)snprintf(pick->id, sizeof pick->id, "%s", id);
        if (ov_base64_encode(der, len, pick->blob, sizeof pick->blob) != OV_OK)
        {
            pick->blob[0] = '\0';
        }
    }
    return true;
}

static void on_count(void *ctx, const struct ov_manage_words *words)
{
    struct ov_card_desk *desk = ctx;
    char text[OV_CARD_TEXT];
    struct pick pick = {.wanted = SIZE_MAX};
    (void)words;
    (void)(desk->driver->each(pick_one, &pick, text) == OV_OK);
    ov_manage_say(desk->control->manage, ">PKCS11ID-COUNT:%zu", pick.count);
}

static void on_get(void *ctx, const struct ov_manage_words *words)
{
    struct ov_card_desk *desk = ctx;
    char text[OV_CARD_TEXT];
    struct pick pick = {.wanted = strtoul(words->word[1], NULL, 10)};
    if (desk->driver->each(pick_one, &pick, text) != OV_OK || pick.wanted >= pick.count ||
        pick.blob[0] == '\0')
    {
        ov_manage_say(desk->control->manage, ">PKCS11ID-ENTRY:'%s'", words->word[1]);
        return;
    }
    char line[OV_CARD_ID + sizeof pick.blob + 64];
    (void)snprintf(line, sizeof line, ">PKCS11ID-ENTRY:'%zu', ID:'%s', BLOB:'%s'\n", pick.wanted, pick.id,
                   pick.blob);
    ov_manage_say_text(desk->control->manage, line);
}

static const struct ov_manage_command commands[] = {
    {"pkcs11-id-count", 0, on_count, "How many certificates the tokens have"},
    {"pkcs11-id-get", 1, on_get, "n: one of them, from 0"},
};

static bool find_id(struct ov_card_desk *desk, char out[static OV_CARD_ID])
{
    const char *id = desk->config->certs.pkcs11.id;
    if (id != NULL)
    {
        return snprintf(out, OV_CARD_ID, "%s", id) < (int)OV_CARD_ID;
    }
    if (!ov_control_may_ask(desk->control))
    {
        return false;
    }
    struct ov_ask *ask = &desk->control->ask;
    ov_ask_for(ask, OV_ASK_STRING, "pkcs11-id-request", "Please specify PKCS#11 id to use", NULL, NULL);
    ov_ask_wait(ask);
    (void)snprintf(out, OV_CARD_ID, "%s", ask->text);
    ov_ask_drop(ask);
    return true;
}

/* ---- start and end ---- */

static bool fail(struct ov_card_desk *desk, const char *what)
{
    ov_logf(desk->log, OV_LOG_ERROR, "PKCS#11: %s", what);
    ov_card_desk_close(desk);
    return false;
}

static bool start(struct ov_card_desk *desk, const struct ov_config *config, const struct ov_log *log)
{
    char text[OV_CARD_TEXT] = "";
    *desk = (struct ov_card_desk){.config = config, .log = log, .control = desk->control};
    desk->asker = (struct ov_card_asker){desk, on_pin, on_insert};
    desk->settings = (struct ov_card_settings){&config->certs.pkcs11, &desk->asker, log};
    if (ov_card_drivers[0] == NULL)
    {
        return fail(desk, "this program was built without it (library pkcs11-helper)");
    }
    if (ov_card_drivers[0]->open(&desk->settings, text) != OV_OK)
    {
        return fail(desk, text);
    }
    desk->driver = ov_card_drivers[0];
    return true;
}

/* What OpenSSL and Mbed TLS read is PEM. */
static bool keep_certificate(struct ov_card_desk *desk, char *text)
{
    const uint8_t *der;
    size_t len = 0;
    if (desk->driver->certificate(desk->key, &der, &len, text) != OV_OK)
    {
        return false;
    }
    const size_t cap = 2 * len + 128;
    desk->cert = malloc(cap);
    return desk->cert != NULL && ov_pem_encode("CERTIFICATE", der, len, desk->cert, cap) == OV_OK;
}

bool ov_card_desk_open(struct ov_card_desk *desk, struct ov_control *control, const struct ov_config *config,
                       const struct ov_log *log)
{
    char text[OV_CARD_TEXT] = "out of memory";
    char id[OV_CARD_ID];
    desk->control = control;
    if (!start(desk, config, log))
    {
        return false;
    }
    const struct ov_manage_user user = {.ctx = desk, .commands = commands, .count = 2};
    if (control != NULL && control->manage != NULL && !ov_manage_add_user(control->manage, &user))
    {
        return fail(desk, "too many users of management");
    }
    if (!find_id(desk, id))
    {
        return fail(desk, "no name of a certificate");
    }
    if (desk->driver->take(&desk->settings, id, &desk->key, text) != OV_OK || !keep_certificate(desk, text))
    {
        return fail(desk, text);
    }
    desk->signer = (struct ov_tls_signer){desk->driver->sign, desk->key, UINT32_MAX};
    ov_logf(log, OV_LOG_INFO, "PKCS#11: certificate and key of %s", id);
    return true;
}

void ov_card_desk_close(struct ov_card_desk *desk)
{
    if (desk->driver != NULL)
    {
        desk->driver->drop(desk->key);
        desk->driver->close();
    }
    if (desk->control != NULL)
    {
        ov_manage_remove_user(desk->control->manage, desk);
    }
    free(desk->cert);
    *desk = (struct ov_card_desk){0};
}

static bool print_one(void *ctx, const char *id, const char *name, const uint8_t *der, size_t len)
{
    size_t *count = ctx;
    (void)der;
    (void)len;
    (*count)++;
    (void)printf("\nCertificate\n       Name:           %s\n       Serialized id:  %s\n", name, id);
    return true;
}

bool ov_card_show(const struct ov_config *config, const struct ov_log *log)
{
    struct ov_card_desk desk = {.control = NULL};
    char text[OV_CARD_TEXT];
    size_t count = 0;
    if (!start(&desk, config, log))
    {
        return false;
    }
    (void)printf("Certificates that tokens offer; the id, in single quotes, is what --pkcs11-id wants.\n");
    const enum ov_err err = desk.driver->each(print_one, &count, text);
    if (err != OV_OK)
    {
        return fail(&desk, text);
    }
    ov_card_desk_close(&desk);
    (void)printf("\n%zu found\n", count);
    return true;
}
