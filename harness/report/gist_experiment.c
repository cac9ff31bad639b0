/* What the points of an experiment say: where an outcome changes, from where on more is no use, how far apart the
 * least and the most of each program lie, and where packets died. */
#include "report/gist.h"

#include "lib/findings.h"
#include "lib/report.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define SUBJECTS_MAX 12
#define KNEES_MAX    8

static void say_cliffs(const struct lab_findings *findings, struct lab_gist *gist)
{
    const json_t *bisect = json_object_get(findings->experiment, "bisect");
    const char *key = lab_loaded_text(bisect, "key");
    struct lab_gist_list text = {.used = 0};
    for (size_t i = 0; bisect != NULL && i < findings->count; i++)
    {
        const json_t *cliff = json_object_get(findings->list[i].measured, "cliff");
        const json_t *good = json_object_get(cliff, "good");
        const json_t *bad = json_object_get(cliff, "bad");
        const char *const without[] = {key, NULL};
        char cell[200], part[300];
        if (cliff == NULL)
        {
            continue;
        }
        lab_finding_title(findings, &findings->list[i], without, cell, sizeof cell);
        if (json_is_number(good) && json_is_number(bad))
        {
            snprintf(part, sizeof part, "%s between %.10g and %.10g%s", cell, json_number_value(good),
                     json_number_value(bad),
                     json_integer_value(json_object_get(cliff, "confirmed")) ? "" : " (not confirmed)");
        }
        else
        {
            snprintf(part, sizeof part, "%s nowhere", cell);
        }
        lab_gist_part(&text, part);
    }
    if (text.parts > 0)
    {
        lab_gist_add(gist, "Where '%s' changes along %s: %s.", lab_loaded_text(bisect, "when"), key, text.of);
    }
}

struct knees
{
    const json_t *def;
    const json_t *axis;
    struct lab_gist_list text;
};

static void add_knee(void *arg, const char *title, const struct lab_finding *const *group, size_t count)
{
    struct knees *knees = arg;
    struct lab_knee_found found;
    char best[24], part[320];
    if (knees->text.parts < KNEES_MAX && lab_findings_knee(knees->def, knees->axis, group, count, &found))
    {
        lab_report_number(best, sizeof best, found.best);
        snprintf(part, sizeof part, "%s from %s on (best %s%s)", title, found.value, best,
                 found.worse ? "; the last value is worse again" : "");
        lab_gist_part(&knees->text, part);
    }
}

/* Title and unit of the column that shows the same figure. */
static const json_t *column_of(const struct lab_findings *findings, const char *of)
{
    size_t index;
    const json_t *column;
    json_array_foreach(json_object_get(findings->experiment, "columns"), index, column)
    {
        if (strcmp(lab_loaded_text(column, "of"), of) == 0)
        {
            return column;
        }
    }
    return NULL;
}

static void say_knees(const struct lab_findings *findings, struct lab_gist *gist)
{
    size_t index;
    const json_t *def;
    json_array_foreach(json_object_get(findings->experiment, "knees"), index, def)
    {
        const char *along = lab_loaded_text(def, "along");
        const json_t *column = column_of(findings, lab_loaded_text(def, "of"));
        const char *const without[] = {along, NULL};
        struct knees knees = {.def = def, .axis = lab_findings_axis(findings, along)};
        if (knees.axis != NULL)
        {
            lab_findings_each_group(findings, without, add_knee, &knees);
        }
        if (knees.text.parts > 0)
        {
            lab_gist_add(gist, "%.0f %% of the best %s along %s: %s.",
                         json_number_value(json_object_get(def, "share")) * 100.0,
                         column != NULL ? lab_loaded_text(column, "title") : lab_loaded_text(def, "of"),
                         lab_loaded_text(knees.axis, "title"), knees.text.of);
        }
    }
}

/* The least and the most of a figure, by subject. */
struct extremes
{
    const struct lab_findings *findings;
    const char *of;
    size_t count;
    struct
    {
        char subject[96];
        char least_at[160];
        char most_at[160];
        double least;
        double most;
        size_t cells;
        size_t repeats; /* the fewest of a cell */
    } list[SUBJECTS_MAX];
};

static size_t place_of(struct extremes *extremes, const char *subject)
{
    size_t at = 0;
    while (at < extremes->count && strcmp(extremes->list[at].subject, subject) != 0)
    {
        at++;
    }
    if (at == extremes->count && at < SUBJECTS_MAX)
    {
        snprintf(extremes->list[at].subject, sizeof extremes->list[at].subject, "%s", subject);
        extremes->list[at].least = INFINITY;
        extremes->list[at].most = -INFINITY;
        extremes->list[at].repeats = SIZE_MAX;
        extremes->count++;
    }
    return at;
}

