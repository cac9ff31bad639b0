#ifndef OV_TESTS_LIB_PAIR_H
#define OV_TESTS_LIB_PAIR_H

#include "tests/lib/ends.h"
#include "tests/lib/wire_sim.h"

/* A client and a server with a virtual wire and a virtual clock between them. */

#define OV_PAIR_NUMBERS 4096u /* inner packets of one direction that are told apart */

/* Tunnel traffic of one direction. */
struct ov_pair_flow
{
    uint32_t next; /* number of the next packet */
    uint32_t arrived;
    uint8_t seen[OV_PAIR_NUMBERS];
    uint8_t key_id; /* of the last data packet that was sent */
};

struct ov_pair
{
    struct ov_client_end client;
    struct ov_server_end server;
    struct ov_wire wire;
    struct ov_now now;
    uint32_t wall_shift_s; /* the time of day was set by so much, modulo 2^32 */
    struct ov_addr client_addr;
    struct ov_addr server_addr;
    struct ov_pair_flow up; /* client to server */
    struct ov_pair_flow down;
    bool relayed;          /* the client's packets go through a SOCKS5 relay */
    bool tap;              /* tunnel packets are in Ethernet frames */
    uint32_t pace_ms;      /* one packet each way so often; 0: none */
    uint64_t traffic_ms;   /* next one */
    uint64_t reconnect_ms; /* a RESTART waits to be obeyed; UINT64_MAX: none */
    bool client_up;        /* connected */
    bool client_gone;      /* its EXIT event came */
    uint32_t server_peers;
    uint32_t connects, restarts, rekeys[2], rekeys_failed, closed; /* rekeys: by enum ov_role */
    enum ov_err last_err;
    char last_text[256];  /* of the last RESTART or EXIT */
    uint32_t idle_rounds; /* rounds without progress of the clock */
    /* The login of the client, and the verdict that is to come. */
    struct ov_login login;
    /* What the server says of a login, to be sure of its own; NULL: it is good. */
    struct ov_verdict (*judge)(struct ov_pair *pair, const struct ov_login_request *request);
    /* What the client's program does about an event; NULL: nothing. */
    void (*heard)(struct ov_pair *pair, const struct ov_event *event);
    unsigned judged; /* logins that were refused or put off */
    uint32_t verdict_after_ms;
    uint64_t ticket;
    uint64_t verdict_ms; /* UINT64_MAX: none */
    uint32_t logins;
};

/* The client logs in by name, and the server decides so long after it was asked; with tokens it is asked only
 * once. To be called right after ov_pair_open. */
void ov_pair_log_in(struct ov_pair *pair, uint32_t verdict_after_ms, bool tokens);

void ov_pair_open(struct ov_pair *pair, const struct ov_end_spec *client, const struct ov_end_spec *server,
                  const struct ov_wire_faults *faults, uint64_t seed);
void ov_pair_close(struct ov_pair *pair);

/* Everything that is due at this moment, then the clock goes to the next moment at which something is. Fails the
 * test if a deadline stays due for ever, or a tunnel packet arrives damaged or twice. */
void ov_pair_step(struct ov_pair *pair);
/* Steps until done(pair), at most limit_s of virtual time; false: it did not become true. */
bool ov_pair_until(struct ov_pair *pair, bool (*done)(const struct ov_pair *pair), uint32_t limit_s);
/* Steps until this much time has passed. */
void ov_pair_wait(struct ov_pair *pair, uint32_t ms);

bool ov_pair_is_up(const struct ov_pair *pair);

#endif
