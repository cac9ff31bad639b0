#include "lib/matrix.h"

#include <stdio.h>
#include <string.h>

static const struct lab_factor client = {"client", NULL, 0};
static const struct lab_factor server = {"server", NULL, 0};

static const struct lab_factor *const factors[LAB_F_COUNT] = {
    [LAB_F_CLIENT] = &client,
    [LAB_F_SERVER] = &server,
    [LAB_F_TRANSPORT] = &lab_factor_transport,
    [LAB_F_PATH] = &lab_factor_path,
    [LAB_F_CONTROL] = &lab_factor_control,
    [LAB_F_CIPHER] = &lab_factor_cipher,
    [LAB_F_DIGEST] = &lab_factor_digest,
    [LAB_F_FORMAT] = &lab_factor_format,
    [LAB_F_KEYS] = &lab_factor_keys,
    [LAB_F_COMPRESSION] = &lab_factor_compression,
    [LAB_F_TOPOLOGY] = &lab_factor_topology,
    [LAB_F_FAMILY] = &lab_factor_family,
    [LAB_F_CERTIFICATE] = &lab_factor_certificate,
    [LAB_F_TLS] = &lab_factor_tls,
    [LAB_F_CHECKS] = &lab_factor_checks,
    [LAB_F_LOGIN] = &lab_factor_login,
    [LAB_F_MTU] = &lab_factor_mtu,
};

const struct lab_factor *lab_matrix_factor(size_t index)
{
    return index < LAB_F_COUNT ? factors[index] : NULL;
}

static bool is_subject(size_t factor)
{
    return factor == LAB_F_CLIENT || factor == LAB_F_SERVER;
}

static size_t value_count(const struct lab_interop *matrix, size_t factor)
{
    return is_subject(factor) ? matrix->subject_count : factors[factor]->count;
}

static const char *value_name(const struct lab_interop *matrix, size_t factor, size_t value)
{
    return is_subject(factor) ? matrix->subjects[value].name : factors[factor]->values[value].name;
}

static unsigned value_tags(const struct lab_interop *matrix, size_t factor, size_t value)
{
    return is_subject(factor) ? matrix->tags[factor == LAB_F_SERVER][value]
                              : factors[factor]->values[value].tags;
}

struct lab_subject *lab_matrix_subject(const struct lab_interop *matrix, size_t role, size_t who)
{
    return role == 1 && matrix->servers != NULL ? &matrix->servers[who] : &matrix->subjects[who];
}

const char *lab_matrix_needs_lab(const struct lab_interop *matrix, size_t factor, size_t value)
{
    const struct lab_value *at = is_subject(factor) ? NULL : &factors[factor]->values[value];
    if (matrix->servers == NULL || at == NULL)
    {
        return NULL;
    }
    if (at->around.network != NULL || at->around.event != NULL)
    {
        return "the way between other machines is as it is";
    }
    if (at->around.helper != NULL || at->around.manager != NULL)
    {
        return "it needs a program of the lab beside the two ends";
    }
    return (at->tags & LAB_T_OUTER_V6) != 0 && !matrix->has_outer_v6
               ? "nobody says where the client finds the server over IPv6 ($OVLAB_SERVER_ADDR6)"
               : NULL;
}

static bool is_wanted(const struct lab_interop *matrix, size_t factor, size_t value)
{
    return (matrix->wanted[factor] >> value & 1) != 0;
}

void lab_matrix_want_all(struct lab_interop *matrix)
{
    for (size_t factor = 0; factor < LAB_F_COUNT; factor++)
    {
        matrix->wanted[factor] = UINT32_MAX;
    }
}

void lab_matrix_want_row(struct lab_interop *matrix, const struct lab_cover_row *row)
{
    for (size_t factor = 0; factor < LAB_F_COUNT; factor++)
    {
        matrix->wanted[factor] = UINT32_C(1) << row->value[factor];
    }
}

static bool find_value(const struct lab_interop *matrix, size_t factor, const char *name, size_t len,
                       size_t *value)
{
    for (*value = 0; *value < value_count(matrix, factor); (*value)++)
    {
        const char *known = value_name(matrix, factor, *value);
        if (strlen(known) == len && strncmp(known, name, len) == 0)
        {
            return true;
        }
    }
    return false;
}

