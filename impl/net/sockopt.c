#include "net/sockopt.h"

#include <errno.h>
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
