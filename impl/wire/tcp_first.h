#ifndef OV_WIRE_TCP_FIRST_H
#define OV_WIRE_TCP_FIRST_H

#include <stddef.h>
#include <stdint.h>

/* What may a TCP client have begun with? Where another server shares the port, the first three octets decide: the
 * length of a packet, and the opcode of a hard reset [WP-FRM-007]. */

enum ov_tcp_first
{
    OV_TCP_FIRST_MORE = 0, /* too little to say */
    OV_TCP_FIRST_OURS,
    OV_TCP_FIRST_FOREIGN
};

enum ov_tcp_first ov_tcp_first(const uint8_t *octets, size_t len);

#endif
