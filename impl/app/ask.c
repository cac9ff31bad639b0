#include "app/ask.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/manage_loop.h"
#include "base/wipe.h"
#include "wire/pem.h"

#define GOT_NAME 1u
#define GOT_TEXT 2u

#define LINES_SINCE 5u /* what a controlling program speaks that sends passwords in lines */

static void wipe_answer(struct ov_ask *ask)
{
    ov_wipe(ask->username, sizeof ask->username);
    ov_wipe(ask->text, sizeof ask->text);
    free(ask->lines);
    ask->lines = NULL;
    ask->got = 0;
    ask->done = false;
}

void ov_ask_drop(struct ov_ask *ask)
{
    if (ask->kind != OV_ASK_NONE && ask->manage != NULL)
    {
        ov_manage_answered(ask->manage);
    }
    wipe_answer(ask);
    ask->kind = OV_ASK_NONE;
    ask->answered = NULL;
}

bool ov_ask_is(const struct ov_ask *ask, enum ov_ask_kind kind, const char *type)
{
    return ask->kind == kind && strcmp(ask->type, type) == 0;
}

void ov_ask_for(struct ov_ask *ask, enum ov_ask_kind kind, const char *type, const char *more,
                void (*answered)(void *ctx), void *ctx)
{
    char line[OV_MANAGE_QUESTION];
    ov_ask_drop(ask);
    ask->kind = kind;
    ask->answered = answered;
    ask->ctx = ctx;
    (void)snprintf(ask->type, sizeof ask->type, "%s", type);
    switch (kind)
    {
    case OV_ASK_LOGIN:
        (void)snprintf(line, sizeof line, ">PASSWORD:Need '%s' username/password%s%s", type,
                       *more != '\0' ? " " : "", more);
        break;
    case OV_ASK_PASSWORD:
        (void)snprintf(line, sizeof line, ">PASSWORD:Need '%s' password", type);
        break;
    case OV_ASK_OK:
        (void)snprintf(line, sizeof line, ">NEED-OK:Need '%s' confirmation MSG:%s", type, more);
        break;
    case OV_ASK_STRING:
        (void)snprintf(line, sizeof line, ">NEED-STR:Need '%s' input MSG:%s", type, more);
        break;
    default:
        (void)snprintf(line, sizeof line, ">NEED-CERTIFICATE:%s", more);
        break;
    }
    if (ask->manage != NULL)
    {
        ov_manage_ask(ask->manage, line);
    }
}

void ov_ask_wait(struct ov_ask *ask)
{
    while (ask->manage != NULL && ask->kind != OV_ASK_NONE && !ask->done)
    {
        ov_manage_pump(ask->manage);
    }
}

/* ---- answers ---- */

static void finish(struct ov_ask *ask)
{
    void (*answered)(void *ctx) = ask->answered;
    ov_manage_answered(ask->manage);
    ask->done = true;
    if (answered != NULL)
    {
        answered(ask->ctx);
    }
}

/* text is at most OV_MANAGE_WORD long for a name, else below OV_ASK_TEXT. */
static void take_text(struct ov_ask *ask, const char *type, const char *text, bool needed, const char *what,
                      unsigned part)
{
    if (!needed)
    {
        ov_manage_say(ask->manage, "ERROR: no %s is currently needed at this time", what);
        return;
    }
    if (strcmp(type, ask->type) != 0)
    {
        ov_manage_say(ask->manage, "ERROR: %s of type '%s' entered, but we need one of type '%s'", what, type,
                      ask->type);
        return;
    }
    char *to = part == GOT_NAME ? ask->username : ask->text;
    memcpy(to, text, strlen(text) + 1);
    ask->got |= part;
    ov_manage_say(ask->manage, "SUCCESS: '%s' %s entered, but not yet verified", ask->type, what);
    if (ask->got == (ask->kind == OV_ASK_LOGIN ? GOT_NAME | GOT_TEXT : GOT_TEXT))
    {
        finish(ask);
    }
}

static void take(struct ov_ask *ask, const struct ov_manage_words *words, bool needed, const char *what,
                 unsigned part)
{
    take_text(ask, words->word[1], words->word[2], needed, what, part);
}

static bool waits(const struct ov_ask *ask, enum ov_ask_kind kind)
{
    return ask->kind == kind && !ask->done;
}

