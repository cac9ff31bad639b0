/* What `ovlab compare` puts against each other: a binary, a commit, a configuration, a subject, or a record. */
#ifndef OV_LAB_ARM_H
#define OV_LAB_ARM_H

#include "lib/err.h"
#include "lib/file.h"
#include "lib/loop.h"
#include "lib/paths.h"
#include "lib/subject.h"

enum lab_arm_kind
{
    LAB_ARM_RECORD,  /* a directory with run.jsonl */
    LAB_ARM_SUBJECT, /* a name in harness/subjects */
    LAB_ARM_BINARY,  /* an executable that takes ovref's place */
    LAB_ARM_CONFIG,  /* a file of option lines for both ends */
    LAB_ARM_COMMIT,  /* of this repository; built apart */
};

struct lab_arm
{
    enum lab_arm_kind kind;
    char label[256];            /* as the user named it, with what it resolved to */
    char path[LAB_PATH_MAX];    /* of the record, binary or option file, absolute; of a commit: its binary */
    char commit[64];            /* full hash */
    char subject[64];           /* runs it */
    struct lab_subject program; /* once prepared: what is measured */
};

/* Finds out what text names. "record:", "subject:", "binary:", "config:" and "commit:" before it leave no doubt;
 * otherwise the first kind that fits. subject runs binaries, commits and configurations. LAB_ERR_USAGE when it
 * is nothing of these. */
LAB_MUST_USE enum lab_err lab_arm_find(struct lab_arm *arm, const char *text, const char *subject,
                                       const struct lab_paths *paths, struct lab_loop *loop,
                                       struct lab_why *why);

/* Builds a commit under BUILD/compare/HASH, once; log says where make's words went when it fails. */
LAB_MUST_USE enum lab_err lab_arm_build(struct lab_arm *arm, const struct lab_paths *paths,
                                        struct lab_loop *loop, struct lab_why *why);

/* Makes DIR/NAME/subject, the program that is measured: paths of two arms whose names are of the same length are of the
 * same length too, because a longer one moves the stack. */
LAB_MUST_USE enum lab_err lab_arm_prepare(struct lab_arm *arm, const struct lab_paths *paths, const char *dir,
                                          const char *name, struct lab_why *why);

/* Removes what lab_arm_prepare made. */
void lab_arm_remove(const char *dir, const char *name);

#endif
