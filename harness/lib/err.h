/* Errors of the harness library: one enum, and one sentence that says why.
 *
 * Every function that can fail returns enum lab_err and fills a struct lab_why
 * with a sentence fit for a table row. Names of the harness begin with lab_, so
 * that programs may link it beside the implementation, whose names begin with
 * ov_. */
#ifndef OV_LAB_ERR_H
#define OV_LAB_ERR_H

#include <stdarg.h>
#include <stdbool.h>

enum lab_err
{
    LAB_OK = 0,
    LAB_ERR_SYSTEM,      /* a system call failed; the sentence holds the errno text */
    LAB_ERR_TIMEOUT,     /* a deadline passed */
    LAB_ERR_INTERRUPTED, /* a signal, or the reader of our output went away */
    LAB_ERR_EXITED,      /* a process ended that should still run */
    LAB_ERR_FORMAT,      /* text, JSON or a capture is not what it claims to be */
    LAB_ERR_ABSENT,      /* a program, file or feature is not there */
    LAB_ERR_USAGE,       /* the caller's arguments are wrong */
};

#define LAB_MUST_USE          __attribute__((warn_unused_result))
#define LAB_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

struct lab_why
{
    char text[512]; /* one line, printable, NUL-terminated */
};

const char *lab_err_name(enum lab_err err);

/* Writes the sentence and returns err, so that a failure is one statement. */
enum lab_err lab_why_set(struct lab_why *why, enum lab_err err, const char *fmt, ...) LAB_PRINTF(3, 4);

/* Same, with ": <errno text>" appended; always LAB_ERR_SYSTEM. */
enum lab_err lab_why_errno(struct lab_why *why, const char *fmt, ...) LAB_PRINTF(2, 3);

/* Replaces what would break a table row (control characters, bytes above ASCII
 * that are not part of valid UTF-8) in place. */
void lab_text_clean(char *text);

/* They differ in their numbers only, as two reasons for one thing do. */
bool lab_text_same_words(const char *left, const char *right);

#endif
