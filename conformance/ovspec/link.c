#include "ovspec/datagram.h"

#include <pcap/dlt.h>

enum
{
    ETHERTYPE_IPV4 = 0x0800,
    ETHERTYPE_IPV6 = 0x86dd,
    ETHERTYPE_VLAN = 0x8100,
    ETHERTYPE_QINQ = 0x88a8,
    ETHERTYPE_QINQ_OLD = 0x9100
};

static bool skip_ethertype(struct ovs_cursor *frame)
{
    uint16_t type = ovs_take_u16(frame);

    while (type == ETHERTYPE_VLAN || type == ETHERTYPE_QINQ || type == ETHERTYPE_QINQ_OLD)
    {
        ovs_take(frame, 2);
        type = ovs_take_u16(frame);
    }
    return !frame->failed && (type == ETHERTYPE_IPV4 || type == ETHERTYPE_IPV6);
}

static bool skip_ethernet(struct ovs_cursor *frame)
{
    ovs_take(frame, 12);
    return skip_ethertype(frame);
}

/* Two octets packet type, two ARPHRD, two address length, eight address, then the ethertype. */
static bool skip_linux_sll(struct ovs_cursor *frame)
{
    ovs_take(frame, 14);
    return skip_ethertype(frame);
}

/* The ethertype comes first; VLAN tags follow the 20 octet header with their own ethertype. */
static bool skip_linux_sll2(struct ovs_cursor *frame)
{
    uint16_t type = ovs_take_u16(frame);

    ovs_take(frame, 18);
    while (type == ETHERTYPE_VLAN || type == ETHERTYPE_QINQ)
    {
        ovs_take(frame, 2);
        type = ovs_take_u16(frame);
    }
    return !frame->failed && (type == ETHERTYPE_IPV4 || type == ETHERTYPE_IPV6);
}

/* An address family in the byte order of the machine that captured; the IP version nibble says enough. */
static bool skip_null(struct ovs_cursor *frame)
{
    ovs_take(frame, 4);
    return !frame->failed;
}

static bool skip_nothing(struct ovs_cursor *frame)
{
    return !frame->failed;
}

static const struct
{
    int type;
    bool (*skip)(struct ovs_cursor *frame);
} links[] = {
    {DLT_EN10MB, skip_ethernet}, {DLT_LINUX_SLL, skip_linux_sll}, {DLT_LINUX_SLL2, skip_linux_sll2},
    {DLT_NULL, skip_null},       {DLT_LOOP, skip_null},           {DLT_RAW, skip_nothing},
    {DLT_IPV4, skip_nothing},    {DLT_IPV6, skip_nothing},
};

bool ovs_link_supported(int link_type)
{
    for (size_t i = 0; i < sizeof links / sizeof links[0]; i++)
    {
        if (links[i].type == link_type)
        {
            return true;
        }
    }
    return false;
}

bool ovs_link_skip(int link_type, struct ovs_cursor *frame)
{
    for (size_t i = 0; i < sizeof links / sizeof links[0]; i++)
    {
        if (links[i].type == link_type)
        {
            return links[i].skip(frame);
        }
    }
    return false;
}
