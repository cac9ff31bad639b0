/* What the schema of a file cannot say: names that must be known, values that must fit. The line of a
 * finding is where its text stands first in the file. */
#include "lib/experiment.h"

#include "lib/expr.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct checker
{
    const struct lab_experiment *experiment;
    const char *text;
    const char *path;
    struct lab_why *why;
    bool measured;     /* measurements are known names, too */
    char allowed[400]; /* of the last name that was looked up in vain */
};

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

static unsigned line_of(const struct checker *checker, const char *word)
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

static enum lab_err LAB_PRINTF(3, 4)
    wrong(const struct checker *checker, const char *at, const char *fmt, ...)
{
    char said[400];
    va_list args;
    va_start(args, fmt);
    vsnprintf(said, sizeof said, fmt, args);
    va_end(args);
    return lab_why_set(checker->why, LAB_ERR_FORMAT, "%s:%u: %s", checker->path, line_of(checker, at), said);
}

static void allow(struct checker *checker, const char *word)
{
    size_t used = strlen(checker->allowed);
    snprintf(checker->allowed + used, sizeof checker->allowed - used, "%s%s", used > 0 ? ", " : "", word);
}

static bool in_list(const char *const *list, const char *word)
{
    while (*list != NULL && strcmp(*list, word) != 0)
    {
        list++;
    }
    return *list != NULL;
}

static void allow_list(struct checker *checker, const char *const *list)
{
    for (; *list != NULL; list++)
    {
        allow(checker, *list);
    }
}

static const char *const connects[] = {"answered_ms", "address_ms", NULL};
static const char *const limits[] = {
    "bdp_octets",     "link_mbps", "socket_buffer_mbps", "endpoint_window_mbps", "loss_mbps",
    "replay_rejects", NULL};

/* TRAFFIC.metric, total.counter, connect.metric, limits.metric. */
static bool find_measured(struct checker *checker, const char *name)
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
        allow(checker, traffic);
    }
    if (own == NULL && len == 5 && strncmp(name, "total", 5) == 0)
    {
        own = lab_traffic_common;
    }
    own = own == NULL && len == 7 && strncmp(name, "connect", 7) == 0 ? connects : own;
    own = own == NULL && len == 6 && strncmp(name, "limits", 6) == 0 ? limits : own;
    if (own == NULL)
    {
        allow(checker, "total, connect, limits");
        return false;
    }
    checker->allowed[0] = '\0';
    allow_list(checker, own);
    if (common != NULL)
    {
        allow_list(checker, common);
    }
    return in_list(own, dot + 1) || (common != NULL && in_list(common, dot + 1)) ||
           (standing && in_list(lab_traffic_standing, dot + 1)) ||
           (flood && in_list(lab_traffic_flood, dot + 1));
}

static bool find_name(const void *arg, const char *name, struct lab_operand *value)
{
    static const char *const always[] = {"subject", "client", "server", "pki"};
    struct checker *checker = (struct checker *)arg; /* it only remembers what is allowed */
    checker->allowed[0] = '\0';
    *value = (struct lab_operand){.number = NAN};
    if (checker->measured && strchr(name, '.') != NULL)
    {
        return find_measured(checker, name);
    }
    for (unsigned i = 0; i < checker->experiment->axes_count; i++)
    {
        const struct lab_axis *axis = &checker->experiment->axes[i];
        allow(checker, axis->key);
        if (strcmp(axis->key, name) == 0)
        {
            lab_value_parse(axis->values[0], value);
            return true;
        }
    }
    for (size_t i = 0; i < sizeof always / sizeof always[0]; i++)
    {
        allow(checker, always[i]);
        if (strcmp(always[i], name) == 0)
        {
            *value = (struct lab_operand){.is_text = true, .number = NAN, .text = "a"};
            return true;
        }
    }
    allow(checker, "repeat");
    value->number = 1.0;
    return strcmp(name, "repeat") == 0;
}

