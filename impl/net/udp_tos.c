#include <string.h>

#include "net/udp_private.h"

/* --passtos: the traffic class of a datagram goes along as a control message. An IPv4 address on a dual-stack socket
 * wants the one of IPv4. */
size_t ov_udp_put_tos(void *room, const struct ov_datagram *dg)
{
    const bool six = dg->addr.family == 6;
    const int value = dg->tos;
    struct cmsghdr *c = room;
    c->cmsg_level = six ? IPPROTO_IPV6 : IPPROTO_IP;
    c->cmsg_type = six ? IPV6_TCLASS : IP_TOS;
    c->cmsg_len = CMSG_LEN(sizeof value);
    memcpy(CMSG_DATA(c), &value, sizeof value);
    return CMSG_SPACE(sizeof value);
}
