#include "lib/pairs.h"

#include "lib/stats_boot.h"

#include <math.h>

#define SUPERIORITY_MAX                                                                                      \
    0.25 /* of the worse side: keeps a series with two modes from deciding by its median */
#define POWER_FACTOR (2.8 * 1.25) /* 80 % power at 5 %, and the looks' price */

const struct lab_pairs_rule lab_pairs_usual = {.guard = 0.02, .same = 0.05, .seed = 1, .void_max = 0.2};

const char *lab_ab_name(enum lab_ab verdict)
{
    static const char *const names[] = {"SAME", "FASTER", "SLOWER", "UNDECIDED"};
    return names[verdict];
}

static const struct
{
    size_t count;
    double alpha;
} looks[] = {{6, 0.005}, {10, 0.01}, {16, 0.02}, {24, 0.03}};
#define LOOK_COUNT (sizeof looks / sizeof looks[0])

double lab_pairs_look(size_t count)
{
    for (size_t i = 0; i < LOOK_COUNT; i++)
    {
        if (looks[i].count == count)
        {
            return looks[i].alpha;
        }
    }
    return 0.0;
}

size_t lab_pairs_last_look(size_t count)
{
    size_t last = 0;
    for (size_t i = 0; i < LOOK_COUNT && looks[i].count <= count; i++)
    {
        last = looks[i].count;
    }
    return last;
}

double lab_pairs_noise_floor(const double *aa, size_t aa_count, size_t count)
{
    double squares = 0.0;
    for (size_t i = 0; i < aa_count; i++)
    {
        squares += aa[i] * aa[i];
    }
    if (aa_count == 0 || count == 0)
    {
        return NAN;
    }
    return lab_stats_student(0.975, aa_count) * sqrt(squares / (double)aa_count) / sqrt((double)count);
}

double lab_pairs_needed(double deviation, double effect, double guard)
{
    double beyond = fabs(effect) - guard;
    return beyond > 0.0 ? pow(POWER_FACTOR * deviation / beyond, 2.0) : INFINITY;
}

double lab_pairs_detectable(double deviation, size_t count, double guard)
{
    return guard + POWER_FACTOR * deviation / sqrt((double)count);
}

/* An interval of neighbours that resemble each other is too narrow: it is joined with one that keeps them
 * together. */
static void widen(const struct lab_pairs *pairs, size_t count, double level, uint64_t seed,
                  struct lab_interval *interval)
{
    struct lab_interval blocks;
    size_t block = lab_stats_block(pairs->difference, count);
    if (block > 1 && lab_stats_bootstrap(pairs->difference, count, lab_stats_median, block, LAB_BOOT_DRAWS,
                                         level, seed, &blocks))
    {
        interval->low = fmin(interval->low, blocks.low);
        interval->high = fmax(interval->high, blocks.high);
    }
}

static enum lab_ab place_interval(const struct lab_interval *interval, double guard, double same)
{
    if (interval->high < log1p(-guard))
    {
        return LAB_AB_SLOWER;
    }
    if (interval->low > log1p(guard))
    {
        return LAB_AB_FASTER;
    }
    return interval->low >= log1p(-same) && interval->high <= log1p(same) ? LAB_AB_SAME : LAB_AB_UNDECIDED;
}

/* Two further gates that a difference has to pass. */
static const char *second_thoughts(const struct lab_pairs *pairs, size_t count, enum lab_ab found,
                                   uint64_t seed)
{
    struct lab_interval drawn;
    double superiority = lab_rank_superiority(pairs->difference, count);
    double worse = found == LAB_AB_SLOWER ? superiority : 1.0 - superiority;
    if (worse > SUPERIORITY_MAX)
    {
        return "the pairs disagree with each other too often";
    }
    size_t block = lab_stats_block(pairs->difference, count);
    if (!lab_stats_bootstrap(pairs->difference, count, lab_stats_median, block, LAB_BOOT_DRAWS, 0.95, seed,
                             &drawn) ||
        (found == LAB_AB_SLOWER ? drawn.high >= 0.0 : drawn.low <= 0.0))
    {
        return "ranks and bootstrap disagree";
    }
    return "";
}

static void decide(const struct lab_pairs *pairs, const struct lab_pairs_rule *rule, size_t count,
                   struct lab_pairs_verdict *verdict)
{
    struct lab_estimate estimate;
    verdict->verdict = LAB_AB_UNDECIDED;
    size_t total = pairs->count + pairs->aa_count + pairs->void_count;
    verdict->look_level = 1.0 - lab_pairs_look(count);
    if ((double)pairs->void_count > rule->void_max * (double)total)
    {
        verdict->why = "the host disturbed too many pairs";
        return;
    }
    if (count == 0 || !lab_rank_one(pairs->difference, count, verdict->look_level, &estimate))
    {
        verdict->why = "too few pairs yet";
        return;
    }
    verdict->looked = estimate.interval;
    widen(pairs, count, verdict->look_level, rule->seed, &verdict->looked);
    enum lab_ab found = place_interval(&verdict->looked, verdict->guard, verdict->same);
    verdict->why = found == LAB_AB_UNDECIDED ? "the interval is too wide" : "";
    if (found == LAB_AB_SLOWER || found == LAB_AB_FASTER)
    {
        verdict->why = second_thoughts(pairs, count, found, rule->seed);
    }
    verdict->verdict = verdict->why[0] == '\0' ? found : LAB_AB_UNDECIDED;
}

void lab_pairs_judge(const struct lab_pairs *pairs, const struct lab_pairs_rule *rule,
                     struct lab_pairs_verdict *verdict)
{
    const double *all = pairs->difference;
    *verdict = (struct lab_pairs_verdict){
        .looked = {NAN, NAN},
        .p = lab_rank_p(all, pairs->count),
        .superiority = lab_rank_superiority(all, pairs->count),
        .deviation = lab_stats_deviation(all, pairs->count),
        .autocorrelation = lab_stats_autocorrelation(all, pairs->count),
        .block = lab_stats_block(all, pairs->count),
        .bootstrap = {NAN, NAN},
        .noise_floor = lab_pairs_noise_floor(pairs->aa, pairs->aa_count, pairs->count),
    };
    (void)lab_rank_one(all, pairs->count, 0.95, &verdict->shown);
    if (isnan(verdict->shown.point))
    {
        verdict->shown.point = lab_rank_center(all, pairs->count);
    }
    if (verdict->block > 1)
    {
        (void)lab_stats_bootstrap(all, pairs->count, lab_stats_median, verdict->block, LAB_BOOT_DRAWS, 0.95,
                                  rule->seed, &verdict->bootstrap);
    }
    double half = isnan(verdict->noise_floor) ? 0.0 : verdict->noise_floor / 2.0;
    verdict->guard = fmax(rule->guard, half);
    verdict->same = rule->same; /* Never wider for noise: that would turn lack of evidence into SAME. */
    verdict->detectable =
        pairs->count > 1 ? lab_pairs_detectable(verdict->deviation, pairs->count, verdict->guard) : NAN;
    decide(pairs, rule, lab_pairs_last_look(pairs->count), verdict);
}
