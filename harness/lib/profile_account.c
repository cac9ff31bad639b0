#include "lib/profile_account.h"

#include <string.h>

static bool is_name_octet(char octet)
{
    return (octet >= 'a' && octet <= 'z') || (octet >= '0' && octet <= '9') || octet == '_';
}

/* Words of names with commas between them, nothing that a terminal would act on. */
static bool take_text(const char *value, size_t len, char *dst, size_t size)
{
    for (size_t i = 0; i < len; i++)
    {
        if (!is_name_octet(value[i]) && value[i] != ',')
        {
            return false;
        }
    }
    if (len >= size)
    {
        return false;
    }
    memcpy(dst, value, len);
    dst[len] = '\0';
    return true;
}

static bool take_count(const char *name, size_t name_len, const char *value, size_t len,
                       struct lab_profile_account *account)
{
    struct lab_profile_count *count = &account->counts[account->count];
    uint64_t number = 0;
    for (size_t i = 0; i < len; i++)
    {
        if (value[i] < '0' || value[i] > '9' || number >= LAB_PROFILE_COUNT_MAX / 10)
        {
            return false;
        }
        number = number * 10 + (uint64_t)(value[i] - '0');
    }
    if (len == 0 || name_len == 0 || account->count == LAB_PROFILE_COUNTS ||
        memchr(name, ',', name_len) != NULL || !take_text(name, name_len, count->name, sizeof count->name))
    {
        return false;
    }
    count->value = number;
    account->count++;
    return true;
}

static bool take_line(const char *line, size_t len, struct lab_profile_account *account)
{
    const char *sign = memchr(line, '=', len);
    if (sign == NULL)
    {
        return false;
    }
    size_t name_len = (size_t)(sign - line);
    size_t value_len = len - name_len - 1;
    if (name_len == 2 && memcmp(line, "by", 2) == 0)
    {
        return take_text(sign + 1, value_len, account->by, sizeof account->by);
    }
    if (name_len == 8 && memcmp(line, "left_out", 8) == 0)
    {
        return take_text(sign + 1, value_len, account->left_out, sizeof account->left_out);
    }
    return take_count(line, name_len, sign + 1, value_len, account);
}

static const struct lab_profile_count *find(const struct lab_profile_account *account, const char *name)
{
    for (size_t i = 0; i < account->count; i++)
    {
        if (strcmp(account->counts[i].name, name) == 0)
        {
            return &account->counts[i];
        }
    }
    return NULL;
}

bool lab_profile_account_parse(const char *text, size_t len, struct lab_profile_account *account)
{
    bool good = true;
    memset(account, 0, sizeof *account);
    for (size_t at = 0; good && at < len;)
    {
        const char *end = memchr(text + at, '\n', len - at);
        good = end != NULL && take_line(text + at, (size_t)(end - text) - at, account);
        at = end != NULL ? (size_t)(end - text) + 1 : len;
    }
    good = good && account->by[0] != '\0' && find(account, "tun_reads") != NULL &&
           find(account, "tun_writes") != NULL;
    if (!good)
    {
        memset(account, 0, sizeof *account);
    }
    return good;
}

uint64_t lab_profile_account_count(const struct lab_profile_account *account, const char *name)
{
    const struct lab_profile_count *count = find(account, name);
    return count != NULL ? count->value : 0;
}
