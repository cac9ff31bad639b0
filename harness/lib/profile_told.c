#include "lib/profile_told.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STATS_MAX 4096
#define COUNT_MAX 1000000000000000000u

static bool take_text(const char *value, size_t len, char *dst, size_t size)
{
    if (len >= size || memchr(value, '\0', len) != NULL)
    {
        return false;
    }
    memcpy(dst, value, len);
    dst[len] = '\0';
    return true;
}

static bool take_count(const char *name, size_t name_len, const char *value, size_t len, json_t *counts)
{
    uint64_t number = 0;
    for (size_t i = 0; i < len; i++)
    {
        if (value[i] < '0' || value[i] > '9' || number > COUNT_MAX / 10)
        {
            return false;
        }
        number = number * 10 + (uint64_t)(value[i] - '0');
    }
    return len > 0 && name_len > 0 &&
           json_object_setn_new(counts, name, name_len, json_integer((json_int_t)number)) == 0;
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
    return take_count(line, name_len, sign + 1, value_len, account->counts);
}

bool lab_profile_account_parse(const char *text, size_t len, struct lab_profile_account *account)
{
    *account = (struct lab_profile_account){.counts = json_object()};
    bool good = account->counts != NULL;
    for (size_t at = 0; good && at < len;)
    {
        const char *end = memchr(text + at, '\n', len - at);
        good = end != NULL && take_line(text + at, (size_t)(end - text) - at, account);
        at = end != NULL ? (size_t)(end - text) + 1 : len;
    }
    if (!good || account->by[0] == '\0' || json_object_get(account->counts, "tun_reads") == NULL ||
        json_object_get(account->counts, "tun_writes") == NULL)
    {
        lab_profile_account_clear(account);
        return false;
    }
    return true;
}

void lab_profile_account_clear(struct lab_profile_account *account)
{
    json_decref(account->counts);
    account->counts = NULL;
}

static json_int_t count_of(const struct lab_profile_account *account, const char *name)
{
    return json_integer_value(json_object_get(account->counts, name));
}

static void judge(struct lab_cell *cell, const char *name, struct lab_profile_account *account)
{
    bool met = count_of(account, "tun_reads") + count_of(account, "tun_writes") > 0;
    bool proxy = strcmp(account->by, "tunproxy") == 0;
    lab_cell_measure(cell, name, json_incref(account->counts), NULL);
    lab_cell_check(cell, name, met ? LAB_PASS : LAB_ERROR, false, "%s%s%s%s",
                   met ? "by the " : "no packet of the tunnel met the ", proxy ? "tun proxy" : "cost shim",
                   account->left_out[0] != '\0' ? ", which leaves out " : "", account->left_out);
}

void lab_profile_told(struct lab_cell *cell, const char *role)
{
    char name[32];
    char path[LAB_PATH_MAX];
    char file[64];
    char *text = NULL;
    size_t len = 0;
    struct lab_why why;
    struct lab_profile_account account;
    if (cell->item->def->scenario->profile[strcmp(role, "server") == 0] == NULL)
    {
        return;
    }
    snprintf(name, sizeof name, "%s_profile", role);
    snprintf(file, sizeof file, "%s/profile.stats", role);
    lab_cell_log(cell, file, path);
    enum lab_err err = lab_file_read(path, STATS_MAX, &text, &len, &why);
    if (err == LAB_OK && lab_profile_account_parse(text, len, &account))
    {
        judge(cell, name, &account);
        lab_profile_account_clear(&account);
    }
    else
    {
        lab_cell_check(cell, name, LAB_INCONCLUSIVE, true, "the %s left no account of its profile", role);
    }
    free(text);
}
