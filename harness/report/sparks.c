#include "report/sparks.h"

#include "lib/report.h"
#include "lib/spark.h"
#include "lib/stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define WIDTH 16

struct sample
{
    const char *of; /* measurement */
    double *values;
    size_t count;
};

static bool read_sample(const struct lab_loaded_case *item, const char *of, const char *name,
                        struct sample *sample)
{
    for (size_t i = 0; i < json_array_size(item->measurements); i++)
    {
        const json_t *line = json_array_get(item->measurements, i);
        const json_t *list = json_object_get(json_object_get(line, "samples"), name);
        if ((of != NULL && strcmp(lab_loaded_text(line, "name"), of) != 0) || json_array_size(list) < 2)
        {
            continue;
        }
        *sample = (struct sample){.of = lab_loaded_text(line, "name"),
                                  .values = malloc(json_array_size(list) * sizeof(double))};
        for (size_t v = 0; sample->values != NULL && v < json_array_size(list); v++)
        {
            const json_t *value = json_array_get(list, v);
            sample->values[sample->count++] = json_is_number(value) ? json_number_value(value) : NAN;
        }
        return sample->values != NULL;
    }
    return false;
}

static void print_sample(struct lab_term *term, const struct sample *sample, const char *unit, bool utf8)
{
    char text[WIDTH * 3 + 4];
    char middle[24];
    lab_spark(text, sizeof text, sample->values, sample->count, WIDTH, utf8);
    lab_report_number(middle, sizeof middle, lab_stats_median(sample->values, sample->count));
    size_t shown = sample->count < WIDTH ? sample->count : WIDTH;
    lab_term_print(term, " %s%*s %5s %-6s", text, (int)(WIDTH - shown), "", middle, unit);
}

/* Quantiles of the round-trip time instead of its course: what a distribution is about. */
static void to_quantiles(struct sample *sample)
{
    double quantiles[WIDTH];
    for (size_t i = 0; i < WIDTH; i++)
    {
        quantiles[i] = lab_stats_percentile(sample->values, sample->count, 100.0 * (double)i / (WIDTH - 1));
    }
    if (sample->count > WIDTH)
    {
        memcpy(sample->values, quantiles, sizeof quantiles);
        sample->count = WIDTH;
    }
}

static bool print_case(struct lab_term *term, const struct lab_loaded_case *item, bool utf8, bool first)
{
    static const char *const names[][2] = {{"tcp_up", "interval_mbps"},
                                           {"tcp_up", "up_interval_mbps"},
                                           {"tcp_down", "interval_mbps"},
                                           {"tcp_down", "down_interval_mbps"}};
    bool any = false;
    for (size_t i = 0; i < sizeof names / sizeof names[0] + 1; i++)
    {
        bool rtt = i == sizeof names / sizeof names[0];
        struct sample sample = {.values = NULL};
        if (!read_sample(item, rtt ? NULL : names[i][0], rtt ? "rtt_ms" : names[i][1], &sample))
        {
            continue;
        }
        if (!any)
        {
            lab_term_print(term, "%s %-44.44s",
                           first ? "\n up and down by interval, RTT by size; medians beside them\n" : "",
                           item->id);
        }
        any = true;
        if (rtt)
        {
            to_quantiles(&sample);
        }
        print_sample(term, &sample, rtt ? "ms" : "Mbit/s", utf8);
        free(sample.values);
    }
    if (any)
    {
        lab_term_print(term, "\n");
    }
    return any;
}

void lab_sparks_print(const struct lab_loaded *loaded, struct lab_term *term)
{
    bool utf8 = lab_spark_utf8();
    bool first = true;
    for (size_t i = 0; i < loaded->case_count; i++)
    {
        first = !print_case(term, &loaded->cases[i], utf8, first) && first;
    }
}
