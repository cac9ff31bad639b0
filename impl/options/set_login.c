/* Setters: logging in. */
#include <string.h>

#include "base/wipe.h"
#include "options/parse.h"
#include "wire/pem.h"

/* The words of a command, which is one word of the configuration: "/etc/vpn/check -q" [WP-SRV-021]. */
bool ov_parse_command(struct ov_parse *parse, const char *option, const char *text, struct ov_command *out)
{
    struct ov_line line;
    const char *reason = "is empty";
    enum ov_err err = ov_lex_words(parse->arena, text, strlen(text), &line, &reason);
    if (err == OV_ERR_NOMEM)
    {
        parse->failed = err;
        return false;
    }
    if (err != OV_OK || line.count == 0)
    {
        ov_parse_error(parse, "%s: the command '%.80s' %s", option, text,
                       reason != NULL ? reason : "is empty");
        return false;
    }
    const char **word = ov_arena_array(parse->arena, line.count + 1, sizeof *word);
    if (word == NULL)
    {
        parse->failed = OV_ERR_NOMEM;
        return false;
    }
    memcpy(word, line.word, line.count * sizeof *word);
    *out = (struct ov_command){word, line.count};
    return true;
}

OV_SETTER(auth_user_pass)
{
    struct ov_login_options *login = &parse->config->login;
    login->user_pass = true;
    login->name_only = false;
    login->user_pass_path = NULL;
    login->user_pass_block = (struct ov_text){.from = NULL};
    if (line->has_block)
    {
        login->user_pass_block = line->block;
        login->user_pass_block.from = "[inline]"; /* [WP-CLI-011] */
    }
    else if (line->count > 1 && strcmp(line->word[1], "username-only") == 0)
    {
        login->name_only = true;
    }
    else if (line->count > 1 && strcmp(line->word[1], "stdin") != 0)
    {
        login->user_pass_path = line->word[1];
    }
}

