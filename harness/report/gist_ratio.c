/* Records that compare: two ends of a gap, two builds, programs against goals, subjects against the reference. */
#include "report/gist.h"

#include "lib/ratios.h"
#include "lib/report.h"
#include "lib/stats.h"
#include "lib/stats_boot.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define FIGURES_MAX 7

void lab_ratio_print(char *text, size_t size, double middle, double low, double high)
{
    char numbers[3][24];
    lab_report_number(numbers[0], sizeof numbers[0], middle);
    lab_report_number(numbers[1], sizeof numbers[1], low);
    lab_report_number(numbers[2], sizeof numbers[2], high);
    snprintf(text, size, "x %s [%s to %s]", numbers[0], numbers[1], numbers[2]);
}

bool lab_ratio_of_logs(char *text, size_t size, const double *logs, size_t count)
{
    double middle = lab_stats_median(logs, count);
    double mean = lab_stats_mean(logs, count);
    char number[24];
    lab_report_number(number, sizeof number, exp(middle));
    snprintf(text, size, "x %s (measured once)", number);
    if (count > 1)
    {
        double half =
            lab_stats_student(0.975, count - 1) * lab_stats_deviation(logs, count) / sqrt((double)count);
        lab_ratio_print(text, size, exp(middle), exp(mean - half), exp(mean + half));
    }
    return count > 0;
}

