#ifndef OV_WIRE_PEER_INFO_H
#define OV_WIRE_PEER_INFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* Peer info: lines NAME=value in the key method 2 message (wire-protocol.md 4.4). */

/* IV_PROTO bits [WP-PI-010]. */
#define OV_IV_PROTO_DATA_V2         (1u << 1)
#define OV_IV_PROTO_REQUEST_PUSH    (1u << 2)
#define OV_IV_PROTO_TLS_KEY_EXPORT  (1u << 3)
#define OV_IV_PROTO_AUTH_PENDING_KW (1u << 4)
#define OV_IV_PROTO_NCP_P2P         (1u << 5)
#define OV_IV_PROTO_DNS_OPTION      (1u << 6)
#define OV_IV_PROTO_CC_EXIT_NOTIFY  (1u << 7)
#define OV_IV_PROTO_AUTH_FAIL_TEMP  (1u << 8)
#define OV_IV_PROTO_DYN_TLS_CRYPT   (1u << 9)
#define OV_IV_PROTO_DATA_EPOCH      (1u << 10)
#define OV_IV_PROTO_DNS_OPTION_V2   (1u << 11)
#define OV_IV_PROTO_PUSH_UPDATE     (1u << 12)

/* Compression that a peer can receive. */
#define OV_PEER_COMP_LZ4      (1u << 0)
#define OV_PEER_COMP_LZ4_V2   (1u << 1)
#define OV_PEER_COMP_LZO      (1u << 2)
#define OV_PEER_COMP_LZO_STUB (1u << 3)
#define OV_PEER_COMP_STUB     (1u << 4)
#define OV_PEER_COMP_STUB_V2  (1u << 5)
#define OV_PEER_COMP_SNAPPY   (1u << 6) /* old ones; never announced by us */
#define OV_PEER_COMP_COUNT    7u

/* Name of the variable of bit i: "IV_LZ4". */
const char *ov_peer_comp_name(unsigned i);

#define OV_PEER_INFO_LINE  255u /* longer lines are cut there [WP-PI-002] */
#define OV_PEER_INFO_VALUE 256u

/* One line more. */
struct ov_peer_info_more
{
    const char *name;
    const char *value;
};

/* What a client says of itself. Only what is set is written. */
struct ov_peer_info_own
{
    const char *version;  /* IV_VER; NULL: left out */
    const char *platform; /* IV_PLAT; NULL: "linux" */
    uint32_t proto;       /* IV_PROTO; only bits that are fully implemented [WP-PI-011]; 0: left out */
    uint32_t mtu;         /* IV_MTU: largest tun-mtu accepted; 0: left out */
    const char *ciphers;  /* IV_CIPHERS, separated by ':'; NULL: left out. IV_NCP=2 is added if AES-256-GCM
                           * and AES-128-GCM are both in it. */
    bool tcp_nonlinear;   /* IV_TCPNL=1 [WP-FRM-008] */
    const char *sso;      /* IV_SSO [WP-AUTH-014]; NULL: left out */
    uint32_t compression; /* OV_PEER_COMP_*: what it can receive [WP-COMP-010] */
    const struct ov_peer_info_more *more; /* as far as there is room */
    size_t more_count;
};

/* Write the lines and a NUL. *len without NUL. OV_ERR_NOSPACE; OV_ERR_FORMAT: a value with control
 * characters; OV_ERR_LIMIT: a line longer than OV_PEER_INFO_LINE. */
OV_MUST_USE enum ov_err ov_peer_info_build(const struct ov_peer_info_own *own, char *out, size_t cap,
                                           size_t *len);

/* What the peer said of itself. All-zero is a peer that said nothing: pre-2.4 [WP-PI-003]. */
struct ov_peer_info
{
    uint32_t proto;                    /* 0 if missing or not a number of 32 bits */
    uint32_t mtu;                      /* 0 if missing or not a number */
    uint32_t ncp;                      /* IV_NCP; 0 if missing or not a number */
    bool has_ciphers;                  /* there was an IV_CIPHERS line, even an empty one */
    bool has_mtu;                      /* there was an IV_MTU line: tun-mtu is pushed [WP-PUSH-025] */
    bool tcp_nonlinear;                /* IV_TCPNL=1 */
    uint32_t compression;              /* OV_PEER_COMP_* */
    char ciphers[OV_PEER_INFO_VALUE];  /* a line that was cut loses its last, incomplete name */
    char version[OV_PEER_INFO_VALUE];  /* printable ASCII only, other octets became '_' */
    char platform[OV_PEER_INFO_VALUE]; /* the same */
    uint32_t ignored;                  /* lines without valid name, '=', or value */
};

/* Read whole lines, first one of a name wins. Never fails: what is not understood is counted. text need not end
 * with a newline. */
void ov_peer_info_parse(const char *text, size_t len, struct ov_peer_info *out);

/* One line; views borrow from the text. */
struct ov_peer_info_line
{
    const char *name;
    size_t name_len;
    const char *value;
    size_t value_len;
    bool cut; /* the line was longer than OV_PEER_INFO_LINE */
};

/* Cut the next line off *text. OV_ERR_AGAIN: no more. OV_ERR_FORMAT: a line without valid name or '='
 * [WP-PI-001]; skipped, go on. */
OV_MUST_USE enum ov_err ov_peer_info_next(const char **text, size_t *len, struct ov_peer_info_line *out);

#endif
