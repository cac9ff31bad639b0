#ifndef OV_WIRE_VLAN_H
#define OV_WIRE_VLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

/* The outermost 802.1Q tag of an Ethernet frame: 0x8100 behind the addresses, then priority and VLAN. */

#define OV_VLAN_MAX 4094u

struct ov_vlan
{
    bool tagged;
    uint16_t id; /* 0..4095; 0 in a tag: it only has a priority */
};

/* OV_ERR_TRUNCATED: the frame ends within its header or the tag. */
OV_MUST_USE enum ov_err ov_vlan_read(const uint8_t *frame, size_t len, struct ov_vlan *out);
/* Take the tag of a frame that has one (ov_vlan_read) away: what is in front of it moves. */
void ov_vlan_strip(struct ov_buf *frame);
/* A tag with this id, priority 0; in one that is there only the id is changed. OV_ERR_TRUNCATED as above;
 * OV_ERR_NOSPACE: no headroom of 4 octets. */
OV_MUST_USE enum ov_err ov_vlan_put(struct ov_buf *frame, uint16_t id);

#endif
