#ifndef OV_MANAGE_HISTORY_H
#define OV_MANAGE_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The last lines of the log, or of the states. All-zero is empty. */
#define OV_HISTORY_LINE 512u
#define OV_HISTORY_MAX  250u

struct ov_history
{
    char (*line)[OV_HISTORY_LINE]; /* room for OV_HISTORY_MAX, made at the first line */
    size_t first;
    size_t count;
    bool live; /* new lines are told at once */
};

/* Too long is cut. Without memory the line is lost. */
void ov_history_add(struct ov_history *history, const char *text);
/* The i-th of the last n lines, oldest first; NULL behind the last. */
const char *ov_history_at(const struct ov_history *history, size_t n, size_t i);
void ov_history_clear(struct ov_history *history);

#endif
