#include "lib/cover.h"

#include "lib/rng.h"

#include <stdlib.h>
#include <string.h>

#define CANDIDATES 12

/* Pairs still to be met, as a table over (factor, value) x (factor, value). */
struct pairs
{
    const struct lab_cover_model *model;
    struct lab_rng rng;
    size_t columns; /* the factors, and behind them factors 0 and 1 as one */
    size_t offset[LAB_COVER_FACTORS + 2];
    size_t width;
    uint16_t *met;    /* how many rows meet the pair */
    uint8_t *missing; /* it can be met, and no row does */
    size_t missing_count;
};

static size_t at(const struct pairs *pairs, size_t f, int v, size_t g, int w)
{
    return (pairs->offset[f] + (size_t)v) * pairs->width + pairs->offset[g] + (size_t)w;
}

static bool is_allowed(const struct lab_cover_model *model, const struct lab_cover_row *row)
{
    return model->allowed == NULL || model->allowed(model->arg, row);
}

#define STEPS_WITHOUT_LOOKING 300

/* Values are tried in order. Where that runs into one dead end after the other, each step looks first whether all
 * that is open keeps a value: that costs more a step, and finds dead ends where they begin. */
struct search
{
    const struct lab_cover_model *model;
    size_t steps;
    bool looks_ahead;
};

static bool keeps_value(const struct lab_cover_model *model, struct lab_cover_row *row, size_t factor)
{
    bool kept = row->value[factor] != LAB_COVER_OPEN;
    for (size_t value = 0; !kept && value < model->sizes[factor]; value++)
    {
        row->value[factor] = (int8_t)value;
        kept = is_allowed(model, row);
        row->value[factor] = LAB_COVER_OPEN;
    }
    return kept;
}

static bool may_go_on(struct search *search, struct lab_cover_row *row)
{
    bool fine = is_allowed(search->model, row);
    for (size_t factor = 0; fine && search->looks_ahead && factor < search->model->factor_count; factor++)
    {
        fine = keeps_value(search->model, row, factor);
    }
    return fine;
}

static bool complete_from(struct search *search, struct lab_cover_row *row, size_t factor)
{
    const struct lab_cover_model *model = search->model;
    while (factor < model->factor_count && row->value[factor] != LAB_COVER_OPEN)
    {
        factor++;
    }
    if (factor == model->factor_count)
    {
        return true;
    }
    for (size_t value = 0; value < model->sizes[factor]; value++)
    {
        if (!search->looks_ahead && search->steps++ == STEPS_WITHOUT_LOOKING)
        {
            break;
        }
        row->value[factor] = (int8_t)value;
        if (may_go_on(search, row) && complete_from(search, row, factor + 1))
        {
            return true;
        }
        if (!search->looks_ahead && search->steps > STEPS_WITHOUT_LOOKING)
        {
            break;
        }
    }
    row->value[factor] = LAB_COVER_OPEN;
    return false;
}

bool lab_cover_complete(const struct lab_cover_model *model, struct lab_cover_row *row)
{
    struct search search = {.model = model};
    if (!is_allowed(model, row))
    {
        return false;
    }
    bool found = complete_from(&search, row, 0);
    if (!found && search.steps > STEPS_WITHOUT_LOOKING)
    {
        search.looks_ahead = true;
        found = may_go_on(&search, row) && complete_from(&search, row, 0);
    }
    return found;
}

static bool can_complete(const struct lab_cover_model *model, const struct lab_cover_row *row)
{
    struct lab_cover_row copy = *row;
    return lab_cover_complete(model, &copy);
}

static struct lab_cover_row open_row(void)
{
    struct lab_cover_row row;
    memset(row.value, LAB_COVER_OPEN, sizeof row.value);
    return row;
}

/* The value of a column, LAB_COVER_OPEN when it has none. */
static int value_of(const struct pairs *pairs, const struct lab_cover_row *row, size_t column)
{
    const struct lab_cover_model *model = pairs->model;
    if (column < model->factor_count)
    {
        return row->value[column];
    }
    bool whole = row->value[0] != LAB_COVER_OPEN && row->value[1] != LAB_COVER_OPEN;
    return whole && model->joined(model->arg, row->value[0], row->value[1])
               ? row->value[0] * (int)model->sizes[1] + row->value[1]
               : LAB_COVER_OPEN;
}

/* Sets a column; the last one is two factors. */
static void set_value(const struct pairs *pairs, struct lab_cover_row *row, size_t column, size_t value)
{
    if (column < pairs->model->factor_count)
    {
        row->value[column] = (int8_t)value;
        return;
    }
    row->value[0] = (int8_t)(value / pairs->model->sizes[1]);
    row->value[1] = (int8_t)(value % pairs->model->sizes[1]);
}

