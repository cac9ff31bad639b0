#include "app/status_hub.h"

struct walk
{
    const struct ov_hub *hub;
    uint32_t at;
};

static bool next_peer(void *ctx, struct ov_hub_peer *out)
{
    struct walk *walk = ctx;
    return ov_hub_next_peer(walk->hub, &walk->at, out);
}

static bool next_mac(void *ctx, uint32_t peer_id, struct ov_hub_mac *at)
{
    const struct walk *walk = ctx;
    return ov_hub_next_mac(walk->hub, peer_id, at);
}

static bool next_behind(void *ctx, uint32_t peer_id, struct ov_hub_behind *at, struct ov_now now)
{
    const struct walk *walk = ctx;
    return ov_hub_next_behind(walk->hub, peer_id, at, now);
}

void ov_status_hub_write(FILE *file, uint32_t version, const char *title, const struct ov_hub *hub,
                         const struct ov_config *config, const struct ov_counters *counters,
                         struct ov_now now)
{
    struct walk walk = {hub, 0};
    struct ov_hub_stats stats;
    ov_hub_stats(hub, &stats);
    const struct ov_status_peers peers = {
        .next = next_peer,
        .next_mac = config->tunnel.tap ? next_mac : NULL,
        .next_behind = next_behind,
        .ctx = &walk,
        .flood_most = stats.flood_most,
        .sockets = config->listeners,
        .sockets_count = config->listeners_count,
    };
    ov_status_text_server(file, version, title, &peers, counters, now);
}
