#include "ovspec/capture.h"

#include "ovspec/stream.h"

#include <pcap/pcap.h>
#include <stdarg.h>
#include <stdio.h>

void ovs_error_set(struct ovs_error *error, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(error->text, sizeof error->text, format, args);
    va_end(args);
}

static bool add_datagram(struct ovs_capture *capture, const struct ovs_datagram *datagram,
                         struct ovs_packet meta)
{
    struct ovs_flow *flow = ovs_flow_find(&capture->table, datagram, &meta.side);

    if (flow == NULL)
    {
        return false;
    }
    if (datagram->transport == OVS_TCP)
    {
        return ovs_stream_feed(&capture->table, flow, datagram, &meta);
    }
    meta.len = datagram->len;
    return ovs_flow_add(&capture->table, flow, &meta, datagram->payload, datagram->captured_len);
}

static bool add_frame(struct ovs_capture *capture, int link_type, const struct pcap_pkthdr *header,
                      const uint8_t *octets)
{
    struct ovs_datagram datagram;
    struct ovs_packet meta = {
        .frame = ++capture->frame_count,
        /* Opened with nanosecond precision: tv_usec holds nanoseconds. */
        .time_ns = (int64_t)((uint64_t)header->ts.tv_sec * 1000000000U + (uint64_t)header->ts.tv_usec),
    };

    if (capture->frame_count == 1)
    {
        capture->start_ns = meta.time_ns;
    }
    switch (ovs_datagram_decode(link_type, octets, header->caplen, &datagram))
    {
    case OVS_FRAME_DATAGRAM:
        return add_datagram(capture, &datagram, meta);
    case OVS_FRAME_FRAGMENT:
        capture->fragment_count++;
        break;
    case OVS_FRAME_OTHER:
        capture->other_count++;
        break;
    case OVS_FRAME_BROKEN:
        capture->broken_count++;
        break;
    }
    return true;
}

static bool read_frames(pcap_t *file, struct ovs_capture *capture, struct ovs_error *error)
{
    struct pcap_pkthdr *header;
    const uint8_t *octets;
    int link_type = pcap_datalink(file);
    int status;

    if (!ovs_link_supported(link_type))
    {
        const char *name = pcap_datalink_val_to_name(link_type);

        ovs_error_set(error, "link layer %d (%s) is not supported", link_type,
                      name == NULL ? "unknown" : name);
        return false;
    }
    while ((status = pcap_next_ex(file, &header, &octets)) == 1)
    {
        if (!add_frame(capture, link_type, header, octets))
        {
            ovs_error_set(error, "out of memory after %llu frames", (unsigned long long)capture->frame_count);
            return false;
        }
    }
    if (status != PCAP_ERROR_BREAK)
    {
        ovs_error_set(error, "after %llu frames: %s", (unsigned long long)capture->frame_count,
                      pcap_geterr(file));
        return false;
    }
    return true;
}

bool ovs_capture_read(const char *path, struct ovs_capture *capture, struct ovs_error *error)
{
    char reason[PCAP_ERRBUF_SIZE] = "";
    pcap_t *file = pcap_open_offline_with_tstamp_precision(path, PCAP_TSTAMP_PRECISION_NANO, reason);

    *capture = (struct ovs_capture){0};
    if (file == NULL)
    {
        ovs_error_set(error, "%s", reason);
        return false;
    }
    bool done = read_frames(file, capture, error);
    pcap_close(file);
    for (size_t i = 0; i < capture->table.count; i++)
    {
        ovs_stream_finish(&capture->table.flows[i]);
    }
    return done;
}

void ovs_capture_clear(struct ovs_capture *capture)
{
    ovs_flow_table_clear(&capture->table);
}
