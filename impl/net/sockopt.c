#include "net/sockopt.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

enum ov_err ov_sockopt_outer(int fd, const char *device, uint32_t mark, char text[static OV_LINK_TEXT])
{
    if (device != NULL && setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device, (socklen_t)strlen(device)) != 0)
    {
        (void)snprintf(text, OV_LINK_TEXT, "cannot bind the socket to device %.32s: %s", device,
                       strerror(errno));
        return OV_ERR_IO;
    }
    if (mark != 0 && setsockopt(fd, SOL_SOCKET, SO_MARK, &mark, sizeof mark) != 0)
    {
        (void)snprintf(text, OV_LINK_TEXT, "cannot mark the socket's packets: %s", strerror(errno));
        return OV_ERR_IO;
    }
    return OV_OK;
}

enum ov_err ov_sockopt_mtu_disc(int fd, uint8_t family, enum ov_mtu_disc how, char text[static OV_LINK_TEXT])
{
    static const int ip4[] = {0, IP_PMTUDISC_DONT, IP_PMTUDISC_WANT, IP_PMTUDISC_DO};
    static const int ip6[] = {0, IPV6_PMTUDISC_DONT, IPV6_PMTUDISC_WANT, IPV6_PMTUDISC_DO};
    int result = 0;
    if (how == OV_MTU_DISC_SYSTEM)
    {
        return OV_OK;
    }
    if (family == 6)
    {
        result = setsockopt(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, &ip6[how], sizeof ip6[how]);
    }
    /* A dual-stack socket carries IPv4 too. */
    if (result == 0)
    {
        result = setsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER, &ip4[how], sizeof ip4[how]);
    }
    if (result != 0)
    {
        (void)snprintf(text, OV_LINK_TEXT, "cannot set --mtu-disc on the socket: %s", strerror(errno));
        return OV_ERR_IO;
    }
    return OV_OK;
}
