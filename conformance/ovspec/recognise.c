/* Which flows are OpenVPN, and who is the client in them. */
#include "ovspec/session.h"

#include <string.h>

enum
{
    DEFAULT_PORT = 1194,
    RESET_MIN = 14,     /* plain [WP-CTRL-007] */
    RESET_MAX = 160,    /* SHA512, an ack and early negotiation fields */
    ENOUGH_PACKETS = 8, /* before a flow on any port is believed without a reset */
    MAX_TRIES = 32      /* packets looked at for a shape */
};

static uint16_t server_port(const struct ovs_options *options)
{
    return options->port == 0 ? DEFAULT_PORT : options->port;
}

/* A hard reset by opcode, key id, length and a sid that is not zero. */
static bool looks_like_reset(const struct ovs_packet *packet)
{
    static const uint8_t zero[OVS_SID_LEN];
    struct ovs_control control;

    ovs_control_decode_head(packet, &control);
    if (!control.has_sid || control.key_id != 0 || memcmp(control.sid, zero, sizeof zero) == 0)
    {
        return false;
    }
    if (control.opcode == OVS_HARD_RESET_CLIENT_V3)
    {
        return packet->snapped || !control.wkc_bad;
    }
    return (control.opcode == OVS_HARD_RESET_CLIENT_V2 || control.opcode == OVS_HARD_RESET_SERVER_V2) &&
           packet->len >= RESET_MIN && packet->len <= RESET_MAX;
}

static bool known_opcode(const struct ovs_packet *packet)
{
    uint8_t opcode = packet->kept_len > 0 ? packet->data[0] >> 3 : 0;

    return ovs_opcode_is_control(opcode) || ovs_opcode_is_data(opcode);
}

/* Opcode and the octets that stay the same from packet to packet: three of the peer id, or eight of the sid. */
static bool same_shape(const struct ovs_packet *a, const struct ovs_packet *b)
{
    size_t constant = (a->data[0] >> 3) == OVS_DATA_V2 ? 4 : 9;

    return a->kept_len >= constant && b->kept_len >= constant &&
           memcmp(a->data + 1, b->data + 1, constant - 1) == 0;
}

/* In the middle of a session: known opcodes throughout, and each packet resembles an earlier one of its sender. */
static bool has_constant_shape(const struct ovs_flow *flow)
{
    size_t tries = flow->count < MAX_TRIES ? flow->count : MAX_TRIES;
    size_t alike = 0;

    for (size_t i = 0; i < tries; i++)
    {
        if (!known_opcode(&flow->packets[i]))
        {
            return false;
        }
        for (size_t j = 0; j < i; j++)
        {
            if (flow->packets[j].side == flow->packets[i].side &&
                flow->packets[j].data[0] >> 3 == flow->packets[i].data[0] >> 3 &&
                same_shape(&flow->packets[j], &flow->packets[i]))
            {
                alike++;
                break;
            }
        }
    }
    return tries >= ENOUGH_PACKETS && alike * 4 >= tries * 3;
}

bool ovs_flow_recognise(const struct ovs_flow *flow, const struct ovs_options *options)
{
    bool right_port =
        flow->side[0].port == server_port(options) || flow->side[1].port == server_port(options);
    bool client_reset[2] = {false, false};
    bool server_reset[2] = {false, false};
    size_t known = 0;

    for (size_t i = 0; i < flow->count; i++)
    {
        const struct ovs_packet *packet = &flow->packets[i];

        known += known_opcode(packet);
        if (looks_like_reset(packet))
        {
            bool by_server = packet->data[0] >> 3 == OVS_HARD_RESET_SERVER_V2;

            (by_server ? server_reset : client_reset)[packet->side] = true;
        }
    }
    if (right_port && (client_reset[0] || client_reset[1] || server_reset[0] || server_reset[1]))
    {
        return true;
    }
    if ((client_reset[0] && server_reset[1]) || (client_reset[1] && server_reset[0]))
    {
        return true;
    }
    return (right_port && flow->count > 0 && known * 2 >= flow->count) || has_constant_shape(flow);
}

uint8_t ovs_flow_client_side(const struct ovs_flow *flow, const struct ovs_options *options, bool *known)
{
    *known = true;
    for (size_t i = 0; i < flow->count; i++)
    {
        const struct ovs_packet *packet = &flow->packets[i];

        if (looks_like_reset(packet))
        {
            bool by_server = packet->data[0] >> 3 == OVS_HARD_RESET_SERVER_V2;

            return by_server ? 1 - packet->side : packet->side;
        }
    }
    *known = false;
    if (flow->side[0].port == server_port(options) || flow->side[1].port == server_port(options))
    {
        return flow->side[0].port == server_port(options);
    }
    /* Servers have the lower port as a rule. */
    return flow->side[0].port < flow->side[1].port;
}
