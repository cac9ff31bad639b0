#include "proxy/challenge.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

struct text
{
    const char *at;
    const char *end;
};

static bool is_token(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

static void skip(struct text *t, const char *set)
{
    while (t->at < t->end && *t->at != '\0' && strchr(set, *t->at) != NULL)
    {
        t->at++;
    }
}

static struct text take_token(struct text *t)
{
    struct text token = {t->at, t->at};
    while (t->at < t->end && is_token(*t->at))
    {
        t->at++;
    }
    token.end = t->at;
    return token;
}

static bool is_word(const struct text *t, const char *word)
{
    const size_t len = (size_t)(t->end - t->at);
    return len == strlen(word) && strncasecmp(t->at, word, len) == 0;
}

/* A quoted string or a token, unescaped. False: it doesn't end, or doesn't fit. */
static bool take_value(struct text *t, char *out, size_t cap)
{
    size_t len = 0;
    const bool quoted = t->at < t->end && *t->at == '"';
    t->at += quoted;
    while (t->at < t->end && (quoted ? *t->at != '"' : is_token(*t->at)))
    {
        t->at += quoted && *t->at == '\\' && t->end - t->at > 1;
        if (*t->at < 0x20 || len + 1 >= cap)
        {
            return false;
        }
        out[len++] = *t->at++;
    }
    out[len] = '\0';
    if (quoted && t->at == t->end)
    {
        return false;
    }
    t->at += quoted;
    return true;
}

/* "auth,auth-int" */
static bool lists_auth(const char *value)
{
    struct text t = {value, value + strlen(value)};
    while (t.at < t.end)
    {
        skip(&t, ", \t");
        const char *before = t.at;
        struct text word = take_token(&t);
        if (is_word(&word, "auth"))
        {
            return true;
        }
        t.at += t.at == before && t.at < t.end;
    }
    return false;
}

static bool set_algorithm(struct ov_http_digest *d, const char *value)
{
    static const struct
    {
        const char *name;
        enum ov_digest_id digest;
        bool sess;
    } known[] = {
        {"MD5", OV_DIGEST_MD5, false},
        {"MD5-sess", OV_DIGEST_MD5, true},
        {"SHA-256", OV_DIGEST_SHA256, false},
        {"SHA-256-sess", OV_DIGEST_SHA256, true},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
    {
        if (strcasecmp(value, known[i].name) == 0)
        {
            d->digest = known[i].digest;
            d->sess = known[i].sess;
            d->algorithm = known[i].name;
            return true;
        }
    }
    return false;
}

/* False: this challenge can't be answered. */
static bool set_param(struct ov_http_digest *d, const struct text *name, const char *value)
{
    const struct
    {
        const char *name;
        char *to;
        size_t cap;
    } texts[] = {
        {"realm", d->realm, sizeof d->realm},
        {"nonce", d->nonce, sizeof d->nonce},
        {"opaque", d->opaque, sizeof d->opaque},
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
    {
        if (is_word(name, texts[i].name))
        {
            const size_t len = strlen(value);
            if (len >= texts[i].cap)
            {
                return false;
            }
            memcpy(texts[i].to, value, len + 1);
            d->has_opaque = d->has_opaque || i == 2;
            return true;
        }
    }
    if (is_word(name, "qop"))
    {
        d->has_qop = true;
        d->qop_auth = lists_auth(value);
        return d->qop_auth;
    }
    if (is_word(name, "stale"))
    {
        d->stale = strcasecmp(value, "true") == 0;
    }
    return !is_word(name, "algorithm") || set_algorithm(d, value);
}

/* The parameters of one challenge, up to the next scheme. False: no sense can be made of the rest. */
static bool take_params(struct text *t, struct ov_http_digest *d, bool *answerable)
{
    char value[OV_HTTP_NONCE];
    for (;;)
    {
        skip(t, ", \t");
        struct text ahead = *t;
        struct text name = take_token(&ahead);
        skip(&ahead, " \t");
        if (name.at == name.end || ahead.at == ahead.end || *ahead.at != '=')
        {
            return true;
        }
        ahead.at++;
        skip(&ahead, " \t");
        if (!take_value(&ahead, value, sizeof value))
        {
            *answerable = false;
            return false;
        }
        *answerable = set_param(d, &name, value) && *answerable;
        *t = ahead;
    }
}

static void keep_digest(struct ov_http_challenge *challenge, const struct ov_http_digest *d)
{
    const bool stronger =
        !challenge->has_digest || ov_digest_len(d->digest) > ov_digest_len(challenge->digest.digest);
    if (d->nonce[0] != '\0' && stronger)
    {
        challenge->digest = *d;
        challenge->has_digest = true;
    }
}

/* The message behind NTLM is base64, which parameters would be mistaken for. */
static void take_ntlm(struct text *t, struct ov_http_challenge *challenge)
{
    size_t len = 0;
    skip(t, " \t");
    challenge->ntlm = true;
    while (t->at + len < t->end && t->at[len] != ',' && t->at[len] != ' ')
    {
        len++;
    }
    if (len < sizeof challenge->token)
    {
        memcpy(challenge->token, t->at, len);
        challenge->token[len] = '\0';
    }
    t->at += len;
}

void ov_http_challenge_add(struct ov_http_challenge *challenge, const char *text, size_t len)
{
    struct text t = {text, text + len};
    for (;;)
    {
        struct ov_http_digest d = {.digest = OV_DIGEST_MD5};
        bool answerable = true;
        skip(&t, ", \t");
        struct text scheme = take_token(&t);
        if (scheme.at == scheme.end)
        {
            return;
        }
        if (is_word(&scheme, "NTLM"))
        {
            take_ntlm(&t, challenge);
            continue;
        }
        const bool sense = take_params(&t, &d, &answerable);
        challenge->basic = challenge->basic || is_word(&scheme, "Basic");
        if (is_word(&scheme, "Digest") && answerable)
        {
            keep_digest(challenge, &d);
        }
        if (!sense)
        {
            return;
        }
    }
}
