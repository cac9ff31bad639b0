#include "wire/opcode.h"

#include <stddef.h>

enum receiver
{
    NOBODY = 0,
    AT_CLIENT = 1,
    AT_SERVER = 2,
    AT_BOTH = AT_CLIENT | AT_SERVER
};

static const struct
{
    const char *name;
    uint8_t receiver;
    bool first_key_only; /* key-id must be 0 [WP-FRM-012] */
} opcodes[OV_OP_COUNT] = {
    [OV_OP_HARD_RESET_CLIENT_V1] = {"P_CONTROL_HARD_RESET_CLIENT_V1", NOBODY, true},
    [OV_OP_HARD_RESET_SERVER_V1] = {"P_CONTROL_HARD_RESET_SERVER_V1", NOBODY, true},
    [OV_OP_SOFT_RESET_V1] = {"P_CONTROL_SOFT_RESET_V1", AT_BOTH, false},
    [OV_OP_CONTROL_V1] = {"P_CONTROL_V1", AT_BOTH, false},
    [OV_OP_ACK_V1] = {"P_ACK_V1", AT_BOTH, false},
    [OV_OP_DATA_V1] = {"P_DATA_V1", AT_BOTH, false},
    [OV_OP_HARD_RESET_CLIENT_V2] = {"P_CONTROL_HARD_RESET_CLIENT_V2", AT_SERVER, true},
    [OV_OP_HARD_RESET_SERVER_V2] = {"P_CONTROL_HARD_RESET_SERVER_V2", AT_CLIENT, true},
    [OV_OP_DATA_V2] = {"P_DATA_V2", AT_BOTH, false},
    [OV_OP_HARD_RESET_CLIENT_V3] = {"P_CONTROL_HARD_RESET_CLIENT_V3", AT_SERVER, true},
    [OV_OP_CONTROL_WKC_V1] = {"P_CONTROL_WKC_V1", AT_SERVER, true},
};

const char *ov_opcode_name(uint8_t op)
{
    return op < OV_OP_COUNT && opcodes[op].name != NULL ? opcodes[op].name : "P_UNKNOWN";
}

enum ov_err ov_opcode_check(uint8_t first_octet, enum ov_role receiver)
{
    uint8_t op = ov_opcode_of(first_octet);
    uint8_t at = receiver == OV_ROLE_CLIENT ? AT_CLIENT : AT_SERVER;
    if (op >= OV_OP_COUNT || (opcodes[op].receiver & at) == 0)
    {
        return OV_ERR_OPCODE;
    }
    if (opcodes[op].first_key_only && ov_opcode_key_id(first_octet) != 0)
    {
        return OV_ERR_KEY_ID;
    }
    return OV_OK;
}
