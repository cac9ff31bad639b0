#include "lib/explain_plan.h"

#include "lib/findings.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define BAR_WIDTH 30

static const struct
{
    const char *name;
    const char *title;
    const char *of;
} series[] = {
    {"tcp_up", "client to server", "tcp_up.goodput_mbps"},
    {"tcp_down", "server to client", "tcp_down.goodput_mbps"},
};
#define SERIES_COUNT (sizeof series / sizeof series[0])

/* What was measured of one series. */
struct answer
{
    double log_y[LAB_EXPLAIN_ROUNDS][LAB_QUESTION_MASKS]; /* by round and place in question->masks */
    double median[LAB_QUESTION_MASKS];                    /* Mbit/s */
    struct lab_step_share steps[LAB_EXPLAIN_FACTORS];
    struct lab_effect effects[LAB_EXPLAIN_EFFECTS];
    size_t effect_count;
    unsigned measured; /* points that have a figure */
    unsigned disturbed;
};

static bool is_taken(const struct lab_question *question, const struct lab_finding *finding)
{
    return finding->line != NULL &&
           (lab_finding_counts(finding) || (question->keep_disturbed && finding->verdict == LAB_TAINTED));
}

static unsigned mask_of(const struct lab_question *question, const struct lab_finding *finding)
{
    unsigned mask = 0;
    for (unsigned i = 0; i < question->factor_count; i++)
    {
        mask |= lab_finding_number(finding, question->factors[i].name) == 1.0 ? 1u << i : 0;
    }
    return mask;
}

static void collect(const struct lab_question *question, const struct lab_findings *findings, const char *of,
                    struct answer *answer)
{
    *answer = (struct answer){.measured = 0};
    for (unsigned i = 0; i < LAB_EXPLAIN_ROUNDS * LAB_QUESTION_MASKS; i++)
    {
        answer->log_y[i / LAB_QUESTION_MASKS][i % LAB_QUESTION_MASKS] = NAN;
    }
    for (size_t i = 0; i < findings->count; i++)
    {
        const struct lab_finding *finding = &findings->list[i];
        if (finding->line == NULL)
        {
            continue;
        }
        unsigned mask = mask_of(question, finding);
        double round = lab_finding_number(finding, "repeat");
        double mbps = lab_finding_number(finding, of);
        answer->disturbed += finding->verdict == LAB_TAINTED;
        for (unsigned m = 0; m < question->mask_count; m++)
        {
            if (question->masks[m] == mask && is_taken(question, finding) && mbps > 0.0 && round >= 1.0 &&
                round <= LAB_EXPLAIN_ROUNDS)
            {
                answer->log_y[(unsigned)round - 1][m] = log(mbps);
                answer->measured++;
            }
        }
    }
}

/* Median over the rounds that have it. */
static double median_of(const struct lab_question *question, const struct answer *answer, unsigned mask)
{
    double values[LAB_EXPLAIN_ROUNDS];
    size_t count = 0;
    for (unsigned round = 0; round < question->rounds; round++)
    {
        if (!isnan(answer->log_y[round][mask]))
        {
            values[count++] = exp(answer->log_y[round][mask]);
        }
    }
    return lab_stats_median(values, count);
}

/* The design is analysed on the mean of its rounds. */
static void find_effects(const struct lab_question *question, struct answer *answer)
{
    double log_y[LAB_EXPLAIN_RUNS];
    for (unsigned run = 0; run < question->design.runs; run++)
    {
        for (unsigned m = 0; m < question->mask_count; m++)
        {
            if (question->masks[m] == question->design.masks[run])
            {
                log_y[run] = log(answer->median[m]);
            }
        }
    }
    answer->effect_count = lab_design_effects(&question->design, log_y, answer->effects);
}

static void answer_one(const struct lab_question *question, const struct lab_run *run, const char *of,
                       struct answer *answer)
{
    double rows[LAB_EXPLAIN_ROUNDS * (LAB_EXPLAIN_FACTORS + 1)];
    unsigned wide = question->factor_count + 1;
    collect(question, &run->findings, of, answer);
    for (unsigned m = 0; m < question->mask_count; m++)
    {
        answer->median[m] = median_of(question, answer, m);
    }
    for (unsigned round = 0; round < question->rounds; round++)
    {
        memcpy(rows + (size_t)round * wide, answer->log_y[round], wide * sizeof rows[0]);
    }
    lab_waterfall(rows, question->factor_count, question->rounds, run->options.seed, answer->steps);
    if (question->factorial)
    {
        find_effects(question, answer);
    }
}

static void word_name(const struct lab_question *question, unsigned word, char *dst, size_t size)
{
    size_t used = 0;
    dst[0] = '\0';
    for (unsigned i = 0; i < question->factor_count; i++)
    {
        if (word >> i & 1 && used < size)
        {
            used += (size_t)snprintf(dst + used, size - used, "%s%s", used > 0 ? "*" : "",
                                     question->factors[i].name);
        }
    }
}

