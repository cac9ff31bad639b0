#ifndef OV_HUB_PRIVATE_H
#define OV_HUB_PRIVATE_H

/* What the files of hub/ tell each other. */
#include "hub/cookie.h"
#include "hub/hub.h"
#include "hub/leases.h"
#include "hub/limit.h"
#include "hub/pool.h"
#include "hub/station.h"
#include "session/server.h"
#include "session/state.h"

/* ---- peers ---- */

/* Links of one peer in one hash table. */
struct ov_link
{
    struct ov_peer *next;
    bool linked;
};

enum ov_index
{
    OV_INDEX_OUTER, /* by outer address; several peers may have the same */
    OV_INDEX_IP4,   /* by tunnel address */
    OV_INDEX_IP6,
    OV_INDEX_COUNT
};

#define OV_PEER_NO_ID UINT32_MAX

/* One client: half-open until it is authenticated and has an id. */
struct ov_peer
{
    struct ov_session session;
    uint32_t id;                       /* slot and peer-id; OV_PEER_NO_ID while half-open */
    uint64_t serial;                   /* never used twice */
    uint64_t number;                   /* of the sessions since the start, from 0: the CID of management */
    bool waits;                        /* for what the program says about it; it has a place meanwhile */
    uint64_t wait_by_ms;               /* until when */
    uint64_t ticket;                   /* that the program knows it by; 0: it was not asked */
    struct ov_client_options *options; /* owned; NULL: none */
    const struct ov_client_config *client; /* its own settings, in options; NULL: as everyone */
    struct ov_session_settings settings;   /* those of its session, with client */
    bool has_ip4, has_ip6;
    bool pool4, pool6; /* they are of the pool */
    bool leased;       /* ... and wait for its name when it is gone */
    uint32_t ip4;
    uint8_t ip6[16];
    struct ov_station_owner macs;  /* tap: stations behind it; tun: addresses seen in its networks */
    struct ov_inner_route *routes; /* networks behind it; owned */
    uint32_t routes_count;
    struct ov_link link[OV_INDEX_COUNT];
    uint32_t heap_at;           /* place in the heap of deadlines */
    uint64_t deadline_ms;       /* its key there: never later than the session's deadline */
    struct ov_peer *ready_next; /* in the list of peers that have something to send */
    bool ready;
    struct ov_peer *older, *newer; /* list of half-open peers by age */
    uint64_t float_log_ms;
    char name[96]; /* for the log: "alice/192.0.2.1:1194" */
};

/* ---- hash tables over peers, chained through their links ---- */

struct ov_index_table
{
    enum ov_index kind;
    uint32_t mask;
    uint64_t seed; /* against chosen collisions */
    struct ov_peer **bucket;
};

OV_MUST_USE enum ov_err ov_index_init(struct ov_index_table *table, enum ov_index kind, uint32_t peers,
                                      uint64_t seed);
void ov_index_clear(struct ov_index_table *table);
void ov_index_add(struct ov_index_table *table, struct ov_peer *peer);
void ov_index_remove(struct ov_index_table *table, struct ov_peer *peer);
/* First of the chain that may hold this address; walk by link[kind].next and compare. */
struct ov_peer *ov_index_outer(const struct ov_index_table *table, const struct ov_addr *addr);
struct ov_peer *ov_index_ip4(const struct ov_index_table *table, uint32_t ip4);
struct ov_peer *ov_index_ip6(const struct ov_index_table *table, const uint8_t ip6[static 16]);

/* ---- routes.c: networks behind clients [WP-SRV-011] ---- */

struct ov_inner_route
{
    struct ov_inner_route *next; /* in its bucket */
    struct ov_peer *peer;
    uint8_t len; /* octets of an address: 4, 16 */
    uint8_t bits;
    uint8_t net[16];
};

struct ov_inner_routes
{
    uint64_t seed;
    uint32_t mask; /* buckets - 1 */
    uint32_t count;
    struct ov_inner_route **bucket; /* NULL until there is a route */
    uint32_t prefixes4[33];         /* routes of each length */
    uint32_t prefixes6[129];
};

/* Every iroute of peer->client. OV_ERR_NOMEM: none. */
OV_MUST_USE enum ov_err ov_inner_routes_add(struct ov_inner_routes *routes, struct ov_peer *peer);
void ov_inner_routes_remove(struct ov_inner_routes *routes, struct ov_peer *peer);
void ov_inner_routes_clear(struct ov_inner_routes *routes);
/* Whose network is this in? The longest prefix counts, of equal ones the newest. NULL: nobody's. */
struct ov_peer *ov_inner_routes_find(const struct ov_inner_routes *routes, const uint8_t *ip, uint8_t len);

