/* How often the rule over pairs is wrong, on simulated noise and on noise that was recorded: one program against itself,
 * harness/tests/data/noise (made by record-noise), in the order in which it was measured, from a random place on, each pair
 * with a coin for who is A. `make check-compare` runs the same with more trials (OV_TRIALS). */
#include "lib/pairs.h"
#include "lib/rng.h"
#include "lib/stats_boot.h"
#include "tests/testing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOISE_DIR    "harness/tests/data/noise/"
#define RECORDED_MAX 512

/* Where the differences of pairs come from. */
struct noise
{
    double (*next)(struct noise *noise);
    struct lab_rng rng;
    double deviation;  /* simulated: standard deviation of a difference */
    double kept;       /* drifting: the last one */
    const double *all; /* recorded */
    size_t count;
    size_t place;
    unsigned turns; /* so many of the recorded differences make a pair */
};

static double uniform(struct lab_rng *rng)
{
    return ((double)(lab_rng_next(rng) >> 11) + 0.5) / 9007199254740992.0;
}

static double standard(struct lab_rng *rng)
{
    return sqrt(-2.0 * log(uniform(rng))) * cos(6.283185307179586 * uniform(rng));
}

static double normal(struct noise *noise)
{
    return noise->deviation * standard(&noise->rng);
}

/* Heavy tails: one in ten is three times as wide. */
static double heavy(struct noise *noise)
{
    double scale = uniform(&noise->rng) < 0.1 ? 3.0 : 1.0;
    return noise->deviation * scale * standard(&noise->rng) / sqrt(0.9 + 0.1 * 9.0);
}

/* Neighbours resemble each other: lag-1 autocorrelation 0.3. */
static double drifting(struct noise *noise)
{
    static const double rho = 0.3;
    noise->kept = rho * noise->kept + sqrt(1.0 - rho * rho) * standard(&noise->rng);
    return noise->deviation * noise->kept;
}

/* In a recording of pairs of two transfers each of them is a turn: both arms are one program, so a coin says who was A. */
static double recorded(struct noise *noise)
{
    double sum = 0.0;
    for (unsigned turn = 0; turn < noise->turns; turn++)
    {
        double value = noise->all[noise->place];
        noise->place = (noise->place + 1) % noise->count;
        sum += lab_rng_below(&noise->rng, 2) == 0 ? value : -value;
    }
    return sum / noise->turns;
}

struct tally
{
    double share[4]; /* of the trials, by verdict */
    double pairs;    /* mean number looked at */
};

/* One comparison as ovlab makes it: pairs until a look decides, an A/A pair after every fourth. */
static enum lab_ab compare_once(struct noise *noise, double effect, double *pairs_used)
{
    struct lab_pairs pairs = {.count = 0};
    struct lab_pairs_verdict verdict = {.verdict = LAB_AB_UNDECIDED};
    while (pairs.count < LAB_PAIRS_MAX && verdict.verdict == LAB_AB_UNDECIDED)
    {
        pairs.difference[pairs.count++] = log1p(effect) + noise->next(noise);
        if (pairs.count % 4 == 0)
        {
            pairs.aa[pairs.aa_count++] = noise->next(noise);
        }
        if (lab_pairs_look(pairs.count) > 0.0)
        {
            lab_pairs_judge(&pairs, &lab_pairs_usual, &verdict);
        }
    }
    *pairs_used += (double)pairs.count;
    return verdict.verdict;
}

static unsigned trials_wanted(void)
{
    const char *given = getenv("OV_TRIALS");
    unsigned long wanted = given != NULL ? strtoul(given, NULL, 10) : 0;
    return wanted >= 100 && wanted <= 100000 ? (unsigned)wanted : 250;
}

static struct tally try_often(struct noise *noise, const char *name, double effect)
{
    unsigned trials = trials_wanted();
    unsigned counts[4] = {0};
    struct tally tally = {.pairs = 0.0};
    for (unsigned trial = 0; trial < trials; trial++)
    {
        noise->place = noise->count > 0 ? lab_rng_below(&noise->rng, noise->count) : 0;
        counts[compare_once(noise, effect, &tally.pairs)]++;
    }
    for (size_t i = 0; i < 4; i++)
    {
        tally.share[i] = (double)counts[i] / trials;
    }
    tally.pairs /= trials;
    print_message(
        "%-44s SLOWER %5.1f %%  FASTER %5.1f %%  SAME %5.1f %%  UNDECIDED %5.1f %%  mean %.1f pairs\n", name,
        100.0 * tally.share[LAB_AB_SLOWER], 100.0 * tally.share[LAB_AB_FASTER],
        100.0 * tally.share[LAB_AB_SAME], 100.0 * tally.share[LAB_AB_UNDECIDED], tally.pairs);
    return tally;
}

/* Share of the trials that named a difference which is not there, or the opposite of the one which is. */
static double wrong_share(const struct tally *tally, double effect)
{
    return (effect >= 0.0 ? tally->share[LAB_AB_SLOWER] : 0.0) +
           (effect <= 0.0 ? tally->share[LAB_AB_FASTER] : 0.0);
}