static void bar(char dst[static BAR_WIDTH * 3 + 1], double value, double most)
{
    int len = most > 0.0 && value > 0.0 ? (int)(value / most * BAR_WIDTH + 0.5) : 0;
    dst[0] = '\0';
    for (int i = 0; i < len && i < BAR_WIDTH; i++)
    {
        memcpy(dst + 3 * i, "█", 4);
    }
}

static void range_text(char *dst, size_t size, const struct lab_interval *interval, double scale, bool ratio)
{
    if (isnan(interval->low))
    {
        snprintf(dst, size, "no interval");
        return;
    }
    snprintf(dst, size, ratio ? "%.3g to %.3g" : "%.0f to %.0f",
             ratio ? exp(interval->low) : interval->low * scale,
             ratio ? exp(interval->high) : interval->high * scale);
}

static void print_waterfall(const struct lab_question *question, const struct answer *answer,
                            struct lab_term *term)
{
    char blocks[BAR_WIDTH * 3 + 1];
    double most = 0.0;
    for (unsigned m = 0; m <= question->factor_count; m++)
    {
        most = answer->median[m] > most ? answer->median[m] : most;
    }
    bar(blocks, answer->median[0], most);
    lab_term_print(term, "  %-34s %8.1f Mbit/s %s\n", question->ends[0], answer->median[0], blocks);
    for (unsigned i = 0; i < question->factor_count; i++)
    {
        const struct lab_step_share *step = &answer->steps[i];
        char ratio[48];
        char share[48];
        char name[48];
        bar(blocks, answer->median[i + 1], most);
        range_text(ratio, sizeof ratio, &step->log_interval, 1.0, true);
        range_text(share, sizeof share, &step->share_interval, 100.0, false);
        snprintf(name, sizeof name, "+ %s", question->factors[i].title);
        lab_term_print(term, "  %-34s %8.1f Mbit/s %s\n", name, answer->median[i + 1], blocks);
        lab_term_print(term, "  %-34s x %.3g [%s], %.0f %% of the gap [%s]\n", "", exp(step->log_ratio),
                       ratio, step->share * 100.0, share);
    }
}

static void print_effects(const struct lab_question *question, const struct answer *answer,
                          struct lab_term *term)
{
    const struct lab_design *design = &question->design;
    lab_term_print(
        term, "  over all settings of the others: %s, resolution %s%s%s; intervals by Lenth's method\n",
        design->name, design->resolution, design->generators[0] != '\0' ? ", " : "", design->generators);
    if (answer->effect_count == 0)
    {
        lab_term_print(term, "    not analysed: a point of the design has no figure\n");
    }
    for (size_t i = 0; i < answer->effect_count; i++)
    {
        const struct lab_effect *effect = &answer->effects[i];
        char name[160];
        char alias[96];
        bool clear = fabs(effect->log_ratio) > effect->margin;
        word_name(question, effect->word, name, sizeof name);
        for (unsigned a = 0; a < effect->alias_count; a++)
        {
            size_t used = strlen(name);
            word_name(question, effect->aliases[a], alias, sizeof alias);
            snprintf(name + used, sizeof name - used, " or %s", alias);
        }
        if (clear || __builtin_popcount(effect->word) == 1)
        {
            lab_term_print(term, "    x %-6.3g [%.3g to %.3g] %s%s\n", exp(effect->log_ratio),
                           exp(effect->log_ratio - effect->margin), exp(effect->log_ratio + effect->margin),
                           name, clear ? "" : " (not told from noise)");
        }
    }
}

/* Is the step a part of the gap, beyond the noise of its rounds? */
static bool is_told(const struct lab_step_share *step)
{
    return step->share > 0.0 && (step->log_interval.high < 0.0 || step->log_interval.low > 0.0);
}

static void print_advice(const struct lab_question *question, const struct answer *answers,
                         struct lab_term *term)
{
    lab_term_print(term, "\nwhat to change, and what share of the gap it explains up and down\n");
    for (unsigned i = 0; i < question->factor_count; i++)
    {
        const struct lab_step_share *up = &answers[0].steps[i];
        const struct lab_step_share *down = &answers[1].steps[i];
        bool told = is_told(up) || is_told(down);
        lab_term_print(term, "  %-10s %4.0f %%%s %4.0f %%%s  %s%s\n", question->factors[i].name,
                       up->share * 100.0, is_told(up) ? " " : "?", down->share * 100.0,
                       is_told(down) ? " " : "?",
                       told ? "" : "not told from noise; if it is there: ", question->factors[i].advice);
    }
}

