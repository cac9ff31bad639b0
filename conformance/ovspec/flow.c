#include "ovspec/flow.h"

#include "ovspec/opcode.h"
#include "ovspec/stream.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t fnv1a(uint64_t hash, const void *octets, size_t len)
{
    const uint8_t *at = octets;

    for (size_t i = 0; i < len; i++)
    {
        hash = (hash ^ at[i]) * 0x100000001b3ULL;
    }
    return hash;
}

static bool same_endpoint(const struct ovs_endpoint *a, const struct ovs_endpoint *b)
{
    return a->family == b->family && a->port == b->port &&
           memcmp(a->address, b->address, sizeof a->address) == 0;
}

static uint64_t hash_endpoint(const struct ovs_endpoint *endpoint)
{
    uint64_t hash = fnv1a(0xcbf29ce484222325ULL, endpoint->address, sizeof endpoint->address);

    return fnv1a(hash, &endpoint->port, sizeof endpoint->port);
}

/* Returns 0 or 1 for the side that `source` is, -1 if the flow is another one. */
static int match_flow(const struct ovs_flow *flow, const struct ovs_datagram *datagram)
{
    if (flow->transport != datagram->transport)
    {
        return -1;
    }
    for (int side = 0; side < 2; side++)
    {
        if (same_endpoint(&flow->side[side], &datagram->source) &&
            same_endpoint(&flow->side[1 - side], &datagram->destination))
        {
            return side;
        }
    }
    return -1;
}

struct ovs_flow *ovs_flow_find(struct ovs_flow_table *table, const struct ovs_datagram *datagram,
                               uint8_t *side)
{
    /* A sum, so that both directions meet in one bucket. */
    uint64_t hash = hash_endpoint(&datagram->source) + hash_endpoint(&datagram->destination);
    size_t *bucket = &table->bucket[(hash ^ hash >> 32) % OVS_FLOW_BUCKETS];

    for (size_t i = *bucket; i != 0; i = table->flows[i - 1].next_in_bucket)
    {
        int found = match_flow(&table->flows[i - 1], datagram);

        if (found >= 0)
        {
            *side = (uint8_t)found;
            return &table->flows[i - 1];
        }
    }
    struct ovs_flow *flow =
        ovs_array_add(&table->flows, &table->count, &table->capacity, sizeof *table->flows);
    if (flow != NULL)
    {
        flow->transport = datagram->transport;
        flow->side[0] = datagram->source;
        flow->side[1] = datagram->destination;
        flow->next_in_bucket = *bucket;
        *bucket = table->count;
        *side = 0;
    }
    return flow;
}

bool ovs_flow_add(struct ovs_flow_table *table, struct ovs_flow *flow, const struct ovs_packet *meta,
                  const uint8_t *octets, size_t captured_len)
{
    bool is_data = captured_len > 0 && ovs_opcode_is_data(octets[0] >> 3);
    size_t kept_len = is_data && captured_len > OVS_DATA_HEAD_LEN ? OVS_DATA_HEAD_LEN : captured_len;
    const uint8_t *kept = ovs_arena_copy(&table->arena, octets, kept_len);

    if (kept == NULL)
    {
        return false;
    }
    struct ovs_packet *packet =
        ovs_array_add(&flow->packets, &flow->count, &flow->capacity, sizeof *flow->packets);
    if (packet == NULL)
    {
        return false;
    }
    *packet = *meta;
    packet->digest = fnv1a(0xcbf29ce484222325ULL, octets, captured_len);
    packet->data = kept;
    packet->kept_len = (uint16_t)kept_len;
    packet->snapped = captured_len < meta->len;
    return true;
}

uint64_t ovs_flow_known_until(const struct ovs_flow *flow)
{
    uint64_t until = UINT64_MAX;

    for (size_t side = 0; side < 2; side++)
    {
        if (flow->trouble[side] != OVS_STREAM_OK && flow->followed_until[side] < until)
        {
            until = flow->followed_until[side];
        }
    }
    return until;
}

void ovs_flow_table_clear(struct ovs_flow_table *table)
{
    for (size_t i = 0; i < table->count; i++)
    {
        ovs_stream_free(table->flows[i].stream[0]);
        ovs_stream_free(table->flows[i].stream[1]);
        free(table->flows[i].packets);
    }
    free(table->flows);
    ovs_arena_clear(&table->arena);
    *table = (struct ovs_flow_table){0};
}

void ovs_endpoint_print(const struct ovs_endpoint *endpoint, char *text)
{
    char address[INET6_ADDRSTRLEN] = "?";

    inet_ntop(endpoint->family == 4 ? AF_INET : AF_INET6, endpoint->address, address, sizeof address);
    snprintf(text, OVS_ENDPOINT_TEXT, endpoint->family == 4 ? "%s:%u" : "[%s]:%u", address, endpoint->port);
}
