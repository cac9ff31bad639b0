/* What a program under test is told: its configuration, lines of key=value. */
#ifndef OV_LAB_CONFIG_H
#define OV_LAB_CONFIG_H

#include "lib/err.h"
#include "lib/file.h"

#include <stdbool.h>
#include <stdint.h>

struct lab_config
{
    const char *role;    /* server, client */
    const char *proto;   /* udp4, udp6, tcp4, tcp6 */
    const char *address; /* the server's */
    uint16_t port;
    const char *cipher;
    const char *auth;
    const char *pki;     /* directory */
    bool tls_crypt;      /* with the static key of pki */
    const char *tunnel4; /* network/netmask */
    const char *tunnel6; /* network/prefix */
    unsigned tun_mtu;
    const char *keepalive; /* seconds/seconds */
    unsigned exit_notify;  /* times a client says goodbye */
    const char *option;    /* further option lines, NULL and "": none */
    const char *lines;     /* as lab_scenario.lines; NULL: none */
    const char *root;      /* the repository; needed for lines and a profile */
    const char *profile;   /* of costs (lib/profile.h), NULL: without any */
    const char *wincost;   /* the shim itself, with a profile */
    const char *tunproxy;  /* the same for programs that it does not reach */
};

/* Writes DIR/ROLE.cfg, whose path goes to path, and makes DIR/ROLE as the program's working
 * directory; a further option stands in a file there. */
LAB_MUST_USE enum lab_err lab_config_write(const struct lab_config *config, const char *dir,
                                           char path[static LAB_PATH_MAX], struct lab_why *why);

#endif
