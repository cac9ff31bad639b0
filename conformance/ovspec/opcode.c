#include "ovspec/opcode.h"

static const char *const names[32] = {
    "opcode 0",
    "HARD_RESET_CLIENT_V1",
    "HARD_RESET_SERVER_V1",
    "SOFT_RESET_V1",
    "CONTROL_V1",
    "ACK_V1",
    "DATA_V1",
    "HARD_RESET_CLIENT_V2",
    "HARD_RESET_SERVER_V2",
    "DATA_V2",
    "HARD_RESET_CLIENT_V3",
    "CONTROL_WKC_V1",
    "opcode 12",
    "opcode 13",
    "opcode 14",
    "opcode 15",
    "opcode 16",
    "opcode 17",
    "opcode 18",
    "opcode 19",
    "opcode 20",
    "opcode 21",
    "opcode 22",
    "opcode 23",
    "opcode 24",
    "opcode 25",
    "opcode 26",
    "opcode 27",
    "opcode 28",
    "opcode 29",
    "opcode 30",
    "opcode 31",
};

const char *ovs_opcode_name(uint8_t opcode)
{
    return names[opcode & 31];
}

bool ovs_opcode_is_data(uint8_t opcode)
{
    return opcode == OVS_DATA_V1 || opcode == OVS_DATA_V2;
}

bool ovs_opcode_is_control(uint8_t opcode)
{
    return opcode >= OVS_SOFT_RESET_V1 && opcode <= OVS_CONTROL_WKC_V1 && !ovs_opcode_is_data(opcode);
}

bool ovs_opcode_is_client_reset(uint8_t opcode)
{
    return opcode == OVS_HARD_RESET_CLIENT_V2 || opcode == OVS_HARD_RESET_CLIENT_V3;
}

bool ovs_opcode_is_hard_reset(uint8_t opcode)
{
    return ovs_opcode_is_client_reset(opcode) || opcode == OVS_HARD_RESET_SERVER_V2;
}

bool ovs_opcode_has_wkc(uint8_t opcode)
{
    return opcode == OVS_HARD_RESET_CLIENT_V3 || opcode == OVS_CONTROL_WKC_V1;
}
