#include "lib/matrix.h"

#include "lib/matrix_report.h"
#include "lib/step_lists.h"
#include "lib/usual_tunnel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Every case renegotiates in the middle of its traffic, and at no other time: by the number of packets, which
 * values that change it set anew. By time it could meet the exit notification, which stock loses then. */
static const char *const usual_lines[2] = {"reneg-sec 0\n", "reneg-sec 0\nreneg-pkts 400\n"};

/* What one value says beats what an earlier factor said. */
static void expect_also(struct lab_expect *to, const struct lab_expect *from)
{
    const char **const texts[] = {&to->proto, &to->cipher,      &to->data_format, &to->wrap,
                                  &to->tls,   &to->compression, &to->client4,     &to->refusal};
    const char *const said[] = {from->proto, from->cipher,      from->data_format, from->wrap,
                                from->tls,   from->compression, from->client4,     from->refusal};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
    {
        *texts[i] = said[i] != NULL ? said[i] : *texts[i];
    }
    to->mtu = from->mtu != 0 ? from->mtu : to->mtu;
    to->epoch |= from->epoch;
    to->ekm |= from->ekm;
    to->compression_pushed |= from->compression_pushed;
    to->no_inner4 |= from->no_inner4;
    to->no_inner6 |= from->no_inner6;
    to->no_push |= from->no_push;
    to->no_exit_notice |= from->no_exit_notice;
    to->server_refuses |= from->server_refuses;
    to->no_tls |= from->no_tls;
}

static void surround_also(struct lab_around *to, const struct lab_around *from)
{
    to->network = from->network != NULL ? from->network : to->network;
    to->event = from->event != NULL ? from->event : to->event;
    to->helper = from->helper != NULL ? from->helper : to->helper;
    to->helper_port = from->helper != NULL ? from->helper_port : to->helper_port;
    to->manager = from->manager != NULL ? from->manager : to->manager;
}

static void add_text(char *to, size_t size, const char *text)
{
    size_t len = strlen(to);
    if (text != NULL)
    {
        snprintf(to + len, size - len, "%s", text);
    }
}

/* Without TLS there is nothing to renegotiate, and stock refuses such lines then. */
static void drop_renegotiation(char *lines)
{
    for (char *line = lines; *line != '\0';)
    {
        size_t len = strcspn(line, "\n");
        len += line[len] == '\n';
        if (strncmp(line, "reneg-", strlen("reneg-")) == 0)
        {
            memmove(line, line + len, strlen(line + len) + 1);
        }
        else
        {
            line += len;
        }
    }
}

static void fill_lines(struct lab_matrix_case *item, const struct lab_cover_row *row)
{
    for (size_t role = 0; role < 2; role++)
    {
        add_text(item->lines[role], sizeof item->lines[role], usual_lines[role]);
        for (size_t factor = LAB_F_TRANSPORT; factor < LAB_F_COUNT; factor++)
        {
            const struct lab_value *value = &lab_matrix_factor(factor)->values[row->value[factor]];
            add_text(item->lines[role], sizeof item->lines[role], value->both);
            add_text(item->lines[role], sizeof item->lines[role], role == 0 ? value->client : value->server);
        }
        if (item->expect.no_tls)
        {
            drop_renegotiation(item->lines[role]);
        }
        item->scenario.lines[role] = item->lines[role];
    }
}

/* What is done with the tunnel, or with the client that gets none. */
static void choose_steps(struct lab_matrix_case *item)
{
    const struct lab_expect *expect = &item->expect;
    item->def.steps = expect->refusal != NULL ? lab_refusal_steps
                      : expect->no_tls        ? lab_static_steps
                                              : lab_interop_steps;
    item->def.step_count = expect->refusal != NULL ? LAB_REFUSAL_STEPS
                           : expect->no_tls        ? LAB_STATIC_STEPS
                                                   : LAB_INTEROP_STEPS;
}