static size_t count_column(const struct pairs *pairs, const struct lab_cover_row *row, size_t column,
                           int value)
{
    size_t count = 0;
    for (size_t g = 0; g < pairs->columns; g++)
    {
        int other = value_of(pairs, row, g);
        if (g != column && other != LAB_COVER_OPEN)
        {
            count += pairs->missing[at(pairs, column, value, g, other)];
        }
    }
    return count;
}

/* How many missing pairs the row would meet if the factor had the value. */
static size_t count_new(const struct pairs *pairs, const struct lab_cover_row *row, size_t factor, int value)
{
    struct lab_cover_row with = *row;
    with.value[factor] = (int8_t)value;
    size_t count = count_column(pairs, &with, factor, value);
    size_t joint = pairs->model->factor_count;
    if (factor < 2 && joint < pairs->columns && value_of(pairs, &with, joint) != LAB_COVER_OPEN)
    {
        count += count_column(pairs, &with, joint, value_of(pairs, &with, joint));
    }
    return count;
}

/* Adds a row's pairs (step 1) or takes them away (step -1). */
static void note_row(struct pairs *pairs, const struct lab_cover_row *row, int step)
{
    for (size_t f = 0; f < pairs->columns; f++)
    {
        for (size_t g = 0; g < pairs->columns; g++)
        {
            int v = value_of(pairs, row, f);
            int w = value_of(pairs, row, g);
            if (f == g || v == LAB_COVER_OPEN || w == LAB_COVER_OPEN)
            {
                continue;
            }
            size_t pair = at(pairs, f, v, g, w);
            pairs->met[pair] = (uint16_t)(pairs->met[pair] + step);
            pairs->missing_count -= pairs->missing[pair];
            pairs->missing[pair] = 0;
        }
    }
}

/* A missing pair, starting the search at a drawn place. */
static struct lab_cover_row first_pair(struct pairs *pairs)
{
    struct lab_cover_row row = open_row();
    size_t size = pairs->width * pairs->width;
    size_t from = (size_t)lab_rng_below(&pairs->rng, size);
    size_t place = from;
    while (pairs->missing[place] == 0)
    {
        place = (place + 1) % size;
    }
    size_t ends[2] = {place / pairs->width, place % pairs->width};
    for (size_t i = 0; i < 2; i++)
    {
        size_t factor = 0;
        while (ends[i] >= pairs->offset[factor + 1])
        {
            factor++;
        }
        set_value(pairs, &row, factor, ends[i] - pairs->offset[factor]);
    }
    return row;
}

/* The value of a factor that meets most new pairs and leaves a row that can be completed;
 * equals are drawn. There is one, because the row could be completed before. */
static void fill_factor(struct pairs *pairs, struct lab_cover_row *row, size_t factor)
{
    size_t order[LAB_COVER_VALUES];
    size_t gain[LAB_COVER_VALUES];
    size_t size = pairs->model->sizes[factor];
    for (size_t value = 0; value < size; value++)
    {
        order[value] = value;
        gain[value] = count_new(pairs, row, factor, (int)value);
    }
    lab_rng_shuffle(&pairs->rng, order, size, sizeof order[0]);
    for (size_t tried = 0; tried < size; tried++)
    {
        for (size_t i = tried + 1; i < size; i++)
        {
            if (gain[order[i]] > gain[order[tried]])
            {
                size_t swap = order[i];
                order[i] = order[tried];
                order[tried] = swap;
            }
        }
        row->value[factor] = (int8_t)order[tried];
        if (can_complete(pairs->model, row))
        {
            return;
        }
    }
}

static struct lab_cover_row candidate(struct pairs *pairs, size_t *gain)
{
    size_t order[LAB_COVER_FACTORS];
    struct lab_cover_row row = first_pair(pairs);
    *gain = 1;
    for (size_t f = 0; f < pairs->model->factor_count; f++)
    {
        order[f] = f;
    }
    lab_rng_shuffle(&pairs->rng, order, pairs->model->factor_count, sizeof order[0]);
    for (size_t i = 0; i < pairs->model->factor_count; i++)
    {
        if (row.value[order[i]] == LAB_COVER_OPEN)
        {
            fill_factor(pairs, &row, order[i]);
            *gain += count_new(pairs, &row, order[i], row.value[order[i]]);
        }
    }
    return row;
}

static size_t column_size(const struct pairs *pairs, size_t column)
{
    return pairs->offset[column + 1] - pairs->offset[column];
}

/* Which pairs can be met at all: those a whole row can be built around. */
static void find_missing_of(struct pairs *pairs, size_t f, size_t g)
{
    for (size_t k = 0; k < column_size(pairs, f) * column_size(pairs, g); k++)
    {
        struct lab_cover_row row = open_row();
        size_t v = k / column_size(pairs, g);
        size_t w = k % column_size(pairs, g);
        set_value(pairs, &row, f, v);
        set_value(pairs, &row, g, w);
        if (value_of(pairs, &row, g) != LAB_COVER_OPEN && can_complete(pairs->model, &row))
        {
            pairs->missing[at(pairs, f, (int)v, g, (int)w)] = 1;
            pairs->missing[at(pairs, g, (int)w, f, (int)v)] = 1;
            pairs->missing_count += 2;
        }
    }
}

