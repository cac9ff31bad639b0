#include "app/report.h"

#include <inttypes.h>
#include <string.h>

/* A status that was asked for is not subject to --verb. */
#define ASKED OV_LOG_ERROR

void ov_report_devices(const struct ov_log *log, const struct ov_link *link, const struct ov_tun *tun)
{
    if (link != NULL)
    {
        struct ov_link_stats s = link->ops->stats(link);
        ov_logf(log, ASKED,
                "status link in: %" PRIu64 " datagrams, %" PRIu64 " octets, %" PRIu64
                " calls; dropped %" PRIu64 " overflow, %" PRIu64 " truncated, %" PRIu64 " errors",
                s.rx_datagrams, s.rx_octets, s.rx_calls, s.rx_overflow, s.rx_truncated, s.rx_errors);
        ov_logf(log, ASKED,
                "status link out: %" PRIu64 " datagrams, %" PRIu64 " octets, %" PRIu64
                " calls; dropped %" PRIu64 " full, %" PRIu64 " too big, %" PRIu64 " errors",
                s.tx_datagrams, s.tx_octets, s.tx_calls, s.tx_full, s.tx_too_big, s.tx_errors);
    }
    if (tun != NULL)
    {
        const struct ov_tun_stats *s = &tun->stats;
        ov_logf(log, ASKED,
                "status %s read: %" PRIu64 " packets, %" PRIu64 " octets; written: %" PRIu64
                " packets, %" PRIu64 " octets; dropped %" PRIu64 " full, %" PRIu64 " short, %" PRIu64
                " errors",
                tun->name, s->rx_packets, s->rx_octets, s->tx_packets, s->tx_octets, s->tx_full, s->tx_short,
                s->tx_errors);
    }
}

void ov_report_drops(const struct ov_log *log, const struct ov_link *link, const struct ov_counters *counters)
{
    char text[OV_COUNTERS_TEXT];
    if (link != NULL)
    {
        const struct ov_sockbuf_grant *out = &link->buffer[OV_SOCKBUF_SEND];
        const struct ov_sockbuf_grant *in = &link->buffer[OV_SOCKBUF_RECEIVE];
        ov_logf(log, ASKED, "status buffers: sndbuf asked %u, granted %u%s; rcvbuf asked %u, granted %u%s",
                out->asked, out->granted, out->forced ? " (forced)" : "", in->asked, in->granted,
                in->forced ? " (forced)" : "");
    }
    ov_logf(log, ASKED, "status missing: %s", ov_counters_drops_text(counters, text));
}

/* Only where there is any. */
static void report_framing(const struct ov_log *log, const struct ov_session_status *status)
{
    const struct ov_data_framing_stats *f = &status->framing;
    if (f->expanded_packets + f->compressed_packets + f->pieces_in + f->pieces_out > 0)
    {
        ov_logf(log, ASKED,
                "status peer %u framing: expanded %" PRIu64 " packets from %" PRIu64 " to %" PRIu64
                " octets, compressed %" PRIu64 " packets from %" PRIu64 " to %" PRIu64
                " octets; pieces %" PRIu64 " in, %" PRIu64 " out",
                status->peer_id, f->expanded_packets, f->expanded_in, f->expanded_out, f->compressed_packets,
                f->compressed_in, f->compressed_out, f->pieces_in, f->pieces_out);
    }
}