static void fill_case(struct lab_interop *matrix, const struct lab_cover_row *row,
                      struct lab_matrix_case *item)
{
    static const char *const nothing[] = {NULL};
    struct lab_around around = {.network = NULL};
    *item = (struct lab_matrix_case){
        .client = lab_matrix_subject(matrix, 0, (size_t)row->value[LAB_F_CLIENT]),
        .server = lab_matrix_subject(matrix, 1, (size_t)row->value[LAB_F_SERVER]),
    };
    lab_matrix_name(matrix, row, item->id, sizeof item->id);
    for (size_t factor = LAB_F_TRANSPORT; factor < LAB_F_COUNT; factor++)
    {
        expect_also(&item->expect, &lab_matrix_factor(factor)->values[row->value[factor]].expect);
        surround_also(&around, &lab_matrix_factor(factor)->values[row->value[factor]].around);
    }
    bool tcp = strncmp(item->expect.proto, "tcp", 3) == 0;
    item->scenario = (struct lab_scenario){
        .id = item->id,
        LAB_USUAL_TUNNEL,
        .proto = item->expect.proto,
        .cipher = "",
        .auth = "",
        .exit_notify = tcp || item->expect.no_exit_notice ? 0 : 1,
        .data_format = item->expect.data_format,
        .features = nothing,
        .expect = &item->expect,
        .around = around,
    };
    fill_lines(item, row);
    item->def = (struct lab_case_def){
        .id = item->id,
        .title = item->id,
        .matrix = LAB_MATRIX_PAIRS,
        .scenario = &item->scenario,
    };
    choose_steps(item);
}

/* Places for cases: pointers into them are set by settle(), when they move no more. */
static struct lab_matrix_case *add_case(struct lab_interop *matrix, const struct lab_cover_row *row,
                                        struct lab_matrix_plan *plan)
{
    if (plan->count == LAB_CASE_MAX)
    {
        return NULL;
    }
    bool full = (plan->count & (plan->count - 1)) == 0; /* room doubles: it is a power of two */
    size_t room = plan->count == 0 ? 1 : 2 * plan->count;
    struct lab_matrix_case *grown = full ? realloc(plan->cases, room * sizeof *grown) : plan->cases;
    if (grown == NULL)
    {
        return NULL;
    }
    plan->cases = grown;
    fill_case(matrix, row, &grown[plan->count]);
    return &grown[plan->count++];
}

static void settle(struct lab_matrix_plan *plan)
{
    for (size_t i = 0; i < plan->count; i++)
    {
        struct lab_matrix_case *item = &plan->cases[i];
        item->scenario.id = item->def.id = item->def.title = item->id;
        item->scenario.lines[0] = item->lines[0];
        item->scenario.lines[1] = item->lines[1];
        item->scenario.expect = &item->expect;
        item->scenario.impossible = item->impossible[0] != '\0' ? item->impossible : NULL;
        item->def.scenario = &item->scenario;
    }
}

static bool is_planned(const struct lab_matrix_plan *plan, const char *id)
{
    for (size_t i = 0; i < plan->count; i++)
    {
        if (strcmp(plan->cases[i].id, id) == 0)
        {
            return true;
        }
    }
    return false;
}

static void tell_lack(const struct lab_interop *matrix, struct lab_matrix_case *item, size_t role, size_t who,
                      size_t factor, size_t value)
{
    const struct lab_lack *lack = &matrix->lacks[role][who][factor][value];
    /* What its TLS library lacks, a program cannot mend; nor what the specification says. */
    item->ours = matrix->in_tree[who] && strncmp(lack->said, "its TLS library", 15) != 0 &&
                 strstr(lack->said, "[WP-") == NULL;
    snprintf(item->impossible, sizeof item->impossible, "%s%s %s lacks %s: %s",
             item->ours ? LAB_GAP_MARK : "", role == 0 ? "client" : "server", matrix->subjects[who].name,
             lack->feature, lack->said);
}

/* The case that stands for a subject's lack: with another end that has it where there is one. */
static void add_gap(struct lab_interop *matrix, struct lab_matrix_plan *plan, size_t role, size_t who,
                    size_t factor, size_t value)
{
    struct lab_cover_row best = {{0}};
    bool found = false;
    for (size_t i = 0; i < matrix->subject_count; i++)
    {
        char id[192];
        size_t other = (who + value + i) % matrix->subject_count;
        struct lab_cover_row row = {{0}};
        row.value[role == 0 ? LAB_F_CLIENT : LAB_F_SERVER] = (int8_t)who;
        row.value[role == 0 ? LAB_F_SERVER : LAB_F_CLIENT] = (int8_t)other;
        row.value[factor] = (int8_t)value;
        lab_matrix_name(matrix, &row, id, sizeof id);
        if (is_planned(plan, id))
        {
            continue;
        }
        if (!found || !matrix->lacks[1 - role][other][factor][value].lacks)
        {
            best = row;
        }
        found = true;
    }
    struct lab_matrix_case *item = found ? add_case(matrix, &best, plan) : NULL;
    if (item != NULL)
    {
        tell_lack(matrix, item, role, who, factor, value);
    }
}