static enum lab_err only_factor(struct lab_interop *matrix, char *text, struct lab_why *why)
{
    char *values = strchr(text, '=');
    size_t factor = 0;
    if (values == NULL)
    {
        return lab_why_set(why, LAB_ERR_USAGE, "--only wants factor=value, not '%s'", text);
    }
    *values++ = '\0';
    while (factor < LAB_F_COUNT && strcmp(factors[factor]->name, text) != 0)
    {
        factor++;
    }
    if (factor == LAB_F_COUNT)
    {
        return lab_why_set(why, LAB_ERR_USAGE, "no factor '%s' (ovlab matrix --list shows them)", text);
    }
    matrix->wanted[factor] = 0;
    for (char *save = NULL, *word = strtok_r(values, "|", &save); word != NULL;
         word = strtok_r(NULL, "|", &save))
    {
        size_t value;
        if (!find_value(matrix, factor, word, strlen(word), &value))
        {
            return lab_why_set(why, LAB_ERR_USAGE, "factor %s has no value '%s' here", text, word);
        }
        matrix->wanted[factor] |= UINT32_C(1) << value;
    }
    return LAB_OK;
}

enum lab_err lab_matrix_only(struct lab_interop *matrix, const char *only, struct lab_why *why)
{
    char list[1024];
    enum lab_err err = LAB_OK;
    snprintf(list, sizeof list, "%s", only != NULL ? only : "");
    for (char *save = NULL, *word = strtok_r(list, ",", &save); err == LAB_OK && word != NULL;
         word = strtok_r(NULL, ",", &save))
    {
        err = only_factor(matrix, word, why);
    }
    return err;
}

static bool term_holds(const struct lab_interop *matrix, const struct lab_cover_row *row,
                       const struct lab_term_of *term)
{
    int value = row->value[term->factor];
    if (value == LAB_COVER_OPEN)
    {
        return false;
    }
    unsigned tags = value_tags(matrix, term->factor, (size_t)value);
    return (term->with == 0 || (tags & term->with) != 0) && (tags & term->without) == 0;
}

const struct lab_rule *lab_matrix_broken_rule(const struct lab_interop *matrix,
                                              const struct lab_cover_row *row)
{
    for (size_t i = 0; lab_matrix_rule(i) != NULL; i++)
    {
        const struct lab_rule *rule = lab_matrix_rule(i);
        bool broken = true;
        for (size_t t = 0; broken && t < LAB_RULE_TERMS; t++)
        {
            const struct lab_term_of *term = &rule->terms[t];
            broken = (term->with == 0 && term->without == 0) || term_holds(matrix, row, term);
        }
        if (broken)
        {
            return rule;
        }
    }
    return NULL;
}

/* A case that ends with a refusal shows nothing of its other values, so they are the usual ones: the pairs that
 * they are in must be met where data flows. What follows from the two ends stays open. */
static bool hides_others(const struct lab_cover_row *row)
{
    bool refused = false;
    size_t unusual = 0;
    for (size_t factor = LAB_F_TRANSPORT; factor < LAB_F_COUNT; factor++)
    {
        int value = row->value[factor];
        refused |= value > 0 && (factors[factor]->values[value].tags & LAB_T_REFUSED) != 0;
        unusual += value > 0 && factor != LAB_F_FORMAT && factor != LAB_F_KEYS;
    }
    return refused && unusual > 1;
}

/* Two foreign ends of which one is of another time say nothing about this project. */
static bool is_history(const struct lab_interop *matrix, const struct lab_cover_row *row)
{
    int client_index = row->value[LAB_F_CLIENT];
    int server_index = row->value[LAB_F_SERVER];
    return client_index != LAB_COVER_OPEN && server_index != LAB_COVER_OPEN &&
           !matrix->in_tree[client_index] && !matrix->in_tree[server_index] &&
           (matrix->tags[0][client_index] & matrix->tags[1][server_index] & LAB_T_MAIN) == 0;
}

