#ifndef OV_OPTIONS_DOCTOR_H
#define OV_OPTIONS_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>

struct ov_parse;

/* What an experienced reader would say about a configuration that can be used: habits and folklore that cost
 * speed or safety. Only --check-config asks; each finding says what to write instead. */

struct ov_doctor_rule
{
    const char *option; /* whose line the finding points at; NULL: the whole configuration */
    bool (*finds)(const struct ov_parse *parse);
    const char *what;    /* what the line does to the user */
    const char *instead; /* what to write */
};

extern const struct ov_doctor_rule ov_doctor_rules[];
extern const size_t ov_doctor_rules_count;

/* Adds a warning for every rule that finds something. For a configuration without errors so far. */
void ov_doctor_examine(struct ov_parse *parse);

#endif
