#include "app/ask.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/manage_loop.h"
#include "base/wipe.h"

#define GOT_NAME 1u
#define GOT_TEXT 2u

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

static void take(struct ov_ask *ask, const struct ov_manage_words *words, bool needed, const char *what,
                 unsigned part)
{
    if (!needed)
    {
        ov_manage_say(ask->manage, "ERROR: no %s is currently needed at this time", what);
        return;
    }
    if (strcmp(words->word[1], ask->type) != 0)
    {
        ov_manage_say(ask->manage, "ERROR: %s of type '%s' entered, but we need one of type '%s'", what,
                      words->word[1], ask->type);
        return;
    }
    char *to = part == GOT_NAME ? ask->username : ask->text;
    memcpy(to, words->word[2], strlen(words->word[2]) + 1); /* at most OV_MANAGE_WORD */
    ask->got |= part;
    ov_manage_say(ask->manage, "SUCCESS: '%s' %s entered, but not yet verified", ask->type, what);
    if (ask->got == (ask->kind == OV_ASK_LOGIN ? GOT_NAME | GOT_TEXT : GOT_TEXT))
    {
        finish(ask);
    }
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

static void on_password(void *ctx, const struct ov_manage_words *words)
{
    struct ov_ask *ask = ctx;
    take(ask, words, waits(ask, OV_ASK_LOGIN) || waits(ask, OV_ASK_PASSWORD), "password", GOT_TEXT);
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
    {"password", 2, on_password, "TYPE TEXT: when it is asked for"},
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
