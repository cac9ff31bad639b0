#ifndef OV_APP_FINDINGS_H
#define OV_APP_FINDINGS_H

#include <stddef.h>
#include <stdint.h>

#include "options/diag.h"

/* What --check-config found, kept until everything is known. */

#define OV_FINDINGS_MAX 256u
#define OV_FINDING_TEXT 600

struct ov_finding
{
    enum ov_severity severity;
    const char *file; /* borrowed from the options; NULL: the configuration as a whole */
    uint32_t line;    /* 0: none */
    char text[OV_FINDING_TEXT];
};

struct ov_findings
{
    struct ov_finding row[OV_FINDINGS_MAX];
    size_t count;
    size_t left_out;
    size_t of[OV_DIAG_NOTE + 1]; /* how many of each severity, those left out included */
};

void ov_findings_add(struct ov_findings *findings, enum ov_severity severity, const char *file, uint32_t line,
                     const char *text);
/* By file (in the order they were first named) and line; what has no line comes last. */
void ov_findings_sort(struct ov_findings *findings);
/* To standard output; name stands for findings without a file. */
void ov_findings_print(const struct ov_findings *findings, const char *name);
void ov_findings_print_json(const struct ov_findings *findings, const char *name);

#endif
