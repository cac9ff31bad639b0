#ifndef OV_SESSION_STATE_H
#define OV_SESSION_STATE_H

/* What a session is made of: small values with one job each. Only session/
 * looks inside; others embed it and call its verbs. */
#include "data/data.h"
#include "offload/mss.h"
#include "session/guest.h"
#include "session/keystate.h"
#include "session/protect.h"
#include "session/session.h"

/* Who the peer is. The first negotiation fixes it for the life of the session
 * [WP-STATE-026, WP-TLS-009]. */
struct ov_identity
{
    bool known;
    bool has_cert; /* false: a client without one [WP-TLS-003] */
    char common_name[65];
    uint8_t fingerprint[32];
};

/* What was agreed once per connection and holds for every later key [WP-KDF-007, WP-STATE-025]. */
struct ov_agreed
{
    bool keys; /* the data channel has had a key */
    enum ov_cipher_id cipher;
    struct ov_proto_flags flags;
    struct ov_keepalive keepalive;
    struct ov_mss mss; /* limits for TCP inside; 0: none */
    bool translates;   /* --client-nat has rules */
    bool marks;        /* --passtos */
};

/* Server: what the client said in its key method 2 message. */
struct ov_client_says
{
    bool heard;
    uint32_t iv_proto;
    bool has_mtu;         /* IV_MTU was there: tun-mtu is pushed [WP-PUSH-025] */
    bool push_cipher;     /* [WP-NCP-002] */
    bool occ_compressed;  /* comp-lzo in the options string */
    uint32_t compression; /* OV_PEER_COMP_* */
    bool has_ciphers;     /* IV_CIPHERS was there; kept for settings of its own, which may change ours */
    char ciphers[OV_PEER_INFO_VALUE];
    uint32_t ncp;
    char occ_cipher[32];  /* "": none in the options string */
    enum ov_err refusal;  /* OV_OK, or why it is refused once it can be told */
    const char *farewell; /* the message that tells it; static, or in guest */
};

/* Server: where the push stands. */
struct ov_push_state
{
    bool admitted;
    bool requested;   /* PUSH_REQUEST came before the reply could be made */
    uint64_t sent_ms; /* last PUSH_REPLY; 0: none yet */
    struct ov_push_client client;
};

/* Client: where the pull stands. */
struct ov_pull_state
{
    struct ov_pull *pull;
    const struct ov_diag *said; /* the last diagnostic that was logged */
    bool complete;
    uint64_t request_ms;    /* next PUSH_REQUEST; OV_NEVER */
    uint64_t give_up_ms;    /* no-push-reply [WP-PUSH-002]; OV_NEVER */
    char server_cipher[32]; /* from the server's options string, "" if none [WP-NCP-007] */
};

/* Deadlines of the session as a whole, mono_ms. */
struct ov_session_clock
{
    uint64_t last_in_ms;    /* last authentic packet, for ping-restart */
    uint64_t last_out_ms;   /* last packet sent, for ping */
    uint64_t last_tick_ms;  /* replay windows */
    uint64_t connect_by_ms; /* client: first packet of the server; OV_NEVER after that */
    uint64_t keys_die_ms;   /* current data key dies if no renegotiation succeeds; OV_NEVER */
};

/* --inactive and --session-timeout, mono_ms. */
struct ov_lifetime
{
    uint64_t active_ms; /* when activity was last seen */
    uint64_t octets;    /* what the tunnel had carried then */
    uint64_t look_ms;   /* look again; OV_NEVER without --inactive */
    uint64_t ends_ms;   /* OV_NEVER without --session-timeout */
};

/* When and under which key-id the next renegotiation comes. */
struct ov_rekey
{
    uint8_t counted;        /* the next key-id is the one after this */
    uint64_t due_ms;        /* OV_NEVER: not by time */
    uint64_t not_before_ms; /* after a failed one */
};

/* --mtu-test, and the peer's. Octets are those of UDP payloads. */
struct ov_mtu_test
{
    uint64_t at_ms; /* next step of our own; 0 and OV_NEVER: none */
    uint32_t step;
    uint32_t owed;     /* the peer wants a load of this size; 0: none */
    bool asked;        /* the peer wants to know the counts */
    uint32_t load_in;  /* largest load that came */
    uint32_t load_out; /* largest that was sent */
};

/* Small things to be sealed as data packets. */
struct ov_inband
{
    uint32_t exits_left; /* OCC_EXIT, one a second [WP-OCC-020] */
    uint64_t exit_ms;
    bool occ_reply;
    struct ov_mtu_test test;
};

/* What the server wants of a client that comes back. */
struct ov_way_back
{
    bool next_remote;
    bool next_addr;
    uint32_t wait_s;
};

/* Static key mode; see static_key.c. */
struct ov_static_state
{
    struct ov_addr wanted;  /* where the peer may be: family 0 anywhere, port 0 at any port of this address */
    bool follows;           /* it is where its last packet came from */
    bool heard;             /* a packet has come */
    struct ov_addr claimed; /* the connection that was claimed; family 0: none */
    uint32_t occ_left;      /* requests for its options */
    uint64_t occ_ms;        /* the next one */
};

/* How and when the session ends. */
struct ov_ending
{
    enum ov_event_kind kind; /* OV_EVENT_NONE: it lives */
    enum ov_err err;
    bool early; /* as soon as everything is sent and acknowledged */
    bool over;  /* the event was given */
    uint64_t at_ms;
    struct ov_way_back way;
    char text[160];
};

struct ov_session
{
    struct ov_session_env env;
    enum ov_role role;
    struct ov_addr addr;
    struct ov_sid own_sid;
    struct ov_sid peer_sid; /* zero: the server's reset has not come */
    struct ov_protect protect;
    struct ov_wrap_key origin; /* what protect was made from, until the dynamic key is made */
    bool takes_wkc;            /* server: protect is under a Kc, so WKc may come along */
    struct ov_protect dynamic; /* for key-ids above 0, if has_dynamic */
    bool has_dynamic;
    struct ov_keystate ks;
    struct ov_data data;
    struct ov_identity identity;
    struct ov_agreed agreed;
    struct ov_client_says says;
    enum ov_guest_state guest_state;
    struct ov_guest *guest; /* server: NULL until a login was heard */
    uint64_t guest_by_ms;   /* when waiting for a verdict ends */
    uint32_t logins;        /* that the program was asked about */
    bool asked;             /* client: the program knows that name and password are needed */
    struct ov_push_state push;
    struct ov_pull_state pull;
    struct ov_session_clock clock;
    struct ov_lifetime life;
    struct ov_rekey rekey;
    struct ov_inband inband;
    struct ov_static_state bare;
    struct ov_ending ending;
    struct ov_events events;
    struct ov_control_stats control;
    uint32_t negotiations;
    uint64_t connected_wall_s;
};

#endif