/* ---- heap of deadlines ---- */

struct ov_heap
{
    struct ov_peer **at;
    uint32_t count;
    uint32_t cap;
};

OV_MUST_USE enum ov_err ov_heap_init(struct ov_heap *heap, uint32_t cap);
void ov_heap_clear(struct ov_heap *heap);
void ov_heap_add(struct ov_heap *heap, struct ov_peer *peer);
void ov_heap_remove(struct ov_heap *heap, struct ov_peer *peer);
/* peer->deadline_ms changed. */
void ov_heap_moved(struct ov_heap *heap, struct ov_peer *peer);
static inline struct ov_peer *ov_heap_top(const struct ov_heap *heap)
{
    return heap->count > 0 ? heap->at[0] : NULL;
}

/* ---- room.c ---- */

/* A forwarded packet lies where it was received, between its neighbours, with the room that its old header
 * left. Another format may need more: then it moves to memory of the hub, which is good until the next reset. If
 * there is none, it stays, and sealing drops it. */
struct ov_hub_room;
void ov_hub_make_room(struct ov_hub *hub, const struct ov_peer *to, struct ov_buf *buf);
void ov_hub_room_reset(struct ov_hub *hub);

/* ---- flood.c: frames for many clients [WP-SRV-008] ---- */

/* A frame goes to every client of its VLAN but except (NULL: to all). One that the operating system gets too (OV_FATE_TUN) stays
 * as it is; another one becomes OV_FATE_LINK if there is just one client, else OV_FATE_CONSUMED, or it is dropped:
 * OV_ERR_ADDRESS nobody is there, OV_ERR_LIMIT too many wait, OV_ERR_NOMEM. Copies leave by transmit. */
struct ov_flood;
void ov_hub_flood(struct ov_hub *hub, struct ov_datagram *dg, const struct ov_peer *except,
                  struct ov_now now);
/* The next copies, sealed; they lie in memory of the hub until the next call. */
size_t ov_hub_flood_out(struct ov_hub *hub, struct ov_datagram *dg, size_t n, struct ov_now now);
bool ov_hub_flood_waits(const struct ov_hub *hub);

/* ---- the hub ---- */

/* Stateless replies that wait for transmit. */
#define OV_REPLIES_MAX 128u

struct ov_reply
{
    struct ov_addr addr;
    struct ov_sid client;
    struct ov_wrap wrap; /* what the client's reset was under; wiped when it was answered */
    bool resend_wkc;     /* we forget its Kc until it sends WKc again [WP-TC2-022] */
};

struct ov_replies
{
    uint32_t first;
    uint32_t count;
    struct ov_reply slot[OV_REPLIES_MAX];
};

/* Events that wait. Peers are only served while there is room for what they may say. */
#define OV_HUB_EVENTS 256u

struct ov_hub_events
{
    uint32_t first;
    uint32_t count;
    struct ov_event slot[OV_HUB_EVENTS];
};

/* Connections to be claimed or given up. A call that takes one batch can touch every peer there is, and make one
 * of each packet. */
#define OV_CLAIMS_MORE 256u

struct ov_claims
{
    uint32_t first;
    uint32_t count;
    uint32_t cap; /* 0: peers have no connections */
    struct ov_addr *addr;
};

struct ov_parked; /* parked.c */

struct ov_hub
{
    const struct ov_hub_settings *settings;
    struct ov_session_settings other; /* settings.session for peers on the other kind of transport */
    const struct ov_rng *rng;
    const struct ov_log *log;
    struct ov_wrap wrap; /* of the static key, for packets without a session */
    struct ov_cookie cookie;
    struct ov_limit resets;
    struct ov_limit sessions; /* --connect-freq */
    struct ov_address_pool pool;
    struct ov_leases leases;
    struct ov_index_table index[OV_INDEX_COUNT];
    struct ov_inner_routes routes;
    struct ov_stations macs;   /* of all clients */
    struct ov_limit mac_lines; /* in the log */
    struct ov_flood *flood;    /* NULL until it is needed */
    struct ov_heap heap;
    struct ov_peer *ready_first, **ready_end;
    uint32_t ready_count;
    struct ov_peer **slot; /* by peer-id */
    uint32_t slots;
    uint32_t id_end; /* no peer ever had an id from here on */
    struct ov_peer *half_oldest, *half_newest;
    struct ov_replies replies;
    struct ov_claims claims;
    struct ov_limit lost_lines; /* in the log */
    struct ov_hub_events events;
    struct ov_parked *parked; /* strangers that wait for a verdict on their key */
    uint32_t parked_count;
    struct ov_hub_stats stats;
    struct ov_hub_room *room; /* NULL until it is needed */
    uint64_t serials;         /* peers so far */
    bool shutting;
    bool finished;
    uint64_t shut_ms; /* OV_NEVER until shutdown */
};