static void on_username(void *ctx, const struct ov_manage_words *words)
{
    struct ov_ask *ask = ctx;
    take(ask, words, waits(ask, OV_ASK_LOGIN), "username", GOT_NAME);
}

static bool needs_password(const struct ov_ask *ask)
{
    return waits(ask, OV_ASK_LOGIN) || waits(ask, OV_ASK_PASSWORD);
}

/* Base64 in lines of its own, as 2.7 takes passwords of any length from who speaks version 5 [WP-MGMT-002]. */
static void on_password_lines(void *ctx, const char *text, size_t len, enum ov_err err)
{
    struct ov_ask *ask = ctx;
    char password[OV_ASK_TEXT];
    size_t got = 0;
    if (err == OV_OK)
    {
        err = ov_base64_decode(text, len, (uint8_t *)password, sizeof password - 1, &got);
    }
    password[err == OV_OK ? got : 0] = '\0';
    if (err != OV_OK || strlen(password) != got)
    {
        ov_manage_say(ask->manage, "ERROR: the password can't be read (%s)",
                      ov_err_name(err != OV_OK ? err : OV_ERR_FORMAT));
    }
    else
    {
        take_text(ask, ask->taken, password, needs_password(ask), "password", GOT_TEXT);
    }
    ov_wipe(password, sizeof password);
}

static void on_password(void *ctx, const struct ov_manage_words *words)
{
    struct ov_ask *ask = ctx;
    if (words->count > 2)
    {
        take(ask, words, needs_password(ask), "password", GOT_TEXT);
    }
    else if (words->count < 2 || ov_manage_client_version(ask->manage) < LINES_SINCE)
    {
        ov_manage_say(ask->manage, "ERROR: the 'password' command requires 2 parameters");
    }
    else
    {
        (void)snprintf(ask->taken, sizeof ask->taken, "%s", words->word[1]);
        ov_manage_take_body(ask->manage, on_password_lines, ask);
    }
}

static void on_needok(void *ctx, const struct ov_manage_words *words)
{
    struct ov_ask *ask = ctx;
    take(ask, words, waits(ask, OV_ASK_OK), "needok-confirmation", GOT_TEXT);
}

static void on_needstr(void *ctx, const struct ov_manage_words *words)
{
    struct ov_ask *ask = ctx;
    take(ask, words, waits(ask, OV_ASK_STRING), "needstr-string", GOT_TEXT);
}

static void on_lines(void *ctx, const char *text, size_t len, enum ov_err err)
{
    struct ov_ask *ask = ctx;
    ov_manage_say(ask->manage, "SUCCESS: certificate command succeeded");
    if (!waits(ask, OV_ASK_CERTIFICATE))
    {
        return;
    }
    ask->lines = err == OV_OK ? strndup(text, len) : NULL;
    finish(ask);
}

static void on_certificate(void *ctx, const struct ov_manage_words *words)
{
    struct ov_ask *ask = ctx;
    (void)words;
    if (!waits(ask, OV_ASK_CERTIFICATE))
    {
        ov_manage_say(ask->manage, "ERROR: The certificate command is not currently available");
        return;
    }
    ov_manage_take_body(ask->manage, on_lines, ask);
}

static const struct ov_manage_command commands[] = {
    {"certificate", 0, on_certificate, "then its lines and END: when it is asked for"},
    {"needok", 2, on_needok, "TYPE ok|cancel: when it is asked for"},
    {"needstr", 2, on_needstr, "TYPE TEXT: when it is asked for"},
    {"password", 0, on_password,
     "TYPE TEXT: when it is asked for; without TEXT, to who speaks version 5: base64 and END"},
    {"username", 2, on_username, "TYPE TEXT: when it is asked for"},
};

void ov_ask_open(struct ov_ask *ask, struct ov_manage *manage)
{
    const struct ov_manage_user user = {.ctx = ask, .commands = commands, .count = 5};
    *ask = (struct ov_ask){0};
    if (manage != NULL && ov_manage_add_user(manage, &user))
    {
        ask->manage = manage;
    }
}

void ov_ask_close(struct ov_ask *ask)
{
    ov_ask_drop(ask);
    ov_manage_remove_user(ask->manage, ask);
    ask->manage = NULL;
}
