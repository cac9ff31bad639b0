/* One direction of a TCP connection: segments in, framed OpenVPN packets out [WP-FRM-002]. */
#ifndef OV_OVSPEC_STREAM_H
#define OV_OVSPEC_STREAM_H

#include "ovspec/flow.h"

enum
{
    /* Longer than any receiver's frame size [WP-FRM-004]; beyond it the length field itself is wrong. */
    OVS_STREAM_PACKET_MAX = 16384
};

/*
 * Feeds one segment; packets that it completes are added to the flow.
 * Trouble is recorded in the flow and ends the direction.
 * False when memory has run out.
 */
bool ovs_stream_feed(struct ovs_flow_table *table, struct ovs_flow *flow, const struct ovs_datagram *segment,
                     const struct ovs_packet *meta);

/* At the end of the capture: a direction that still waits for lost octets gets OVS_STREAM_HOLE. */
void ovs_stream_finish(struct ovs_flow *flow);

/* Takes NULL as well. */
void ovs_stream_free(struct ovs_stream *stream);

#endif
