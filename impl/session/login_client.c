#include <string.h>

#include "base/wipe.h"
#include "session/private.h"
#include "wire/challenge.h"
#include "wire/message.h"
#include "wire/pem.h"

/* A client's name, password and token. */

void ov_login_wipe(struct ov_login *login)
{
    const bool wanted = login->wanted;
    const bool forget = login->forget;
    ov_wipe(login, sizeof *login);
    login->wanted = wanted;
    login->forget = forget;
}

void ov_login_wipe_password(struct ov_login *login)
{
    login->filled = false;
    ov_wipe(login->username, sizeof login->username);
    ov_wipe(login->password, sizeof login->password);
}

bool ov_login_drop_token(struct ov_login *login)
{
    const bool had = login->token[0] != '\0';
    ov_wipe(login->token, sizeof login->token);
    ov_wipe(login->token_user, sizeof login->token_user);
    return had;
}

/* Whatever a token looks like: it is for the server to understand [WP-TOK-007]. */
enum ov_err ov_login_take_token(struct ov_login *login, const char *token, const char *user)
{
    const size_t token_len = strlen(token);
    const size_t user_len = user != NULL ? strlen(user) : 0;
    if (token_len >= sizeof login->token || user_len >= sizeof login->token_user)
    {
        return OV_ERR_LIMIT;
    }
    memcpy(login->token, token, token_len + 1);
    if (user != NULL)
    {
        memcpy(login->token_user, user, user_len + 1);
    }
    return OV_OK;
}

bool ov_login_ready(struct ov_session *s)
{
    const struct ov_login *login = s->env.settings->login;
    if (login == NULL || !login->wanted || login->filled || login->token[0] != '\0')
    {
        return true;
    }
    if (!s->asked)
    {
        s->asked = true;
        ov_session_tell(s, OV_EVENT_LOGIN, OV_OK, "name and password are needed");
    }
    return false;
}

void ov_login_write(const struct ov_session *s, struct ov_km2 *km2)
{
    const struct ov_login *login = s->env.settings->login;
    if (login == NULL || (!login->wanted && login->token[0] == '\0'))
    {
        return;
    }
    const bool token = login->token[0] != '\0';
    km2->username = token && login->token_user[0] != '\0' ? login->token_user : login->username;
    km2->password = token ? login->token : login->password;
}

/* The name is kept: it goes with a token. */
void ov_login_sent(struct ov_session *s)
{
    struct ov_login *login = s->env.settings->login;
    s->asked = false;
    if (login != NULL && login->forget && login->filled)
    {
        login->filled = false;
        ov_wipe(login->password, sizeof login->password);
    }
}

static void take_token(struct ov_session *s, const char *token, const char *user)
{
    struct ov_login *login = s->env.settings->login;
    enum ov_err err = login != NULL ? ov_login_take_token(login, token, user) : OV_ERR_UNSUPPORTED;
    if (err == OV_OK)
    {
        ov_session_log(s, OV_LOG_DETAIL, "the server gave a token, which replaces the password");
        ov_session_tell(s, OV_EVENT_TOKEN, OV_OK, "%s", token);
        return;
    }
    ov_session_log(s, OV_LOG_WARN, "the server's token can't be used: %s", ov_err_name(err));
}

void ov_login_pulled(struct ov_session *s, const struct ov_pulled *pulled)
{
    const struct ov_login_options *got = &pulled->effective.login;
    if (got->token != NULL && got->token != s->env.settings->config->login.token)
    {
        take_token(s, got->token, got->token_user);
    }
}

/* A server may push a token, and only that, after each renegotiation [WP-STATE-025]. */
void ov_login_pushed_again(struct ov_session *s, const char *text, size_t len)
{
    static const char word[] = "auth-token ";
    const char *end = text + len;
    const char *at = memchr(text, ',', len);
    while (at != NULL && at < end)
    {
        at++;
        const char *comma = memchr(at, ',', (size_t)(end - at));
        const size_t option_len = (size_t)((comma != NULL ? comma : end) - at);
        char token[OV_LOGIN_TEXT];
        if (option_len >= sizeof word && option_len - (sizeof word - 1) < sizeof token &&
            memcmp(at, word, sizeof word - 1) == 0)
        {
            const size_t token_len = option_len - (sizeof word - 1);
            memcpy(token, at + sizeof word - 1, token_len);
            token[token_len] = '\0';
            take_token(s, token, NULL);
            ov_wipe(token, sizeof token);
        }
        at = comma;
    }
}

/* Does the client come back after this refusal, and why [WP-AUTH-002]? NULL: it ends. */
const char *ov_login_refused(struct ov_session *s, const char *reason, size_t len)
{
    struct ov_login *login = s->env.settings->login;
    if (login == NULL)
    {
        return NULL;
    }
    const size_t kept = len < sizeof login->refusal ? len : sizeof login->refusal - 1;
    memcpy(login->refusal, reason, kept);
    login->refusal[kept] = '\0';
    login->refused = !ov_login_drop_token(login);
    if (!login->refused)
    {
        return "auth-failure (auth-token)";
    }
    return login->wanted && s->env.settings->config->login.retry != OV_AUTH_RETRY_NONE ? "auth-failure"
                                                                                       : NULL;
}

enum ov_err ov_session_answer(struct ov_session *s, const char *answer, struct ov_now now)
{
    char message[OV_MESSAGE_MAX];
    if (s->role != OV_ROLE_CLIENT || s->ks.state < OV_KS_ACTIVE || !ov_session_alive(s))
    {
        return OV_ERR_AGAIN;
    }
    enum ov_err err = ov_challenge_response(answer, message, sizeof message);
    if (err == OV_OK)
    {
        err = ov_session_say(s, message);
    }
    ov_wipe(message, sizeof message);
    ov_session_drive(s, now);
    return err;
}

void ov_session_proceed(struct ov_session *s, struct ov_now now)
{
    ov_session_drive(s, now);
}
