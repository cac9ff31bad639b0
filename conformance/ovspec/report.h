/* Findings as text or JSON on a stream. */
#ifndef OV_OVSPEC_REPORT_H
#define OV_OVSPEC_REPORT_H

#include "ovspec/analyze.h"

#include <stdio.h>

/* Lines that begin with '#' describe sessions and remarks, one line a finding follows each, the summary ends it. */
void ovs_report_text(const struct ovs_analysis *analysis, FILE *out);

/* The same as one JSON object. False when memory has run out. */
bool ovs_report_json(const struct ovs_analysis *analysis, FILE *out);

/* All rules, one a line: id, severity, file, title. conformance/REQUIREMENTS holds the same text. */
void ovs_report_rules(FILE *out);

const char *ovs_severity_name(enum ovs_severity severity);

#endif
