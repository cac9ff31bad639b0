/* The first octet of a packet [WP-FRM-010]. */
#ifndef OV_OVSPEC_OPCODE_H
#define OV_OVSPEC_OPCODE_H

#include <stdbool.h>
#include <stdint.h>

enum ovs_opcode
{
    OVS_HARD_RESET_CLIENT_V1 = 1, /* obsolete */
    OVS_HARD_RESET_SERVER_V1 = 2, /* obsolete */
    OVS_SOFT_RESET_V1 = 3,
    OVS_CONTROL_V1 = 4,
    OVS_ACK_V1 = 5,
    OVS_DATA_V1 = 6,
    OVS_HARD_RESET_CLIENT_V2 = 7,
    OVS_HARD_RESET_SERVER_V2 = 8,
    OVS_DATA_V2 = 9,
    OVS_HARD_RESET_CLIENT_V3 = 10,
    OVS_CONTROL_WKC_V1 = 11
};

/* The name of the specification, "opcode 17" for undefined ones; never NULL. Borrowed, constant. */
const char *ovs_opcode_name(uint8_t opcode);

bool ovs_opcode_is_data(uint8_t opcode);
/* A control packet in today's format: 3, 4, 5, 7, 8, 10 and 11. */
bool ovs_opcode_is_control(uint8_t opcode);
bool ovs_opcode_is_hard_reset(uint8_t opcode);
bool ovs_opcode_is_client_reset(uint8_t opcode);
/* Packets that end in a wrapped client key [WP-TC2-010, WP-TC2-011]. */
bool ovs_opcode_has_wkc(uint8_t opcode);

#endif
