/* From a captured frame down to the payload of UDP or TCP. */
#ifndef OV_OVSPEC_DATAGRAM_H
#define OV_OVSPEC_DATAGRAM_H

#include "ovspec/bytes.h"

enum ovs_transport
{
    OVS_UDP,
    OVS_TCP
};

struct ovs_endpoint
{
    uint8_t family; /* 4 or 6 */
    uint8_t address[16];
    uint16_t port;
};

struct ovs_tcp_header
{
    uint32_t sequence;
    bool syn;
    bool fin;
    bool reset;
};

struct ovs_datagram
{
    enum ovs_transport transport;
    struct ovs_endpoint source;
    struct ovs_endpoint destination;
    struct ovs_tcp_header tcp;
    const uint8_t *payload; /* borrowed from the frame */
    uint32_t captured_len;  /* octets at payload */
    uint32_t len;           /* octets on the wire; more than captured_len when the frame was snapped */
};

enum ovs_frame_kind
{
    OVS_FRAME_DATAGRAM, /* the datagram is filled in */
    OVS_FRAME_FRAGMENT, /* a fragment of an IP packet: counted, not reassembled */
    OVS_FRAME_OTHER,    /* not IP, or neither UDP nor TCP */
    OVS_FRAME_BROKEN    /* its headers contradict each other or were cut off by the snap length */
};

/* Link layers by libpcap's DLT number. */
bool ovs_link_supported(int link_type);

/* Skips the link header, VLAN tags included; false if no IP packet follows. Leaves the cursor at the IP header. */
bool ovs_link_skip(int link_type, struct ovs_cursor *frame);

/* Decodes a frame of `captured_len` octets. */
enum ovs_frame_kind ovs_datagram_decode(int link_type, const uint8_t *frame, size_t captured_len,
                                        struct ovs_datagram *out);

#endif