static void add_gaps(struct lab_interop *matrix, struct lab_matrix_plan *plan)
{
    for (size_t factor = LAB_F_TRANSPORT; factor < LAB_F_COUNT; factor++)
    {
        for (size_t value = 0; value < lab_matrix_factor(factor)->count; value++)
        {
            for (size_t k = 0; k < 2 * matrix->subject_count; k++)
            {
                size_t role = k / matrix->subject_count;
                size_t who = k % matrix->subject_count;
                bool wanted =
                    (matrix->wanted[factor] >> value & 1) != 0 && (matrix->wanted[role] >> who & 1) != 0;
                const struct lab_lack *lack = &matrix->lacks[role][who][factor][value];
                /* What cannot play the role at all lacks that, once. */
                bool whole = strcmp(lack->feature, role == 0 ? "client" : "server") == 0;
                uint32_t below = matrix->wanted[factor] & ((UINT32_C(1) << value) - 1);
                if (wanted && lack->lacks && (!whole || (factor == LAB_F_TRANSPORT && below == 0)))
                {
                    add_gap(matrix, plan, role, who, factor, value);
                }
            }
        }
    }
}

/* A program or a network that this value needs is not to be had. */
static void tell_tool(const struct lab_interop *matrix, struct lab_matrix_case *item, size_t factor,
                      size_t value)
{
    const char *needs_lab = lab_matrix_needs_lab(matrix, factor, value);
    if (needs_lab != NULL)
    {
        snprintf(item->impossible, sizeof item->impossible, "%s: %s",
                 lab_matrix_factor(factor)->values[value].name, needs_lab);
        return;
    }
    snprintf(item->impossible, sizeof item->impossible, "this machine lacks %s: make packages installs it",
             matrix->lacks_tool[factor][value]);
}

/* The case that stands for a value which no row can hold. */
static void bar(struct lab_interop *matrix, struct lab_matrix_plan *plan, size_t factor, size_t value,
                const struct lab_rule *rule)
{
    struct lab_cover_row usual = {{0}};
    usual.value[factor] = (int8_t)value;
    struct lab_matrix_case *item = add_case(matrix, &usual, plan);
    if (item != NULL && rule == NULL)
    {
        tell_tool(matrix, item, factor, value);
    }
    else if (item != NULL)
    {
        snprintf(item->impossible, sizeof item->impossible, "%s: %s",
                 lab_matrix_factor(factor)->values[value].name, rule->reason);
    }
}

/* A value that every subject has, and yet no row can hold: the rule that forbids it is told. */
static void add_barred(struct lab_interop *matrix, const struct lab_cover_model *model,
                       struct lab_matrix_plan *plan)
{
    for (size_t factor = LAB_F_TRANSPORT; factor < LAB_F_COUNT; factor++)
    {
        for (size_t value = 0; value < lab_matrix_factor(factor)->count; value++)
        {
            struct lab_cover_row open;
            struct lab_cover_row usual = {{0}};
            char id[192];
            memset(open.value, LAB_COVER_OPEN, sizeof open.value);
            open.value[factor] = (int8_t)value;
            usual.value[factor] = (int8_t)value;
            struct lab_cover_row ends = open;
            ends.value[LAB_F_CLIENT] = ends.value[LAB_F_SERVER] = 0;
            const struct lab_rule *rule = lab_matrix_broken_rule(matrix, &ends);
            lab_matrix_name(matrix, &usual, id, sizeof id);
            bool tool_lacks = matrix->lacks_tool[factor][value][0] != '\0' ||
                              lab_matrix_needs_lab(matrix, factor, value) != NULL;
            bool skip = (matrix->wanted[factor] >> value & 1) == 0 || is_planned(plan, id);
            if (!skip && (tool_lacks || (rule != NULL && !lab_cover_complete(model, &open))))
            {
                bar(matrix, plan, factor, value, tool_lacks ? NULL : rule);
            }
        }
    }
}

/* A subject that is not here: its cell with every other, in both roles. */
static void add_absent(struct lab_interop *matrix, struct lab_matrix_plan *plan)
{
    size_t all = matrix->subject_count + matrix->absent_count;
    for (size_t pair = 0; pair < all * all; pair++)
    {
        size_t ends[2] = {pair / all, pair % all};
        size_t missing = ends[0] >= matrix->subject_count ? 0 : 1;
        if (ends[missing] < matrix->subject_count)
        {
            continue;
        }
        struct lab_cover_row row = {{(int8_t)ends[0], (int8_t)ends[1]}};
        struct lab_matrix_case *item = add_case(matrix, &row, plan);
        if (item != NULL)
        {
            const struct lab_subject *who = &matrix->subjects[ends[missing]];
            snprintf(item->impossible, sizeof item->impossible, "%s %s is not here: %s",
                     missing == 0 ? "client" : "server", who->name, who->version);
        }
    }
}

