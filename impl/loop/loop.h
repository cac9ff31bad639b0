#ifndef OV_LOOP_LOOP_H
#define OV_LOOP_LOOP_H

#include <netdb.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/time.h"

/* One event loop: a few files to watch, one deadline, signals, name lookups.
 * The program is called back in one place, with all that is ready. */

/* What can be watched; also the bits of ready. */
enum ov_watch
{
    OV_WATCH_LINK = 0,
    OV_WATCH_TUN,
    OV_WATCH_TERMINAL,
    OV_WATCH_MANAGE_LISTEN, /* whoever wants to control this program knocks */
    OV_WATCH_MANAGE,        /* and talks */
    OV_WATCH_PROXY,
    OV_WATCH_COUNT
};

#define OV_READY(watch)  (1u << (watch))
#define OV_FAILED(watch) (1u << (8 + (watch))) /* the file has an error, or its device is gone */

/* Who is called. All are called from ov_loop_run only. */
struct ov_loop_user
{
    void *ctx;
    /* Once per turn of the loop: ready is a set of OV_READY and OV_FAILED bits,
     * 0 when only the deadline passed. A passed deadline is over: set a new one. */
    void (*wake)(void *ctx, unsigned ready);
    /* One of SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2. */
    void (*signal)(void *ctx, int signum);
    /* A lookup is done: the addresses, valid for the call only, or NULL and the reason in text. */
    void (*resolved)(void *ctx, const struct addrinfo *list, const char *text);
};

struct ov_loop;

/* user is copied. Takes over the signals named above. OV_ERR_NOMEM, OV_ERR_IO. */
OV_MUST_USE enum ov_err ov_loop_new(const struct ov_loop_user *user, struct ov_loop **out);
/* False: a lookup can't be stopped; its thread would hold up a normal exit, so
 * leave by _exit. NULL is fine (true). */
bool ov_loop_free(struct ov_loop *loop);

/* Until ov_loop_stop. From then on signals wait for the next run, of this loop or of another: what arrives while a
 * program starts over is neither lost nor its end. */
void ov_loop_run(struct ov_loop *loop);
void ov_loop_stop(struct ov_loop *loop);

/* Where no loop runs, and perhaps none will: those that ask for an end do their work, as on whoever waits at a
 * terminal; the others wait for ov_loop_run. */
void ov_loop_hold_signals(void);

/* The clocks of this machine. */
struct ov_now ov_loop_now(void);

/* Watch fd for reading from now on, instead of the one before. It must stay
 * open until ov_loop_unwatch. OV_ERR_NOMEM, OV_ERR_IO. */
OV_MUST_USE enum ov_err ov_loop_watch(struct ov_loop *loop, enum ov_watch which, int fd);
void ov_loop_unwatch(struct ov_loop *loop, enum ov_watch which);

/* on: don't look at what is watched for now. Cheap when nothing changes. */
void ov_loop_pause(struct ov_loop *loop, enum ov_watch which, bool on);

/* wake is called once mono_ms is reached, not earlier; OV_NEVER: not at all. Replaces the one before. */
void ov_loop_deadline(struct ov_loop *loop, uint64_t mono_ms);

/* Look host up (a name or an address); family 0 (either), 4 or 6. The answer
 * comes to user.resolved, for the latest call only. OV_ERR_NOMEM, OV_ERR_IO. */
OV_MUST_USE enum ov_err ov_loop_resolve(struct ov_loop *loop, const char *host, uint8_t family);

#endif
