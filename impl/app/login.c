#include "app/login.h"

#include <stdio.h>
#include <string.h>

#include "app/load_files.h"
#include "app/terminal.h"
#include "base/arena.h"
#include "base/wipe.h"
#include "wire/challenge.h"

/* Two lines, with room for more than anybody writes. */
#define FILE_MAX 4096u

/* What 2.7 sends where nobody was asked for a password. */
#define NO_PASSWORD "[[BLANK]]"

static enum ov_err complain(const struct ov_log *log, const char *what)
{
    ov_logf(log, OV_LOG_ERROR, "--auth-user-pass: %s", what);
    return OV_ERR_AUTH;
}

bool ov_login_start(struct ov_login *login, const struct ov_config *config, const struct ov_log *log)
{
    const struct ov_login_options *options = &config->login;
    login->wanted = options->user_pass;
    login->forget = options->nocache;
    if (options->token != NULL && ov_login_take_token(login, options->token, options->token_user) != OV_OK)
    {
        ov_logf(log, OV_LOG_ERROR, "--auth-token: longer than %u octets", OV_LOGIN_TEXT - 1);
        return false;
    }
    return true;
}

const char *ov_login_sso(const struct ov_config *config)
{
    return config->login.user_pass && ov_terminal_exists() ? "crtext" : NULL;
}

/* OV_ERR_AUTH: nobody answers, and the log says why. */
static enum ov_err ask(const struct ov_login_asker *asker, const char *question, bool echo, char *out,
                       size_t cap)
{
    const enum ov_err err = ov_dialogue_ask(asker->dialogue, question, echo, out, cap);
    if (err == OV_OK || err == OV_ERR_AGAIN)
    {
        return err;
    }
    ov_logf(asker->log, OV_LOG_ERROR, "can't ask '%.60s': %s", question,
            err == OV_ERR_IO      ? "there is no terminal"
            : err == OV_ERR_LIMIT ? "the answer is too long"
                                  : "no answer");
    return OV_ERR_AUTH;
}

/* ---- name and password ---- */

static enum ov_err read_text(struct ov_login *login, const char *text, size_t len, bool *has_password,
                             const struct ov_log *log)
{
    const enum ov_err err =
        ov_credentials_read(text, len, login->username, login->password, OV_LOGIN_TEXT, has_password);
    return err == OV_OK ? OV_OK
                        : complain(log, err == OV_ERR_LIMIT ? "name or password is too long"
                                                            : "there is no name in the first line");
}

static enum ov_err read_file(struct ov_login *login, const char *path, bool *has_password,
                             const struct ov_log *log)
{
    char reason[OV_LOADER_REASON] = "out of memory";
    struct ov_text text;
    struct ov_arena *arena = ov_arena_new();
    enum ov_err err =
        arena == NULL ? OV_ERR_NOMEM : ov_file_loader.load(NULL, path, FILE_MAX, arena, &text, reason);
    if (err == OV_OK)
    {
        err = read_text(login, text.data, text.len, has_password, log);
    }
    else
    {
        ov_logf(log, OV_LOG_ERROR, "--auth-user-pass: can't read '%s': %s", path, reason);
        err = OV_ERR_AUTH;
    }
    ov_arena_free(arena); /* wipes */
    return err;
}

static enum ov_err read_name(struct ov_login *login, const struct ov_login_options *options,
                             bool *has_password, const struct ov_login_asker *asker)
{
    *has_password = false;
    if (options->user_pass_block.from != NULL)
    {
        return read_text(login, options->user_pass_block.data, options->user_pass_block.len, has_password,
                         asker->log);
    }
    if (options->user_pass_path != NULL)
    {
        return read_file(login, options->user_pass_path, has_password, asker->log);
    }
    const enum ov_err err =
        ask(asker, "Enter Auth Username: ", true, login->username, sizeof login->username);
    return err == OV_OK && login->username[0] == '\0' ? complain(asker->log, "the name is empty") : err;
}

/* --static-challenge: password and answer become one text [WP-AUTH-006]. */
static enum ov_err add_static_answer(struct ov_login *login, const struct ov_login_options *options,
                                     const struct ov_login_asker *asker)
{
    char question[OV_CHALLENGE_TEXT];
    char answer[OV_LOGIN_TEXT];
    char joined[OV_LOGIN_TEXT];
    (void)snprintf(question, sizeof question, "CHALLENGE: %s ", options->challenge);
    enum ov_err err = ask(asker, question, options->challenge_echo, answer, sizeof answer);
    if (err == OV_OK && ov_challenge_static(login->password, answer, options->challenge_joined, joined,
                                            sizeof joined) != OV_OK)
    {
        err = complain(asker->log, "password and answer are too long");
    }
    if (err == OV_OK)
    {
        memcpy(login->password, joined, sizeof joined);
    }
    ov_wipe(answer, sizeof answer);
    ov_wipe(joined, sizeof joined);
    return err;
}

