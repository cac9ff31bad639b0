/* Super-packets as a tun device hands them out, and the wire packets they stand for, made independently of
 * the emulator. */
#ifndef OV_NETNS_TESTS_TRAINS_H
#define OV_NETNS_TESTS_TRAINS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TRAIN_ROOM 70000u

struct train
{
    bool v6;
    bool udp;
    bool ect;
    uint8_t tcp_flags;
    uint32_t options_len; /* of TCP */
    uint32_t gso_size;    /* 0: one plain packet */
    uint32_t payload_len;
    uint16_t id;
    uint32_t seq;
};

/* Writes vnet header and packet; returns the length. The checksum is left to be completed. */
size_t train_write(uint8_t *frame, const struct train *train);

/* The packet that segment n must be on the wire, checksums complete; returns its length. */
size_t train_segment(uint8_t *packet, const struct train *train, uint32_t n);

/* Cuts any frame into complete wire packets, as a kernel would: calls take for each. False: the frame makes
 * no sense. */
bool train_cut(const uint8_t *frame, size_t len, void (*take)(void *arg, const uint8_t *packet, size_t len),
               void *arg);

/* True when the transport checksum of a wire packet is right. */
bool train_sum_ok(const uint8_t *packet, size_t len);

#endif
