#ifndef OV_TUN_TUN_H
#define OV_TUN_TUN_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/datagram.h"
#include "base/err.h"

/* A tun device: whole IP packets in and out; or a tap device: whole Ethernet frames. A variant (with a virtio
 * header, with several queues) is a file beside plain.c that exports one table. */

/* Most packets of one read: room for more than two super-packets, so that trains are full. */
#define OV_TUN_BATCH 128u
#define OV_TUN_TEXT  200

struct ov_tun_stats
{
    uint64_t rx_packets; /* read: they leave through the tunnel */
    uint64_t rx_octets;
    uint64_t rx_errors;
    uint64_t tx_packets; /* written: they came through the tunnel */
    uint64_t tx_octets;
    uint64_t tx_short;  /* the device took less than the packet */
    uint64_t tx_full;   /* dropped: the device takes nothing now */
    uint64_t tx_errors; /* dropped: refused, e.g. not an IP packet, or the device is down */
    uint64_t
        tx_bad_sum; /* written as they came, though a checksum in them is wrong; only seen with offloads */
    int tx_errno;   /* latest reason */
    int rx_errno;
    int ring_errno; /* why io_uring was given up while it ran: one packet a call since then */
};

struct ov_tun
{
    const struct ov_tun_ops *ops;
    char name[IFNAMSIZ]; /* as the kernel numbered it */
    int index;           /* interface index */
    struct ov_tun_stats stats;
};

struct ov_tun_ops
{
    const char *name; /* "plain" */

    /* At most n packets that wait, oldest first; never blocks. The device owns
     * the memory of the views; they are valid until the next read. Each has
     * headroom OV_BUF_HEADROOM, tailroom OV_BUF_TAILROOM or more, no addr and
     * fate OV_FATE_NONE. Fewer than n: go back to waiting for fd. */
    size_t (*read)(struct ov_tun *tun, struct ov_datagram *dg, size_t n);

    /* Write those of the n whose fate is OV_FATE_TUN, in array order; others
     * are passed over. Never blocks. A packet that couldn't be written becomes
     * OV_FATE_DROPPED with OV_ERR_LIMIT (full) or OV_ERR_IO, and is counted. */
    void (*write)(struct ov_tun *tun, struct ov_datagram *dg, size_t n);

    /* Something waits here that fd no longer shows: read again before waiting for fd. */
    bool (*pending)(const struct ov_tun *tun);
    int (*fd)(const struct ov_tun *tun);
    /* The same device with memory of its own, for a thread that reads while this one writes. OV_ERR_NOMEM. */
    enum ov_err (*twin)(const struct ov_tun *tun, struct ov_tun **out);
    /* The device goes, and addresses and routes with it. NULL is fine. */
    void (*close)(struct ov_tun *tun);
};

/* Which device. */
struct ov_tun_spec
{
    const char *dev;
    bool tap;
    uint32_t packet;  /* octets of the largest packet or frame (ov_buf_packet_for) */
    const char *node; /* file by which devices are made; NULL: /dev/net/tun */
};

/* Create the device. dev is "tun" (the kernel numbers it) or a full name.
 * OV_ERR_IO with a one-line reason in text that says what would mend it,
 * OV_ERR_ARG for a name the kernel can't have, OV_ERR_NOMEM. */
OV_MUST_USE enum ov_err ov_tun_open_plain(const char *dev, struct ov_tun **out,
                                          char text[static OV_TUN_TEXT]);
/* The same with super-packets (offload.c). OV_ERR_UNSUPPORTED: this kernel's
 * tun devices have no segmentation; text says what is missing. */
OV_MUST_USE enum ov_err ov_tun_open_offload(const char *dev, struct ov_tun **out,
                                            char text[static OV_TUN_TEXT]);
/* The same, several in one system call where many wait (uring.c). OV_ERR_UNSUPPORTED besides: there is no io_uring
 * for this process, or it can't be used with tun devices. */
OV_MUST_USE enum ov_err ov_tun_open_uring(const char *dev, struct ov_tun **out,
                                          char text[static OV_TUN_TEXT]);
/* All in full; the short forms are tun devices with OV_BUF_PACKET. */
OV_MUST_USE enum ov_err ov_tun_open_plain_for(const struct ov_tun_spec *spec, struct ov_tun **out,
                                              char text[static OV_TUN_TEXT]);
OV_MUST_USE enum ov_err ov_tun_open_offload_for(const struct ov_tun_spec *spec, struct ov_tun **out,
                                                char text[static OV_TUN_TEXT]);
OV_MUST_USE enum ov_err ov_tun_open_uring_for(const struct ov_tun_spec *spec, struct ov_tun **out,
                                              char text[static OV_TUN_TEXT]);

/* --dev null: no device at all; its index is 0. */
OV_MUST_USE enum ov_err ov_tun_open_null(struct ov_tun **out, char text[static OV_TUN_TEXT]);

/* --mktun, --rmtun: a device that stays without us, and its end. uid and gid may open it without privilege then;
 * -1: nobody in particular. name: as the kernel numbered it. OV_ERR_ARG, OV_ERR_IO with a reason in text. */
OV_MUST_USE enum ov_err ov_tun_persist(const struct ov_tun_spec *spec, bool stays, int64_t uid, int64_t gid,
                                       char name[static IFNAMSIZ], char text[static OV_TUN_TEXT]);

#endif
