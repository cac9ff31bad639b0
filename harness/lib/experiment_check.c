/* What the schema of a file cannot say: values that must fit, and names that must be known (experiment_expr.c). */
#include "lib/experiment_check.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

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

static enum lab_err check_axis(struct lab_checker *checker, const struct lab_axis *axis)
{
    static const char *const taken[] = {"subject", "client", "server", "repeat", "pki",
                                        "and",     "or",     "not",    NULL};
    if (!is_identifier(axis->key) || lab_check_in_list(taken, axis->key))
    {
        return lab_check_wrong(checker, axis->key,
                               "'%.40s' cannot be the key of an axis (allowed: a-z 0-9 _, and not %s)",
                               axis->key, "subject, client, server, repeat, pki, and, or, not");
    }
    for (unsigned i = 0; i < axis->values_count; i++)
    {
        size_t len = strlen(axis->values[i]);
        if (len == 0 || len > 31 || strpbrk(axis->values[i], " ,/=\n") != NULL)
        {
            return lab_check_wrong(checker, axis->values[i],
                                   "'%.40s' cannot be a value (1 to 31 octets without ' ,/=')",
                                   axis->values[i]);
        }
        for (unsigned j = 0; j < i; j++)
        {
            if (strcmp(axis->values[i], axis->values[j]) == 0)
            {
                return lab_check_wrong(checker, axis->key, "axis %s has the value %s twice", axis->key,
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
            return lab_check_wrong(checker, axis->key,
                                   "quick of axis %s selects %.31s, which is none of its values", axis->key,
                                   axis->quick[i]);
        }
    }
    return LAB_OK;
}

static enum lab_err check_key(struct lab_checker *checker, const char *key, bool subject_too)
{
    checker->allowed[0] = '\0';
    for (unsigned i = 0; i < checker->experiment->axes_count; i++)
    {
        lab_check_allow(checker, checker->experiment->axes[i].key);
        if (strcmp(checker->experiment->axes[i].key, key) == 0)
        {
            return LAB_OK;
        }
    }
    if (subject_too)
    {
        lab_check_allow(checker, "subject");
    }
    return subject_too && strcmp(key, "subject") == 0
               ? LAB_OK
               : lab_check_wrong(checker, key, "no axis '%.40s' (allowed: %.300s)", key, checker->allowed);
}

static enum lab_err check_axes(struct lab_checker *checker)
{
    const struct lab_experiment *experiment = checker->experiment;
    if (experiment->axes_count > LAB_AXIS_MAX || experiment->traffic_count > LAB_TRAFFIC_MAX)
    {
        return lab_check_wrong(
            checker, experiment->axes_count > LAB_AXIS_MAX ? "axes:" : "traffic:", "more than %d %s",
            experiment->axes_count > LAB_AXIS_MAX ? LAB_AXIS_MAX : LAB_TRAFFIC_MAX,
            experiment->axes_count > LAB_AXIS_MAX ? "axes" : "kinds of traffic");
    }
    for (unsigned i = 0; i < experiment->axes_count; i++)
    {
        for (unsigned j = 0; j < i; j++)
        {
            if (strcmp(experiment->axes[i].key, experiment->axes[j].key) == 0)
            {
                return lab_check_wrong(checker, experiment->axes[i].key, "two axes are called %s",
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

static enum lab_err check_event(struct lab_checker *checker, const struct lab_event *event)
{
    if ((event->run == NULL) == (event->tell == NULL))
    {
        return lab_check_wrong(checker, "events:", "an event has either run or tell");
    }
    if (event->run != NULL && (event->run[0] == '\0' || strchr(event->run, '/') != NULL))
    {
        return lab_check_wrong(checker, event->run, "'%.40s' is no name of a script in netns-lab/events",
                               event->run);
    }
    enum lab_err err = lab_check_expr(checker, event->when, false);
    return err == LAB_OK ? lab_check_fill(checker, event->tell) : err;
}

static enum lab_err check_traffic(struct lab_checker *checker, const struct lab_traffic *traffic)
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
            return lab_check_wrong(checker,
                                   "traffic:", "two kinds of traffic are called %s (give one a name)", name);
        }
    }
    if (!is_identifier(name) || strcmp(name, "total") == 0 || strcmp(name, "connect") == 0 ||
        strcmp(name, "limits") == 0 || strcmp(name, "cliff") == 0)
    {
        return lab_check_wrong(checker, name, "a traffic cannot be called '%.40s'", name);
    }
    if (traffic->direction == LAB_BOTH && traffic->kind != LAB_TRAFFIC_TCP)
    {
        return lab_check_wrong(checker, name, "only tcp goes in both directions at once, not %s", name);
    }
    if (traffic->events_count > 4)
    {
        return lab_check_wrong(checker, "events:", "more than 4 events");
    }
    for (size_t i = 0; err == LAB_OK && i < sizeof numbers / sizeof numbers[0]; i++)
    {
        err = lab_check_expr(checker, numbers[i], false);
    }
    err = err == LAB_OK ? lab_check_fill(checker, traffic->flood.kind) : err;
    for (unsigned i = 0; err == LAB_OK && i < traffic->events_count; i++)
    {
        err = lab_check_expr(checker, traffic->events[i].after, false);
        err = err == LAB_OK ? check_event(checker, &traffic->events[i]) : err;
    }
    return err;
}

static enum lab_err check_texts(struct lab_checker *checker)
{
    const struct lab_experiment *experiment = checker->experiment;
    const char *const texts[] = {
        experiment->link.up,        experiment->link.down,      experiment->link.both,
        experiment->tunnel.proto,   experiment->tunnel.cipher,  experiment->tunnel.auth,
        experiment->tunnel.control, experiment->tunnel.tun_mtu, experiment->tunnel.keepalive};
    enum lab_err err = LAB_OK;
    for (size_t i = 0; err == LAB_OK && i < sizeof texts / sizeof texts[0]; i++)
    {
        err = lab_check_fill(checker, texts[i]);
    }
    for (unsigned i = 0; err == LAB_OK && i < experiment->options_count; i++)
    {
        err = lab_check_fill(checker, experiment->options[i].line);
        err = err == LAB_OK ? lab_check_expr(checker, experiment->options[i].when, false) : err;
    }
    for (unsigned i = 0; err == LAB_OK && i < experiment->features_count; i++)
    {
        err = lab_check_fill(checker, experiment->features[i]);
    }
    for (unsigned i = 0; err == LAB_OK && i < experiment->system_count; i++)
    {
        err = lab_check_fill(checker, experiment->system[i]);
    }
    for (unsigned i = 0; err == LAB_OK && i < experiment->traffic_count; i++)
    {
        err = check_traffic(checker, &experiment->traffic[i]);
    }
    return err;
}

static enum lab_err check_findings(struct lab_checker *checker)
{
    const struct lab_experiment *experiment = checker->experiment;
    enum lab_err err = LAB_OK;
    for (unsigned i = 0; err == LAB_OK && i < experiment->expect_count; i++)
    {
        err = lab_check_expr(checker, experiment->expect[i].that, true);
        err = err == LAB_OK ? lab_check_expr(checker, experiment->expect[i].when, true) : err;
    }
    for (unsigned i = 0; err == LAB_OK && i < experiment->bisect_count; i++)
    {
        err = check_key(checker, experiment->bisect[i].key, false);
        err = err == LAB_OK ? lab_check_expr(checker, experiment->bisect[i].when, true) : err;
        err = err == LAB_OK ? lab_check_expr(checker, experiment->bisect[i].low, false) : err;
        err = err == LAB_OK ? lab_check_expr(checker, experiment->bisect[i].high, false) : err;
    }
    if (err == LAB_OK && experiment->columns_count > LAB_COLUMN_MAX)
    {
        err = lab_check_wrong(checker, "columns:", "more than %d columns", LAB_COLUMN_MAX);
    }
    for (unsigned i = 0; err == LAB_OK && i < experiment->columns_count; i++)
    {
        err = lab_check_expr(checker, experiment->columns[i].of, true);
    }
    for (unsigned i = 0; err == LAB_OK && i < experiment->grids_count; i++)
    {
        err = check_key(checker, experiment->grids[i].rows, true);
        err = err == LAB_OK ? check_key(checker, experiment->grids[i].across, true) : err;
        err = err == LAB_OK ? lab_check_expr(checker, experiment->grids[i].of, true) : err;
    }
    for (unsigned i = 0; err == LAB_OK && i < experiment->knees_count; i++)
    {
        err = check_key(checker, experiment->knees[i].along, false);
        err = err == LAB_OK ? lab_check_expr(checker, experiment->knees[i].of, true) : err;
        if (err == LAB_OK && !(experiment->knees[i].share > 0.0 && experiment->knees[i].share <= 1.0))
        {
            err = lab_check_wrong(checker, "share:", "share of a knee is not between 0 and 1");
        }
    }
    return err;
}

enum lab_err lab_experiment_check(const struct lab_experiment *experiment, const char *text, const char *path,
                                  struct lab_why *why)
{
    struct lab_checker checker = {.experiment = experiment, .text = text, .path = path, .why = why};
    const char *slash = strrchr(path, '/');
    const char *file = slash != NULL ? slash + 1 : path;
    size_t len = strlen(experiment->name);
    if (len == 0 || len >= LAB_NAME_MAX || strncmp(file, experiment->name, len) != 0 ||
        strcmp(file + len, ".yaml") != 0)
    {
        return lab_check_wrong(&checker, experiment->name,
                               "the name '%.40s' is not that of the file (at most %d octets)",
                               experiment->name, LAB_NAME_MAX - 1);
    }
    if (experiment->repeats < 1 || experiment->repeats > 100 || experiment->quick.repeats > 100)
    {
        return lab_check_wrong(&checker, "repeats:", "repeats is not 1 to 100");
    }
    enum lab_err err = check_axes(&checker);
    err = err == LAB_OK ? check_texts(&checker) : err;
    return err == LAB_OK ? check_findings(&checker) : err;
}
