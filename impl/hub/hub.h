#ifndef OV_HUB_HUB_H
#define OV_HUB_HUB_H

/* Many peers at one server: lookup by peer-id and address, stateless cookie,
 * float, address pool. Same verbs as a session; the hub finds the peer. */
#include <stdbool.h>

#include "base/datagram.h"
#include "base/log.h"
#include "base/rng.h"
#include "base/time.h"
#include "hub/leases.h"
#include "hub/settings.h"
#include "options/client.h"
#include "session/event.h"
#include "session/status.h"
#include "wire/key_method2.h"

struct ov_hub;

/* settings, rng and log are borrowed until free. OV_ERR_NOMEM, OV_ERR_CRYPTO
 * (random generator), OV_ERR_ARG: not a server's configuration. */
OV_MUST_USE enum ov_err ov_hub_new(const struct ov_hub_settings *settings, const struct ov_rng *rng,
                                   const struct ov_log *log, struct ov_now now, struct ov_hub **out);
/* Frees and wipes hub and peers. NULL is fine. */
void ov_hub_free(struct ov_hub *hub);

/* Datagrams from the link, of any peers. OV_FATE_TUN ones go to the tun
 * device; with client-to-client a packet for another client is sealed again
 * and is OV_FATE_LINK, if its view has the room. */
void ov_hub_receive(struct ov_hub *hub, struct ov_datagram *dg, size_t n, struct ov_now now);

/* Packets from the tun device: finds the peer by inner destination, seals in
 * place, sets addr. OV_FATE_LINK ones go to the socket. */
void ov_hub_send(struct ov_hub *hub, struct ov_datagram *dg, size_t n, struct ov_now now);

/* Control packets, pings and stateless replies that are due; as ov_session_transmit. */
size_t ov_hub_transmit(struct ov_hub *hub, struct ov_datagram *dg, size_t n, struct ov_now now);
/* As ov_session_deadline. */
uint64_t ov_hub_deadline(const struct ov_hub *hub);
void ov_hub_tick(struct ov_hub *hub, struct ov_now now);
/* False when there is none. */
bool ov_hub_event(struct ov_hub *hub, struct ov_event *event);

/* A judge of certificates or keys that said OV_ERR_AGAIN has an answer: whoever waits for one asks again. */
void ov_hub_answered(struct ov_hub *hub, struct ov_now now);

/* ---- where each peer has a connection (session settings: stream) ---- */

/* The connection from addr is gone: so are the peers on it. */
void ov_hub_lost(struct ov_hub *hub, const struct ov_addr *addr, enum ov_err err, const char *text,
                 struct ov_now now);
/* The next connection that came into use (*used) or that no peer uses any more; false: none. To be asked after
 * every ov_hub_receive and ov_hub_transmit. */
bool ov_hub_claim(struct ov_hub *hub, struct ov_addr *addr, bool *used);

/* Tell every client (RESTART), refuse new ones; OV_EVENT_EXIT comes two
 * seconds later, or at once without clients [WP-MSG-010, WP-SRV-041]. */
void ov_hub_shutdown(struct ov_hub *hub, struct ov_now now);

/* Close one peer: message (such as "RESTART") is sent first where it is not
 * NULL. OV_ERR_PEER_ID: nobody has this id. */
OV_MUST_USE enum ov_err ov_hub_kill(struct ov_hub *hub, uint32_t peer_id, const char *message,
                                    struct ov_now now);

/* PUSH_UPDATE to one peer: options such as "route 10.1.0.0 255.255.0.0,-dns". A new address of its own is its
 * address here too [WP-PUSH-035]. OV_ERR_PEER_ID; OV_ERR_DUPLICATE: another client has that address; and those of
 * ov_session_push_update. */
OV_MUST_USE enum ov_err ov_hub_push_update(struct ov_hub *hub, uint32_t peer_id, const char *options,
                                           struct ov_now now);
/* The same to all who know it, whose number comes back in *sent. OV_ERR_OPTION, OV_ERR_LIMIT: to nobody; addresses
 * can't be the same for all (OV_ERR_OPTION). */
OV_MUST_USE enum ov_err ov_hub_push_update_all(struct ov_hub *hub, const char *options, uint32_t *sent,
                                               struct ov_now now);

/* The parts of a ticket, as management names them: the client, and which of its logins. */
uint32_t ov_hub_ticket_cid(uint64_t ticket);
uint32_t ov_hub_ticket_kid(uint64_t ticket);
/* The login that OV_EVENT_LOGIN or OV_EVENT_ANSWER spoke of; false: it is decided, or its peer is gone. */
bool ov_hub_login(const struct ov_hub *hub, uint64_t ticket, struct ov_login_request *out);
/* Whether it is good; any time later. Nothing is pushed before (CVE-2020-15078). OV_ERR_PEER_ID: the peer is gone,
 * OV_ERR_DUPLICATE: it is decided. */
