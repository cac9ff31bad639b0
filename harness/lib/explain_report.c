/* The answer to `ovlab explain`, for a person and for the record. */
#include "lib/explain_answer.h"

#include "lib/stats_boot.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define SENTENCE 600

static json_t *step_json(const struct lab_step_share *step)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:s, s:o}", "ratio",
                     lab_json_number(exp(step->log_ratio)), "ratio_low",
                     lab_json_number(exp(step->log_interval.low)), "ratio_high",
                     lab_json_number(exp(step->log_interval.high)), "share", lab_json_number(step->share),
                     "share_low", lab_json_number(step->share_interval.low), "share_high",
                     lab_json_number(step->share_interval.high), "told", lab_told_name(lab_step_told(step)),
                     "samples", lab_json_numbers(step->rounds, step->round_count));
}

static json_t *steps_json(const struct lab_question *question, const struct lab_answer *answer)
{
    json_t *list = json_array();
    for (unsigned i = 0; i < question->factor_count; i++)
    {
        json_t *step = step_json(&answer->steps[i]);
        json_object_set_new(step, "factor", json_string(question->factors[i].name));
        json_object_set_new(step, "title", json_string(question->factors[i].title));
        json_object_set_new(step, "before", lab_json_number(answer->median[i]));
        json_object_set_new(step, "after", lab_json_number(answer->median[i + 1]));
        json_array_append_new(list, step);
    }
    return list;
}

static json_t *effects_json(const struct lab_question *question, const struct lab_answer *answer)
{
    json_t *list = json_array();
    for (size_t i = 0; i < answer->effects.count; i++)
    {
        const struct lab_effect *effect = &answer->effects.list[i];
        json_t *aliases = json_array();
        char name[96];
        for (unsigned a = 0; a < effect->alias_count; a++)
        {
            lab_answer_word(question, effect->aliases[a], name, sizeof name);
            json_array_append_new(aliases, json_string(name));
        }
        lab_answer_word(question, effect->word, name, sizeof name);
        json_array_append_new(
            list, json_pack("{s:s, s:o, s:o, s:o, s:s, s:o}", "name", name, "ratio",
                            lab_json_number(exp(effect->log_ratio)), "ratio_low",
                            lab_json_number(exp(effect->log_ratio - effect->margin)), "ratio_high",
                            lab_json_number(exp(effect->log_ratio + effect->margin)), "told",
                            lab_told_name(lab_effect_told(effect)), "aliases", aliases));
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

static json_t *series_json(const struct lab_question *question, const struct lab_answer *answer)
{
    return json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:i, s:i}", "name", answer->name, "title",
                     answer->title, "unit", "Mbit/s", "a", lab_json_number(answer->median[0]), "b",
                     lab_json_number(answer->median[question->factor_count]), "gap",
                     step_json(&answer->steps[question->factor_count]), "steps", steps_json(question, answer),
                     "effects", effects_json(question, answer), "effects_rounds", (int)answer->effects.rounds,
                     "effects_degrees", (int)answer->effects.degrees);
}

static json_t *left_out_json(const struct lab_question *question)
{
    json_t *list = json_array();
    for (unsigned i = 0; i < question->left_out_count; i++)
    {
        const struct lab_left_out *left_out = &question->left_out[i];
        json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "factor", left_out->factor.name, "title",
                                              left_out->factor.title, "reason", left_out->why));
    }
    return list;
}

static json_t *advice_json(const struct lab_question *question, const struct lab_answer *answers)
{
    json_t *list = json_array();
    for (unsigned i = 0; i < question->factor_count; i++)
    {
        char sentence[SENTENCE];
        lab_answer_sentence(question, answers, i, sentence, sizeof sentence);
        json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "factor", question->factors[i].name, "title",
                                              question->factors[i].title, "text", sentence));
    }
    return list;
}