/* Does this address stand for a connection? [WP-SRV-014] */
static inline bool ov_hub_is_stream(const struct ov_hub *hub, const struct ov_addr *addr)
{
    const uint32_t ways = hub->settings->stream_ways;
    return ways != 0 ? addr->way < 32 && (ways >> addr->way & 1) != 0 : hub->settings->session.stream;
}

/* What a session at this address begins with. */
static inline const struct ov_session_settings *ov_hub_session_settings(const struct ov_hub *hub,
                                                                        const struct ov_addr *addr)
{
    const struct ov_session_settings *usual = &hub->settings->session;
    return ov_hub_is_stream(hub, addr) == usual->stream ? usual : &hub->other;
}

/* What there is to see of peer. */
void ov_hub_look(const struct ov_peer *peer, struct ov_hub_peer *out);

void ov_hub_tell(struct ov_hub *hub, const struct ov_event *event);

/* peers.c */
/* A half-open peer from a good third packet; the oldest one goes if there are too many. NULL: no memory. */
struct ov_peer *ov_peer_new(struct ov_hub *hub, const struct ov_session_start *start, struct ov_now now);
/* Unlink and free. why NULL: no event. */
void ov_peer_close(struct ov_hub *hub, struct ov_peer *peer, enum ov_err err, const char *why);
/* Out of the list of half-open ones. */
void ov_half_open_remove(struct ov_hub *hub, struct ov_peer *peer);
/* The peer with an id at this address, NULL: none. */
struct ov_peer *ov_peer_at(const struct ov_hub *hub, const struct ov_addr *addr);
/* The peer whose client has this session id at this address. */
struct ov_peer *ov_peer_of_sid(const struct ov_hub *hub, const struct ov_addr *addr,
                               const struct ov_sid *sid);
struct ov_peer *ov_peer_of_id(const struct ov_hub *hub, uint32_t id);
struct ov_peer *ov_peer_of_ip(const struct ov_hub *hub, const uint8_t *ip, uint8_t len);

/* admit.c */
/* The client is authenticated: replace what it replaces, give it id and addresses. */
void ov_hub_admit(struct ov_hub *hub, struct ov_peer *peer, struct ov_now now);
/* Its name in the log: who it is, and where. */
void ov_hub_name_peer(struct ov_peer *peer);

/* place.c */
/* Addresses of the pool, or those of its own settings. */
void ov_hub_take_addresses(struct ov_hub *hub, struct ov_peer *peer);
void ov_hub_give_addresses(struct ov_hub *hub, struct ov_peer *peer);
/* The program shall say more about peer, which waits. */
void ov_hub_ask_place(struct ov_hub *hub, struct ov_peer *peer, struct ov_now now);
/* Keys are made, options pushed. */
void ov_hub_place(struct ov_hub *hub, struct ov_peer *peer, struct ov_now now);
void ov_hub_place_tick(struct ov_hub *hub, struct ov_peer *peer, struct ov_now now);

/* service.c */
/* After anything was done with peer: its events, its admission, its end, its deadline. The peer may be gone
 * afterwards. */
void ov_hub_after(struct ov_hub *hub, struct ov_peer *peer, struct ov_now now);
void ov_ready_remove(struct ov_hub *hub, struct ov_peer *peer);
/* Something was sent to peer on behalf of another one, and part of it waits for transmit. */
void ov_hub_wake(struct ov_hub *hub, struct ov_peer *peer);

/* login.c */
/* Names the newest login of peer. */
uint64_t ov_hub_ticket(const struct ov_peer *peer);
/* NULL: it is gone, or has a newer one. */
struct ov_peer *ov_hub_peer_of(const struct ov_hub *hub, uint64_t ticket);

/* find_key.c */

/* The key that a packet without a session is under. A secret if is_v2: wipe it. */
struct ov_hub_key
{
    const struct ov_wrap_key *key;
    const struct ov_wrap *wrap;
    bool is_v2; /* both are those below, and wkc_len octets at the end of the packet said so */
    uint16_t wkc_len;
    struct ov_wrap_key own_key;
    struct ov_wrap own_wrap;
    struct ov_wkc_metadata metadata;
};

/* The static key, or the Kc that came along, as the opcode says [WP-TC2-014]. OV_ERR_UNSUPPORTED: there is no key
 * for this kind of client [WP-TC2-015]; OV_ERR_TRUNCATED, OV_ERR_FORMAT, OV_ERR_LIMIT: no well-formed WKc, or one
 * older than --tls-crypt-v2-max-age (LIMIT), or without a time (FORMAT); OV_ERR_AUTH: not wrapped by our key;
 * OV_ERR_ARG: an unusable Kc. */
