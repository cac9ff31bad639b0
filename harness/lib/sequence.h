/* Numbered UDP packets at a pace, and what became of each: arrived, late (after a higher number),
 * twice, or never. A late packet is not lost; iperf3 counts it as both.
 *
 * A process of its own (`ovlab internal-sequence`): a sender and a receiver, each in its network namespace,
 * on the same clock, so that one-way delays are true. */
#ifndef OV_LAB_SEQUENCE_H
#define OV_LAB_SEQUENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LAB_SEQUENCE_BINS    24u       /* displacement 1, 2-3, 4-7, ... */
#define LAB_SEQUENCE_PACKETS 16777216u /* at most, in one flow */
#define LAB_SEQUENCE_DELAYS  16384u

struct lab_sequence
{
    const char *sender_ns;
    const char *receiver_ns;
    const char *target; /* IPv4 address of the receiver */
    uint16_t port;
    uint32_t length; /* UDP payload, 24 to 65000 */
    double pps;
    double seconds;
};

/* What the receiver keeps. All-zero but for seen, which has room for a bit of every number. */
struct lab_sequence_account
{
    uint64_t arrived; /* packets, those that came twice included */
    uint64_t received;
    uint64_t duplicated;
    uint64_t late;
    uint64_t late_max;
    uint64_t next;       /* one more than the highest number so far */
    uint64_t last_ns;    /* when the latest came; 0: none yet */
    uint64_t gap_max_ns; /* the longest time without any, between two of them */
    uint64_t late_histogram[LAB_SEQUENCE_BINS];
    uint32_t delay_us[LAB_SEQUENCE_DELAYS];
    uint64_t delay_count; /* of those kept */
    uint64_t delay_every; /* each how manyth is kept; 0: 1 */
    uint8_t seen[LAB_SEQUENCE_PACKETS / 8];
};

/* Takes one packet in. */
void lab_sequence_take(struct lab_sequence_account *account, uint64_t number, uint32_t delay_us);

/* The same packet's time: how long nothing came before it. The end of the flow counts as a packet, if any has
 * come at all. */
void lab_sequence_note_time(struct lab_sequence_account *account, uint64_t now_ns);

/* Prints one JSON object of values and one list, late_histogram. Exit status 0, or 1 with a reason on stderr. */
int lab_sequence_main(const struct lab_sequence *sequence);

#endif