static enum lab_err write_line(const struct lab_question *question, struct lab_run *run,
                               const struct lab_answer *answers, struct lab_why *why)
{
    json_t *list = json_array();
    for (unsigned i = 0; i < LAB_ANSWERS; i++)
    {
        json_array_append_new(list, series_json(question, &answers[i]));
    }
    json_t *line = json_pack("{s:s, s:s, s:s, s:s, s:s, s:i, s:b, s:o, s:o, s:o, s:o}", "kind", "explain",
                             "a", question->ends[0], "b", question->ends[1], "subject", question->subject[0],
                             "way", question->way[0], "rounds", (int)question->rounds, "disturbed_kept",
                             (int)question->keep_disturbed, "series", list, "design", design_json(question),
                             "advice", advice_json(question, answers), "left_out", left_out_json(question));
    if (question->subject[0] != question->subject[1])
    {
        json_object_set_new(line, "subject_b", json_string(question->subject[1]));
        json_object_set_new(line, "way_b", json_string(question->way[1]));
    }
    return lab_record_write(&run->record, line, why);
}

static void print_head(const struct lab_question *question, struct lab_term *term)
{
    bool one = question->subject[0] == question->subject[1];
    lab_term_print(term, "\nfrom %s to %s, %u round%s; all intervals 95 %%, each for itself\n",
                   question->ends[0], question->ends[1], question->rounds, question->rounds == 1 ? "" : "s");
    for (size_t end = 0; end < (one ? 1 : 2); end++)
    {
        lab_term_print(term, "  %s is put under a profile %s\n", question->subject[end], question->way[end]);
    }
    if (!one && strcmp(question->way[0], question->way[1]) != 0)
    {
        lab_term_print(
            term, "  two ways: the tun proxy's own work is a cost that the shim's program does not have\n");
    }
    for (unsigned i = 0; i < question->left_out_count; i++)
    {
        lab_term_print(term, "  left out: %s (%s)\n", question->left_out[i].factor.title,
                       question->left_out[i].why);
    }
}

static void print_sentences(const struct lab_question *question, const struct lab_answer *answers,
                            struct lab_term *term)
{
    lab_term_print(term, "\nwhat each factor does, and what to change\n");
    for (unsigned i = 0; i < question->factor_count; i++)
    {
        char sentence[SENTENCE];
        lab_answer_sentence(question, answers, i, sentence, sizeof sentence);
        lab_term_print(term, "  %s: %s\n", question->factors[i].name, sentence);
    }
}

/* What more rounds would give: Student's intervals shrink by the root and by their degrees of freedom. */
static void print_outlook(const struct lab_question *question, const struct lab_answer *answers,
                          struct lab_term *term)
{
    unsigned undecided = 0;
    unsigned more = question->rounds * 2;
    for (unsigned i = 0; i < LAB_ANSWERS; i++)
    {
        for (unsigned step = 0; step <= question->factor_count; step++)
        {
            undecided += lab_step_told(&answers[i].steps[step]) == LAB_TOLD_UNDECIDED;
        }
    }
    if (undecided > 0 && question->rounds > 1 && more <= LAB_EXPLAIN_ROUNDS)
    {
        double now = lab_stats_student(0.975, question->rounds - 1) / sqrt(question->rounds);
        double then = lab_stats_student(0.975, more - 1) / sqrt(more);
        lab_term_print(
            term,
            "  --rounds %u: intervals of the waterfall about %.0f %% as wide, on a host like this one\n",
            more, 100.0 * then / now);
    }
}

int lab_question_conclude(struct lab_run *run, void *arg, struct lab_term *term, bool write)
{
    const struct lab_question *question = arg;
    struct lab_answer answers[LAB_ANSWERS];
    struct lab_why why;
    unsigned missing = 0;
    print_head(question, term);
    for (unsigned i = 0; i < LAB_ANSWERS; i++)
    {
        lab_answer_make(question, run, i, &answers[i]);
        missing += question->rounds * question->mask_count - answers[i].measured;
        lab_answer_print(question, &answers[i], term);
    }
    print_sentences(question, answers, term);
    print_outlook(question, answers, term);
    if (write && write_line(question, run, answers, &why) != LAB_OK)
    {
        lab_term_print(term, "\novlab: %s\n", why.text);
        return LAB_EXIT_ERROR;
    }
    int status = (int)lab_verdict_exit(run->report.counts);
    return status == LAB_EXIT_OK && missing > 0 ? LAB_EXIT_UNDECIDED : status;
}