OV_SETTER(auth_retry)
{
    static const char *const names[] = {"none", "nointeract", "interact"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    {
        if (strcmp(line->word[1], names[i]) == 0)
        {
            parse->config->login.retry = (enum ov_auth_retry)i;
            return;
        }
    }
    ov_parse_error(parse, "auth-retry must be 'none', 'nointeract' or 'interact', not '%.40s'",
                   line->word[1]);
}

OV_SETTER(auth_token)
{
    parse->config->login.token = line->word[1];
}

OV_SETTER(auth_token_user)
{
    const char *text = line->word[1];
    char *name = ov_arena_alloc(parse->arena, strlen(text) + 1);
    size_t len = 0;
    if (name == NULL)
    {
        parse->failed = OV_ERR_NOMEM;
        return;
    }
    enum ov_err err = ov_base64_decode(text, strlen(text), (uint8_t *)name, strlen(text), &len);
    for (size_t i = 0; i < len && err == OV_OK; i++)
    {
        err = (unsigned char)name[i] < ' ' || name[i] == 0x7f ? OV_ERR_FORMAT : OV_OK;
    }
    if (err != OV_OK)
    {
        ov_parse_error(parse, "auth-token-user: '%.60s' is not the base64 of a name", text);
        return;
    }
    name[len] = '\0';
    parse->config->login.token_user = name;
}

OV_SETTER(static_challenge)
{
    struct ov_login_options *login = &parse->config->login;
    if (strcmp(line->word[2], "0") != 0 && strcmp(line->word[2], "1") != 0)
    {
        ov_parse_error(parse, "static-challenge: echo must be 0 or 1, not '%.40s'", line->word[2]);
        return;
    }
    const char *format = line->count > 3 ? line->word[3] : "scrv1";
    if (strcmp(format, "scrv1") != 0 && strcmp(format, "concat") != 0)
    {
        ov_parse_error(parse, "static-challenge: the format must be 'scrv1' or 'concat', not '%.40s'",
                       format);
        return;
    }
    login->challenge = line->word[1];
    login->challenge_echo = line->word[2][0] == '1';
    login->challenge_joined = format[0] == 'c';
}

OV_SETTER(auth_verify)
{
    struct ov_login_options *login = &parse->config->login;
    const char *method = line->word[2];
    if (strcmp(method, "via-file") != 0 && strcmp(method, "via-env") != 0)
    {
        ov_parse_error(
            parse, "auth-user-pass-verify: the method must be 'via-env' or 'via-file', not '%.40s'", method);
        return;
    }
    login->verify_via_file = strcmp(method, "via-file") == 0;
    (void)ov_parse_command(parse, option->name, line->word[1], &login->verify);
}

OV_SETTER(cr_response)
{
    (void)ov_parse_command(parse, option->name, line->word[1], &parse->config->login.cr_response);
}

OV_SETTER(gen_token)
{
    struct ov_login_options *login = &parse->config->login;
    login->gen_token = true;
    login->token_external = false;
    if (line->count > 1 && !ov_parse_number(parse, "the lifetime of auth-gen-token", line->word[1], 0,
                                            INT32_MAX, &login->token_lifetime_s))
    {
        return;
    }
    for (size_t i = 2; i < line->count; i++)
    {
        if (strcmp(line->word[i], "external-auth") == 0)
        {
            login->token_external = true;
        }
        else if (i > 2 || !ov_parse_number(parse, "the renewal time of auth-gen-token", line->word[i], 1,
                                           INT32_MAX / 2, &login->token_renewal_s))
        {
            ov_parse_error(parse, "auth-gen-token: '%.40s' is neither a renewal time nor 'external-auth'",
                           line->word[i]);
            return;
        }
    }
}

OV_SETTER(client_cert)
{
    static const char *const names[] = {"require", "optional", "none"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    {
        if (strcmp(line->word[1], names[i]) == 0)
        {
            parse->config->login.client_cert = (enum ov_client_cert)i;
            return;
        }
    }
    ov_parse_error(parse, "verify-client-cert must be 'none', 'optional' or 'require', not '%.40s'",
                   line->word[1]);
}

/* ---- when everything is read ---- */

static bool given(const struct ov_parse *parse, const char *name)
{
    return ov_parse_given(parse, name) != NULL;
}

static void finish_server(struct ov_parse *parse)
{
    const struct ov_login_options *login = &parse->config->login;
    const bool judged = given(parse, "auth-user-pass-verify") || given(parse, "management-client-auth");
    static const char *const dependent[] = {"auth-gen-token", "auth-user-pass-optional",
                                            "username-as-common-name"};
    for (size_t i = 0; i < sizeof dependent / sizeof dependent[0]; i++)
    {
        if (given(parse, dependent[i]) && !judged)
        {
            ov_parse_error(parse, "'%s' needs somebody who judges logins: 'auth-user-pass-verify'",
                           dependent[i]);
        }
    }
    if (login->client_cert != OV_CLIENT_CERT_REQUIRE && !judged)
    {
        ov_parse_error(parse,
                       "without client certificates there must be logins: add 'auth-user-pass-verify'");
    }
    if (given(parse, "auth-gen-token-secret") && !login->gen_token)
    {
        ov_parse_error(parse, "'auth-gen-token-secret' needs 'auth-gen-token'");
    }
    if (login->gen_token && parse->config->reneg_s == 0 && login->token_renewal_s == 0)
    {
        ov_parse_error(parse, "'auth-gen-token' needs a renewal time, or 'reneg-sec' above 0");
    }
    const uint32_t renewal_s = login->token_renewal_s != 0 ? login->token_renewal_s : parse->config->reneg_s;
    if (login->gen_token && renewal_s != 0 && renewal_s < 2 * parse->config->hand_window_s)
    {
        ov_parse_error(parse,
                       "the renewal time of 'auth-gen-token' (%u) must be at least twice 'hand-window' (%u)",
                       renewal_s, parse->config->hand_window_s);
    }
    if (login->verify.count > 0 && login->script_security < OV_SCRIPT_SECURITY_USER)
    {
        ov_parse_warn(parse,
                      "'script-security' is below 2: no program may be called, so every login is refused");
    }
    else if (login->verify.count > 0 && !login->verify_via_file &&
             login->script_security < OV_SCRIPT_SECURITY_PASSWORDS)
    {
        ov_parse_warn(parse, "'via-env' needs 'script-security 3': without, the password is kept from the "
                             "program");
    }
}

static void finish_client(struct ov_parse *parse)
{
    const struct ov_login_options *login = &parse->config->login;
    if (login->challenge != NULL && !login->user_pass)
    {
        ov_parse_error(parse, "'static-challenge' needs 'auth-user-pass'");
    }
    if (login->challenge != NULL && login->name_only)
    {
        ov_parse_error(parse,
                       "'static-challenge' contradicts 'auth-user-pass username-only': its answer goes with "
                       "the password");
    }
    if (login->token_user != NULL && login->token == NULL)
    {
        ov_parse_error(parse, "'auth-token-user' needs 'auth-token'");
    }
}

void ov_parse_finish_login(struct ov_parse *parse)
{
    struct ov_login_options *login = &parse->config->login;
    (parse->config->role == OV_ROLE_SERVER ? finish_server : finish_client)(parse);
    if (parse->config->clients.exclusive && parse->config->clients.dir == NULL)
    {
        ov_parse_error(parse, "ccd-exclusive needs client-config-dir");
    }
    login->token_renewal_s = login->token_renewal_s != 0 ? login->token_renewal_s : parse->config->reneg_s;
}