OV_MUST_USE enum ov_err ov_hub_find_key(const struct ov_hub *hub, const struct ov_buf *packet,
                                        struct ov_now now, struct ov_hub_key *out);
/* What the client's key says of itself, for the log. */
void ov_hub_log_metadata(const struct ov_hub *hub, const char *name, const struct ov_wkc_metadata *metadata,
                         struct ov_now now);

/* stateless.c */
/* A control packet that belongs to no session. The new peer if it opened one: give it the packet. */
struct ov_peer *ov_hub_stranger(struct ov_hub *hub, struct ov_datagram *dg, struct ov_now now);
/* The same for a packet that was parked. NULL: it was dropped, or *waits longer. */
struct ov_peer *ov_hub_stranger_again(struct ov_hub *hub, struct ov_datagram *dg, struct ov_now now,
                                      bool *waits);
/* The next stateless reply. OV_ERR_AGAIN: none. */
OV_MUST_USE enum ov_err ov_hub_reply(struct ov_hub *hub, struct ov_datagram *dg, struct ov_now now);

/* stream.c */
OV_MUST_USE enum ov_err ov_claims_init(struct ov_claims *claims, uint32_t peers);
void ov_claims_clear(struct ov_claims *claims);
/* A peer came to, or went from, addr: if that is a connection, somebody has to know. */
void ov_hub_note_claim(struct ov_hub *hub, const struct ov_addr *addr);

/* parked.c: strangers whose keys are being judged. */
bool ov_parked_has(const struct ov_hub *hub, const struct ov_datagram *dg);
bool ov_parked_is_full(const struct ov_hub *hub);
/* Keeps a copy of a packet that holds at least the head of a control packet. OV_ERR_NOMEM: it will not be asked about
 * again. */
OV_MUST_USE enum ov_err ov_parked_add(struct ov_hub *hub, const struct ov_datagram *dg, struct ov_now now);
uint64_t ov_parked_deadline(const struct ov_hub *hub);
void ov_parked_tick(struct ov_hub *hub, struct ov_now now);
/* Whoever waits at addr is gone; NULL: all of them. */
void ov_parked_lost(struct ov_hub *hub, const struct ov_addr *addr);

/* receive.c */
/* One packet for peer, which may be gone afterwards. */
void ov_hub_give(struct ov_hub *hub, struct ov_peer *peer, struct ov_datagram *dg, struct ov_now now);

/* inner.c */
/* Opened packets of one peer: its own source address? For another client? [WP-SRV-008] */
void ov_hub_inner(struct ov_hub *hub, struct ov_peer *peer, struct ov_datagram *dg, size_t n,
                  struct ov_now now);
/* A packet that was dropped here, counted. */
void ov_hub_drop_inner(struct ov_hub *hub, struct ov_datagram *dg, enum ov_err why);
/* Seal a packet of one client for another one. */
void ov_hub_forward(struct ov_hub *hub, struct ov_peer *to, struct ov_datagram *dg, struct ov_now now);

/* vlan.c */
/* Which VLAN is this client in? 0: there are none. */
uint16_t ov_hub_vlan_of(const struct ov_hub *hub, const struct ov_peer *peer);
/* Frames of the tap device: their tags are taken, and the VLAN stands in the datagram. Those that it doesn't take
 * are dropped and counted. */
void ov_hub_vlan_in(struct ov_hub *hub, struct ov_datagram *dg, size_t n);
/* A frame of a client gets that one's VLAN. OV_ERR_UNSUPPORTED: it names one itself; OV_ERR_TRUNCATED. */
OV_MUST_USE enum ov_err ov_hub_vlan_check(const struct ov_hub *hub, const struct ov_peer *peer,
                                          struct ov_datagram *dg);
/* A frame of a client for the tap device gets its tag, where it needs one; or it is dropped and counted: the device
 * is in another VLAN, or there is no room. */
void ov_hub_vlan_out(struct ov_hub *hub, struct ov_datagram *dg);

/* ether.c */
/* The same for a frame: learn its source, find out where it goes. */
void ov_hub_frame(struct ov_hub *hub, struct ov_peer *peer, struct ov_datagram *dg, struct ov_now now);
/* Whose is a frame of the tap device? NULL with OV_ERR_AGAIN: everybody's; OV_ERR_ADDRESS: nobody's that we know;
 * OV_ERR_CLOSED: it was dropped already; OV_ERR_TRUNCATED. */
struct ov_peer *ov_hub_frame_receiver(const struct ov_hub *hub, const struct ov_datagram *dg,
                                      struct ov_now now, enum ov_err *err);

#endif