OV_MUST_USE enum ov_err ov_hub_verdict(struct ov_hub *hub, uint64_t ticket, const struct ov_verdict *verdict,
                                       struct ov_now now);

/* ---- a client's own settings (settings: asks) ---- */

/* A client that is authenticated and waits for its settings. Borrowed until the next call of the hub. */
struct ov_client_request
{
    uint64_t ticket; /* names it in the answer, and when it leaves */
    uint32_t peer_id;
    const char *username;    /* "": none */
    const char *common_name; /* "": none */
    const char *peer_info;
    const uint8_t *fingerprint; /* of its certificate, SHA-256; NULL: it has none */
    struct ov_addr addr;
    bool has_ip4, has_ip6; /* what it would get from the pool */
    uint32_t ip4;
    uint8_t ip6[16];
};

/* The client that OV_EVENT_CLIENT spoke of; false: it waits no longer. */
bool ov_hub_client(const struct ov_hub *hub, uint64_t ticket, struct ov_client_request *out);
/* Its settings, which the hub takes in any case; NULL: refuse it. OV_ERR_PEER_ID: it waits no longer. */
OV_MUST_USE enum ov_err ov_hub_settle(struct ov_hub *hub, uint64_t ticket, struct ov_client_options *options,
                                      struct ov_now now);

/* ---- addresses that stay with names (session config: pool_persist) ---- */

/* What is known from an earlier run, before the first client comes. Errors as ov_leases_learn. */
OV_MUST_USE enum ov_err ov_hub_learn_lease(struct ov_hub *hub, const struct ov_lease *lease);
/* Number n of those known now; NULL: there are no more. Borrowed until the next call of the hub. */
const struct ov_lease *ov_hub_lease(const struct ov_hub *hub, uint32_t n);

/* Start a renegotiation with one peer. OV_ERR_PEER_ID, OV_ERR_AGAIN. */
OV_MUST_USE enum ov_err ov_hub_renegotiate(struct ov_hub *hub, uint32_t peer_id, struct ov_now now);

/* ---- what there is to see ---- */

struct ov_hub_stats
{
    uint32_t peers;     /* with a peer-id */
    uint32_t half_open; /* still negotiating */
    uint64_t resets;    /* hard resets that came without a session */
    uint64_t replies;   /* of them answered statelessly */
    uint64_t
        accepted; /* sessions created: by a third packet with a good cookie, or the first where that suffices */
    uint64_t connected;  /* sessions that got a peer-id */
    uint64_t flooded;    /* tap: frames for many clients */
    uint32_t flood_most; /* of them that waited at one time, the most */
    uint64_t unlisted;   /* packets of networks behind clients whose address there was no room to remember */
    uint64_t floats;     /* address changes after authentication */
    struct ov_drops dropped; /* packets that reached no session */
    struct ov_drops routed;  /* inner packets refused: no such client, wrong source */
    struct ov_drops gone_in; /* what sessions that have ended dropped, on the way in and out */
    struct ov_drops gone_out;
};

void ov_hub_stats(const struct ov_hub *hub, struct ov_hub_stats *out);

struct ov_hub_peer
{
    struct ov_session_status session;
    uint64_t number; /* the how-manieth session since the start, from 0: the CID of management */
    uint32_t ip4;    /* assigned tunnel address, host order, 0: none */
    bool has_ip6;
    uint8_t ip6[16];
    char username[OV_KM2_CREDENTIAL_MAX]; /* of its login; "": none */
};

/* A station behind a client (tap). */
struct ov_hub_mac
{
    uint8_t mac[6];
    uint16_t vlan;     /* 0: there are none */
    uint64_t seen_ms;  /* mono */
    const void *entry; /* where the walk is; NULL: at the beginning */
};

/* Every station behind a peer, the one that was silent longest first: start all-zero and call until false; nothing
 * else may be done with the hub meanwhile. */
bool ov_hub_next_mac(const struct ov_hub *hub, uint32_t peer_id, struct ov_hub_mac *at);

/* What is behind a client (tun): its iroute networks, and addresses in them that were used lately [WP-SRV-009]. */
struct ov_hub_behind
{
    bool is_host; /* an address; false: a network */
    uint8_t len;  /* octets of ip: 4, 16 */
    uint8_t bits;
    uint8_t ip[16];
    uint64_t seen_ms;  /* mono; only of an address */
    uint32_t networks; /* where the walk is */
    const void *entry;
};

/* As ov_hub_next_mac. */
bool ov_hub_next_behind(const struct ov_hub *hub, uint32_t peer_id, struct ov_hub_behind *at,
                        struct ov_now now);

/* Every peer with an id: start with *at = 0 and call until false. */
bool ov_hub_next_peer(const struct ov_hub *hub, uint32_t *at, struct ov_hub_peer *out);

#endif
