#ifndef OV_MANAGE_MANAGE_H
#define OV_MANAGE_MANAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/log.h"
#include "base/time.h"
#include "manage/line.h"

/* The management interface of 2.x: one program at a time controls this one by lines of text over TCP or a unix
 * socket [WP-MGMT-001]. What concerns every program (log, state, hold, pid) is answered here, the rest by the user. */

#define OV_MANAGE_TEXT 240

struct ov_manage;

struct ov_manage_user
{
    void *ctx;
    /* A command that isn't answered here. False: there is no such command. */
    bool (*command)(void *ctx, const struct ov_manage_words *words);
    /* hold release */
    void (*released)(void *ctx);
};

struct ov_manage_settings
{
    const char *address;  /* or the path of a unix socket */
    const char *port;     /* or "unix" */
    const char *password; /* NULL: none is asked for; at most OV_MANAGE_WORD octets */
    bool hold;
    struct ov_now (*now)(void); /* for the times of log lines */
};

/* OV_ERR_IO, OV_ERR_ARG, OV_ERR_NOMEM with the reason in text. */
OV_MUST_USE enum ov_err ov_manage_new(const struct ov_manage_settings *settings, struct ov_manage **out,
                                      char text[static OV_MANAGE_TEXT]);
/* NULL is fine. */
void ov_manage_free(struct ov_manage *manage);
void ov_manage_set_user(struct ov_manage *manage, const struct ov_manage_user *user);

/* The log that tells here too; inner is copied. */
struct ov_log ov_manage_log(struct ov_manage *manage, const struct ov_log *inner);

/* To be watched for reading; -1: nothing. The second one is another one whenever visits has changed. */
int ov_manage_listen_fd(const struct ov_manage *manage);
int ov_manage_client_fd(const struct ov_manage *manage);
uint32_t ov_manage_visits(const struct ov_manage *manage);
/* Take what came, send what waits; to be called on every wake-up. Returns when it wants to be called again. */
uint64_t ov_manage_run(struct ov_manage *manage, struct ov_now now);

/* Send what waits; to be called when a turn of the loop is over. Returns as ov_manage_run. NULL is fine. */
uint64_t ov_manage_flush(struct ov_manage *manage, struct ov_now now);

/* One line, the line end is added; nothing without a controlling program. */
void ov_manage_say(struct ov_manage *manage, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Lines of text as they are, LF becomes CRLF. */
void ov_manage_say_text(struct ov_manage *manage, const char *text);
/* ">STATE:": rest is what follows the time. */
void ov_manage_state(struct ov_manage *manage, struct ov_now now, const char *rest);

/* A question that a controlling program which comes later gets too, until the next one or answered. */
void ov_manage_ask(struct ov_manage *manage, const char *question);
void ov_manage_answered(struct ov_manage *manage);

/* Does hold still last? */
bool ov_manage_waits(const struct ov_manage *manage);
/* True: wait until released is called. Asked before each attempt; says so to the controlling program. */
bool ov_manage_holds(struct ov_manage *manage, uint32_t seconds);

#endif
