#ifndef OV_TESTS_FLOW_MODEL_H
#define OV_TESTS_FLOW_MODEL_H

#include <stdbool.h>
#include <stdint.h>

/* An independent, slow model of TCP and UDP flows: headers built by hand, a
 * plain 16 bit checksum. What the data path makes is compared with it. */
struct flow
{
    uint8_t version;
    uint8_t protocol;
    uint8_t tos;
    uint8_t ttl;
    bool df;
    uint8_t tag;          /* makes addresses and ports differ */
    uint8_t option_words; /* TCP options */
    uint8_t ext_words;    /* IPv6 destination options, in units of 8 octets */
    uint32_t seq;
    uint16_t id;
};

extern uint64_t flow_seed; /* of flow_chance; tests set it */
uint32_t flow_chance(uint32_t below);
struct flow flow_random(uint8_t tag);

/* Write the flow's next packet; returns its length and moves the flow on. */
uint32_t flow_packet(struct flow *f, uint8_t *packet, uint32_t payload_len, uint8_t tcp_flags);
/* (Re)compute all checksums of a packet of len octets. */
void flow_sums(const struct flow *f, uint8_t *packet, uint32_t len);
/* Offset of the transport header. */
uint32_t flow_l4(const struct flow *f);
uint16_t flow_pseudo_sum(const struct flow *f, const uint8_t *packet, uint32_t l4_len);
uint16_t flow_slow_sum(uint32_t start, const uint8_t *data, uint32_t len);
void flow_put16(uint8_t *p, uint32_t v);
uint32_t flow_get16(const uint8_t *p);

#endif
