/* Measuring tools that run side by side. */
#ifndef OV_PERF_TOOLS_H
#define OV_PERF_TOOLS_H

#include "perf/lab/arm.h"

#define PERF_TOOL_MAX 4

struct perf_tool
{
    const char *const *argv;
    const char *netns;    /* NULL: the client's */
    const char *log_name; /* in the arm's log directory */
    unsigned delay_ms;    /* after the first one */
    char *output;         /* result, free; NULL unless LAB_OK */
    struct lab_proc proc;
    char log[LAB_PATH_MAX];
};

/* Starts each tool after its delay, waits until all ended, reads what they printed.
 * LAB_ERR_EXITED when a subject of the arm ended meanwhile, LAB_ERR_TIMEOUT, LAB_ERR_INTERRUPTED. */
LAB_MUST_USE enum lab_err perf_tools_run(struct perf_arm *arm, struct perf_tool *tools, size_t count,
                                         uint64_t timeout_ms, struct lab_why *why);

/* Frees the outputs. */
void perf_tools_clear(struct perf_tool *tools, size_t count);

#endif
