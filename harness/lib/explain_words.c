#include "lib/explain_answer.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

struct text
{
    char *dst;
    size_t size;
    size_t used;
};

LAB_PRINTF(2, 3) static void say(struct text *text, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    int len =
        text->used < text->size ? vsnprintf(text->dst + text->used, text->size - text->used, fmt, args) : 0;
    va_end(args);
    text->used += len > 0 ? (size_t)len : 0;
    text->used = text->used < text->size ? text->used : text->size - 1;
}

/* The effect of one factor over all settings of the others; NULL: there is none. */
static const struct lab_effect *effect_of(const struct lab_answer *answer, unsigned factor)
{
    for (size_t i = 0; i < answer->effects.count; i++)
    {
        if (answer->effects.list[i].word == 1u << factor)
        {
            return &answer->effects.list[i];
        }
    }
    return NULL;
}

static bool is_decided(enum lab_told told)
{
    return told == LAB_TOLD_SLOWER || told == LAB_TOLD_FASTER;
}

/* What is known of a factor in one direction: over all settings of the others, of which there are many
 * points, and as a step of the waterfall, which is one place in one order, but a share of the gap. */
struct known
{
    enum lab_told over_all; /* LAB_TOLD_NOT_MEASURED without a design */
    enum lab_told step;
    enum lab_told told; /* the first of the two that decides */
};

static struct known know(const struct lab_answer *answer, unsigned factor)
{
    const struct lab_effect *effect = effect_of(answer, factor);
    struct known known = {.over_all = effect != NULL ? lab_effect_told(effect) : LAB_TOLD_NOT_MEASURED,
                          .step = lab_step_told(&answer->steps[factor])};
    known.told = is_decided(known.over_all)    ? known.over_all
                 : is_decided(known.step)      ? known.step
                 : known.over_all > known.step ? known.over_all
                                               : known.step;
    return known;
}

static void say_share(struct text *text, const struct lab_step_share *step, enum lab_told gap)
{
    if (isnan(step->share))
    {
        return;
    }
    if (is_decided(gap) && lab_step_told(step) != gap)
    {
        say(text, ", against the gap");
        return;
    }
    say(text, ", %.0f %%", step->share * 100.0);
    if (!isnan(step->share_interval.low))
    {
        say(text, " [%.0f to %.0f]", step->share_interval.low * 100.0, step->share_interval.high * 100.0);
    }
    say(text, " of the gap");
}

static void say_step(struct text *text, const struct lab_step_share *step, enum lab_told gap)
{
    enum lab_told told = lab_step_told(step);
    if (told == LAB_TOLD_NOT_MEASURED)
    {
        say(text, "not measured");
        return;
    }
    if (told == LAB_TOLD_NO_INTERVAL)
    {
        say(text, "x %.2g in a single round, which decides nothing", exp(step->log_ratio));
        return;
    }
    say(text, "%s, x %.2g [%.2g to %.2g]", lab_told_name(told), exp(step->log_ratio),
        exp(step->log_interval.low), exp(step->log_interval.high));
    if (is_decided(told))
    {
        say_share(text, step, gap);
    }
}

static void say_direction(struct text *text, const struct lab_answer *answer, unsigned factor,
                          enum lab_told gap)
{
    const struct lab_step_share *step = &answer->steps[factor];
    const struct lab_effect *effect = effect_of(answer, factor);
    struct known known = know(answer, factor);
    say(text, "%s ", answer->title);
    if (effect == NULL || known.over_all == LAB_TOLD_NO_INTERVAL)
    {
        say_step(text, step, gap);
        return;
    }
    say(text, "%s, x %.2g [%.2g to %.2g] over all settings of the others", lab_told_name(known.over_all),
        exp(effect->log_ratio), exp(effect->log_ratio - effect->margin),
        exp(effect->log_ratio + effect->margin));
    if (is_decided(known.step))
    {
        bool agree = !is_decided(known.over_all) || known.step == known.over_all;
        say(text, agree ? ", in the waterfall " : ", but in the waterfall ");
        say_step(text, step, gap);
        say(text, agree ? "" : ": it depends on the others");
    }
}

size_t lab_answer_sentence(const struct lab_question *question,
                           const struct lab_answer answers[static LAB_ANSWERS], unsigned factor, char *dst,
                           size_t size)
{
    struct text text = {dst, size, 0};
    bool part = false;
    bool against = false;
    bool programs = question->subject[0] != question->subject[1];
    dst[0] = '\0';
    for (unsigned i = 0; i < LAB_ANSWERS; i++)
    {
        enum lab_told gap = lab_step_told(&answers[i].steps[question->factor_count]);
        struct known known = know(&answers[i], factor);
        /* Where the gap itself is undecided: of two profiles the second is the one to mend; of two programs
         * either may be. */
        bool same = is_decided(gap) ? known.told == gap : programs || known.told == LAB_TOLD_SLOWER;
        part = part || (is_decided(known.told) && same);
        against = against || (is_decided(known.told) && !same);
        say(&text, "%s", i > 0 ? "; " : "");
        say_direction(&text, &answers[i], factor, gap);
    }
    say(&text, ". %s: %s.",
        part      ? "What to change"
        : against ? "Not what makes the gap; the usual advice"
                  : "Not told from noise; if it is there",
        question->factors[factor].advice);
    return text.used;
}
