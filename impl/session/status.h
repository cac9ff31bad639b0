#ifndef OV_SESSION_STATUS_H
#define OV_SESSION_STATUS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "crypto/crypto.h"
#include "data/framing.h"
#include "data/stats.h"

/* What went through the control channel of one peer. */
struct ov_control_stats
{
    uint64_t packets_in, octets_in;   /* taken in: authentic and not replayed */
    uint64_t packets_out, octets_out; /* with retransmissions */
    uint64_t retransmitted;           /* messages sent again, for any reason */
    uint64_t stale_acks;              /* acknowledgements of what waits no longer; normal [WP-REL-021] */
    struct ov_drops in;               /* dropped on the way in */
};

/* A picture of one session for log, status file and tests. */
struct ov_session_status
{
    const char *state;    /* key state of the newest negotiation: "START", "GENERATED_KEYS" ... (3.3) */
    bool connected;       /* data flows */
    struct ov_addr addr;  /* the peer's outer address */
    char common_name[65]; /* "" until the TLS handshake is complete */
    uint32_t peer_id;     /* OV_PEER_ID_NONE: none */
    uint8_t key_id;       /* of the newest negotiation */
    uint8_t data_key_id;  /* that seals; meaningful while connected */
    enum ov_cipher_id cipher;
    uint64_t connected_wall_s; /* when it was connected, 0: not yet */
    uint64_t last_in_ms;       /* mono: the latest authentic packet */
    uint32_t negotiations;     /* completed, the first included */
    struct ov_data_stats data;
    struct ov_data_framing_stats framing;
    struct ov_control_stats control;
};

#endif
