#ifndef OV_OPTIONS_DIAG_H
#define OV_OPTIONS_DIAG_H

#include <stddef.h>
#include <stdint.h>

struct ov_arena; /* base/arena.h */

/* What reading options has to say. Nothing is printed here, and reading goes
 * on after an error, so that the user sees all of them at once. */

enum ov_severity
{
    OV_DIAG_ERROR,   /* the configuration can't be used */
    OV_DIAG_WARNING, /* used, but probably not what was meant */
    OV_DIAG_NOTE     /* used; this is what it means here */
};

struct ov_diag
{
    enum ov_severity severity;
    const char *file; /* as the user named it; "command line", "push reply"; NULL: the whole configuration */
    uint32_t line;    /* from 1; 0 where lines make no sense */
    const char *option; /* which option it is about; NULL: none in particular */
    const char *text;   /* one sentence without a full stop */
    const struct ov_diag *next;
};

/* More than this many of one configuration are counted, not kept. */
#define OV_DIAGS_MAX 200u

struct ov_diags
{
    struct ov_arena *arena; /* where texts live */
    const struct ov_diag *first;
    struct ov_diag *last;
    uint32_t kept;
    uint32_t error_count;
    uint32_t warning_count;
    uint32_t left_out; /* beyond OV_DIAGS_MAX, or no memory */
};

void ov_diags_init(struct ov_diags *diags, struct ov_arena *arena);

/* Text is formatted as by printf; strings from outside may be passed as they
 * are: control characters are replaced by '?' when the line is built. */
void ov_diags_add(struct ov_diags *diags, enum ov_severity severity, const char *file, uint32_t line,
                  const char *option, const char *format, ...) __attribute__((format(printf, 6, 7)));

/* "client.ovpn:12: unknown option 'x'" or "client.ovpn:12: warning: ...": one
 * line without line end, cut at cap. Returns out. */
#define OV_DIAG_LINE 800
const char *ov_diag_line(const struct ov_diag *diag, char out[static OV_DIAG_LINE]);

#endif
