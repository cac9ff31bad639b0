/* What a flood sends: one kind a row, made of literal octets and chance. Nothing here knows a socket. */
#ifndef OV_FLOOD_KINDS_H
#define OV_FLOOD_KINDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FLOOD_PAYLOAD_MAX 1472u
#define FLOOD_HEARD_MAX   512u

/* An end of a datagram; both in the octet order of the wire. */
struct flood_end
{
    uint32_t address;
    uint16_t port;
};

struct flood_packet
{
    struct flood_end from;
    uint16_t to_port; /* octet order of the wire; 0: the target's */
    uint16_t len;
    uint8_t payload[FLOOD_PAYLOAD_MAX];
};

/* What the client has sent to the target, the latest ones. */
struct flood_heard
{
    struct flood_packet packets[FLOOD_HEARD_MAX];
    uint32_t count; /* those that are there */
    uint32_t next;  /* where the next one goes */
};

struct flood_maker
{
    uint64_t state;   /* of the generator; the seed */
    uint32_t spoofed; /* network that senders are drawn from, octet order of the host */
    uint32_t hosts;   /* how many addresses it has */
    const struct flood_heard *heard;
};

struct flood_kind
{
    const char *name;
    const char *what;
    bool hears; /* needs what the client has sent */
    /* False: there is nothing to send yet. */
    bool (*make)(struct flood_maker *maker, struct flood_packet *packet);
};

/* NULL: no such kind, or index is past the end. */
const struct flood_kind *flood_kind_find(const char *name);
const struct flood_kind *flood_kind_at(size_t index);

/* Keeps a packet of the client. */
void flood_heard_keep(struct flood_heard *heard, const struct flood_packet *packet);

#endif
