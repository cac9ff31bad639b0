/* A record told again from its lines alone: each kind of run in the tables of its own. */
#ifndef OV_LAB_RETOLD_H
#define OV_LAB_RETOLD_H

#include "lib/findings.h"
#include "lib/report.h"

/* All-zero is a valid start. Large: not for a stack. */
struct lab_retold
{
    struct lab_report report;
    struct lab_findings findings;
};

/* Takes in a valid line; signature fits lab_record's on_line. */
void lab_retold_add(void *retold, const json_t *line);

/* dir is printed as the record's place. */
void lab_retold_print(const struct lab_retold *retold, struct lab_term *term, const char *dir);

void lab_retold_clear(struct lab_retold *retold);

#endif
