/* What arrived of a numbered stream of probe packets: lost, twice, damaged, out of place, how late. */
#ifndef OV_LINKPROBE_TALLY_H
#define OV_LINKPROBE_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROBE_HEADER_LEN 32u
#define PROBE_SIZE_MAX   1472u

enum probe_stage
{
    PROBE_PACED, /* below the rate of the link */
    PROBE_FLOOD  /* above it */
};

struct probe_arrival
{
    uint64_t sent_ns;    /* 0: never sent */
    uint64_t arrived_ns; /* of the first copy; 0: lost */
    uint32_t order;      /* of the first copy among all first copies */
    uint32_t copies;
    uint32_t damaged; /* copies whose octets were not those that were sent */
};

struct probe_tally
{
    struct probe_arrival *arrivals; /* by sequence number */
    uint32_t room;
    uint32_t sent;    /* sequence numbers below this were sent */
    uint32_t arrived; /* first copies */
    uint32_t strange; /* not a packet of this probe */
};

/* The facts one direction is judged by. Delays and displacement count first copies only. */
struct probe_facts
{
    uint32_t sent;
    uint32_t arrived;
    uint32_t lost;
    uint32_t lost_runs; /* lost packets in a row count once */
    uint32_t again;     /* copies beyond the first */
    uint32_t damaged;
    uint32_t strange;
    double delay_ms[5];             /* percentiles 0, 10, 50, 90, 99 */
    uint32_t displaced;             /* packets that later ones arrived before */
    uint32_t displacement_max;      /* the most of them before one packet */
    uint32_t displacement_log2[21]; /* bin 0: in place; n: overtaken by at least 2^(n-1) packets */
};

/* Room for count sequence numbers. False: no memory. */
bool probe_tally_init(struct probe_tally *tally, uint32_t count);
void probe_tally_clear(struct probe_tally *tally);

/* Writes packet seq of size octets (PROBE_HEADER_LEN..PROBE_SIZE_MAX). */
void probe_packet_write(uint8_t *packet, size_t size, uint32_t run, enum probe_stage stage, uint32_t seq);

/* Notes a packet that arrived; one of another stage or run, or one that names no number, is strange. */
void probe_tally_take(struct probe_tally *tally, const uint8_t *packet, size_t size, uint32_t run,
                      enum probe_stage stage, uint64_t arrived_ns);

/* Evaluates. False: no memory. displacements (room of tally->sent, NULL: not wanted) gets for each number by
 * how many later ones it was overtaken; lost ones get UINT32_MAX. */
bool probe_tally_facts(const struct probe_tally *tally, struct probe_facts *facts, uint32_t *displacements);

#endif
