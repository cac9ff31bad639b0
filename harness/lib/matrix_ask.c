/* What the programs can, where they play their roles, and what this machine has of what the lab needs. */
#include "lib/matrix.h"

#include <stdio.h>
#include <string.h>

#define AHEAD_MAX 30 /* questions in one call */

struct asking
{
    struct lab_interop *matrix;
    struct lab_loop *loop;
    struct lab_why *why;
};

/* Notes that the subject lacks the feature, if it does; the first lack of a value stays. */
static enum lab_err ask_lack(const struct asking *asking, size_t role, size_t who, const char *feature,
                             struct lab_lack *lack)
{
    char said[256];
    bool supported = true;
    enum lab_err err = feature == NULL || lack->lacks
                           ? LAB_OK
                           : lab_subject_supports(asking->loop, lab_matrix_subject(asking->matrix, role, who),
                                                  feature, &supported, said, sizeof said, asking->why);
    if (err == LAB_OK && !supported)
    {
        lack->lacks = true;
        snprintf(lack->feature, sizeof lack->feature, "%s", feature);
        snprintf(lack->said, sizeof lack->said, "%.*s", (int)sizeof lack->said - 1, said);
    }
    return err;
}

static enum lab_err ask_value(const struct asking *asking, size_t who, size_t factor, size_t number)
{
    const struct lab_value *value = &lab_matrix_factor(factor)->values[number];
    enum lab_err err = LAB_OK;
    for (size_t role = 0; err == LAB_OK && role < 2; role++)
    {
        struct lab_lack *lack = &asking->matrix->lacks[role][who][factor][number];
        *lack = (struct lab_lack){.lacks = false};
        err = ask_lack(asking, role, who, role == 0 ? "client" : "server", lack);
        for (size_t i = 0; err == LAB_OK && value->needs[i] != NULL; i++)
        {
            err = ask_lack(asking, role, who, value->needs[i], lack);
        }
        err = err == LAB_OK
                  ? ask_lack(asking, role, who, role == 0 ? value->client_needs : value->server_needs, lack)
                  : err;
    }
    return err;
}

static enum lab_err ask_tag(const struct asking *asking, size_t role, size_t who, const char *feature,
                            bool *has)
{
    char said[256];
    return lab_subject_supports(asking->loop, lab_matrix_subject(asking->matrix, role, who), feature, has,
                                said, sizeof said, asking->why);
}

static bool is_wanted(const struct lab_interop *matrix, size_t factor, size_t value)
{
    return (matrix->wanted[factor] >> value & 1) != 0;
}

static void look_for_tools(struct lab_interop *matrix)
{
    for (size_t factor = LAB_F_TRANSPORT; factor < LAB_F_COUNT; factor++)
    {
        for (size_t value = 0; value < lab_matrix_factor(factor)->count; value++)
        {
            char tools[64];
            char path[LAB_PATH_MAX];
            const char *wanted = lab_matrix_factor(factor)->values[value].tools;
            snprintf(tools, sizeof tools, "%s", wanted != NULL ? wanted : "");
            for (char *save = NULL, *tool = strtok_r(tools, " ", &save); tool != NULL;
                 tool = strtok_r(NULL, " ", &save))
            {
                if (!lab_program_find(tool, path))
                {
                    snprintf(matrix->lacks_tool[factor][value], sizeof matrix->lacks_tool[0][0], "%s", tool);
                }
            }
        }
    }
}

static enum lab_err ask_tags(const struct asking *asking, size_t role, size_t who)
{
    struct lab_interop *matrix = asking->matrix;
    bool in_tree = false;
    bool epoch = false;
    bool ekm = false;
    bool is_main = false;
    enum lab_err err = ask_tag(asking, role, who, "in-tree", &in_tree);
    err = err == LAB_OK ? ask_tag(asking, role, who, "aead-epoch", &epoch) : err;
    err = err == LAB_OK ? ask_tag(asking, role, who, "tls-ekm", &ekm) : err;
    err = err == LAB_OK ? ask_tag(asking, role, who, "current-generation", &is_main) : err;
    matrix->in_tree[who] = matrix->in_tree[who] || in_tree;
    matrix->tags[role][who] =
        (epoch ? LAB_T_EPOCH : 0u) | (ekm ? LAB_T_EKM : 0u) | (is_main ? LAB_T_MAIN : 0u);
    return err;
}

/* Elsewhere a call costs more than a question: many go in one. */
static enum lab_err ask_ahead(const struct asking *asking, size_t role, size_t who)
{
    static const char *const tags[] = {"in-tree", "aead-epoch", "tls-ekm", "current-generation",
                                       "client",  "server",     NULL};
    struct lab_subject *subject = lab_matrix_subject(asking->matrix, role, who);
    enum lab_err err =
        subject->place != NULL ? lab_subject_ask_all(asking->loop, subject, tags, asking->why) : LAB_OK;
    const char *wanted[AHEAD_MAX + 1] = {NULL};
    size_t count = 0;
    for (size_t factor = LAB_F_TRANSPORT; subject->place != NULL && factor < LAB_F_COUNT; factor++)
    {
        for (size_t number = 0; err == LAB_OK && number < lab_matrix_factor(factor)->count; number++)
        {
            const struct lab_value *value = &lab_matrix_factor(factor)->values[number];
            const char *own = role == 0 ? value->client_needs : value->server_needs;
            for (size_t i = 0; is_wanted(asking->matrix, factor, number) && i <= LAB_VALUE_NEEDS; i++)
            {
                const char *need = i < LAB_VALUE_NEEDS ? value->needs[i] : own;
                if (need != NULL && count < AHEAD_MAX)
                {
                    wanted[count++] = need;
                }
            }
            if (count > AHEAD_MAX - LAB_VALUE_NEEDS - 1)
            {
                err = lab_subject_ask_all(asking->loop, subject, wanted, asking->why);
                memset(wanted, 0, sizeof wanted);
                count = 0;
            }
        }
    }
    return err == LAB_OK && count > 0 ? lab_subject_ask_all(asking->loop, subject, wanted, asking->why) : err;
}

static enum lab_err ask_subject(const struct asking *asking, size_t who)
{
    struct lab_interop *matrix = asking->matrix;
    enum lab_err err = LAB_OK;
    matrix->in_tree[who] = false;
    for (size_t role = 0; err == LAB_OK && role < 2; role++)
    {
        err = ask_ahead(asking, role, who);
        err = err == LAB_OK ? ask_tags(asking, role, who) : err;
    }
    for (size_t factor = LAB_F_TRANSPORT; err == LAB_OK && factor < LAB_F_COUNT; factor++)
    {
        for (size_t value = 0; err == LAB_OK && value < lab_matrix_factor(factor)->count; value++)
        {
            err = is_wanted(matrix, factor, value) ? ask_value(asking, who, factor, value) : LAB_OK;
        }
    }
    return err;
}

enum lab_err lab_matrix_ask(struct lab_interop *matrix, struct lab_loop *loop, struct lab_why *why)
{
    const struct asking asking = {matrix, loop, why};
    enum lab_err err = LAB_OK;
    look_for_tools(matrix);
    for (size_t who = 0; err == LAB_OK && who < matrix->subject_count; who++)
    {
        if (is_wanted(matrix, LAB_F_CLIENT, who) || is_wanted(matrix, LAB_F_SERVER, who))
        {
            err = ask_subject(&asking, who);
        }
    }
    return err;
}
