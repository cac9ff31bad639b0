#ifndef OV_APP_STATUS_TEXT_H
#define OV_APP_STATUS_TEXT_H

#include <stdio.h>

#include "app/counters.h"
#include "app/outer_text.h"
#include "hub/hub.h"

/* The text of a status file, word for word as OpenVPN 2.6 writes it [WP-SRV-050..052], so that programs which
 * read its files read ours. Counters of ours are further "name,value" lines where a reader expects such: in front
 * of END, on a server among the global statistics. */

/* Peers one after the other; false: no more. */
struct ov_status_peers
{
    bool (*next)(void *ctx, struct ov_hub_peer *out);
    /* tap: what the routing table lists are stations behind them (ov_hub_next_mac); NULL: their addresses */
    bool (*next_mac)(void *ctx, uint32_t peer_id, struct ov_hub_mac *at);
    /* tun: networks and addresses behind them (ov_hub_next_behind); NULL: none */
    bool (*next_behind)(void *ctx, uint32_t peer_id, struct ov_hub_behind *at, struct ov_now now);
    void *ctx;
    uint32_t flood_most; /* frames for many clients that waited at one time */
    const struct ov_listener
        *sockets; /* several: addresses say by which kind of them a client came, as 2.7 does */
    size_t sockets_count;
};

/* version 1 to 3; title is the program's version line. */
void ov_status_text_server(FILE *file, uint32_t version, const char *title,
                           const struct ov_status_peers *peers, const struct ov_counters *counters,
                           struct ov_now now);

struct ov_status_octets
{
    uint64_t tun_read, tun_written;
    uint64_t link_read, link_written;
    uint64_t authenticated; /* of what was read from the link, opened */
    bool compression;       /* there is framing for it, so that the next four count */
    uint64_t compressed_in, compressed_out;
    uint64_t expanded_in, expanded_out;
};

void ov_status_text_client(FILE *file, const struct ov_status_octets *octets,
                           const struct ov_counters *counters, struct ov_now now);

#endif
