/* How the texts of an experiment file are checked: which names an expression may use, and where in the file a finding
 * stands. */
#ifndef OV_LAB_EXPERIMENT_CHECK_H
#define OV_LAB_EXPERIMENT_CHECK_H

#include "lib/experiment.h"

struct lab_checker
{
    const struct lab_experiment *experiment;
    const char *text;
    const char *path;
    struct lab_why *why;
    bool measured;     /* measurements are known names, too */
    char allowed[400]; /* of the last name that was looked up in vain */
};

/* "PATH:LINE: what is wrong", where `at` stands first in the file. LAB_ERR_FORMAT. */
LAB_MUST_USE enum lab_err LAB_PRINTF(3, 4)
    lab_check_wrong(const struct lab_checker *checker, const char *at, const char *fmt, ...);

/* Notes a word that is allowed, for the sentence that refuses another. */
void lab_check_allow(struct lab_checker *checker, const char *word);

bool lab_check_in_list(const char *const *list, const char *word);

/* An expression, NULL for none; measured: names of measurements are known in it too. */
LAB_MUST_USE enum lab_err lab_check_expr(struct lab_checker *checker, const char *expr, bool measured);

/* A text with ${EXPRESSION}, NULL for none. */
LAB_MUST_USE enum lab_err lab_check_fill(struct lab_checker *checker, const char *text);

#endif
