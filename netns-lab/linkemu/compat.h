/* Names that older kernel headers lack. */
#ifndef OV_LINKEMU_COMPAT_H
#define OV_LINKEMU_COMPAT_H

#include <linux/if_tun.h>

/* UDP super-packets through tun: Linux 6.2 and later. */
#if !defined(TUN_F_USO4)
#define TUN_F_USO4 0x20
#define TUN_F_USO6 0x40
#endif

#endif