static double number_of(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

/* Appends to a text; what does not fit is cut. */
LAB_PRINTF(3, 4) static void append(char *text, size_t size, const char *fmt, ...)
{
    size_t used = strlen(text);
    va_list args;
    va_start(args, fmt);
    vsnprintf(text + used, size - used, fmt, args);
    va_end(args);
}

/* A step counts as an explanation when its interval leaves 1 out, and its share is worth a word. */
static bool explains(const json_t *step)
{
    double low = number_of(step, "ratio_low");
    double high = number_of(step, "ratio_high");
    return (low > 1.0 || high < 1.0) && number_of(step, "share") >= 0.05;
}

static const json_t *next_step(const json_t *steps, double below, double *share)
{
    const json_t *best = NULL;
    *share = -INFINITY;
    for (size_t i = 0; i < json_array_size(steps); i++)
    {
        const json_t *step = json_array_get(steps, i);
        double here = number_of(step, "share");
        if (explains(step) && here < below && here > *share)
        {
            best = step;
            *share = here;
        }
    }
    return best;
}

static void explain_series(const json_t *line, const json_t *series, struct lab_gist *gist)
{
    char steps[400] = "";
    char name[64];
    char from[24], to[24], ratio[24];
    double share = INFINITY;
    const json_t *step;
    const char *title = lab_loaded_text(series, "title");
    double a = number_of(series, "a");
    double b = number_of(series, "b");
    lab_gist_words(name, sizeof name, lab_loaded_text(series, "name"));
    while ((step = next_step(json_object_get(series, "steps"), share, &share)) != NULL)
    {
        double low = number_of(step, "share_low");
        append(steps, sizeof steps, "%s%s %.0f %%", steps[0] != '\0' ? "; " : "",
               lab_loaded_text(step, "title"), share * 100.0);
        if (isfinite(low))
        {
            append(steps, sizeof steps, " [%.0f to %.0f]", low * 100.0,
                   number_of(step, "share_high") * 100.0);
        }
    }
    lab_report_number(from, sizeof from, a);
    lab_report_number(to, sizeof to, b);
    lab_report_number(ratio, sizeof ratio, b / a);
    lab_gist_add(gist, "%s: %s %s with %s, %s with %s: x %s. %s%s.", title[0] != '\0' ? title : name, from,
                 lab_loaded_text(series, "unit"), lab_loaded_text(line, "a"), to, lab_loaded_text(line, "b"),
                 ratio, steps[0] != '\0' ? "What explains the gap: " : "No factor stands out of the noise",
                 steps);
}

void lab_gist_explain(const struct lab_loaded *loaded, struct lab_gist *gist)
{
    for (size_t i = 0; i < json_array_size(loaded->lines); i++)
    {
        const json_t *line = json_array_get(loaded->lines, i);
        const json_t *list = json_object_get(line, "series");
        bool explain = strcmp(lab_loaded_text(line, "kind"), "explain") == 0;
        for (size_t s = 0; explain && s < json_array_size(list); s++)
        {
            explain_series(line, json_array_get(list, s), gist);
        }
    }
}

static const struct lab_loaded_case *find_case(const struct lab_loaded *loaded, const char *id)
{
    for (size_t i = 0; i < loaded->case_count; i++)
    {
        if (strcmp(loaded->cases[i].id, id) == 0)
        {
            return &loaded->cases[i];
        }
    }
    return NULL;
}

void lab_gist_compare(const struct lab_loaded *loaded, struct lab_gist *gist)
{
    const struct lab_loaded_case *compare = find_case(loaded, "compare");
    const char *arms = "";
    for (size_t i = 0; compare != NULL && i < json_array_size(compare->checks); i++)
    {
        const json_t *line = json_array_get(compare->checks, i);
        const char *reason = lab_loaded_text(line, "reason");
        const char *ends = strstr(reason, "; A: ");
        char name[64];
        lab_gist_words(name, sizeof name, lab_loaded_text(line, "name"));
        arms = ends != NULL ? ends + 2 : arms;
        lab_gist_add(gist, "%s, B to A: %.*s.", name, ends != NULL ? (int)(ends - reason) : 400, reason);
    }
    if (arms[0] != '\0')
    {
        lab_gist_add(gist, "%s.", arms);
    }
}

/* "tcp_up: ovref-openssl / openvpn-2.6 >= 8.5" in its parts. */
struct goal
{
    char figure[64];
    char pair[128];
};

static bool read_goal(const char *name, struct goal *goal)
{
    const char *colon = strstr(name, ": ");
    const char *sign = colon != NULL ? strpbrk(colon, "<>") : NULL;
    if (sign == NULL || sign - colon < 3)
    {
        return false;
    }
    char figure[64];
    snprintf(figure, sizeof figure, "%.*s", (int)(colon - name), name);
    lab_gist_words(goal->figure, sizeof goal->figure, figure);
    snprintf(goal->pair, sizeof goal->pair, "%.*s", (int)(sign - colon - 3), colon + 2);
    return true;
}

/* All ratios of the pair that the goals begin with. */
static void first_pair(const struct lab_loaded_case *goals, struct lab_gist *gist)
{
    char text[LAB_GIST_TEXT] = "";
    char pair[128] = "";
    size_t figures = 0;
    for (size_t i = 0; i < json_array_size(goals->measurements); i++)
    {
        const json_t *line = json_array_get(goals->measurements, i);
        struct goal goal;
        char ratio[24], low[24], high[24];
        bool fits = read_goal(lab_loaded_text(line, "name"), &goal) &&
                    (pair[0] == '\0' || strcmp(goal.pair, pair) == 0);
        if (fits && isfinite(lab_loaded_value(line, "ratio")) && figures++ < FIGURES_MAX)
        {
            snprintf(pair, sizeof pair, "%s", goal.pair);
            lab_report_number(ratio, sizeof ratio, lab_loaded_value(line, "ratio"));
            lab_report_number(low, sizeof low, lab_loaded_value(line, "ratio_low"));
            lab_report_number(high, sizeof high, lab_loaded_value(line, "ratio_high"));
            append(text, sizeof text, "%s%s x %s [%s, %s]", text[0] != '\0' ? "; " : "", goal.figure, ratio,
                   low, high);
        }
    }
    if (pair[0] != '\0')
    {
        lab_gist_add(gist, "%s: %s.", pair, text);
    }
}

void lab_gist_goals(const struct lab_loaded *loaded, struct lab_gist *gist)
{
    const struct lab_loaded_case *goals = find_case(loaded, "goals");
    size_t counts[LAB_VERDICT_COUNT] = {0};
    for (size_t i = 0; goals != NULL && i < json_array_size(goals->checks); i++)
    {
        enum lab_verdict verdict = LAB_ERROR;
        (void)lab_verdict_parse(lab_loaded_text(json_array_get(goals->checks, i), "verdict"), &verdict);
        counts[verdict]++;
    }
    if (goals == NULL || json_array_size(goals->checks) == 0)
    {
        return;
    }
    lab_gist_add(gist,
                 "%zu goals are met, %zu are not, %zu are undecided: their interval holds the goal, or "
                 "too few rounds were quiet.",
                 counts[LAB_PASS], counts[LAB_FAIL], counts[LAB_INCONCLUSIVE]);
    first_pair(goals, gist);
    for (size_t i = 0; i < json_array_size(goals->checks); i++)
    {
        const json_t *line = json_array_get(goals->checks, i);
        if (strcmp(lab_loaded_text(line, "verdict"), "FAIL") == 0)
        {
            lab_gist_add(gist, "%s: %s.", lab_loaded_text(line, "name"), lab_loaded_text(line, "reason"));
        }
    }
}

static double value_of(const struct lab_loaded_case *item, const char *name)
{
    for (size_t i = 0; i < json_array_size(item->measurements); i++)
    {
        const json_t *line = json_array_get(item->measurements, i);
        if (strcmp(lab_loaded_text(line, "name"), name) == 0)
        {
            return lab_loaded_value(line, "goodput_mbps");
        }
    }
    return NAN;
}

/* The first case that passed in which both ends are this subject. */
static const struct lab_loaded_case *alone(const struct lab_loaded *loaded, const char *subject)
{
    for (size_t i = 0; i < loaded->case_count; i++)
    {
        const json_t *line = loaded->cases[i].line;
        if (lab_loaded_verdict(&loaded->cases[i]) == LAB_PASS &&
            strcmp(lab_loaded_text(line, "client"), subject) == 0 &&
            strcmp(lab_loaded_text(line, "server"), subject) == 0)
        {
            return &loaded->cases[i];
        }
    }
    return NULL;
}

void lab_gist_reference(const struct lab_loaded *loaded, struct lab_gist *gist)
{
    char text[LAB_GIST_TEXT] = "";
    const struct lab_loaded_case *reference = alone(loaded, LAB_REFERENCE);
    bool suite = json_object_get(loaded->start, "experiment") == NULL;
    for (size_t i = 0; suite && reference != NULL && i < loaded->case_count; i++)
    {
        const struct lab_loaded_case *item = &loaded->cases[i];
        const char *subject = lab_loaded_text(item->line, "client");
        double up = value_of(item, "tcp_up") / value_of(reference, "tcp_up");
        double down = value_of(item, "tcp_down") / value_of(reference, "tcp_down");
        if (subject[0] != '\0' && item != reference && alone(loaded, subject) == item && isfinite(up) &&
            isfinite(down))
        {
            append(text, sizeof text, "%s%s x %.3g up and x %.3g down", text[0] != '\0' ? "; " : "", subject,
                   up, down);
        }
    }
    if (text[0] != '\0')
    {
        lab_gist_add(gist,
                     "TCP against " LAB_REFERENCE " in the same run: %s (one transfer each: no interval, so "
                     "a first look and no result).",
                     text);
    }
}
