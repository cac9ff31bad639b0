#ifndef OV_APP_SELF_H
#define OV_APP_SELF_H

#include "app/program.h"
#include "tun/netif.h"

/* What a client says of itself beside what every session says: IV_GUI_VER and IV_SSO of --setenv, and with
 * --push-peer-info UV_ variables, this machine and its address. To be called once before the first session. */
void ov_self_describe(struct ov_program *program, struct ov_netif *netif);

#endif