static enum lab_err check_expr(struct checker *checker, const char *expr, bool measured)
{
    struct lab_operand value;
    struct lab_why said;
    const struct lab_scope scope = {find_name, checker};
    checker->measured = measured;
    enum lab_err err = expr != NULL ? lab_expr_eval(expr, &scope, &value, &said) : LAB_OK;
    if (err == LAB_ERR_ABSENT)
    {
        return wrong(checker, expr, "%.150s (allowed: %.220s)", said.text, checker->allowed);
    }
    return err == LAB_OK ? LAB_OK : wrong(checker, expr, "%.300s", said.text);
}

static enum lab_err check_fill(struct checker *checker, const char *text)
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
        return wrong(checker, text, "%.150s (allowed: %.220s)", said.text, checker->allowed);
    }
    return err == LAB_OK ? LAB_OK : wrong(checker, text, "%.300s", said.text);
}

static bool is_identifier(const char *word)
{
    size_t len = strlen(word);
    bool good = len > 0 && len < LAB_NAME_MAX - 1 && islower((unsigned char)word[0]);
    for (size_t i = 0; i < len; i++)
    {
        good = good && (islower((unsigned char)word[i]) || isdigit((unsigned char)word[i]) || word[i] == '_');
    }
    return good;
}

static enum lab_err check_axis(struct checker *checker, const struct lab_axis *axis)
{
    static const char *const taken[] = {"subject", "client", "server", "repeat", "pki",
                                        "and",     "or",     "not",    NULL};
    if (!is_identifier(axis->key) || in_list(taken, axis->key))
    {
        return wrong(checker, axis->key,
                     "'%.40s' cannot be the key of an axis (allowed: a-z 0-9 _, and not %s)", axis->key,
                     "subject, client, server, repeat, pki, and, or, not");
    }
    for (unsigned i = 0; i < axis->values_count; i++)
    {
        size_t len = strlen(axis->values[i]);
        if (len == 0 || len > 31 || strpbrk(axis->values[i], " ,/=\n") != NULL)
        {
            return wrong(checker, axis->values[i],
                         "'%.40s' cannot be a value (1 to 31 octets without ' ,/=')", axis->values[i]);
        }
        for (unsigned j = 0; j < i; j++)
        {
            if (strcmp(axis->values[i], axis->values[j]) == 0)
            {
                return wrong(checker, axis->key, "axis %s has the value %s twice", axis->key,
                             axis->values[i]);
            }
        }
    }
    for (unsigned i = 0; i < axis->quick_count; i++)
    {
        bool found = false;
        for (unsigned j = 0; j < axis->values_count; j++)
        {
            found = found || strcmp(axis->quick[i], axis->values[j]) == 0;
        }
        if (!found)
        {
            return wrong(checker, axis->key, "quick of axis %s selects %.31s, which is none of its values",
                         axis->key, axis->quick[i]);
        }
    }
    return LAB_OK;
}

static enum lab_err check_key(struct checker *checker, const char *key, bool subject_too)
{
    checker->allowed[0] = '\0';
    for (unsigned i = 0; i < checker->experiment->axes_count; i++)
    {
        allow(checker, checker->experiment->axes[i].key);
        if (strcmp(checker->experiment->axes[i].key, key) == 0)
        {
            return LAB_OK;
        }
    }
    if (subject_too)
    {
        allow(checker, "subject");
    }
    return subject_too && strcmp(key, "subject") == 0
               ? LAB_OK
               : wrong(checker, key, "no axis '%.40s' (allowed: %.300s)", key, checker->allowed);
}