static void add_cell(void *arg, const char *title, const struct lab_finding *const *group, size_t count)
{
    (void)title;
    struct extremes *extremes = arg;
    static const char *const without[] = {"subject", NULL};
    char subject[96], cell[160];
    double value = lab_findings_median(group, count, NULL, 0, extremes->of);
    size_t counted = 0;
    if (isnan(value))
    {
        return;
    }
    for (size_t i = 0; i < count; i++)
    {
        counted += lab_finding_counts(group[i]);
    }
    lab_finding_value(group[0], "subject", subject, sizeof subject);
    lab_finding_title(extremes->findings, group[0], without, cell, sizeof cell);
    size_t at = place_of(extremes, subject);
    if (at == SUBJECTS_MAX)
    {
        return;
    }
    if (value < extremes->list[at].least)
    {
        extremes->list[at].least = value;
        snprintf(extremes->list[at].least_at, sizeof extremes->list[at].least_at, "%s", cell);
    }
    if (value > extremes->list[at].most)
    {
        extremes->list[at].most = value;
        snprintf(extremes->list[at].most_at, sizeof extremes->list[at].most_at, "%s", cell);
    }
    extremes->list[at].cells++;
    extremes->list[at].repeats = counted < extremes->list[at].repeats ? counted : extremes->list[at].repeats;
}

/* The first column is what the experiment is about. */
static void say_extremes(const struct lab_findings *findings, struct lab_gist *gist)
{
    static const char *const without[] = {NULL};
    const json_t *column = json_array_get(json_object_get(findings->experiment, "columns"), 0);
    struct extremes extremes = {.findings = findings, .of = lab_loaded_text(column, "of")};
    struct lab_gist_list text = {.used = 0};
    bool once = false;
    if (column != NULL)
    {
        lab_findings_each_group(findings, without, add_cell, &extremes);
    }
    for (size_t i = 0; i < extremes.count; i++)
    {
        char least[24], most[24], part[480];
        lab_report_number(least, sizeof least, extremes.list[i].least);
        lab_report_number(most, sizeof most, extremes.list[i].most);
        if (extremes.list[i].cells < 2 || extremes.list[i].least == extremes.list[i].most)
        {
            snprintf(part, sizeof part, "%s %s", extremes.list[i].subject, most);
        }
        else
        {
            snprintf(part, sizeof part, "%s %s (%s) to %s (%s)", extremes.list[i].subject, least,
                     extremes.list[i].least_at, most, extremes.list[i].most_at);
        }
        lab_gist_part(&text, part);
        once = once || extremes.list[i].repeats < 2;
    }
    if (text.parts > 0)
    {
        lab_gist_add(gist, "%s%s%s, least to most: %s%s.", lab_loaded_text(column, "title"),
                     lab_loaded_text(column, "unit")[0] != '\0' ? ", " : "", lab_loaded_text(column, "unit"),
                     text.of, once ? " (some were measured once: no interval there)" : "");
    }
}

/* The point of each program at which the most packets died of one cause. */
static void say_died(const struct lab_findings *findings, struct lab_gist *gist)
{
    static const char *const without[] = {"subject", NULL};
    char subjects[SUBJECTS_MAX][96];
    size_t count = 0;
    struct lab_gist_list text = {.used = 0};
    bool some = false;
    for (size_t i = 0; i < findings->count && count < SUBJECTS_MAX; i++)
    {
        char subject[96], cause[64] = "", cell[160] = "", part[360];
        double most = 0.0;
        bool before = false;
        lab_finding_value(&findings->list[i], "subject", subject, sizeof subject);
        for (size_t at = 0; at < count; at++)
        {
            before = before || strcmp(subjects[at], subject) == 0;
        }
        for (size_t j = i; j < findings->count && !before; j++)
        {
            char other[96], here[64];
            lab_finding_value(&findings->list[j], "subject", other, sizeof other);
            double died =
                strcmp(other, subject) == 0 ? lab_finding_died(&findings->list[j], here, sizeof here) : 0.0;
            if (died > most)
            {
                most = died;
                snprintf(cause, sizeof cause, "%s", here);
                lab_finding_title(findings, &findings->list[j], without, cell, sizeof cell);
            }
        }
        some = some || most > 0.0;
        if (!before)
        {
            snprintf(subjects[count++], sizeof subjects[0], "%s", subject);
            snprintf(part, sizeof part, "%s %s%s%s%s", subject, most > 0.0 ? cause : "none",
                     cell[0] != '\0' ? " (" : "", cell, cell[0] != '\0' ? ")" : "");
            lab_gist_part(&text, part);
        }
    }
    if (some)
    {
        lab_gist_add(gist, "Packets that died of one cause at one point, the most: %s.", text.of);
    }
}

void lab_gist_experiment(const struct lab_loaded *loaded, struct lab_gist *gist)
{
    struct lab_findings findings = {.list = NULL};
    for (size_t i = 0; i < json_array_size(loaded->lines); i++)
    {
        lab_findings_add(&findings, json_array_get(loaded->lines, i));
    }
    if (findings.experiment != NULL && strcmp(lab_loaded_text(loaded->start, "suite"), "explain") != 0)
    {
        say_cliffs(&findings, gist);
        if (json_object_get(findings.experiment, "bisect") == NULL)
        {
            say_knees(&findings, gist);
            lab_gist_effects(&findings, gist);
            say_extremes(&findings, gist);
        }
        say_died(&findings, gist);
    }
    lab_findings_clear(&findings);
}
