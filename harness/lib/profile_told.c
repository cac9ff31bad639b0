#include "lib/profile_told.h"

#include "lib/profile_account.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ACCOUNT_MAX 4096

static void judge(struct lab_cell *cell, const char *name, const struct lab_profile_account *account)
{
    bool met = lab_profile_account_count(account, "tun_reads") > 0 ||
               lab_profile_account_count(account, "tun_writes") > 0;
    bool proxy = strcmp(account->by, "tunproxy") == 0;
    json_t *values = json_object();
    for (size_t i = 0; i < account->count; i++)
    {
        json_object_set_new(values, account->counts[i].name,
                            json_integer((json_int_t)account->counts[i].value));
    }
    lab_cell_measure(cell, name, values, NULL);
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
