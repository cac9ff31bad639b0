#include "replay/issue.h"

uint32_t ov_issue_left(const struct ov_issue *issue)
{
    return UINT32_MAX - issue->last;
}

enum ov_err ov_issue_take(struct ov_issue *issue, uint32_t count, uint32_t *first)
{
    if (count == 0)
    {
        return OV_ERR_ARG;
    }
    if (count > ov_issue_left(issue))
    {
        return OV_ERR_WRAP;
    }
    *first = issue->last + 1;
    issue->last += count;
    return OV_OK;
}

bool ov_issue_wants_renegotiation(const struct ov_issue *issue)
{
    return issue->last >= OV_ISSUE_RENEGOTIATE;
}

enum ov_err ov_issue_long_take(struct ov_issue_long *issue, uint32_t wall_s, struct ov_wrap_id *out)
{
    if (issue->time == 0)
    {
        issue->time = wall_s;
    }
    if (issue->last == UINT32_MAX)
    {
        /* The pair (time, id) must grow; with the same time it would repeat [WP-RPL-002]. */
        if (wall_s <= issue->time)
        {
            return OV_ERR_WRAP;
        }
        issue->time = wall_s;
        issue->last = 0;
    }
    issue->last++;
    out->id = issue->last;
    out->time = issue->time;
    return OV_OK;
}
