/* Names that the expressions of an experiment file may use. The line of a finding is where its text stands first in the
 * file. */
#include "lib/experiment_check.h"

#include "lib/expr.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Where the text stands as a whole value, else where it stands at all. */
static const char *place_of(const char *text, const char *word)
{
    size_t len = strlen(word);
    const char *at = len > 0 ? strstr(text, word) : NULL;
    for (const char *next = at; next != NULL; next = strstr(next + 1, word))
    {
        if (strchr("\n'\",}]", next[len]) != NULL)
        {
            return next;
        }
    }
    return at;
}

static unsigned line_of(const struct lab_checker *checker, const char *word)
{
    const char *at = place_of(checker->text, word);
    char start[24];
    if (at == NULL)
    {
        /* Folded over several lines: its first words have to do. */
        snprintf(start, sizeof start, "%s", word);
        at = place_of(checker->text, start);
    }
    unsigned line = 1;
    for (const char *c = checker->text; at != NULL && c < at; c++)
    {
        line += *c == '\n';
    }
    return line;
}

enum lab_err lab_check_wrong(const struct lab_checker *checker, const char *at, const char *fmt, ...)
{
    char said[400];
    va_list args;
    va_start(args, fmt);
    vsnprintf(said, sizeof said, fmt, args);
    va_end(args);
    return lab_why_set(checker->why, LAB_ERR_FORMAT, "%s:%u: %s", checker->path, line_of(checker, at), said);
}

void lab_check_allow(struct lab_checker *checker, const char *word)
{
    size_t used = strlen(checker->allowed);
    snprintf(checker->allowed + used, sizeof checker->allowed - used, "%s%s", used > 0 ? ", " : "", word);
}

bool lab_check_in_list(const char *const *list, const char *word)
{
    while (*list != NULL && strcmp(*list, word) != 0)
    {
        list++;
    }
    return *list != NULL;
}

static void allow_list(struct lab_checker *checker, const char *const *list)
{
    for (; *list != NULL; list++)
    {
        lab_check_allow(checker, *list);
    }
}

static const char *const connects[] = {"answered_ms", "address_ms", NULL};
static const char *const limits[] = {"bdp_octets",
                                     "link_mbps",
                                     "up_link_mbps",
                                     "down_link_mbps",
                                     "socket_buffer_mbps",
                                     "endpoint_window_mbps",
                                     "loss_mbps",
                                     "profile_mbps",
                                     "throttle_mbps",
                                     "replay_rejects",
                                     NULL};

/* TRAFFIC.metric, total.counter, connect.metric, limits.metric. */
static bool find_measured(struct lab_checker *checker, const char *name)
{
    const char *dot = strchr(name, '.');
    size_t len = (size_t)(dot - name);
    const char *const *own = NULL;
    const char *const *common = NULL;
    bool flood = false;
    bool standing = false;
    for (unsigned i = 0; i < checker->experiment->traffic_count; i++)
    {
        char traffic[LAB_NAME_MAX];
        lab_traffic_name(&checker->experiment->traffic[i], traffic);
        if (strlen(traffic) == len && strncmp(traffic, name, len) == 0)
        {
            own = lab_traffic_metrics[checker->experiment->traffic[i].kind];
            common = lab_traffic_common;
            flood = checker->experiment->traffic[i].flood.kind != NULL;
            standing = true;
        }
        lab_check_allow(checker, traffic);
    }
    if (own == NULL && len == 5 && strncmp(name, "total", 5) == 0)
    {
        own = lab_traffic_common;
    }
    own = own == NULL && len == 7 && strncmp(name, "connect", 7) == 0 ? connects : own;
    own = own == NULL && len == 6 && strncmp(name, "limits", 6) == 0 ? limits : own;
    if (own == NULL)
    {
        lab_check_allow(checker, "total, connect, limits");
        return false;
    }
    checker->allowed[0] = '\0';
    allow_list(checker, own);
    if (common != NULL)
    {
        allow_list(checker, common);
    }
    return lab_check_in_list(own, dot + 1) || (common != NULL && lab_check_in_list(common, dot + 1)) ||
           (standing && lab_check_in_list(lab_traffic_standing, dot + 1)) ||
           (flood && lab_check_in_list(lab_traffic_flood, dot + 1));
}

static bool find_name(const void *arg, const char *name, struct lab_operand *value)
{
    static const char *const always[] = {"subject", "client", "server", "pki"};
    struct lab_checker *checker = (struct lab_checker *)arg; /* it only remembers what is allowed */
    checker->allowed[0] = '\0';
    *value = (struct lab_operand){.number = NAN};
    if (checker->measured && strchr(name, '.') != NULL)
    {
        return find_measured(checker, name);
    }
    for (unsigned i = 0; i < checker->experiment->axes_count; i++)
    {
        const struct lab_axis *axis = &checker->experiment->axes[i];
        lab_check_allow(checker, axis->key);
        if (strcmp(axis->key, name) == 0)
        {
            lab_value_parse(axis->values[0], value);
            return true;
        }
    }
    for (size_t i = 0; i < sizeof always / sizeof always[0]; i++)
    {
        lab_check_allow(checker, always[i]);
        if (strcmp(always[i], name) == 0)
        {
            *value = (struct lab_operand){.is_text = true, .number = NAN, .text = "a"};
            return true;
        }
    }
    lab_check_allow(checker, "repeat");
    value->number = 1.0;
    return strcmp(name, "repeat") == 0;
}

enum lab_err lab_check_expr(struct lab_checker *checker, const char *expr, bool measured)
{
    struct lab_operand value;
    struct lab_why said;
    const struct lab_scope scope = {find_name, checker};
    checker->measured = measured;
    enum lab_err err = expr != NULL ? lab_expr_eval(expr, &scope, &value, &said) : LAB_OK;
    if (err == LAB_ERR_ABSENT)
    {
        return lab_check_wrong(checker, expr, "%.150s (allowed: %.220s)", said.text, checker->allowed);
    }
    return err == LAB_OK ? LAB_OK : lab_check_wrong(checker, expr, "%.300s", said.text);
}

enum lab_err lab_check_fill(struct lab_checker *checker, const char *text)
{
    char filled[LAB_PATH_MAX];
    bool missing;
    struct lab_why said;
    const struct lab_scope scope = {find_name, checker};
    checker->measured = false;
    enum lab_err err =
        text != NULL ? lab_expr_fill(text, &scope, filled, sizeof filled, &missing, &said) : LAB_OK;
    if (err == LAB_ERR_ABSENT)
    {
        return lab_check_wrong(checker, text, "%.150s (allowed: %.220s)", said.text, checker->allowed);
    }
    return err == LAB_OK ? LAB_OK : lab_check_wrong(checker, text, "%.300s", said.text);
}

enum lab_err lab_experiment_check_outcome(const struct lab_experiment *experiment, const char *outcome,
                                          struct lab_why *why)
{
    struct lab_operand value;
    struct lab_why said;
    struct lab_checker checker = {
        .experiment = experiment, .text = "", .path = "", .why = why, .measured = true};
    const struct lab_scope scope = {find_name, &checker};
    enum lab_err err = lab_expr_eval(outcome, &scope, &value, &said);
    if (err == LAB_ERR_ABSENT)
    {
        return lab_why_set(why, LAB_ERR_USAGE, "%.150s (allowed: %.220s)", said.text, checker.allowed);
    }
    return err == LAB_OK ? LAB_OK : lab_why_set(why, LAB_ERR_USAGE, "%.300s", said.text);
}
