#include "wire/challenge.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/wipe.h"
#include "wire/pem.h"

/* What is left of a text, cut at colons. */
struct parts
{
    const char *at;
    size_t len;
    bool failed;
};

/* The next part and the colon behind it. */
static const char *next_part(struct parts *parts, size_t *len)
{
    const char *start = parts->at;
    const char *colon = parts->failed || parts->len == 0 ? NULL : memchr(start, ':', parts->len);
    *len = 0;
    if (colon == NULL)
    {
        parts->failed = true;
        return "";
    }
    *len = (size_t)(colon - start);
    parts->at = colon + 1;
    parts->len -= *len + 1;
    return start;
}

static bool skip_word(struct parts *parts, const char *word)
{
    size_t len = 0;
    const char *part = next_part(parts, &len);
    return !parts->failed && len == strlen(word) && memcmp(part, word, len) == 0;
}

/* "R,E"; unknown flags are for somebody newer than us. */
static void read_flags(const char *flags, size_t len, struct ov_challenge *out)
{
    for (size_t i = 0; i < len; i++)
    {
        const bool alone = (i == 0 || flags[i - 1] == ',') && (i + 1 == len || flags[i + 1] == ',');
        out->wants_answer = out->wants_answer || (alone && flags[i] == 'R');
        out->echo = out->echo || (alone && flags[i] == 'E');
    }
}

static enum ov_err copy_part(const char *part, size_t len, char out[static OV_CHALLENGE_TEXT])
{
    if (len >= OV_CHALLENGE_TEXT)
    {
        return OV_ERR_LIMIT;
    }
    if (memchr(part, '\0', len) != NULL)
    {
        return OV_ERR_FORMAT;
    }
    memcpy(out, part, len);
    out[len] = '\0';
    return OV_OK;
}

static enum ov_err decode_name(const char *part, size_t len, char out[static OV_CHALLENGE_TEXT])
{
    size_t got = 0;
    enum ov_err err = ov_base64_decode(part, len, (uint8_t *)out, OV_CHALLENGE_TEXT - 1, &got);
    if (err != OV_OK)
    {
        return err;
    }
    out[got] = '\0';
    for (size_t i = 0; i < got; i++)
    {
        if ((unsigned char)out[i] < ' ' || out[i] == 0x7f)
        {
            return OV_ERR_FORMAT; /* a name with a line end would be two lines elsewhere */
        }
    }
    return OV_OK;
}

static enum ov_err finish(enum ov_err err, struct ov_challenge *out)
{
    if (err != OV_OK)
    {
        ov_wipe(out, sizeof *out);
    }
    return err;
}

enum ov_err ov_challenge_crv1(const char *reason, size_t len, struct ov_challenge *out)
{
    struct parts parts = {reason, len, false};
    size_t flags_len, state_len, name_len;
    memset(out, 0, sizeof *out);
    if (!skip_word(&parts, "CRV1"))
    {
        return OV_ERR_FORMAT;
    }
    const char *flags = next_part(&parts, &flags_len);
    const char *state = next_part(&parts, &state_len);
    const char *name = next_part(&parts, &name_len);
    if (parts.failed)
    {
        return OV_ERR_FORMAT;
    }
    read_flags(flags, flags_len, out);
    enum ov_err err = copy_part(state, state_len, out->state_id);
    if (err == OV_OK)
    {
        err = decode_name(name, name_len, out->username);
    }
    return finish(err == OV_OK ? copy_part(parts.at, parts.len, out->text) : err, out);
}

enum ov_err ov_challenge_cr_text(const char *info, size_t len, struct ov_challenge *out)
{
    struct parts parts = {info, len, false};
    size_t flags_len = 0;
    memset(out, 0, sizeof *out);
    if (!skip_word(&parts, "CR_TEXT"))
    {
        return OV_ERR_FORMAT;
    }
    const char *flags = next_part(&parts, &flags_len);
    if (parts.failed)
    {
        return OV_ERR_FORMAT;
    }
    read_flags(flags, flags_len, out);
    return finish(copy_part(parts.at, parts.len, out->text), out);
}

/* ---- answers ---- */

static enum ov_err check_fit(int len, char *out, size_t cap)
{
    if (len >= 0 && (size_t)len < cap)
    {
        return OV_OK;
    }
    ov_wipe(out, cap);
    return OV_ERR_LIMIT;
}

enum ov_err ov_challenge_answer(const struct ov_challenge *challenge, const char *answer, char *out,
                                size_t cap)
{
    return check_fit(snprintf(out, cap, "CRV1::%s::%s", challenge->state_id, answer), out, cap);
}

enum ov_err ov_challenge_static(const char *password, const char *answer, bool joined, char *out, size_t cap)
{
    char first[2 * OV_CHALLENGE_TEXT];
    char second[2 * OV_CHALLENGE_TEXT];
    if (joined)
    {
        return check_fit(snprintf(out, cap, "%s%s", password, answer), out, cap);
    }
    enum ov_err err = ov_base64_encode(password, strlen(password), first, sizeof first);
    if (err == OV_OK)
    {
        err = ov_base64_encode(answer, strlen(answer), second, sizeof second);
    }
    if (err == OV_OK)
    {
        err = check_fit(snprintf(out, cap, "SCRV1:%s:%s", first, second), out, cap);
    }
    ov_wipe(first, sizeof first);
    ov_wipe(second, sizeof second);
    return err == OV_OK ? OV_OK : OV_ERR_LIMIT;
}

enum ov_err ov_challenge_response(const char *answer, char *out, size_t cap)
{
    static const char word[] = "CR_RESPONSE,";
    if (cap < sizeof word)
    {
        return OV_ERR_LIMIT;
    }
    memcpy(out, word, sizeof word);
    enum ov_err err =
        ov_base64_encode(answer, strlen(answer), out + sizeof word - 1, cap - (sizeof word - 1));
    return err == OV_OK ? OV_OK : OV_ERR_LIMIT;
}

/* ---- files ---- */

/* One line without its end; *at is moved behind it. */
static enum ov_err read_line(const char **at, size_t *left, char *out, size_t cap)
{
    const char *end = *left > 0 ? memchr(*at, '\n', *left) : NULL;
    const size_t len = end != NULL ? (size_t)(end - *at) : *left;
    size_t kept = 0;
    for (size_t i = 0; i < len; i++)
    {
        const char c = (*at)[i];
        if ((unsigned char)c >= ' ' && c != 0x7f)
        {
            if (kept + 1 >= cap)
            {
                return OV_ERR_LIMIT;
            }
            out[kept++] = c;
        }
    }
    out[kept] = '\0';
    *at += end != NULL ? len + 1 : len;
    *left -= end != NULL ? len + 1 : len;
    return OV_OK;
}

enum ov_err ov_credentials_read(const char *text, size_t len, char *username, char *password, size_t cap,
                                bool *has_password)
{
    ov_wipe(password, cap);
    enum ov_err err = read_line(&text, &len, username, cap);
    *has_password = len > 0;
    if (err == OV_OK && *has_password)
    {
        err = read_line(&text, &len, password, cap);
    }
    if (err == OV_OK && username[0] == '\0')
    {
        err = OV_ERR_FORMAT;
    }
    if (err != OV_OK)
    {
        ov_wipe(username, cap);
        ov_wipe(password, cap);
    }
    return err;
}
