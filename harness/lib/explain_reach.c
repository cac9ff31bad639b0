/* What of a question the subjects can be put under. */
#include "lib/explain_plan.h"

#include <stdio.h>
#include <string.h>

static enum lab_err ask(struct lab_loop *loop, struct lab_subject *subject, const char *what,
                        const char *name, bool *supported, char *said, size_t size, struct lab_why *why)
{
    char feature[80];
    snprintf(feature, sizeof feature, "%s%s", what, name);
    return lab_subject_supports(loop, subject, feature, supported, said, size, why);
}

/* The factors that one of them cannot be put under leave the question, with the reason. */
static enum lab_err leave_out(struct lab_question *question, struct lab_loop *loop,
                              struct lab_subject *subject, struct lab_why *why)
{
    unsigned kept = 0;
    enum lab_err err = LAB_OK;
    for (unsigned i = 0; i < question->factor_count; i++)
    {
        struct lab_factor factor = question->factors[i];
        bool supported = true;
        char said[sizeof question->left_out[0].why];
        if (err == LAB_OK && !factor.program)
        {
            err = ask(loop, subject, "profile:", factor.name, &supported, said, sizeof said, why);
        }
        if (supported)
        {
            question->factors[kept++] = factor;
            continue;
        }
        struct lab_left_out *left_out = &question->left_out[question->left_out_count++];
        left_out->factor = factor;
        snprintf(left_out->why, sizeof left_out->why, "%s", said);
    }
    question->factor_count = kept;
    return err;
}

/* The first of the names that both ends support, as what is asked with the prefix; the last where none is. */
static enum lab_err agree(struct lab_loop *loop, struct lab_subject *const *subjects, const char *prefix,
                          const char *const *names, const char **agreed, struct lab_why *why)
{
    enum lab_err err = LAB_OK;
    for (bool all = false; err == LAB_OK && !all && *names != NULL; names++)
    {
        *agreed = *names;
        all = true;
        for (size_t end = 0; err == LAB_OK && end < 2; end++)
        {
            char said[256];
            bool supported = true;
            err = ask(loop, subjects[end], prefix, *names, &supported, said, sizeof said, why);
            all = all && supported;
        }
    }
    return err;
}

enum lab_err lab_question_reach(struct lab_question *question, struct lab_run *run, struct lab_loop *loop,
                                struct lab_why *why)
{
    static const char *const ciphers[] = {"AES-256-GCM", "CHACHA20-POLY1305", NULL};
    static const char *const controls[] = {"tls-crypt", "none", NULL};
    enum lab_err err = LAB_OK;
    struct lab_subject *subjects[2];
    question->left_out_count = 0;
    question->cipher = question->control = NULL;
    for (size_t end = 0; end < 2; end++)
    {
        bool supported = false;
        subjects[end] = lab_subject_find(run->subjects, run->subject_count, question->subject[end]);
        if (subjects[end] == NULL)
        {
            return lab_why_set(why, LAB_ERR_USAGE, "no subject '%s' (ovlab list names them)",
                               question->subject[end]);
        }
        err = err == LAB_OK ? lab_subject_probe(loop, subjects[end], why) : err;
        if (err != LAB_OK || !subjects[end]->available)
        {
            return err; /* its cases will say so */
        }
        err = lab_subject_supports(loop, subjects[end], "profile", &supported, question->way[end],
                                   sizeof question->way[end], why);
        if (err == LAB_OK && supported && (end == 0 || subjects[1] != subjects[0]))
        {
            err = leave_out(question, loop, subjects[end], why);
        }
    }
    err = err == LAB_OK ? agree(loop, subjects, "cipher:", ciphers, &question->cipher, why) : err;
    err = err == LAB_OK ? agree(loop, subjects, "", controls, &question->control, why) : err;
    if (err == LAB_OK && question->factor_count == 0)
    {
        err = lab_why_set(
            why, LAB_ERR_USAGE, "%s cannot be put under anything in which %.60s and %.60s differ: %s",
            question->subject[0], question->ends[0], question->ends[1], question->left_out[0].why);
    }
    return err;
}