enum ov_err ov_login_fill(struct ov_login *login, const struct ov_config *config,
                          const struct ov_login_asker *asker)
{
    const struct ov_login_options *options = &config->login;
    bool has_password = false;
    if (!login->wanted || login->filled || login->token[0] != '\0')
    {
        return OV_OK;
    }
    enum ov_err err = read_name(login, options, &has_password, asker);
    if (err == OV_OK && options->name_only && !has_password)
    {
        (void)snprintf(login->password, sizeof login->password, "%s", NO_PASSWORD);
        has_password = true;
    }
    if (err == OV_OK && !has_password)
    {
        err = ask(asker, "Enter Auth Password: ", false, login->password, sizeof login->password);
    }
    if (err == OV_OK && options->challenge != NULL)
    {
        err = add_static_answer(login, options, asker);
    }
    if (err != OV_OK)
    {
        ov_login_wipe_password(login);
    }
    if (err != OV_ERR_AGAIN)
    {
        ov_dialogue_drop(asker->dialogue);
    }
    login->filled = err == OV_OK;
    return err;
}

/* ---- after a refusal ---- */

static enum ov_err answer_challenge(struct ov_login *login, const struct ov_challenge *challenge,
                                    const struct ov_login_asker *asker)
{
    char question[OV_CHALLENGE_TEXT + 16];
    char answer[OV_LOGIN_TEXT] = "";
    (void)snprintf(question, sizeof question, "CHALLENGE: %s ", challenge->text);
    if (!ov_dialogue_knows(asker->dialogue, question))
    {
        ov_logf(asker->log, OV_LOG_INFO, "CHALLENGE: %s", challenge->text);
    }
    ov_login_wipe_password(login);
    enum ov_err err =
        challenge->wants_answer ? ask(asker, question, challenge->echo, answer, sizeof answer) : OV_OK;
    if (err == OV_OK &&
        ov_challenge_answer(challenge, answer, login->password, sizeof login->password) != OV_OK)
    {
        err = complain(asker->log, "the answer is too long");
    }
    if (err != OV_ERR_AGAIN)
    {
        ov_dialogue_drop(asker->dialogue);
    }
    memcpy(login->username, challenge->username, sizeof login->username);
    login->filled = err == OV_OK;
    ov_wipe(answer, sizeof answer);
    return err;
}

enum ov_err ov_login_after_refusal(struct ov_login *login, const struct ov_config *config,
                                   const struct ov_login_asker *asker)
{
    struct ov_challenge challenge;
    enum ov_err err = OV_OK;
    if (ov_challenge_crv1(login->refusal, strlen(login->refusal), &challenge) == OV_OK)
    {
        err = answer_challenge(login, &challenge, asker);
    }
    else if (login->refused && config->login.retry == OV_AUTH_RETRY_INTERACT &&
             strncmp(login->refusal, "TEMP", 4) != 0 && strncmp(login->refusal, "SESSION", 7) != 0)
    {
        /* A server in trouble or a session that is too old says nothing about the password [WP-AUTH-004]. */
        ov_login_wipe_password(login);
    }
    if (err != OV_ERR_AGAIN)
    {
        login->refusal[0] = '\0';
        login->refused = false;
    }
    return err;
}

/* ---- the private key ---- */

bool ov_login_passphrase(const struct ov_config *config, const struct ov_log *log, char *out, size_t cap)
{
    const char *path = config->certs.askpass_path;
    char reason[OV_LOADER_REASON] = "it is empty or too long";
    char rest[OV_LOGIN_TEXT];
    bool more = false;
    struct ov_text text;
    if (path == NULL)
    {
        /* Asked before there is a loop: nothing else would go on meanwhile. */
        struct ov_dialogue now = {.loop = NULL};
        const struct ov_login_asker asker = {&now, log};
        return ask(&asker, "Enter Private Key Password: ", false, out, cap) == OV_OK;
    }
    struct ov_arena *arena = ov_arena_new();
    bool good = arena != NULL && ov_file_loader.load(NULL, path, FILE_MAX, arena, &text, reason) == OV_OK;
    if (good)
    {
        text.len = strcspn(text.data, "\n"); /* only the first line counts */
        good = ov_credentials_read(text.data, text.len, out, rest, cap < sizeof rest ? cap : sizeof rest,
                                   &more) == OV_OK;
    }
    if (!good)
    {
        ov_logf(log, OV_LOG_ERROR, "--askpass %s: %s", path, reason);
    }
    ov_arena_free(arena);
    return good;
}

bool ov_login_by_management(const struct ov_config *config)
{
    return config->management.address != NULL && config->management.query_passwords &&
           config->login.user_pass_path == NULL && config->login.user_pass_block.from == NULL;
}
