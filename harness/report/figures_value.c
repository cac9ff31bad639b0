#include "report/figures.h"

#include "lib/expr.h"
#include "lib/report.h"
#include "lib/stats.h"
#include "report/gist.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define REPEATS_MAX 128
#define NO_RESULT   "(disturbed: no result)"

static double number_of(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static void ratio_of_logs(char *text, const double *logs, size_t count)
{
    if (!lab_ratio_of_logs(text, LAB_FIGURE_TEXT, logs, count))
    {
        snprintf(text, LAB_FIGURE_TEXT, NO_RESULT);
    }
}

/* A count in all its digits, anything else in three. */
static void print_number(char *text, size_t size, double value)
{
    if (value == floor(value) && fabs(value) < 1e9)
    {
        snprintf(text, size, "%.0f", value);
        return;
    }
    lab_report_number(text, size, value);
}

static enum lab_err holds(const struct lab_finding *finding, const char *when, bool *held,
                          struct lab_why *why)
{
    struct lab_operand value;
    enum lab_err err = lab_finding_eval(finding, when, &value, why);
    *held = err == LAB_OK && !value.is_text && value.number == 1.0;
    return err;
}

/* The figure at the one point where `when` holds, by repeat; NaN where it is missing or was disturbed. */
static enum lab_err read_point(const struct lab_findings *findings, const char *of, const char *when,
                               double values[static REPEATS_MAX], struct lab_why *why)
{
    size_t found = 0;
    char first[192] = "";
    for (size_t i = 0; i < REPEATS_MAX; i++)
    {
        values[i] = NAN;
    }
    for (size_t i = 0; i < findings->count; i++)
    {
        const struct lab_finding *finding = &findings->list[i];
        bool held = false;
        enum lab_err err = finding->line != NULL ? holds(finding, when, &held, why) : LAB_OK;
        if (err != LAB_OK)
        {
            return err;
        }
        size_t repeat =
            (size_t)json_integer_value(json_object_get(json_object_get(finding->line, "cell"), "repeat"));
        size_t len = strlen(finding->id) - (held ? strlen(strrchr(finding->id, '/')) : 0);
        if (!held || repeat == 0 || repeat > REPEATS_MAX)
        {
            continue;
        }
        if (found++ > 0 && (strlen(first) != len || strncmp(first, finding->id, len) != 0))
        {
            return lab_why_set(why, LAB_ERR_FORMAT, "'%s' holds at more than one point: %s, %s", when, first,
                               finding->id);
        }
        snprintf(first, sizeof first, "%.*s", (int)len, finding->id);
        values[repeat - 1] = lab_finding_counts(finding) ? lab_finding_number(finding, of) : NAN;
    }
    return found > 0 ? LAB_OK : lab_why_set(why, LAB_ERR_FORMAT, "'%s' holds at no point", when);
}

static enum lab_err point_value(const struct lab_findings *findings, const struct lab_figure_slot *slot,
                                char *text, struct lab_why *why)
{
    double values[REPEATS_MAX];
    size_t count = 0;
    double least = INFINITY, most = -INFINITY;
    enum lab_err err = read_point(findings, slot->parts[0], slot->parts[1], values, why);
    for (size_t i = 0; err == LAB_OK && i < REPEATS_MAX; i++)
    {
        if (isfinite(values[i]))
        {
            least = fmin(least, values[i]);
            most = fmax(most, values[i]);
            values[count++] = values[i];
        }
    }
    char number[24];
    print_number(number, sizeof number, lab_stats_median(values, count));
    snprintf(text, LAB_FIGURE_TEXT, "%s", count == 0 ? NO_RESULT : number);
    if (count > 1 && least < most)
    {
        char low[24], high[24];
        print_number(low, sizeof low, least);
        print_number(high, sizeof high, most);
        snprintf(text, LAB_FIGURE_TEXT, "%s (%s to %s)", number, low, high);
    }
    return err;
}

static enum lab_err point_ratio(const struct lab_findings *findings, const struct lab_figure_slot *slot,
                                char *text, struct lab_why *why)
{
    double values[REPEATS_MAX], against[REPEATS_MAX];
    size_t count = 0;
    enum lab_err err = read_point(findings, slot->parts[0], slot->parts[1], values, why);
    err = err == LAB_OK ? read_point(findings, slot->parts[0], slot->parts[2], against, why) : err;
    for (size_t i = 0; err == LAB_OK && i < REPEATS_MAX; i++)
    {
        double ratio = values[i] / against[i];
        if (isfinite(ratio) && ratio > 0.0)
        {
            values[count++] = log(ratio);
        }
    }
    if (err == LAB_OK)
    {
        ratio_of_logs(text, values, count);
    }
    return err;
}

static enum lab_err cliff(const struct lab_findings *findings, const char *when, char *text,
                          struct lab_why *why)
{
    for (size_t i = 0; i < findings->count; i++)
    {
        const struct lab_finding *finding = &findings->list[i];
        const json_t *found = json_object_get(finding->measured, "cliff");
        bool held = false;
        enum lab_err err = found != NULL ? holds(finding, when, &held, why) : LAB_OK;
        if (err != LAB_OK)
        {
            return err;
        }
        if (held)
        {
            snprintf(text, LAB_FIGURE_TEXT, "%.10g and %.10g", number_of(found, "good"),
                     number_of(found, "bad"));
            return LAB_OK;
        }
    }
    return lab_why_set(why, LAB_ERR_FORMAT, "no bisection in which '%s'", when);
}

static enum lab_err goal(const struct lab_loaded *loaded, const char *name, char *text, struct lab_why *why)
{
    for (size_t i = 0; i < loaded->case_count; i++)
    {
        const struct lab_loaded_case *item = &loaded->cases[i];
        for (size_t m = 0; strcmp(item->id, "goals") == 0 && m < json_array_size(item->measurements); m++)
        {
            const json_t *line = json_array_get(item->measurements, m);
            const char *of = lab_loaded_text(line, "name");
            size_t len = strlen(name);
            if (strncmp(of, name, len) == 0 && of[len] == ' ')
            {
                lab_ratio_print(text, LAB_FIGURE_TEXT, lab_loaded_value(line, "ratio"),
                                lab_loaded_value(line, "ratio_low"), lab_loaded_value(line, "ratio_high"));
                return LAB_OK;
            }
        }
    }
    return lab_why_set(why, LAB_ERR_FORMAT, "no goal '%s'", name);
}

/* A figure of the case ROUND/ARM; NaN where it was disturbed or is not there. */
static double arm_value(const struct lab_loaded *loaded, unsigned round, const char *arm, const char *name,
                        const char *key)
{
    char id[128];
    snprintf(id, sizeof id, "%u/%s", round, arm);
    for (size_t i = 0; i < loaded->case_count; i++)
    {
        const struct lab_loaded_case *item = &loaded->cases[i];
        bool fits = strcmp(item->id, id) == 0 && lab_loaded_verdict(item) == LAB_PASS;
        for (size_t m = 0; fits && m < json_array_size(item->measurements); m++)
        {
            const json_t *line = json_array_get(item->measurements, m);
            if (strcmp(lab_loaded_text(line, "name"), name) == 0)
            {
                return lab_loaded_value(line, key);
            }
        }
    }
    return NAN;
}

static enum lab_err arms_ratio(const struct lab_loaded *loaded, const char *words, char *text,
                               struct lab_why *why)
{
    char arm[64] = "", against[64] = "", name[64] = "", key[64] = "";
    double logs[REPEATS_MAX];
    size_t count = 0;
    int read = sscanf(words, "%63s %63s %63s %63s", arm, against, name, key);
    for (unsigned round = 1; read == 4 && round <= REPEATS_MAX; round++)
    {
        double ratio =
            arm_value(loaded, round, arm, name, key) / arm_value(loaded, round, against, name, key);
        if (isfinite(ratio) && ratio > 0.0)
        {
            logs[count++] = log(ratio);
        }
    }
    ratio_of_logs(text, logs, count);
    return count > 0 ? LAB_OK : lab_why_set(why, LAB_ERR_FORMAT, "no round has arms '%s'", words);
}

static const json_t *series_of(const struct lab_loaded *loaded, const char *name)
{
    for (size_t i = 0; i < json_array_size(loaded->lines); i++)
    {
        const json_t *line = json_array_get(loaded->lines, i);
        const json_t *list =
            strcmp(lab_loaded_text(line, "kind"), "explain") == 0 ? json_object_get(line, "series") : NULL;
        for (size_t s = 0; s < json_array_size(list); s++)
        {
            if (strcmp(lab_loaded_text(json_array_get(list, s), "name"), name) == 0)
            {
                return json_array_get(list, s);
            }
        }
    }
    return NULL;
}

/* Both ends in each round: the product of all steps. */
static void gap(const json_t *series, char *text)
{
    double logs[REPEATS_MAX] = {0.0};
    size_t rounds = REPEATS_MAX;
    const json_t *steps = json_object_get(series, "steps");
    for (size_t i = 0; i < json_array_size(steps); i++)
    {
        const json_t *samples = json_object_get(json_array_get(steps, i), "samples");
        rounds = json_array_size(samples) < rounds ? json_array_size(samples) : rounds;
        for (size_t r = 0; r < rounds; r++)
        {
            logs[r] += json_number_value(json_array_get(samples, r));
        }
    }
    ratio_of_logs(text, logs, json_array_size(steps) > 0 ? rounds : 0);
}

static enum lab_err explained(const struct lab_loaded *loaded, const char *what, const char *words,
                              char *text, struct lab_why *why)
{
    char name[64] = "", factor[64] = "";
    (void)sscanf(words, "%63s %63s", name, factor);
    const json_t *series = series_of(loaded, name);
    const json_t *steps = json_object_get(series, "steps");
    if (series != NULL && strcmp(what, "gap") == 0)
    {
        gap(series, text);
        return LAB_OK;
    }
    for (size_t i = 0; i < json_array_size(steps); i++)
    {
        const json_t *step = json_array_get(steps, i);
        if (strcmp(lab_loaded_text(step, "factor"), factor) == 0 && strcmp(what, "step") == 0)
        {
            lab_ratio_print(text, LAB_FIGURE_TEXT, number_of(step, "ratio"), number_of(step, "ratio_low"),
                            number_of(step, "ratio_high"));
            return LAB_OK;
        }
        if (strcmp(lab_loaded_text(step, "factor"), factor) == 0)
        {
            snprintf(text, LAB_FIGURE_TEXT, "%.0f %% [%.0f to %.0f]", 100.0 * number_of(step, "share"),
                     100.0 * number_of(step, "share_low"), 100.0 * number_of(step, "share_high"));
            return LAB_OK;
        }
    }
    return lab_why_set(why, LAB_ERR_FORMAT, "no %s '%s'", what, words);
}

/* "goal NAME" begins with the word "goal". */
static const char *after_word(const char *text, const char *word)
{
    size_t len = strlen(word);
    return strncmp(text, word, len) == 0 && text[len] == ' ' ? text + len + 1 : NULL;
}

enum lab_err lab_figure(const struct lab_loaded *loaded, const struct lab_findings *findings,
                        const struct lab_figure_slot *slot, char text[static LAB_FIGURE_TEXT],
                        struct lab_why *why)
{
    static const char *const explains[] = {"gap", "step", "share"};
    const char *of = slot->parts[0];
    const char *words;
    if (slot->count == 3)
    {
        return point_ratio(findings, slot, text, why);
    }
    if (slot->count == 2)
    {
        return point_value(findings, slot, text, why);
    }
    if ((words = after_word(of, "cliff")) != NULL)
    {
        return cliff(findings, words, text, why);
    }
    if ((words = after_word(of, "goal")) != NULL)
    {
        return goal(loaded, words, text, why);
    }
    if ((words = after_word(of, "arms")) != NULL)
    {
        return arms_ratio(loaded, words, text, why);
    }
    for (size_t i = 0; i < sizeof explains / sizeof explains[0]; i++)
    {
        if ((words = after_word(of, explains[i])) != NULL)
        {
            return explained(loaded, explains[i], words, text, why);
        }
    }
    return lab_why_set(why, LAB_ERR_FORMAT, "'%s' is no figure", of);
}
