#include "session/private.h"

#include <string.h>

/* The longest wait that is believed: an hour. */
#define WAIT_MAX_S 3600u

/* What stands between [ and ] at the start of text; *len 0 if nothing does. */
static const char *bracketed(const char *text, size_t text_len, size_t *len)
{
    const char *end = text_len > 0 && text[0] == '[' ? memchr(text, ']', text_len) : NULL;
    *len = end != NULL ? (size_t)(end - text) - 1 : 0;
    return text + (end != NULL ? 1 : 0);
}

static bool begins(const char *text, size_t len, const char *with)
{
    const size_t with_len = strlen(with);
    return len >= with_len && memcmp(text, with, with_len) == 0;
}

void ov_way_back_number(const char *arg, size_t len, const char *name, uint32_t *out)
{
    const size_t name_len = strlen(name);
    uint32_t value = 0;
    size_t digits = 0;
    if (!begins(arg, len, name))
    {
        return;
    }
    for (size_t i = name_len; i < len && arg[i] >= '0' && arg[i] <= '9' && digits < 9; i++, digits++)
    {
        value = value * 10 + (uint32_t)(arg[i] - '0');
    }
    *out = digits > 0 ? value : *out;
}

void ov_way_back_restart(const char *arg, size_t len, struct ov_way_back *way)
{
    size_t flags_len = 0;
    const char *flags = bracketed(arg, len, &flags_len);
    way->next_remote = flags_len > 0 && memchr(flags, 'N', flags_len) != NULL;
}

static void take_flag(const char *flag, size_t len, struct ov_way_back *way)
{
    if (begins(flag, len, "advance remote"))
    {
        way->next_remote = true;
    }
    else if (begins(flag, len, "advance addr"))
    {
        way->next_addr = true;
    }
    else
    {
        ov_way_back_number(flag, len, "backoff ", &way->wait_s);
        way->wait_s = way->wait_s < WAIT_MAX_S ? way->wait_s : WAIT_MAX_S;
    }
}

bool ov_way_back_temp(const char *arg, size_t len, struct ov_way_back *way)
{
    static const char temp[] = "TEMP";
    *way = (struct ov_way_back){.wait_s = 0};
    if (!begins(arg, len, temp))
    {
        return false;
    }
    size_t flags_len = 0;
    const char *flags = bracketed(arg + sizeof temp - 1, len - (sizeof temp - 1), &flags_len);
    while (flags_len > 0)
    {
        const char *comma = memchr(flags, ',', flags_len);
        const size_t one = comma != NULL ? (size_t)(comma - flags) : flags_len;
        take_flag(flags, one, way);
        flags += comma != NULL ? one + 1 : one;
        flags_len -= comma != NULL ? one + 1 : one;
    }
    return true;
}
