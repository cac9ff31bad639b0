#include "app/counters.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void add(struct ov_counters *counters, const char *name, uint64_t value)
{
    if (counters->count < OV_COUNTERS_MAX)
    {
        counters->at[counters->count++] = (struct ov_counter){name, value};
    }
}

void ov_counters_link(struct ov_counters *counters, const struct ov_link *link)
{
    if (link == NULL)
    {
        return;
    }
    const struct ov_sockbuf_grant *sndbuf = &link->buffer[OV_SOCKBUF_SEND];
    const struct ov_sockbuf_grant *rcvbuf = &link->buffer[OV_SOCKBUF_RECEIVE];
    const struct ov_link_stats s = link->ops->stats(link);
    add(counters, "sndbuf asked", sndbuf->asked);
    add(counters, "sndbuf granted", sndbuf->granted);
    add(counters, "sndbuf forced", sndbuf->forced);
    add(counters, "rcvbuf asked", rcvbuf->asked);
    add(counters, "rcvbuf granted", rcvbuf->granted);
    add(counters, "rcvbuf forced", rcvbuf->forced);
    add(counters, "socket receive overflow", s.rx_overflow);
    add(counters, "socket receive too long", s.rx_truncated);
    add(counters, "socket receive errors", s.rx_errors);
    add(counters, "socket send full", s.tx_full);
    add(counters, "socket send too big", s.tx_too_big);
    add(counters, "socket send errors", s.tx_errors);
    if (s.shares)
    {
        add(counters, "connections shared", s.shared);
        add(counters, "connections not shared", s.shared_refused);
    }
}

void ov_counters_tun(struct ov_counters *counters, const struct ov_interface *iface,
                     const struct ov_pump *pump)
{
    struct ov_netif_drops kernel;
    if (iface->tun == NULL)
    {
        return;
    }
    const struct ov_tun_stats *s = &iface->tun->stats;
    add(counters, "tun read errors", s->rx_errors);
    add(counters, "tun read without peer", pump->tun_dropped);
    add(counters, "tun read standing queue", pump->standing.dropped);
    add(counters, "tun write full", s->tx_full);
    add(counters, "tun write short", s->tx_short);
    add(counters, "tun write errors", s->tx_errors);
    add(counters, "tun write bad checksum", s->tx_bad_sum);
    if (ov_netif_drops(iface->netif, iface->tun->index, &kernel))
    {
        add(counters, "tun device queue full", kernel.to_tunnel);
        add(counters, "tun device receive dropped", kernel.from_tunnel);
    }
}

void ov_counters_drops(struct ov_counters *counters, const struct ov_drops *in, const struct ov_drops *out)
{
    const uint64_t named = in->by[OV_ERR_REPLAY] + in->by[OV_ERR_DUPLICATE] + in->by[OV_ERR_AUTH] +
                           in->by[OV_ERR_KEY_ID] + in->by[OV_ERR_ADDRESS];
    add(counters, "replayed", in->by[OV_ERR_REPLAY]);
    add(counters, "repeated control", in->by[OV_ERR_DUPLICATE]);
    add(counters, "authentication failed", in->by[OV_ERR_AUTH]);
    add(counters, "no key", in->by[OV_ERR_KEY_ID]);
    add(counters, "address not allowed", in->by[OV_ERR_ADDRESS]);
    add(counters, "in refused", ov_drops_total(in) - named);
    add(counters, "out refused", ov_drops_total(out));
}

static bool is_drop(const char *name)
{
    return strncmp(name, "sndbuf", 6) != 0 && strncmp(name, "rcvbuf", 6) != 0;
}

const char *ov_counters_drops_text(const struct ov_counters *counters, char text[static OV_COUNTERS_TEXT])
{
    size_t len = 0;
    text[0] = '\0';
    for (size_t i = 0; i < counters->count && len < OV_COUNTERS_TEXT; i++)
    {
        const struct ov_counter *one = &counters->at[i];
        if (one->value > 0 && is_drop(one->name))
        {
            int more = snprintf(text + len, OV_COUNTERS_TEXT - len, "%s%s %" PRIu64, len > 0 ? ", " : "",
                                one->name, one->value);
            len += more > 0 ? (size_t)more : 0;
        }
    }
    if (len == 0)
    {
        (void)snprintf(text, OV_COUNTERS_TEXT, "none");
    }
    return text;
}
