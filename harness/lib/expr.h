/* Small expressions of experiment files: over the values of a point of the matrix and over what
 * was measured there.
 *
 *     buffer * 8 / rtt        displacement < window and not tcp        proto == 'udp4'
 *
 * or, and, not; == != < <= > >=; + - * /; min(a, b), max(a, b), known(x). Numbers may end in k or M
 * (1024, 1048576). A number that nobody knows is NaN, and what follows from it is unknown too,
 * save where the rest decides (false and unknown is false). */
#ifndef OV_LAB_EXPR_H
#define OV_LAB_EXPR_H

#include "lib/err.h"

#include <stdbool.h>
#include <stddef.h>

#define LAB_EXPR_NAME 64

struct lab_operand
{
    bool is_text;
    double number; /* NaN: unknown; 0 and 1 are the truth values */
    char text[96];
};

/* Where names come from. */
struct lab_scope
{
    /* False when there is no such name. */
    bool (*find)(const void *arg, const char *name, struct lab_operand *value);
    const void *arg;
};

/* LAB_ERR_FORMAT says what is wrong and at which column; LAB_ERR_ABSENT names a name that is not there. */
LAB_MUST_USE enum lab_err lab_expr_eval(const char *text, const struct lab_scope *scope,
                                        struct lab_operand *value, struct lab_why *why);

/* Puts the value of each ${EXPRESSION} of text in its place. *missing is set when one of them is the
 * text "default", which means that the program's own choice is wanted. LAB_ERR_USAGE when it does not fit. */
LAB_MUST_USE enum lab_err lab_expr_fill(const char *text, const struct lab_scope *scope, char *dst,
                                        size_t size, bool *missing, struct lab_why *why);

/* Of what a file says: 8k is the number 8192, 0.5 a number, all else is text. */
void lab_value_parse(const char *text, struct lab_operand *value);

/* Shortest text of it: "8192", "0.5", "udp4". */
void lab_value_print(const struct lab_operand *value, char *dst, size_t size);

#endif
