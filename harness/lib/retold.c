#include "lib/retold.h"

#include "lib/matrix_report.h"

#include <string.h>

void lab_retold_add(void *arg, const json_t *line)
{
    struct lab_retold *retold = arg;
    lab_report_add(&retold->report, line);
    lab_findings_add(&retold->findings, line);
}

void lab_retold_print(const struct lab_retold *retold, struct lab_term *term, const char *dir)
{
    if (retold->findings.experiment != NULL)
    {
        lab_findings_print(&retold->findings, term, dir);
    }
    else if (strcmp(retold->report.suite, "matrix") == 0)
    {
        lab_matrix_print(&retold->report, term, dir);
    }
    else
    {
        lab_report_print(&retold->report, term, dir);
    }
}

void lab_retold_clear(struct lab_retold *retold)
{
    lab_findings_clear(&retold->findings);
}
