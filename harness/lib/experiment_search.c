#include "lib/experiment_search.h"

#include "lib/bisect.h"
#include "lib/lines.h"
#include "lib/rng.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define SEARCHES_MAX 256

struct search
{
    struct lab_run *run;
    unsigned axis; /* that is searched */
    struct lab_place_in place;
    char value[32];
    char last_id[192];
};

/* A range of the file, or the smallest and the largest of the axis. */
static enum lab_err range_of(const struct lab_plan *plan, unsigned axis, long *low, long *high,
                             struct lab_why *why)
{
    const struct lab_axis *at = &plan->experiment->axes[axis];
    double smallest = INFINITY;
    double largest = -INFINITY;
    for (unsigned i = 0; i < at->values_count; i++)
    {
        struct lab_operand value;
        lab_value_parse(at->values[i], &value);
        smallest = value.number < smallest ? value.number : smallest;
        largest = value.number > largest ? value.number : largest;
    }
    struct lab_operand given;
    lab_value_parse(plan->bisect->low != NULL ? plan->bisect->low : "", &given);
    smallest = isnan(given.number) ? smallest : given.number;
    lab_value_parse(plan->bisect->high != NULL ? plan->bisect->high : "", &given);
    largest = isnan(given.number) ? largest : given.number;
    if (!(smallest >= 0.0 && smallest < largest && largest < 1e15))
    {
        return lab_why_set(why, LAB_ERR_USAGE, "axis %s has no range of numbers to search", at->key);
    }
    *low = (long)smallest;
    *high = (long)largest;
    return LAB_OK;
}

static unsigned axis_of(const struct lab_plan *plan)
{
    unsigned axis = 0;
    while (strcmp(plan->experiment->axes[axis].key, plan->bisect->key) != 0)
    {
        axis++;
    }
    return axis;
}

/* One point at this value. What cannot be measured has no outcome. */
static enum lab_err ask(void *arg, long value, bool *outcome, struct lab_why *why)
{
    struct search *search = arg;
    struct lab_run *run = search->run;
    struct lab_point *point;
    enum lab_verdict verdict;
    snprintf(search->value, sizeof search->value, "%ld", value);
    search->place.repeat++;
    enum lab_err err = lab_plan_add(run->plan, &search->place, &point, why);
    err = err == LAB_OK ? lab_case_of_point(run, point, &run->cases[run->case_count], why) : err;
    if (err != LAB_OK)
    {
        return err;
    }
    snprintf(search->last_id, sizeof search->last_id, "%s", point->id);
    run->case_count++;
    err = lab_run_case(run, run->case_count - 1, &verdict, why);
    if (err != LAB_OK)
    {
        return err;
    }
    const struct lab_finding *finding = &run->findings.list[run->findings.count - 1];
    double number = lab_finding_number(finding, run->plan->bisect->when);
    *outcome = number != 0.0;
    bool counts = verdict == LAB_PASS || verdict == LAB_FAIL || verdict == LAB_TAINTED;
    return counts && !isnan(number) ? LAB_OK
                                    : lab_why_set(why, LAB_ERR_ABSENT, "no outcome at %.150s (%s)", point->id,
                                                  lab_verdict_name(verdict));
}

static enum lab_err write_cliff(struct search *search, const struct lab_cliff *cliff, struct lab_why *why)
{
    json_t *values = json_pack("{s:i, s:i, s:i}", "tried", (int)cliff->tried, "before", (int)cliff->before,
                               "confirmed", (int)cliff->confirmed);
    json_object_set_new(values, "good", cliff->found ? json_integer(cliff->good) : json_null());
    json_object_set_new(values, "bad", cliff->found ? json_integer(cliff->bad) : json_null());
    return lab_line_measurement(&search->run->record, search->last_id, "cliff", values, NULL, why);
}

static enum lab_err search_one(struct search *search, struct lab_why *why)
{
    struct lab_cliff cliff;
    long low;
    long high;
    search->place.values[search->axis] = search->value;
    search->place.repeat = 0;
    search->last_id[0] = '\0';
    enum lab_err err = range_of(search->run->plan, search->axis, &low, &high, why);
    err = err == LAB_OK ? lab_bisect(low, high, ask, search, &cliff, why) : err;
    if (err == LAB_ERR_ABSENT) /* this one cannot be searched; the others may be */
    {
        lab_term_print(&search->run->term, "   not searched further: %s\n", why->text);
        return LAB_OK;
    }
    return err == LAB_OK ? write_cliff(search, &cliff, why) : err;
}

/* Combinations of the other axes, as an index: the last axis changes fastest. */
static size_t combinations(const struct lab_plan *plan, unsigned searched)
{
    size_t count = 1;
    for (unsigned i = 0; i < plan->experiment->axes_count; i++)
    {
        char **values;
        unsigned value_count;
        lab_plan_values(plan, i, &values, &value_count);
        count *= i == searched ? 1 : value_count;
    }
    return count;
}

static void choose(const struct lab_plan *plan, unsigned searched, size_t index, struct lab_place_in *place)
{
    for (unsigned i = plan->experiment->axes_count; i-- > 0;)
    {
        char **values;
        unsigned value_count;
        lab_plan_values(plan, i, &values, &value_count);
        if (i != searched)
        {
            place->values[i] = values[index % value_count];
            index /= value_count;
        }
    }
}

enum lab_err lab_search_size(const struct lab_plan *plan, size_t *searches, size_t *points,
                             struct lab_why *why)
{
    const char *subjects[LAB_SUBJECT_MAX * 2];
    unsigned axis = axis_of(plan);
    long low = 0;
    long high = 1;
    enum lab_err err = range_of(plan, axis, &low, &high, why);
    *searches = combinations(plan, axis) * lab_plan_subjects(plan, subjects, LAB_SUBJECT_MAX * 2);
    *points = err == LAB_OK ? *searches * lab_bisect_steps(low, high) : 0;
    if (err == LAB_OK && (*points > LAB_POINT_MAX || *searches > SEARCHES_MAX))
    {
        err =
            lab_why_set(why, LAB_ERR_USAGE, "%zu searches with %zu points are too many", *searches, *points);
    }
    return err;
}

enum lab_err lab_search_run(struct lab_run *run, struct lab_why *why)
{
    const char *subjects[LAB_SUBJECT_MAX * 2];
    size_t order[SEARCHES_MAX];
    size_t subject_count = lab_plan_subjects(run->plan, subjects, LAB_SUBJECT_MAX * 2);
    struct search search = {.run = run, .axis = axis_of(run->plan)};
    struct lab_rng rng = {run->plan->seed};
    size_t count;
    size_t points;
    enum lab_err err = lab_search_size(run->plan, &count, &points, why);
    for (size_t i = 0; err == LAB_OK && i < count; i++)
    {
        order[i] = i;
    }
    lab_rng_shuffle(&rng, order, err == LAB_OK ? count : 0, sizeof order[0]);
    for (size_t i = 0; err == LAB_OK && i < count; i++)
    {
        search.place.subject = subjects[order[i] % subject_count];
        choose(run->plan, search.axis, order[i] / subject_count, &search.place);
        err = search_one(&search, why);
    }
    return err;
}
