#include "lib/experiment_search.h"

#include "lib/bisect.h"
#include "lib/lines.h"
#include "lib/rng.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define SEARCHES_MAX 256

/* Whole numbers are searched: of values with a fraction, that many parts of one. */
struct range
{
    long low;
    long high;
    double parts; /* 1, 10, 100, 1000 */
    int digits;   /* behind the point */
};

struct search
{
    struct lab_run *run;
    unsigned axis; /* that is searched */
    struct lab_place_in place;
    struct range range;
    char value[32];
    char last_id[192];
};

/* A number of the axis, of the file or of an option may want more parts of one. */
static void count_parts(double number, struct range *range)
{
    while (range->digits < 3 && !isnan(number) &&
           fabs(number * range->parts - round(number * range->parts)) > 1e-6)
    {
        range->parts *= 10.0;
        range->digits++;
    }
}

/* A range that was given, or the smallest and the largest of the axis. */
static enum lab_err range_of(const struct lab_plan *plan, unsigned axis, struct range *range,
                             struct lab_why *why)
{
    const struct lab_axis *at = &plan->experiment->axes[axis];
    double smallest = INFINITY;
    double largest = -INFINITY;
    struct lab_operand value;
    *range = (struct range){.parts = 1.0};
    for (unsigned i = 0; i < at->values_count; i++)
    {
        lab_value_parse(at->values[i], &value);
        smallest = value.number < smallest ? value.number : smallest;
        largest = value.number > largest ? value.number : largest;
        count_parts(value.number, range);
    }
    lab_value_parse(plan->bisect->low != NULL ? plan->bisect->low : "", &value);
    smallest = isnan(value.number) ? smallest : value.number;
    count_parts(value.number, range);
    lab_value_parse(plan->bisect->high != NULL ? plan->bisect->high : "", &value);
    largest = isnan(value.number) ? largest : value.number;
    count_parts(value.number, range);
    if (!(smallest >= 0.0 && smallest < largest && largest < 1e15))
    {
        return lab_why_set(why, LAB_ERR_USAGE, "axis %s has no range of numbers to search (--low, --high)",
                           at->key);
    }
    range->low = lround(smallest * range->parts);
    range->high = lround(largest * range->parts);
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
    snprintf(search->value, sizeof search->value, "%.*f", search->range.digits,
             (double)value / search->range.parts);
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

static json_t *side_json(const struct search *search, bool found, long value)
{
    double number = (double)value / search->range.parts;
    return !found ? json_null() : search->range.digits == 0 ? json_integer(value) : json_real(number);
}

static enum lab_err write_cliff(struct search *search, const struct lab_cliff *cliff, struct lab_why *why)
{
    json_t *values = json_pack("{s:i, s:i, s:i}", "tried", (int)cliff->tried, "before", (int)cliff->before,
                               "confirmed", (int)cliff->confirmed);
    json_object_set_new(values, "good", side_json(search, cliff->found, cliff->good));
    json_object_set_new(values, "bad", side_json(search, cliff->found, cliff->bad));
    return lab_line_measurement(&search->run->record, search->last_id, "cliff", values, NULL, why);
}

static enum lab_err search_one(struct search *search, struct lab_why *why)
{
    struct lab_cliff cliff;
    search->place.values[search->axis] = search->value;
    search->place.repeat = 0;
    search->last_id[0] = '\0';
    enum lab_err err = range_of(search->run->plan, search->axis, &search->range, why);
    err = err == LAB_OK ? lab_bisect(search->range.low, search->range.high, ask, search, &cliff, why) : err;
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

/* The search of this number: subjects change fastest. */
static void choose(const struct lab_plan *plan, unsigned searched, size_t index, struct lab_place_in *place)
{
    const char *subjects[LAB_SUBJECT_MAX * 2];
    size_t subject_count = lab_plan_subjects(plan, subjects, LAB_SUBJECT_MAX * 2);
    *place = (struct lab_place_in){.subject = subjects[index % subject_count], .values = {[0] = NULL}};
    index /= subject_count;
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

/* Does --only mean this search? Its name is that of its points, without the value that is searched. */
static bool is_wanted(const struct lab_plan *plan, unsigned searched, const struct lab_place_in *place)
{
    char id[192];
    int len = snprintf(id, sizeof id, "%s/%s", plan->experiment->name, place->subject);
    for (unsigned i = 0; i < plan->experiment->axes_count && len < (int)sizeof id; i++)
    {
        len += i == searched ? 0
                             : snprintf(id + len, sizeof id - (size_t)len, "/%s=%s",
                                        plan->experiment->axes[i].key, place->values[i]);
    }
    return lab_case_is_wanted(id, plan->only);
}

enum lab_err lab_search_size(const struct lab_plan *plan, size_t *searches, size_t *points,
                             struct lab_why *why)
{
    const char *subjects[LAB_SUBJECT_MAX * 2];
    unsigned axis = axis_of(plan);
    struct range range;
    enum lab_err err = range_of(plan, axis, &range, why);
    size_t count = combinations(plan, axis) * lab_plan_subjects(plan, subjects, LAB_SUBJECT_MAX * 2);
    *searches = 0;
    for (size_t i = 0; err == LAB_OK && i < count; i++)
    {
        struct lab_place_in place;
        choose(plan, axis, i, &place);
        *searches += is_wanted(plan, axis, &place);
    }
    *points = err == LAB_OK ? *searches * lab_bisect_steps(range.low, range.high) : 0;
    if (err == LAB_OK && *searches == 0)
    {
        err = lab_why_set(why, LAB_ERR_USAGE, "no search along %s fits --only and --subjects",
                          plan->bisect->key);
    }
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
    size_t order[LAB_POINT_MAX];
    struct search search = {.run = run, .axis = axis_of(run->plan)};
    struct lab_rng rng = {run->plan->seed};
    size_t wanted;
    size_t points;
    enum lab_err err = lab_search_size(run->plan, &wanted, &points, why);
    size_t count =
        combinations(run->plan, search.axis) * lab_plan_subjects(run->plan, subjects, LAB_SUBJECT_MAX * 2);
    if (err == LAB_OK && count > LAB_POINT_MAX)
    {
        err = lab_why_set(why, LAB_ERR_USAGE, "%zu searches are too many to choose from", count);
    }
    for (size_t i = 0; err == LAB_OK && i < count; i++)
    {
        order[i] = i;
    }
    lab_rng_shuffle(&rng, order, err == LAB_OK ? count : 0, sizeof order[0]);
    for (size_t i = 0; err == LAB_OK && i < count; i++)
    {
        choose(run->plan, search.axis, order[i], &search.place);
        err = is_wanted(run->plan, search.axis, &search.place) ? search_one(&search, why) : LAB_OK;
    }
    return err;
}
