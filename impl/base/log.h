#ifndef OV_BASE_LOG_H
#define OV_BASE_LOG_H

/* The core tells, app/ decides where it goes. Levels follow --verb. */
enum ov_level
{
    OV_LOG_ERROR = 0, /* --verb 0: fatal and errors */
    OV_LOG_WARN = 1,  /* --verb 1: warnings */
    OV_LOG_INFO = 3,  /* --verb 3: what a user wants to see by default */
    OV_LOG_DETAIL = 4,
    OV_LOG_DROP = 5,  /* a packet was dropped, and why */
    OV_LOG_PACKET = 6 /* every control packet */
};

struct ov_log
{
    void (*line)(void *ctx, enum ov_level level, const char *text); /* NULL: silent */
    void *ctx;
    enum ov_level max; /* lines above this level are not even formatted */
};

/* One line without a line end, at most 1023 octets; longer text is cut. */
void ov_logf(const struct ov_log *log, enum ov_level level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