static enum lab_err check_axes(struct checker *checker)
{
    const struct lab_experiment *experiment = checker->experiment;
    if (experiment->axes_count > LAB_AXIS_MAX || experiment->traffic_count > LAB_TRAFFIC_MAX)
    {
        return wrong(checker, experiment->axes_count > LAB_AXIS_MAX ? "axes:" : "traffic:", "more than %d %s",
                     experiment->axes_count > LAB_AXIS_MAX ? LAB_AXIS_MAX : LAB_TRAFFIC_MAX,
                     experiment->axes_count > LAB_AXIS_MAX ? "axes" : "kinds of traffic");
    }
    for (unsigned i = 0; i < experiment->axes_count; i++)
    {
        for (unsigned j = 0; j < i; j++)
        {
            if (strcmp(experiment->axes[i].key, experiment->axes[j].key) == 0)
            {
                return wrong(checker, experiment->axes[i].key, "two axes are called %s",
                             experiment->axes[i].key);
            }
        }
        enum lab_err err = check_axis(checker, &experiment->axes[i]);
        if (err != LAB_OK)
        {
            return err;
        }
    }
    return LAB_OK;
}

static enum lab_err check_event(struct checker *checker, const struct lab_event *event)
{
    if ((event->run == NULL) == (event->tell == NULL))
    {
        return wrong(checker, "events:", "an event has either run or tell");
    }
    if (event->run != NULL && (event->run[0] == '\0' || strchr(event->run, '/') != NULL))
    {
        return wrong(checker, event->run, "'%.40s' is no name of a script in netns-lab/events", event->run);
    }
    enum lab_err err = check_expr(checker, event->when, false);
    return err == LAB_OK ? check_fill(checker, event->tell) : err;
}

static enum lab_err check_traffic(struct checker *checker, const struct lab_traffic *traffic)
{
    char name[LAB_NAME_MAX];
    const char *const numbers[] = {traffic->seconds,   traffic->streams,    traffic->mbps,
                                   traffic->pps,       traffic->length,     traffic->connections,
                                   traffic->parallel,  traffic->request,    traffic->response,
                                   traffic->flood.pps, traffic->flood.limit};
    enum lab_err err = LAB_OK;
    lab_traffic_name(traffic, name);
    for (unsigned i = 0; &checker->experiment->traffic[i] != traffic; i++)
    {
        char other[LAB_NAME_MAX];
        lab_traffic_name(&checker->experiment->traffic[i], other);
        if (strcmp(name, other) == 0)
        {
            return wrong(checker, "traffic:", "two kinds of traffic are called %s (give one a name)", name);
        }
    }
    if (!is_identifier(name) || strcmp(name, "total") == 0 || strcmp(name, "connect") == 0 ||
        strcmp(name, "limits") == 0 || strcmp(name, "cliff") == 0)
    {
        return wrong(checker, name, "a traffic cannot be called '%.40s'", name);
    }
    if (traffic->direction == LAB_BOTH && traffic->kind != LAB_TRAFFIC_TCP)
    {
        return wrong(checker, name, "only tcp goes in both directions at once, not %s", name);
    }
    if (traffic->events_count > 4)
    {
        return wrong(checker, "events:", "more than 4 events");
    }
    for (size_t i = 0; err == LAB_OK && i < sizeof numbers / sizeof numbers[0]; i++)
    {
        err = check_expr(checker, numbers[i], false);
    }
    err = err == LAB_OK ? check_fill(checker, traffic->flood.kind) : err;
    for (unsigned i = 0; err == LAB_OK && i < traffic->events_count; i++)
    {
        err = check_expr(checker, traffic->events[i].after, false);
        err = err == LAB_OK ? check_event(checker, &traffic->events[i]) : err;
    }
    return err;
}

