#include "app/server_status.h"

#include <inttypes.h>

#include "app/report.h"
#include "app/status_hub.h"
#include "app/version.h"
#include "loop/loop.h"
#include "options/values.h"

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

void ov_server_report(const struct ov_server_view *view, const struct ov_log *log)
{
    struct ov_hub_stats stats;
    struct ov_hub_peer peer;
    struct ov_counters counters;
    ov_server_counters(view, &counters);
    ov_report_drops(log, view->link, &counters);
    ov_report_devices(log, view->link, view->iface->tun);
    ov_hub_stats(view->hub, &stats);
    ov_logf(log, OV_LOG_ERROR,
            "status hub: %u peers, %u half open; %" PRIu64 " resets, %" PRIu64 " answered, %" PRIu64
            " accepted, %" PRIu64 " connected, %" PRIu64 " floats; dropped %" PRIu64 ", not routed %" PRIu64,
            stats.peers, stats.half_open, stats.resets, stats.replies, stats.accepted, stats.connected,
            stats.floats, ov_drops_total(&stats.dropped), ov_drops_total(&stats.routed));
    for (uint32_t at = 0; ov_hub_next_peer(view->hub, &at, &peer);)
    {
        char text[OV_IP4_TEXT];
        ov_report_session(log, &peer.session, ov_value_ip4_text(peer.ip4, text));
    }
}

void ov_server_status_write(const struct ov_server_view *view, uint32_t version, FILE *file)
{
    struct ov_counters counters;
    char title[OV_VERSION_LINE];
    ov_server_counters(view, &counters);
    ov_status_hub_write(file, version, ov_version_line(title), view->hub, view->config, &counters,
                        ov_loop_now());
}
