#ifndef OV_OPTIONS_TABLE_ROWS_H
#define OV_OPTIONS_TABLE_ROWS_H

/* Inside of the option table only: short forms of a row. */

#include "options/parse.h"
#include "options/table.h"

#define FIELD(field) (uint16_t) offsetof(struct ov_config, field)
#define MANY         (OV_WORDS_MAX - 1)

#define BOTH   OV_IN_BOTH
#define PUSH   OV_IN_PUSH
#define CONN   OV_IN_CONNECTION
#define CCD    OV_IN_CLIENT
#define MANAGE OV_IN_MANAGEMENT
#define BLOCK  OV_IN_BLOCK
#define SERVER OV_ONLY_SERVER
#define CLIENT OV_ONLY_CLIENT
#define VITAL  OV_PUSH_VITAL

/* Built: name, arguments, how many, scope, setter, default, since, help. */
#define OTHER(n, a, lo, hi, s, setter, v, si, h)                                                             \
    {                                                                                                        \
        .name = n, .args = a, .min = lo, .max = hi, .scope = s, .set = ov_set_##setter, .value = v,          \
        .since = si, .help = h                                                                               \
    }
#define FLAG(n, s, f, si, h)                                                                                 \
    {                                                                                                        \
        .name = n, .args = "", .type = OV_TYPE_FLAG, .scope = s, .offset = FIELD(f), .value = "",            \
        .since = si, .help = h                                                                               \
    }
#define NUMBER(n, a, s, f, l, u, v, si, h)                                                                   \
    {                                                                                                        \
        .name = n, .args = a, .min = 1, .max = 1, .type = OV_TYPE_NUMBER, .scope = s, .offset = FIELD(f),    \
        .low = l, .high = u, .value = v, .since = si, .help = h                                              \
    }
#define LARGE(n, a, s, f, v, si, h)                                                                          \
    {                                                                                                        \
        .name = n, .args = a, .min = 1, .max = 1, .type = OV_TYPE_LARGE, .scope = s, .offset = FIELD(f),     \
        .value = v, .since = si, .help = h                                                                   \
    }
#define TEXT(n, a, s, f, v, si, h)                                                                           \
    {                                                                                                        \
        .name = n, .args = a, .min = 1, .max = 1, .type = OV_TYPE_TEXT, .scope = s, .offset = FIELD(f),      \
        .value = v, .since = si, .help = h                                                                   \
    }
#define FROM_FILE(n, s, f, si, h)                                                                            \
    {                                                                                                        \
        .name = n, .args = "file", .min = 1, .max = 1, .type = OV_TYPE_FILE, .scope = (s) | BLOCK,           \
        .offset = FIELD(f), .value = "", .since = si, .help = h                                              \
    }

/* Accepted, and why that changes nothing. */
#define MOOT(n, a, lo, hi, s, si, h, w)                                                                      \
    {                                                                                                        \
        .name = n, .args = a, .min = lo, .max = hi, .status = OV_OPTION_MOOT, .scope = s, .value = "",       \
        .since = si, .help = h, .why = w                                                                     \
    }

/* Known, refused by name. */
#define PLANNED(n, a, lo, hi, s, si, h)                                                                      \
    {                                                                                                        \
        .name = n, .args = a, .min = lo, .max = hi, .status = OV_OPTION_PLANNED, .scope = s, .value = "",    \
        .since = si, .help = h                                                                               \
    }
#define PLANNED_HINT(n, a, lo, hi, s, si, h, w)                                                              \
    {                                                                                                        \
        .name = n, .args = a, .min = lo, .max = hi, .status = OV_OPTION_PLANNED, .scope = s, .value = "",    \
        .since = si, .help = h, .why = w                                                                     \
    }
/* Known, and not for this program. */
#define NEVER(n, a, lo, hi, s, si, h, w)                                                                     \
    {                                                                                                        \
        .name = n, .args = a, .min = lo, .max = hi, .status = OV_OPTION_NEVER, .scope = s, .value = "",      \
        .since = si, .help = h, .why = w                                                                     \
    }
#define REMOVED(n, a, w)                                                                                     \
    {                                                                                                        \
        .name = n, .args = a, .max = MANY, .status = OV_OPTION_REMOVED, .scope = BOTH, .value = "",          \
        .since = "", .help = "", .why = w                                                                    \
    }

#define GROUP(variable, text, rows)                                                                          \
    const struct ov_option_group variable = {text, rows, sizeof(rows) / sizeof((rows)[0])}

#endif
