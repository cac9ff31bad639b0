/* What came of the question `ovlab explain A B`. */
#ifndef OV_LAB_EXPLAIN_ANSWER_H
#define OV_LAB_EXPLAIN_ANSWER_H

#include "lib/explain_plan.h"

#define LAB_ANSWERS 2u /* up, down */

/* What was measured of one series. */
struct lab_answer
{
    const char *name;  /* of the measurement */
    const char *title; /* "client to server" */
    double log_y[LAB_EXPLAIN_ROUNDS]
                [LAB_QUESTION_MASKS];  /* by round and place in question->masks; NaN: none */
    double median[LAB_QUESTION_MASKS]; /* Mbit/s */
    struct lab_step_share steps[LAB_EXPLAIN_FACTORS + 1]; /* the last: the whole gap */
    struct lab_effects effects;
    unsigned measured; /* points that have a figure */
    unsigned disturbed;
};

/* From the findings of the run. */
void lab_answer_make(const struct lab_question *question, const struct lab_run *run, unsigned series,
                     struct lab_answer *answer);

/* "buffers*depth" */
void lab_answer_word(const struct lab_question *question, unsigned word, char *dst, size_t size);

/* "slower", "undecided" ...: also what the record says. */
const char *lab_told_name(enum lab_told told);

/* explain_print.c: what a person reads. */
void lab_answer_print(const struct lab_question *question, const struct lab_answer *answer,
                      struct lab_term *term);

/* explain_words.c: a sentence for each factor, over both series: what it does, and what to change.
 * Returns its length; size at least 1. */
size_t lab_answer_sentence(const struct lab_question *question,
                           const struct lab_answer answers[static LAB_ANSWERS], unsigned factor, char *dst,
                           size_t size);

#endif
