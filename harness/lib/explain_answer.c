#include "lib/explain_answer.h"

#include "lib/findings.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct
{
    const char *name;
    const char *title;
    const char *of;
} series_of[LAB_ANSWERS] = {
    {"tcp_up", "client to server", "tcp_up.goodput_mbps"},
    {"tcp_down", "server to client", "tcp_down.goodput_mbps"},
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
                    struct lab_answer *answer)
{
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
static double median_of(const struct lab_question *question, const struct lab_answer *answer, unsigned mask)
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

static void find_effects(const struct lab_question *question, struct lab_answer *answer)
{
    const struct lab_design *design = &question->design;
    double rows[LAB_EXPLAIN_ROUNDS * LAB_EXPLAIN_RUNS];
    for (unsigned round = 0; round < question->rounds; round++)
    {
        for (unsigned run = 0; run < design->runs; run++)
        {
            for (unsigned m = 0; m < question->mask_count; m++)
            {
                if (question->masks[m] == design->masks[run])
                {
                    rows[round * design->runs + run] = answer->log_y[round][m];
                }
            }
        }
    }
    lab_design_effects(design, rows, question->rounds, &answer->effects);
}

void lab_answer_make(const struct lab_question *question, const struct lab_run *run, unsigned series,
                     struct lab_answer *answer)
{
    double rows[LAB_EXPLAIN_ROUNDS * (LAB_EXPLAIN_FACTORS + 1)];
    unsigned wide = question->factor_count + 1;
    *answer = (struct lab_answer){.name = series_of[series].name, .title = series_of[series].title};
    collect(question, &run->findings, series_of[series].of, answer);
    for (unsigned m = 0; m < question->mask_count; m++)
    {
        answer->median[m] = median_of(question, answer, m);
    }
    for (unsigned round = 0; round < question->rounds; round++)
    {
        memcpy(rows + (size_t)round * wide, answer->log_y[round], wide * sizeof rows[0]);
    }
    lab_waterfall(rows, question->factor_count, question->rounds, answer->steps);
    if (question->factorial)
    {
        find_effects(question, answer);
    }
}

void lab_answer_word(const struct lab_question *question, unsigned word, char *dst, size_t size)
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

const char *lab_told_name(enum lab_told told)
{
    static const char *const names[] = {
        [LAB_TOLD_NOT_MEASURED] = "not measured",
        [LAB_TOLD_NO_INTERVAL] = "no interval",
        [LAB_TOLD_UNDECIDED] = "undecided",
        [LAB_TOLD_SLOWER] = "slower",
        [LAB_TOLD_FASTER] = "faster",
    };
    return names[told];
}