static void find_missing(struct pairs *pairs)
{
    for (size_t f = 0; f < pairs->columns; f++)
    {
        for (size_t g = f + 1; g < pairs->columns; g++)
        {
            if (g < pairs->model->factor_count || f >= 2)
            {
                find_missing_of(pairs, f, g);
            }
        }
    }
}

static bool is_spare(const struct pairs *pairs, const struct lab_cover_row *row)
{
    for (size_t f = 0; f < pairs->columns; f++)
    {
        for (size_t g = f + 1; g < pairs->columns; g++)
        {
            int v = value_of(pairs, row, f);
            int w = value_of(pairs, row, g);
            /* That two factors stand beside themselves as one is no pair. */
            bool counts = g < pairs->model->factor_count || f >= 2;
            if (counts && v != LAB_COVER_OPEN && w != LAB_COVER_OPEN &&
                pairs->met[at(pairs, f, v, g, w)] == 1)
            {
                return false;
            }
        }
    }
    return true;
}

static void drop_spare_rows(struct pairs *pairs, struct lab_cover_row *rows, size_t *row_count)
{
    for (size_t i = 0; i<*row_count && * row_count> 1;)
    {
        if (pairs->model->factor_count > 1 && is_spare(pairs, &rows[i]))
        {
            note_row(pairs, &rows[i], -1);
            memmove(&rows[i], &rows[i + 1], (--*row_count - i) * sizeof rows[0]);
            continue;
        }
        i++;
    }
}

static enum lab_err cover(struct pairs *pairs, struct lab_cover_row *rows, size_t *row_count,
                          struct lab_why *why)
{
    find_missing(pairs);
    while (pairs->missing_count > 0)
    {
        size_t best = 0;
        if (*row_count == LAB_COVER_ROWS)
        {
            return lab_why_set(why, LAB_ERR_USAGE, "more than %d rows are needed", LAB_COVER_ROWS);
        }
        for (size_t i = 0; i < CANDIDATES; i++)
        {
            size_t gain = 0;
            struct lab_cover_row row = candidate(pairs, &gain);
            if (gain > best)
            {
                best = gain;
                rows[*row_count] = row;
            }
        }
        note_row(pairs, &rows[(*row_count)++], 1);
    }
    drop_spare_rows(pairs, rows, row_count);
    return LAB_OK;
}

enum lab_err lab_cover_pairs(const struct lab_cover_model *model, uint64_t seed, struct lab_cover_row *rows,
                             size_t *row_count, struct lab_why *why)
{
    struct pairs pairs = {.model = model, .rng = {seed}};
    *row_count = 0;
    if (model->factor_count < 2 || model->factor_count > LAB_COVER_FACTORS)
    {
        return lab_why_set(why, LAB_ERR_USAGE, "%zu factors are too few or too many", model->factor_count);
    }
    for (size_t f = 0; f < model->factor_count; f++)
    {
        if (model->sizes[f] == 0 || model->sizes[f] > LAB_COVER_VALUES)
        {
            return lab_why_set(why, LAB_ERR_USAGE, "factor %zu has %zu values", f, model->sizes[f]);
        }
        pairs.offset[f + 1] = pairs.offset[f] + model->sizes[f];
    }
    pairs.columns = model->factor_count + (model->joined != NULL);
    pairs.offset[model->factor_count + 1] =
        pairs.offset[model->factor_count] + model->sizes[0] * model->sizes[1];
    pairs.width = pairs.offset[pairs.columns];
    pairs.met = calloc(pairs.width * pairs.width, sizeof pairs.met[0]);
    pairs.missing = calloc(pairs.width * pairs.width, sizeof pairs.missing[0]);
    enum lab_err err = pairs.met != NULL && pairs.missing != NULL
                           ? cover(&pairs, rows, row_count, why)
                           : lab_why_set(why, LAB_ERR_SYSTEM, "no memory for the table of pairs");
    free(pairs.met);
    free(pairs.missing);
    return err;
}

static bool visit_from(const struct lab_cover_model *model, struct lab_cover_row *row, size_t factor,
                       bool (*visit)(void *arg, const struct lab_cover_row *), void *arg)
{
    if (factor == model->factor_count)
    {
        return visit(arg, row);
    }
    bool going = true;
    for (size_t value = 0; going && value < model->sizes[factor]; value++)
    {
        row->value[factor] = (int8_t)value;
        going = !is_allowed(model, row) || visit_from(model, row, factor + 1, visit, arg);
    }
    row->value[factor] = LAB_COVER_OPEN;
    return going;
}

bool lab_cover_product(const struct lab_cover_model *model,
                       bool (*visit)(void *arg, const struct lab_cover_row *), void *arg)
{
    struct lab_cover_row row = open_row();
    return visit_from(model, &row, 0, visit, arg);
}