void ov_report_session(const struct ov_log *log, const struct ov_session_status *status,
                       const char *tunnel_addr)
{
    char addr[OV_ADDR_TEXT];
    const struct ov_data_stats *data = &status->data;
    ov_logf(log, ASKED,
            "status peer %u '%s' %s %s %s since %" PRIu64 " %s key-id %u; in %" PRIu64 " packets %" PRIu64
            " octets, out %" PRIu64 " packets %" PRIu64 " octets; dropped %" PRIu64 " in (%" PRIu64
            " replayed), %" PRIu64 " out; control %" PRIu64 " in, %" PRIu64 " out, %" PRIu64 " again",
            status->peer_id, status->common_name, ov_addr_text(&status->addr, addr), tunnel_addr,
            status->connected ? "connected" : status->state, status->connected_wall_s,
            ov_cipher_name(status->cipher), status->data_key_id, data->link_packets_in, data->link_octets_in,
            data->link_packets_out, data->link_octets_out, ov_drops_total(&data->open),
            data->open.by[OV_ERR_REPLAY], ov_drops_total(&data->seal), status->control.packets_in,
            status->control.packets_out, status->control.retransmitted);
    report_framing(log, status);
}

static uint64_t failures_of(const struct ov_pump *pump)
{
    uint64_t sum = 0;
    if (pump->link != NULL)
    {
        const struct ov_link_stats *s = &pump->link->stats;
        sum += s->tx_errors + s->tx_too_big + s->rx_errors + s->rx_truncated;
    }
    if (pump->tun != NULL)
    {
        const struct ov_tun_stats *s = &pump->tun->stats;
        sum += s->tx_errors + s->tx_short + s->rx_errors;
    }
    return sum;
}

static const char *reason_of(const struct ov_pump *pump)
{
    const struct ov_link_stats *link = pump->link == NULL ? NULL : &pump->link->stats;
    const struct ov_tun_stats *tun = pump->tun == NULL ? NULL : &pump->tun->stats;
    int number = link != NULL && link->tx_errno != 0   ? link->tx_errno
                 : link != NULL && link->rx_errno != 0 ? link->rx_errno
                 : tun != NULL && tun->tx_errno != 0   ? tun->tx_errno
                 : tun != NULL                         ? tun->rx_errno
                                                       : 0;
    return number == 0 ? "packets too large for the path" : strerror(number);
}

/* The kernel tells this with the datagrams. A bulk transfer finds its pace by such losses: no warning. */
static void report_overflow(const struct ov_log *log, struct ov_trouble *trouble, const struct ov_link *link,
                            struct ov_now now)
{
    const uint64_t dropped = link == NULL ? 0 : link->stats.rx_overflow;
    trouble->overflow = dropped < trouble->overflow ? 0 : trouble->overflow;
    if (dropped == trouble->overflow || now.mono_ms < trouble->overflow_next_ms)
    {
        return;
    }
    ov_logf(log, OV_LOG_INFO,
            "%" PRIu64 " datagrams or trains of them found the receive buffer full (rcvbuf %u)",
            dropped - trouble->overflow, link->buffer[OV_SOCKBUF_RECEIVE].granted);
    trouble->overflow = dropped;
    trouble->overflow_next_ms = now.mono_ms + 60000;
}

/* The tunnel goes on, only slower: said once. */
static void report_ring(const struct ov_log *log, struct ov_trouble *trouble, const struct ov_tun *tun)
{
    const int error = tun == NULL ? 0 : tun->stats.ring_errno;
    if (error != 0 && error != trouble->ring_errno)
    {
        ov_logf(log, OV_LOG_WARN, "io_uring: %s; going on without it, one packet of the tun device a call",
                strerror(error));
    }
    trouble->ring_errno = error;
}

void ov_report_trouble(const struct ov_log *log, struct ov_trouble *trouble, const struct ov_pump *pump,
                       struct ov_now now)
{
    report_overflow(log, trouble, pump->link, now);
    report_ring(log, trouble, pump->tun);
    uint64_t failures = failures_of(pump);
    if (failures < trouble->seen)
    {
        trouble->seen = 0; /* a new socket or device starts from 0 */
    }
    if (failures == trouble->seen || now.mono_ms < trouble->next_ms)
    {
        return;
    }
    ov_logf(log, OV_LOG_WARN, "%" PRIu64 " packets could not be sent or received, the latest: %s",
            failures - trouble->seen, reason_of(pump));
    trouble->seen = failures;
    trouble->next_ms = now.mono_ms + 10000;
}
