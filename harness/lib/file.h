/* Small file helpers: whole files in, whole files out, one line at a time. */
#ifndef OV_LAB_FILE_H
#define OV_LAB_FILE_H

#include "lib/err.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#define LAB_PATH_MAX 1024

/* Formats a path into dst (LAB_PATH_MAX bytes); LAB_ERR_USAGE when it does not fit. */
LAB_MUST_USE enum lab_err lab_path_set(char dst[static LAB_PATH_MAX], struct lab_why *why, const char *fmt,
                                       ...) LAB_PRINTF(3, 4);

/* Reads at most max_len bytes of path. *text is NUL-terminated, owned by the
 * caller (free), NULL on error. A longer file is cut at max_len.
 * LAB_ERR_ABSENT when it does not exist, LAB_ERR_SYSTEM. */
LAB_MUST_USE enum lab_err lab_file_read(const char *path, size_t max_len, char **text, size_t *len,
                                        struct lab_why *why);

/* Writes path through a temporary name, so that a reader sees all or nothing. */
LAB_MUST_USE enum lab_err lab_file_replace(const char *path, const char *text, struct lab_why *why);

/* Makes the directory and its parents. */
LAB_MUST_USE enum lab_err lab_dir_make(const char *path, struct lab_why *why);

/* Copies the last line of path that is not blank, without its newline, cleaned
 * for printing. Empty when there is none. */
void lab_file_last_line(const char *path, char *line, size_t size);

/* True when the extended regular expression matches a line of path. A pattern
 * that does not compile is LAB_ERR_FORMAT, a file that is not there yet matches
 * nothing. */
LAB_MUST_USE enum lab_err lab_file_matches(const char *path, const char *pattern, bool *matched,
                                           struct lab_why *why);

/* Same over text in memory. */
LAB_MUST_USE enum lab_err lab_text_matches(const char *text, const char *pattern, bool *matched,
                                           struct lab_why *why);

/* Copies text without leading and trailing white space, cut to size. */
void lab_text_trim(char *dst, size_t size, const char *text);

/* Makes a file name of an id, in place: each slash becomes an underscore. */
void lab_file_slug(char *id);

/* Finds the full path of a program in $PATH and the sbin directories. */
bool lab_program_find(const char *name, char path[static LAB_PATH_MAX]);

#endif
