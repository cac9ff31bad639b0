#include "lib/explain_answer.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define BAR_WIDTH 30

static void bar(char dst[static BAR_WIDTH * 3 + 1], double value, double most)
{
    int len = most > 0.0 && value > 0.0 ? (int)(value / most * BAR_WIDTH + 0.5) : 0;
    dst[0] = '\0';
    for (int i = 0; i < len && i < BAR_WIDTH; i++)
    {
        memcpy(dst + 3 * i, "█", 4);
    }
}

static void level_text(char *dst, size_t size, double mbps)
{
    if (isnan(mbps))
    {
        snprintf(dst, size, "not measured   ");
    }
    else
    {
        snprintf(dst, size, "%8.1f Mbit/s", mbps);
    }
}

static void step_text(char *dst, size_t size, const struct lab_step_share *step)
{
    enum lab_told told = lab_step_told(step);
    int len = 0;
    dst[0] = '\0';
    if (told == LAB_TOLD_NOT_MEASURED)
    {
        snprintf(dst, size, "not measured: no round has both figures");
        return;
    }
    len = snprintf(dst, size, "x %.3g", exp(step->log_ratio));
    len += told == LAB_TOLD_NO_INTERVAL
               ? snprintf(dst + len, size - (size_t)len, " [one round: no interval]")
               : snprintf(dst + len, size - (size_t)len, " [%.3g to %.3g]%s", exp(step->log_interval.low),
                          exp(step->log_interval.high), told == LAB_TOLD_UNDECIDED ? ", undecided" : "");
    /* A share of what may be nothing says nothing. */
    if (isnan(step->share) || told == LAB_TOLD_UNDECIDED)
    {
        return;
    }
    len += snprintf(dst + len, size - (size_t)len, ", %.0f %% of the gap", step->share * 100.0);
    if (!isnan(step->share_interval.low))
    {
        snprintf(dst + len, size - (size_t)len, " [%.0f to %.0f]", step->share_interval.low * 100.0,
                 step->share_interval.high * 100.0);
    }
}

static void print_level(struct lab_term *term, const char *name, double mbps, double most)
{
    char blocks[BAR_WIDTH * 3 + 1];
    char level[32];
    bar(blocks, mbps, most);
    level_text(level, sizeof level, mbps);
    lab_term_print(term, "  %-38.38s %s %s\n", name, level, blocks);
}

static void print_waterfall(const struct lab_question *question, const struct lab_answer *answer,
                            struct lab_term *term)
{
    char text[160];
    double most = 0.0;
    for (unsigned m = 0; m <= question->factor_count; m++)
    {
        most = answer->median[m] > most ? answer->median[m] : most;
    }
    print_level(term, question->ends[0], answer->median[0], most);
    for (unsigned i = 0; i < question->factor_count; i++)
    {
        char name[64];
        snprintf(name, sizeof name, "+ %s", question->factors[i].title);
        print_level(term, name, answer->median[i + 1], most);
        step_text(text, sizeof text, &answer->steps[i]);
        lab_term_print(term, "      %s\n", text);
    }
    const struct lab_step_share *whole = &answer->steps[question->factor_count];
    if (question->factor_count > 1 && lab_step_told(whole) != LAB_TOLD_NOT_MEASURED)
    {
        struct lab_step_share alone = *whole;
        alone.share = NAN;
        step_text(text, sizeof text, &alone);
        lab_term_print(term, "  the whole gap: %s%s\n", text,
                       lab_step_told(whole) == LAB_TOLD_UNDECIDED ? ": so no factor has a share of it" : "");
    }
}

static void effect_name(const struct lab_question *question, const struct lab_effect *effect, char *name,
                        size_t size)
{
    char alias[96];
    lab_answer_word(question, effect->word, name, size);
    for (unsigned a = 0; a < effect->alias_count; a++)
    {
        size_t used = strlen(name);
        lab_answer_word(question, effect->aliases[a], alias, sizeof alias);
        snprintf(name + used, size - used, " or %s", alias);
    }
}

static void print_effects(const struct lab_question *question, const struct lab_answer *answer,
                          struct lab_term *term)
{
    const struct lab_design *design = &question->design;
    const struct lab_effects *effects = &answer->effects;
    unsigned quiet = 0;
    lab_term_print(term, "  over all settings of the others: %s, resolution %s%s%s\n", design->name,
                   design->resolution, design->generators[0] != '\0' ? ", " : "", design->generators);
    if (effects->count == 0)
    {
        lab_term_print(term, "    not analysed: no round has a figure at each of its %u points\n",
                       design->runs);
        return;
    }
    for (size_t i = 0; i < effects->count; i++)
    {
        const struct lab_effect *effect = &effects->list[i];
        char name[200];
        bool told = lab_effect_told(effect) == LAB_TOLD_SLOWER || lab_effect_told(effect) == LAB_TOLD_FASTER;
        bool alone = __builtin_popcount(effect->word) == 1;
        effect_name(question, effect, name, sizeof name);
        quiet += !told && !alone;
        if (told || alone)
        {
            char range[64] = "no interval";
            if (!isnan(effect->margin))
            {
                snprintf(range, sizeof range, "%.3g to %.3g", exp(effect->log_ratio - effect->margin),
                         exp(effect->log_ratio + effect->margin));
            }
            lab_term_print(term, "    x %-6.3g [%s] %s%s\n", exp(effect->log_ratio), range, name,
                           told ? "" : " (undecided)");
        }
    }
    lab_term_print(term, "    ");
    if (quiet > 0)
    {
        lab_term_print(term, "%u pair%s of factors (or several that cannot be told apart) undecided; ", quiet,
                       quiet == 1 ? "" : "s");
    }
    if (effects->degrees > 0)
    {
        lab_term_print(term, "intervals from the noise between %u rounds (%u degrees of freedom)\n",
                       effects->rounds, effects->degrees);
    }
    else
    {
        lab_term_print(term, "one complete round: intervals by Lenth's method\n");
    }
}

void lab_answer_print(const struct lab_question *question, const struct lab_answer *answer,
                      struct lab_term *term)
{
    lab_term_print(term, "\nTCP %s%s\n", answer->title,
                   answer->disturbed > 0 && question->keep_disturbed
                       ? " (the host was disturbed: figures that are no result)"
                       : "");
    print_waterfall(question, answer, term);
    if (question->factorial)
    {
        print_effects(question, answer, term);
    }
}
