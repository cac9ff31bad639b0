/* Programs under test: one executable each, with the verbs version, supports,
 * server and client. Exit status 127 says "unsupported". */
#ifndef OV_LAB_SUBJECT_H
#define OV_LAB_SUBJECT_H

#include "lib/err.h"
#include "lib/file.h"
#include "lib/loop.h"

#include <stdbool.h>
#include <stddef.h>

#define LAB_SUBJECT_MAX   16
#define LAB_FEATURE_MAX   128
#define LAB_EXIT_NOT_HERE 127

/* An answer to `supports`, kept: it does not change while a run lasts. */
struct lab_feature
{
    char name[48];
    bool supported;
    char said[256];
};

struct lab_subject
{
    char name[64];
    char path[LAB_PATH_MAX];
    const char *place; /* where it is asked and will run (lib/remote.h); NULL: here. Borrowed */
    bool probed;
    bool available;
    char version[160]; /* what the verb said: the version, or why it is not here */
    struct lab_feature features[LAB_FEATURE_MAX];
    size_t feature_count;
};

/* Lists the executables of dir, sorted by name. LAB_ERR_ABSENT when dir is not
 * there or holds none. */
LAB_MUST_USE enum lab_err lab_subject_list(const char *dir, struct lab_subject *list, size_t *count,
                                           struct lab_why *why);

/* The one of this name, NULL if there is none. */
struct lab_subject *lab_subject_find(struct lab_subject *list, size_t count, const char *name);

/* Keeps those named in the comma list, in its order (NULL: all). LAB_ERR_USAGE for a name
 * that is not there, or none. */
LAB_MUST_USE enum lab_err lab_subject_choose(struct lab_subject *subjects, size_t *count, const char *list,
                                             struct lab_why *why);

/* Asks for the version once. A subject that is not there is no error. */
LAB_MUST_USE enum lab_err lab_subject_probe(struct lab_loop *loop, struct lab_subject *subject,
                                            struct lab_why *why);

/* Puts several such questions (ending with NULL) to a program elsewhere in one call; here, where a question costs
 * little, it does nothing. LAB_ERR_FORMAT as below. */
LAB_MUST_USE enum lab_err lab_subject_ask_all(struct lab_loop *loop, struct lab_subject *subject,
                                              const char *const *features, struct lab_why *why);

/* Asks whether it supports a feature; each question is put once. said gets the detail or the reason.
 * LAB_ERR_FORMAT when it answers with a status that is neither 0 nor 127. */
LAB_MUST_USE enum lab_err lab_subject_supports(struct lab_loop *loop, struct lab_subject *subject,
                                               const char *feature, bool *supported, char *said, size_t size,
                                               struct lab_why *why);

#endif
