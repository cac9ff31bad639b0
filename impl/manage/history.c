#include "manage/history.h"

#include <stdio.h>
#include <stdlib.h>

void ov_history_add(struct ov_history *history, const char *text)
{
    if (history->line == NULL)
    {
        history->line = calloc(OV_HISTORY_MAX, sizeof *history->line);
    }
    if (history->line == NULL)
    {
        return;
    }
    if (history->count == OV_HISTORY_MAX)
    {
        history->first = (history->first + 1) % OV_HISTORY_MAX;
        history->count--;
    }
    (void)snprintf(history->line[(history->first + history->count++) % OV_HISTORY_MAX], OV_HISTORY_LINE, "%s",
                   text);
}

const char *ov_history_at(const struct ov_history *history, size_t n, size_t i)
{
    n = n < history->count ? n : history->count;
    return i >= n ? NULL : history->line[(history->first + history->count - n + i) % OV_HISTORY_MAX];
}

void ov_history_clear(struct ov_history *history)
{
    free(history->line);
    *history = (struct ov_history){0};
}