static bool is_allowed(void *arg, const struct lab_cover_row *row)
{
    const struct lab_interop *matrix = arg;
    if (hides_others(row) || is_history(matrix, row))
    {
        return false;
    }
    for (size_t factor = 0; factor < LAB_F_COUNT; factor++)
    {
        int value = row->value[factor];
        if (value == LAB_COVER_OPEN)
        {
            continue;
        }
        if (!is_wanted(matrix, factor, (size_t)value) || matrix->lacks_tool[factor][value][0] != '\0' ||
            lab_matrix_needs_lab(matrix, factor, (size_t)value) != NULL)
        {
            return false;
        }
        for (size_t role = 0; role < 2; role++)
        {
            int who = row->value[role == 0 ? LAB_F_CLIENT : LAB_F_SERVER];
            if (who != LAB_COVER_OPEN && !is_subject(factor) && matrix->lacks[role][who][factor][value].lacks)
            {
                return false;
            }
        }
    }
    return lab_matrix_broken_rule(matrix, row) == NULL;
}

/* A client of this project and a foreign server, or the other way round: that is what interop means. Of the foreign
 * ones those of today; older and newer ones meet every value too, but not with each of ours. */
static bool is_foreign_pair(void *arg, int client_index, int server_index)
{
    const struct lab_interop *matrix = arg;
    int foreign = matrix->in_tree[client_index] ? server_index : client_index;
    return matrix->in_tree[client_index] != matrix->in_tree[server_index] &&
           ((matrix->tags[0][foreign] | matrix->tags[1][foreign]) & LAB_T_MAIN) != 0;
}

void lab_matrix_model(struct lab_interop *matrix, struct lab_cover_model *model)
{
    *model = (struct lab_cover_model){
        .factor_count = LAB_F_COUNT, .allowed = is_allowed, .arg = matrix, .joined = is_foreign_pair};
    for (size_t factor = 0; factor < LAB_F_COUNT; factor++)
    {
        model->sizes[factor] = value_count(matrix, factor);
    }
}

void lab_matrix_name(const struct lab_interop *matrix, const struct lab_cover_row *row, char *name,
                     size_t size)
{
    size_t len = (size_t)snprintf(name, size, "%s/%s/",
                                  value_name(matrix, LAB_F_CLIENT, (size_t)row->value[LAB_F_CLIENT]),
                                  value_name(matrix, LAB_F_SERVER, (size_t)row->value[LAB_F_SERVER]));
    bool any = false;
    for (size_t factor = LAB_F_TRANSPORT; factor < LAB_F_COUNT && len < size; factor++)
    {
        if (row->value[factor] > 0)
        {
            len += (size_t)snprintf(name + len, size - len, "%s%s", any ? "." : "",
                                    value_name(matrix, factor, (size_t)row->value[factor]));
            any = true;
        }
    }
    if (!any && len < size)
    {
        snprintf(name + len, size - len, "usual");
    }
}

static bool take_value(const struct lab_interop *matrix, const char *word, size_t len,
                       struct lab_cover_row *row)
{
    size_t value;
    for (size_t factor = LAB_F_TRANSPORT; factor < LAB_F_COUNT; factor++)
    {
        if (find_value(matrix, factor, word, len, &value))
        {
            row->value[factor] = (int8_t)value;
            return true;
        }
    }
    return len == strlen("usual") && strncmp(word, "usual", len) == 0;
}

enum lab_err lab_matrix_row(const struct lab_interop *matrix, const char *name, struct lab_cover_row *row,
                            struct lab_why *why)
{
    memset(row->value, 0, sizeof row->value);
    for (size_t role = LAB_F_CLIENT; role <= LAB_F_SERVER; role++)
    {
        size_t len = strcspn(name, "/");
        size_t who;
        if (!find_value(matrix, role, name, len, &who) || name[len] != '/')
        {
            return lab_why_set(why, LAB_ERR_USAGE,
                               "'%.*s' is no subject here; a case is CLIENT/SERVER/VALUE.VALUE...", (int)len,
                               name);
        }
        row->value[role] = (int8_t)who;
        name += len + 1;
    }
    while (*name != '\0')
    {
        size_t len = strcspn(name, ".");
        if (!take_value(matrix, name, len, row))
        {
            return lab_why_set(why, LAB_ERR_USAGE, "no factor has a value '%.*s'", (int)len, name);
        }
        name += len + (name[len] == '.');
    }
    return LAB_OK;
}
