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

#define OV_MANAGE_OR_MORE 0x80u

/* One command; arguments that lack are refused in its name, superfluous ones are ignored as 2.x does. */
struct ov_manage_command
{
    const char *name;
    uint8_t least; /* words behind the name; OV_MANAGE_OR_MORE: the refusal says "at least" */
    void (*run)(void *ctx, const struct ov_manage_words *words);
    const char *help;
};

/* Whoever answers to commands that aren't answered here. All of it may be NULL. */
struct ov_manage_user
{
    void *ctx;
    const struct ov_manage_command *commands;
    size_t count;
    void (*released)(void *ctx); /* hold release */
    void (*left)(void *ctx);     /* the controlling program is gone */
};

#define OV_MANAGE_USERS 8u
#define OV_MANAGE_BODY  (64u * 1024u) /* octets of lines up to END */

struct ov_manage_settings
{
    const char *address;  /* or the path of a unix socket */
    const char *port;     /* or "unix" */
    const char *password; /* NULL: none is asked for; at most OV_MANAGE_WORD octets */
    bool hold;
    bool connects_out;     /* to address and port, and without anybody there: OV_ERR_IO */
    const char *peer_user; /* over a unix socket, who may come; NULL: anybody */
    const char *peer_group;
    const char *title;          /* name and version of the program */
    size_t log_lines;           /* at most OV_HISTORY_MAX */
    struct ov_now (*now)(void); /* for the times of log lines */
};

/* OV_ERR_IO, OV_ERR_ARG, OV_ERR_NOMEM with the reason in text. */
OV_MUST_USE enum ov_err ov_manage_new(const struct ov_manage_settings *settings, struct ov_manage **out,
                                      char text[static OV_MANAGE_TEXT]);
/* NULL is fine. */
void ov_manage_free(struct ov_manage *manage);
/* Its commands are known from now on, in place of those of the same name before; user is copied. More than OV_MANAGE_USERS: not taken (false). */
OV_MUST_USE bool ov_manage_add_user(struct ov_manage *manage, const struct ov_manage_user *user);
/* Those of ctx are forgotten. NULL is fine. */
void ov_manage_remove_user(struct ov_manage *manage, const void *ctx);

/* From a command: what follows up to a line END is its text. done gets it, lines ended by LF; OV_ERR_LIMIT: too much
 * of it, text is "". Not called if the controlling program leaves before. */
void ov_manage_take_body(struct ov_manage *manage,
                         void (*done)(void *ctx, const char *text, size_t len, enum ov_err err), void *ctx);

/* What the controlling program said of itself by "version N"; 1 without. */
uint32_t ov_manage_client_version(const struct ov_manage *manage);

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
/* ">ECHO:": a text of the configuration or the server. */
void ov_manage_echo(struct ov_manage *manage, struct ov_now now, const char *text);
/* ">STATE:": rest is what follows the time. */
void ov_manage_state(struct ov_manage *manage, struct ov_now now, const char *rest);

/* A question that a controlling program which comes later gets too, until the next one or answered; at most
 * OV_MANAGE_QUESTION octets. */
#define OV_MANAGE_QUESTION 16384u
void ov_manage_ask(struct ov_manage *manage, const char *question);
void ov_manage_answered(struct ov_manage *manage);

/* Does hold still last? */
bool ov_manage_waits(const struct ov_manage *manage);
/* True: wait until released is called. Asked before each attempt, and a release is good for one; says so to the
 * controlling program. */
bool ov_manage_holds(struct ov_manage *manage, uint32_t seconds);

#endif