static json_t *steps_json(const struct lab_question *question, const struct answer *answer)
{
    json_t *list = json_array();
    for (unsigned i = 0; i < question->factor_count; i++)
    {
        const struct lab_step_share *step = &answer->steps[i];
        json_array_append_new(
            list,
            json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "factor",
                      question->factors[i].name, "title", question->factors[i].title, "before",
                      lab_json_number(answer->median[i]), "after", lab_json_number(answer->median[i + 1]),
                      "ratio", lab_json_number(exp(step->log_ratio)), "ratio_low",
                      lab_json_number(exp(step->log_interval.low)), "ratio_high",
                      lab_json_number(exp(step->log_interval.high)), "share", lab_json_number(step->share),
                      "share_low", lab_json_number(step->share_interval.low), "share_high",
                      lab_json_number(step->share_interval.high), "samples",
                      lab_json_numbers(step->rounds, step->round_count)));
    }
    return list;
}

static json_t *effects_json(const struct lab_question *question, const struct answer *answer)
{
    json_t *list = json_array();
    for (size_t i = 0; i < answer->effect_count; i++)
    {
        const struct lab_effect *effect = &answer->effects[i];
        json_t *aliases = json_array();
        char name[96];
        for (unsigned a = 0; a < effect->alias_count; a++)
        {
            word_name(question, effect->aliases[a], name, sizeof name);
            json_array_append_new(aliases, json_string(name));
        }
        word_name(question, effect->word, name, sizeof name);
        json_array_append_new(
            list, json_pack("{s:s, s:o, s:o, s:o, s:o}", "name", name, "ratio",
                            lab_json_number(exp(effect->log_ratio)), "ratio_low",
                            lab_json_number(exp(effect->log_ratio - effect->margin)), "ratio_high",
                            lab_json_number(exp(effect->log_ratio + effect->margin)), "aliases", aliases));
    }
    return list;
}

static json_t *design_json(const struct lab_question *question)
{
    const struct lab_design *design = &question->design;
    json_t *generators = json_array();
    for (const char *at = design->generators; *at != '\0';)
    {
        size_t len = strcspn(at, " ");
        json_array_append_new(generators, json_stringn(at, len));
        at += len + (at[len] == ' ');
    }
    return question->factorial
               ? json_pack("{s:s, s:s, s:o, s:i}", "name", design->name, "resolution", design->resolution,
                           "generators", generators, "runs", (int)design->runs)
               : (json_decref(generators), json_null());
}

static enum lab_err write_line(const struct lab_question *question, struct lab_run *run, json_t *list,
                               struct lab_why *why)
{
    json_t *advice = json_array();
    for (unsigned i = 0; i < question->factor_count; i++)
    {
        json_array_append_new(advice, json_pack("{s:s, s:s}", "factor", question->factors[i].name, "text",
                                                question->factors[i].advice));
    }
    return lab_record_write(&run->record,
                            json_pack("{s:s, s:s, s:s, s:s, s:i, s:b, s:O, s:o, s:o}", "kind", "explain", "a",
                                      question->ends[0], "b", question->ends[1], "subject",
                                      question->subject[0], "rounds", (int)question->rounds, "disturbed_kept",
                                      (int)question->keep_disturbed, "series", list, "design",
                                      design_json(question), "advice", advice),
                            why);
}

int lab_question_conclude(struct lab_run *run, void *arg, struct lab_term *term, bool write)
{
    const struct lab_question *question = arg;
    struct answer answers[SERIES_COUNT];
    struct lab_why why;
    unsigned missing = 0;
    json_t *list = json_array();
    lab_term_print(term, "\nfrom %s to %s (%s%s%s), %u round%s\n", question->ends[0], question->ends[1],
                   question->subject[0], question->subject[0] == question->subject[1] ? "" : " and ",
                   question->subject[0] == question->subject[1] ? "" : question->subject[1], question->rounds,
                   question->rounds == 1 ? "" : "s");
    for (size_t i = 0; i < SERIES_COUNT; i++)
    {
        struct answer *answer = &answers[i];
        answer_one(question, run, series[i].of, answer);
        missing += question->rounds * question->mask_count - answer->measured;
        lab_term_print(term, "\nTCP %s%s\n", series[i].title,
                       answer->disturbed > 0 && question->keep_disturbed
                           ? " (the host was disturbed: figures that are no result)"
                           : "");
        print_waterfall(question, answer, term);
        if (question->factorial)
        {
            print_effects(question, answer, term);
        }
        json_array_append_new(list, json_pack("{s:s, s:s, s:o, s:o, s:o, s:o}", "name", series[i].name,
                                              "unit", "Mbit/s", "a", lab_json_number(answer->median[0]), "b",
                                              lab_json_number(answer->median[question->factor_count]),
                                              "steps", steps_json(question, answer), "effects",
                                              effects_json(question, answer)));
    }
    print_advice(question, answers, term);
    if (write && write_line(question, run, list, &why) != LAB_OK)
    {
        lab_term_print(term, "\novlab: %s\n", why.text);
        json_decref(list);
        return LAB_EXIT_ERROR;
    }
    json_decref(list);
    int status = (int)lab_verdict_exit(run->report.counts);
    return status == LAB_EXIT_OK && missing > 0 ? LAB_EXIT_UNDECIDED : status;
}