static enum lab_err check_texts(struct checker *checker)
{
    const struct lab_experiment *experiment = checker->experiment;
    const char *const texts[] = {
        experiment->link.up,        experiment->link.down,      experiment->link.both,
        experiment->tunnel.proto,   experiment->tunnel.cipher,  experiment->tunnel.auth,
        experiment->tunnel.control, experiment->tunnel.tun_mtu, experiment->tunnel.keepalive};
    enum lab_err err = LAB_OK;
    for (size_t i = 0; err == LAB_OK && i < sizeof texts / sizeof texts[0]; i++)
    {
        err = check_fill(checker, texts[i]);
    }
    for (unsigned i = 0; err == LAB_OK && i < experiment->options_count; i++)
    {
        err = check_fill(checker, experiment->options[i].line);
        err = err == LAB_OK ? check_expr(checker, experiment->options[i].when, false) : err;
    }
    for (unsigned i = 0; err == LAB_OK && i < experiment->features_count; i++)
    {
        err = check_fill(checker, experiment->features[i]);
    }
    for (unsigned i = 0; err == LAB_OK && i < experiment->system_count; i++)
    {
        err = check_fill(checker, experiment->system[i]);
    }
    for (unsigned i = 0; err == LAB_OK && i < experiment->traffic_count; i++)
    {
        err = check_traffic(checker, &experiment->traffic[i]);
    }
    return err;
}

static enum lab_err check_findings(struct checker *checker)
{
    const struct lab_experiment *experiment = checker->experiment;
    enum lab_err err = LAB_OK;
    for (unsigned i = 0; err == LAB_OK && i < experiment->expect_count; i++)
    {
        err = check_expr(checker, experiment->expect[i].that, true);
        err = err == LAB_OK ? check_expr(checker, experiment->expect[i].when, true) : err;
    }
    for (unsigned i = 0; err == LAB_OK && i < experiment->bisect_count; i++)
    {
        err = check_key(checker, experiment->bisect[i].key, false);
        err = err == LAB_OK ? check_expr(checker, experiment->bisect[i].when, true) : err;
        err = err == LAB_OK ? check_expr(checker, experiment->bisect[i].low, false) : err;
        err = err == LAB_OK ? check_expr(checker, experiment->bisect[i].high, false) : err;
    }
    if (err == LAB_OK && experiment->columns_count > LAB_COLUMN_MAX)
    {
        err = wrong(checker, "columns:", "more than %d columns", LAB_COLUMN_MAX);
    }
    for (unsigned i = 0; err == LAB_OK && i < experiment->columns_count; i++)
    {
        err = check_expr(checker, experiment->columns[i].of, true);
    }
    for (unsigned i = 0; err == LAB_OK && i < experiment->grids_count; i++)
    {
        err = check_key(checker, experiment->grids[i].rows, true);
        err = err == LAB_OK ? check_key(checker, experiment->grids[i].across, true) : err;
        err = err == LAB_OK ? check_expr(checker, experiment->grids[i].of, true) : err;
    }
    for (unsigned i = 0; err == LAB_OK && i < experiment->knees_count; i++)
    {
        err = check_key(checker, experiment->knees[i].along, false);
        err = err == LAB_OK ? check_expr(checker, experiment->knees[i].of, true) : err;
        if (err == LAB_OK && !(experiment->knees[i].share > 0.0 && experiment->knees[i].share <= 1.0))
        {
            err = wrong(checker, "share:", "share of a knee is not between 0 and 1");
        }
    }
    return err;
}

enum lab_err lab_experiment_check(const struct lab_experiment *experiment, const char *text, const char *path,
                                  struct lab_why *why)
{
    struct checker checker = {.experiment = experiment, .text = text, .path = path, .why = why};
    const char *slash = strrchr(path, '/');
    const char *file = slash != NULL ? slash + 1 : path;
    size_t len = strlen(experiment->name);
    if (len == 0 || len >= LAB_NAME_MAX || strncmp(file, experiment->name, len) != 0 ||
        strcmp(file + len, ".yaml") != 0)
    {
        return wrong(&checker, experiment->name,
                     "the name '%.40s' is not that of the file (at most %d octets)", experiment->name,
                     LAB_NAME_MAX - 1);
    }
    if (experiment->repeats < 1 || experiment->repeats > 100 || experiment->quick.repeats > 100)
    {
        return wrong(&checker, "repeats:", "repeats is not 1 to 100");
    }
    enum lab_err err = check_axes(&checker);
    err = err == LAB_OK ? check_texts(&checker) : err;
    return err == LAB_OK ? check_findings(&checker) : err;
}
