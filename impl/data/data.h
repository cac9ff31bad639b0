#ifndef OV_DATA_DATA_H
#define OV_DATA_DATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/datagram.h"
#include "data/carrier.h"
#include "data/key.h"
#include "data/stats.h"
#include "wire/data_header.h"

/* The data channel of one peer: at most two keys live at one time, the current
 * one and the lame duck before it [WP-STATE-030]. Packets are sealed and
 * opened in place, in batches; nothing is allocated on the way. All-zero is a
 * channel without keys. */
struct ov_data_framing;
struct ov_lane;

enum ov_data_slot
{
    OV_DATA_CURRENT,
    OV_DATA_LAME_DUCK,
    OV_DATA_SLOTS
};

struct ov_data
{
    struct ov_data_key key[OV_DATA_SLOTS];
    uint64_t switch_ms;              /* until then the lame duck, if there is one, seals [WP-STATE-027] */
    uint64_t dies_ms;                /* when the lame duck dies [WP-STATE-028] */
    uint32_t peer_id;                /* OV_PEER_ID_NONE: DATA_V1 is sent [WP-FRM-021] */
    bool bare;                       /* static key mode: packets have no opcode, the current key opens all */
    uint32_t tun_mtu;                /* larger tunnel packets (frames) are dropped, both ways [WP-DATA-004] */
    uint32_t plain_max;              /* the same with what framing adds */
    enum ov_carrier carrier;         /* packets of this protocol to the peer itself are dropped */
    uint64_t ticked_ms;              /* latest ov_data_tick */
    struct ov_data_framing *framing; /* compression framing and fragments; NULL: none. Owned. */
    struct ov_lane *lane; /* another thread seals (data/outlet.h); NULL: this one does. Borrowed. */
    struct ov_data_stats stats;
};

void ov_data_init(struct ov_data *d, uint32_t tun_mtu);
/* Before framing is set (data/framing.h), which is sized by it. */
void ov_data_set_mtu(struct ov_data *d, uint32_t tun_mtu);
/* Frees and wipes every key. */
void ov_data_clear(struct ov_data *d);

/* A new key is ready. It becomes current (fresh is moved and zeroed); the one before becomes lame
 * duck, goes on sealing until switch_ms, and dies at dies_ms. */
void ov_data_install(struct ov_data *d, struct ov_data_key *fresh, uint64_t switch_ms, uint64_t dies_ms);
/* A third negotiation begins: the lame duck seals no more, because the peer may free it [WP-STATE-030]. */
void ov_data_retire_lame_duck(struct ov_data *d);
/* Both ends take part in it: it is freed. */
void ov_data_drop_lame_duck(struct ov_data *d);
/* Free the lame duck if its time has come. */
void ov_data_expire(struct ov_data *d, uint64_t now_ms);

/* The key that seals at this time; NULL: none. */
struct ov_data_key *ov_data_sealing_key(struct ov_data *d, uint64_t now_ms);

/* Seal n tunnel packets, in order, for the peer at to. Each becomes OV_FATE_LINK, or OV_FATE_DROPPED
 * with why: OV_ERR_KEY_ID no key, OV_ERR_LIMIT larger than the tunnel MTU, OV_ERR_FORMAT empty,
 * OV_ERR_NOSPACE no headroom or tailroom, OV_ERR_WRAP packet ids or the cipher's usage limit are used up, OV_ERR_CRYPTO. */
void ov_data_seal(struct ov_data *d, const struct ov_addr *to, struct ov_datagram *dg, size_t n,
                  uint64_t now_ms);

/* Open n data packets in place. Each is looked at by itself: a batch may mix DATA_V1 and DATA_V2 and
 * both keys. Packets whose fate is set already are passed over. Each becomes OV_FATE_TUN (authentic and
 * new; ping and OCC messages among them are for the caller to sort out), or OV_FATE_DROPPED with why:
 * OV_ERR_TRUNCATED, OV_ERR_OPCODE, OV_ERR_KEY_ID, OV_ERR_REPLAY, OV_ERR_AUTH, OV_ERR_WINDOW an epoch that
 * is not accepted, OV_ERR_FORMAT empty plaintext, epoch 0, padding or length that no block cipher makes,
 * OV_ERR_LIMIT larger than the tunnel MTU or too many forgeries. Returns how many were
 * authentic and new, empty ones not counted. */
size_t ov_data_open(struct ov_data *d, struct ov_datagram *dg, size_t n);

/* The same for one ping or OCC message: counted as such, not as a tunnel packet. With a lane it becomes
 * OV_FATE_CONSUMED: the other thread seals and sends it. */
void ov_data_seal_inband(struct ov_data *d, const struct ov_addr *to, struct ov_datagram *dg,
                         uint64_t now_ms);

/* What an opened packet is, told from its first octets. */
enum ov_data_kind
{
    OV_DATA_TUNNEL, /* begins like IPv4 or IPv6; is a frame */
    OV_DATA_PING,   /* [WP-PING-001] */
    OV_DATA_OCC,    /* [WP-OCC-001] */
    OV_DATA_OTHER   /* nothing that a tun device takes */
};

enum ov_data_kind ov_data_kind_of(const struct ov_buf *buf);
/* The same where tunnel packets are Ethernet frames: what is neither ping nor OCC, and no shorter than its header. */
enum ov_data_kind ov_data_kind_of_frame(const struct ov_buf *buf);

/* Time part of the replay windows: about once a second [WP-DATA-061]. */
void ov_data_tick(struct ov_data *d, uint64_t now_ms);

#endif
