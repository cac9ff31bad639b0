#ifndef OV_REPLAY_WINDOW_H
#define OV_REPLAY_WINDOW_H

#include <stdint.h>

#include "base/err.h"
#include "wire/wrap_id.h"

/* Sliding window over packet ids: which were seen, which are too old
 * (wire-protocol.md 6.7). One per key and direction. Works for u32 ids and
 * for the u48 counters of the epoch format. */

#define OV_REPLAY_STANDARD_SIZE   64u
#define OV_REPLAY_STANDARD_TIME_S 15u
#define OV_REPLAY_SIZE_MAX        65536u
#define OV_REPLAY_SAMPLES         4u

struct ov_replay_counters
{
    uint64_t accepted;
    uint64_t late;      /* accepted, but a later id had come before */
    uint64_t duplicate; /* refused: seen before, or id 0 */
    uint64_t old;       /* refused: behind the window, closed by time, or out of sequence (size 0) */
};

/* Bits live in word for sizes up to 64, else in ring, which the caller owns. */
struct ov_replay
{
    uint64_t highest; /* highest id marked; 0 before the first */
    uint64_t floor;   /* ids up to this one are closed, seen or not */
    uint32_t size;    /* 0: strict, each id is the one before plus 1 [WP-DATA-063] */
    uint32_t mask;    /* bits in the ring, minus 1 */
    uint64_t word;
    uint64_t *ring;   /* NULL: use word */
    uint32_t time_s;  /* time part; 0: off */
    uint32_t sampled; /* samples in use */
    struct
    {
        uint64_t at_s;
        uint64_t highest;
    } sample[OV_REPLAY_SAMPLES];
    struct ov_replay_counters counters;
};

/* u64 words that ring needs for a window of this size; 0 for sizes up to 64. */
uint32_t ov_replay_ring_words(uint32_t size);

/* size 0..OV_REPLAY_SIZE_MAX. ring may be NULL if ov_replay_ring_words(size) is 0; its content need not be
 * set. time_s 0 turns the time part off. OV_ERR_ARG. */
OV_MUST_USE enum ov_err ov_replay_init(struct ov_replay *w, uint32_t size, uint32_t time_s, uint64_t *ring);

/* Would id be accepted now? Cheap test before decryption; changes nothing. OV_ERR_REPLAY. */
OV_MUST_USE enum ov_err ov_replay_check(const struct ov_replay *w, uint64_t id);

/* Mark id as seen, only after authentication [WP-DATA-064]. Checks again, so that two packets with one id
 * in a batch can't both pass: OV_ERR_REPLAY means drop the packet. Counts. */
OV_MUST_USE enum ov_err ov_replay_mark(struct ov_replay *w, uint64_t id);

/* The time part [WP-DATA-061]: call about once a second. An id that was seen more than time_s ago closes
 * itself and all below it. Resolution: a third of time_s, always on the late side. */
void ov_replay_tick(struct ov_replay *w, uint64_t now_s);

/* Long form: (time, id), time is the high part [WP-RPL-004]. For wrap packet ids, and data packets of CFB, OFB and
 * static key mode [WP-DATA-065]. */
struct ov_replay_long
{
    struct ov_replay window;
    uint32_t time;
};

/* As ov_replay_init. */
OV_MUST_USE enum ov_err ov_replay_long_init(struct ov_replay_long *w, uint32_t size, uint32_t time_s,
                                            uint64_t *ring);
/* As above; a larger time opens a new window, a smaller one is OV_ERR_REPLAY. */
OV_MUST_USE enum ov_err ov_replay_long_check(const struct ov_replay_long *w, struct ov_wrap_id id);
OV_MUST_USE enum ov_err ov_replay_long_mark(struct ov_replay_long *w, struct ov_wrap_id id);

#endif
