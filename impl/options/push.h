#ifndef OV_OPTIONS_PUSH_H
#define OV_OPTIONS_PUSH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "options/client.h"
#include "options/config.h"
#include "options/diag.h"
#include "wire/peer_info.h"

/* PUSH_REPLY: a client makes settings from it, a server composes it (wire-protocol.md 5.3, 5.4). */

/* ---- client ---- */

/* Flags of protocol-flags, and key-derivation tls-ekm [WP-FLAG-001]. */
struct ov_proto_flags
{
    bool cc_exit;
    bool tls_ekm;
    bool dyn_tls_crypt;
    bool aead_epoch;
};

/* What holds after the pull. Besides tunnel and keepalive a server may change sndbuf, rcvbuf,
 * exit_notify and persist_tun. */
struct ov_pulled
{
    struct ov_config effective; /* the client's configuration with everything that was pushed */
    bool has_peer_id;
    uint32_t peer_id; /* 0..16777214 */
    bool has_cipher;
    enum ov_cipher_id cipher; /* in data_ciphers; without: ov_ncp_client decides [WP-NCP-007] */
    struct ov_proto_flags flags;
};

/* One reply may come in several messages [WP-PUSH-013]. At most this many, and octets in all. */
#define OV_PUSH_PARTS_MAX  256u
#define OV_PUSH_OCTETS_MAX (256u * 1024u)

struct ov_pull; /* collects one reply; owns its result and diagnostics */

/* flags: what this client announced in IV_PROTO; a server that pushes another one is a fatal error,
 * because both sides would from then on speak differently. config is borrowed for the life of the pull. */
OV_MUST_USE enum ov_err ov_pull_new(const struct ov_config *config, const struct ov_proto_flags *announced,
                                    struct ov_pull **out);
void ov_pull_free(struct ov_pull *pull);

/* One message, NUL not counted. Options that are unknown, not built or wrong are skipped with a
 * diagnostic [WP-PUSH-016]; the rest of the errors end the connection:
 *   OV_OK         complete, ov_pull_result is valid
 *   OV_ERR_AGAIN  more parts follow
 *   OV_ERR_FORMAT not a PUSH_REPLY, or it has control characters; ignored as a whole, go on
 *   OV_ERR_OPTION an option that can't be skipped is wrong; the last error in the diagnostics names it
 *   OV_ERR_LIMIT  too many parts, octets or routes
 *   OV_ERR_CLOSED this reply was complete already
 *   OV_ERR_NOMEM */
OV_MUST_USE enum ov_err ov_pull_message(struct ov_pull *pull, const char *text, size_t len);

/* So many octets of updates in the life of one connection. */
#define OV_PUSH_UPDATES_MAX (4u * 1024u * 1024u)

/* One PUSH_UPDATE message, once the pull is complete (else OV_ERR_CLOSED) [WP-PUSH-030]. The result has changed
 * on OV_OK. Other returns as of ov_pull_message; OV_ERR_OPTION, OV_ERR_LIMIT: connect again [WP-PUSH-033]. */
OV_MUST_USE enum ov_err ov_pull_update(struct ov_pull *pull, const char *text, size_t len);

const struct ov_pulled *ov_pull_result(const struct ov_pull *pull);
const struct ov_diags *ov_pull_diags(const struct ov_pull *pull);

/* ---- server ---- */

/* What one client gets on top of config->push, in the order of 2.x [WP-PUSH-015]. */
struct ov_push_client
{
    const struct ov_client_config *own; /* settings of this client; NULL: as everyone */
    bool has_ip6;
    uint8_t ip6[16]; /* prefix length and gateway are those of the server */
    bool has_ip4;
    uint32_t ip4;
    uint32_t ip4_second; /* netmask, or the other end, as topology says */
    bool has_peer_id;
    uint32_t peer_id;
    const char *auth_token; /* NULL: none */
    const char
        *token_user; /* the name that goes with it, where it is another one than the client has; NULL: none */
    bool has_cipher; /* [WP-NCP-002] */
    enum ov_cipher_id cipher;
    struct ov_proto_flags flags; /* what holds for this client; decided by ov_push_flags */
    bool has_tun_mtu;            /* client sent IV_MTU [WP-PUSH-025] */
    const char *compression; /* a whole option: what compress migrate wants [WP-COMP-012]; NULL: nothing */
    uint32_t iv_proto;       /* tells in which words flags are pushed [WP-FLAG-001] */
};

/* What both sides can: client bits and what this server has built [WP-FLAG-001, 002, 003]. */
struct ov_proto_flags ov_push_flags(uint32_t iv_proto, const struct ov_proto_flags *built);

/* Can a client update this option in mid-connection? [WP-PUSH-032] */
bool ov_push_updatable(const char *name, size_t len);

/* One option of an update; a view that is valid for the call. */
struct ov_push_change
{
    const char *name; /* and its arguments, ended by NUL */
    size_t name_len;
    bool removes;
};

/* PUSH_UPDATE: options parted by ',', as a user writes them [WP-PUSH-030, 031]. option is called for each, message
 * for each part as by ov_push_compose; either may be NULL. OV_ERR_OPTION: one can't be updated, or there is none.
 * OV_ERR_LIMIT: one is too long. Errors of both calls are handed on. */
OV_MUST_USE enum ov_err ov_push_update(const char *options,
                                       enum ov_err (*option)(void *ctx, const struct ov_push_change *change),
                                       enum ov_err (*message)(void *ctx, const char *text, size_t len),
                                       void *ctx);

/* A message has at most 1023 octets and a NUL [WP-MSG-005]. */
#define OV_PUSH_MESSAGE 1024u

/* Compose the reply; message is called once for each part with text and its length without NUL, and
 * stops the work by returning an error, which is handed on. OV_ERR_LIMIT: an option doesn't fit. */
OV_MUST_USE enum ov_err ov_push_compose(const struct ov_config *config, const struct ov_push_client *client,
                                        enum ov_err (*message)(void *ctx, const char *text, size_t len),
                                        void *ctx);

#endif
