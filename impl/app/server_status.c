#include "app/server_status.h"

#include "app/status_hub.h"
#include "app/version.h"
#include "loop/loop.h"

void ov_server_counters(const struct ov_server_view *view, struct ov_counters *counters)
{
    struct ov_hub_stats stats;
    struct ov_hub_peer peer;
    *counters = (struct ov_counters){0};
    ov_counters_link(counters, view->link);
    ov_counters_tun(counters, view->iface, view->pump);
    ov_hub_stats(view->hub, &stats);
    struct ov_drops in = stats.gone_in;
    struct ov_drops out = stats.gone_out;
    ov_drops_add(&in, &stats.dropped);
    ov_drops_add(&out, &stats.routed);
    for (uint32_t at = 0; ov_hub_next_peer(view->hub, &at, &peer);)
    {
        ov_drops_add(&in, &peer.session.data.open);
        ov_drops_add(&in, &peer.session.control.in);
        ov_drops_add(&out, &peer.session.data.seal);
    }
    ov_counters_drops(counters, &in, &out);
}

void ov_server_status_write(const struct ov_server_view *view, uint32_t version, FILE *file)
{
    struct ov_counters counters;
    char title[OV_VERSION_LINE];
    ov_server_counters(view, &counters);
    ov_status_hub_write(file, version, ov_version_line(title), view->hub, view->config, &counters,
                        ov_loop_now());
}