static const struct
{
    const char *name;
    double (*next)(struct noise *noise);
    double deviation;
    double effect;
    enum lab_ab wanted;
    double least; /* share that must find it; for LAB_AB_UNDECIDED: nothing is asked */
    double wrong; /* share that may say FASTER or SLOWER though it is not */
} rows[] = {
    /* no change: false alarms */
    {"A/A, sd 5 %", normal, 0.05, 0.0, LAB_AB_UNDECIDED, 0.0, 0.01},
    {"A/A, sd 5 %, heavy tails", heavy, 0.05, 0.0, LAB_AB_UNDECIDED, 0.0, 0.01},
    {"A/A, sd 9 %", normal, 0.09, 0.0, LAB_AB_UNDECIDED, 0.0, 0.01},
    {"A/A, sd 9 %, heavy tails", heavy, 0.09, 0.0, LAB_AB_UNDECIDED, 0.0, 0.01},
    {"A/A, sd 9 %, drifting", drifting, 0.09, 0.0, LAB_AB_UNDECIDED, 0.0, 0.02},
    {"A/A, sd 3 %: SAME", heavy, 0.03, 0.0, LAB_AB_SAME, 0.9, 0.01},
    /* a change: found in how many comparisons */
    {"-10 %, sd 9 %", normal, 0.09, -0.10, LAB_AB_SLOWER, 0.85, 0.0},
    {"-10 %, sd 9 %, heavy tails", heavy, 0.09, -0.10, LAB_AB_SLOWER, 0.90, 0.0},
    {"-10 %, sd 5 %, heavy tails", heavy, 0.05, -0.10, LAB_AB_SLOWER, 0.99, 0.0},
    {"-5 %, sd 5 %", normal, 0.05, -0.05, LAB_AB_SLOWER, 0.60, 0.0},
    {"-5 %, sd 5 %, heavy tails", heavy, 0.05, -0.05, LAB_AB_SLOWER, 0.70, 0.0},
    {"-5 %, sd 4 %, heavy tails", heavy, 0.04, -0.05, LAB_AB_SLOWER, 0.80, 0.0},
    {"+10 %, sd 5 %", heavy, 0.05, 0.10, LAB_AB_FASTER, 0.90, 0.0},
};

static void test_simulated(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        struct noise noise = {.next = rows[i].next, .rng = {1000 + i}, .deviation = rows[i].deviation};
        struct tally tally = try_often(&noise, rows[i].name, rows[i].effect);
        assert_true(wrong_share(&tally, rows[i].effect) <= rows[i].wrong);
        if (rows[i].wanted != LAB_AB_UNDECIDED)
        {
            assert_true(tally.share[rows[i].wanted] >= rows[i].least);
        }
    }
}

/* The differences of one series, of all turns, in their order. */
static size_t load(const char *file, const char *series, double *values)
{
    char path[256];
    static char line[16384];
    size_t count = 0;
    snprintf(path, sizeof path, NOISE_DIR "%s", file);
    FILE *stream = fopen(path, "re");
    if (stream == NULL)
    {
        fail_msg("%s is not here (run in the root of the repository)", path);
    }
    while (fgets(line, sizeof line, stream) != NULL)
    {
        size_t length = strlen(series);
        if (strncmp(line, series, length) != 0 || line[length] != ' ')
        {
            continue;
        }
        char *end = line + length;
        for (char *at = end; count < RECORDED_MAX; at = end)
        {
            double value = strtod(at, &end);
            if (end == at)
            {
                break;
            }
            values[count++] = value;
        }
    }
    fclose(stream);
    assert_true(count >= LAB_PAIRS_MAX);
    return count;
}

/* What 24 pairs must find; where the recorded noise is too wide for it, the row says how many pairs it would take. */
static const struct
{
    const char *file;
    const char *series;
    unsigned turns;  /* of a pair */
    bool finds_ten;  /* -10 % in 90 of 100 */
    bool finds_five; /* -5 % in 80 of 100 */
} recordings[] = {
    {"loaded.txt", "goodput_up", 1, false, false},    {"loaded.txt", "goodput_per_cpu", 1, false, false},
    {"quiet.txt", "goodput_per_cpu", 1, true, false}, {"quiet.txt", "goodput_up", 3, true, false},
    {"quiet.txt", "goodput_per_cpu", 3, true, true},
};

/* Finds the effect in that share, or is not asked to because the noise is too wide for 24 pairs. */
static void expect_found(struct noise *noise, const char *what, double effect, bool asked, double least)
{
    char name[128];
    snprintf(name, sizeof name, "%s, %+.0f %%", what, 100.0 * effect);
    struct tally tally = try_often(noise, name, effect);
    assert_true(tally.share[LAB_AB_FASTER] == 0.0);
    if (asked)
    {
        assert_true(tally.share[LAB_AB_SLOWER] >= least);
    }
    else
    {
        double needed = lab_pairs_needed(noise->deviation, effect, lab_pairs_usual.guard);
        print_message("%-44s not asked for: this noise wants %.0f pairs; 24 see %.0f %% at best\n", "",
                      ceil(needed),
                      100.0 * lab_pairs_detectable(noise->deviation, LAB_PAIRS_MAX, lab_pairs_usual.guard));
        assert_true(needed > LAB_PAIRS_MAX);
    }
}

static void test_recorded(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof recordings / sizeof recordings[0]; i++)
    {
        double values[RECORDED_MAX];
        char what[96];
        size_t count = load(recordings[i].file, recordings[i].series, values);
        unsigned turns = recordings[i].turns;
        struct noise noise = {
            .next = recorded, .rng = {2000 + i}, .all = values, .count = count, .turns = turns};
        noise.deviation = lab_stats_deviation(values, count) / sqrt(turns);
        snprintf(what, sizeof what, "%s %s, %zu turns, %u a pair, sd %.1f %%", recordings[i].file,
                 recordings[i].series, count, turns, 100.0 * noise.deviation);
        struct tally tally = try_often(&noise, what, 0.0);
        assert_true(wrong_share(&tally, 0.0) <= 0.01);
        expect_found(&noise, recordings[i].file, -0.10, recordings[i].finds_ten, 0.90);
        expect_found(&noise, recordings[i].file, -0.05, recordings[i].finds_five, 0.80);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_simulated),
        cmocka_unit_test(test_recorded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
