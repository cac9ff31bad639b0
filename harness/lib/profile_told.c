#include "lib/profile_told.h"

#include "lib/profile_account.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ACCOUNT_MAX 4096

/* Why a key is out of reach for who stands outside of the program. */
static const struct
{
    const char *key;
    const char *why;
} out_of_reach[] = {
    {"tick_us",
     "how long the program waits stands in its registers, and to stop each of its waits would cost more than "
     "the tick"},
    {"single_datagrams",
     "how many datagrams a call moves is the program's own affair, though each pays for one"},
};

/* "; left out: tick_us (why), single_datagrams (why)", "" for nothing. */
static void explain_left_out(const char *left_out, char *dst, size_t size)
{
    size_t used = 0;
    dst[0] = '\0';
    for (const char *at = left_out; *at != '\0'; at += strcspn(at, ","), at += *at == ',')
    {
        size_t len = strcspn(at, ",");
        const char *why = NULL;
        for (size_t i = 0; i < sizeof out_of_reach / sizeof out_of_reach[0]; i++)
        {
            bool is_it = strlen(out_of_reach[i].key) == len && strncmp(out_of_reach[i].key, at, len) == 0;
            why = is_it ? out_of_reach[i].why : why;
        }
        int more =
            snprintf(dst + used, size - used, "%s%.*s%s%s%s", used == 0 ? "; left out: " : ", ", (int)len, at,
                     why != NULL ? " (" : "", why != NULL ? why : "", why != NULL ? ")" : "");
        used += more > 0 && used + (size_t)more < size ? (size_t)more : 0;
    }
}

static void judge(struct lab_cell *cell, const char *name, const struct lab_profile_account *account)
{
    bool met = lab_profile_account_count(account, "tun_reads") > 0 ||
               lab_profile_account_count(account, "tun_writes") > 0;
    bool proxy = strcmp(account->by, "tunproxy") == 0;
    char left_out[400];
    explain_left_out(account->left_out, left_out, sizeof left_out);
    json_t *values = json_object();
    for (size_t i = 0; i < account->count; i++)
    {
        json_object_set_new(values, account->counts[i].name,
                            json_integer((json_int_t)account->counts[i].value));
    }
    lab_cell_measure(cell, name, values, NULL);
    lab_cell_check(cell, name, met ? LAB_PASS : LAB_ERROR, false, "%s%s%s",
                   met ? "by the " : "no packet of the tunnel met the ", proxy ? "tun proxy" : "cost shim",
                   left_out);
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
    if (lab_file_read(path, ACCOUNT_MAX, &text, &len, &why) == LAB_OK &&
        lab_profile_account_parse(text, len, &account))
    {
        judge(cell, name, &account);
    }
    else
    {
        lab_cell_check(cell, name, LAB_INCONCLUSIVE, true, "the %s left no account of its profile", role);
    }
    free(text);
}