struct collecting
{
    struct lab_interop *matrix;
    struct lab_matrix_plan *plan;
};

static bool collect(void *arg, const struct lab_cover_row *row)
{
    const struct collecting *to = arg;
    return add_case(to->matrix, row, to->plan) != NULL;
}

static enum lab_err plan_pairs(struct lab_interop *matrix, const struct lab_cover_model *model, uint64_t seed,
                               struct lab_matrix_plan *plan, struct lab_why *why)
{
    size_t count = 0;
    struct lab_cover_row *rows = calloc(LAB_COVER_ROWS, sizeof *rows);
    enum lab_err err = rows != NULL ? lab_cover_pairs(model, seed, rows, &count, why)
                                    : lab_why_set(why, LAB_ERR_SYSTEM, "no memory for the rows");
    for (size_t i = 0; err == LAB_OK && i < count; i++)
    {
        if (add_case(matrix, &rows[i], plan) == NULL)
        {
            err = lab_why_set(why, LAB_ERR_SYSTEM, "no memory for the cases");
        }
    }
    free(rows);
    return err;
}

enum lab_err lab_matrix_plan(struct lab_interop *matrix, enum lab_matrix_mode mode, uint64_t seed,
                             struct lab_matrix_plan *plan, struct lab_why *why)
{
    struct lab_cover_model model;
    struct collecting all = {matrix, plan};
    enum lab_err err = LAB_OK;
    *plan = (struct lab_matrix_plan){.count = 0};
    lab_matrix_model(matrix, &model);
    if (mode == LAB_MATRIX_PAIRWISE)
    {
        err = plan_pairs(matrix, &model, seed, plan, why);
    }
    else if (!lab_cover_product(&model, collect, &all))
    {
        err = lab_why_set(why, LAB_ERR_USAGE,
                          "the product has more than %d cases: choose values (--only factor=value|value,...)",
                          LAB_CASE_MAX);
    }
    if (err == LAB_OK)
    {
        plan->runnable = plan->count;
        add_gaps(matrix, plan);
        add_barred(matrix, &model, plan);
        add_absent(matrix, plan);
        settle(plan);
    }
    return err;
}

enum lab_err lab_matrix_plan_one(struct lab_interop *matrix, const char *name, struct lab_matrix_plan *plan,
                                 struct lab_why *why)
{
    struct lab_cover_row row;
    *plan = (struct lab_matrix_plan){.count = 0};
    enum lab_err err = lab_matrix_row(matrix, name, &row, why);
    if (err == LAB_OK && add_case(matrix, &row, plan) == NULL)
    {
        err = lab_why_set(why, LAB_ERR_SYSTEM, "no memory for the case");
    }
    if (err != LAB_OK)
    {
        return err;
    }
    const struct lab_rule *rule = lab_matrix_broken_rule(matrix, &row);
    for (size_t factor = LAB_F_TRANSPORT; factor < LAB_F_COUNT; factor++)
    {
        if (matrix->lacks_tool[factor][row.value[factor]][0] != '\0' ||
            lab_matrix_needs_lab(matrix, factor, (size_t)row.value[factor]) != NULL)
        {
            tell_tool(matrix, &plan->cases[0], factor, (size_t)row.value[factor]);
        }
    }
    if (rule != NULL)
    {
        snprintf(plan->cases[0].impossible, sizeof plan->cases[0].impossible, "%s", rule->reason);
    }
    for (size_t k = 0; rule == NULL && k < 2 * (LAB_F_COUNT - LAB_F_TRANSPORT); k++)
    {
        size_t role = k % 2;
        size_t factor = LAB_F_TRANSPORT + k / 2;
        size_t who = (size_t)row.value[role == 0 ? LAB_F_CLIENT : LAB_F_SERVER];
        if (matrix->lacks[role][who][factor][row.value[factor]].lacks)
        {
            tell_lack(matrix, &plan->cases[0], role, who, factor, (size_t)row.value[factor]);
        }
    }
    plan->runnable = plan->cases[0].impossible[0] == '\0';
    settle(plan);
    return LAB_OK;
}
