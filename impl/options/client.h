#ifndef OV_OPTIONS_CLIENT_H
#define OV_OPTIONS_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "options/config.h"
#include "options/diag.h"
#include "options/text.h"

/* Longest name of a login. */
#define OV_CLIENT_NAME_MAX 127u

/* A server's settings for one client, as client-config-dir and client-connect give them [WP-SRV-011, 012, 033]. */
struct ov_client_config
{
    bool disable;            /* refuse it [WP-SRV-034] */
    const char *const *push; /* the whole list, in place of the server's */
    size_t push_count;
    bool no_ip4; /* push-remove ifconfig */
    bool no_ip6; /* push-remove ifconfig-ipv6 */
    bool has_ip4;
    uint32_t ip4;        /* ifconfig-push: this one instead of one of the pool ... */
    uint32_t ip4_second; /* ... and what is pushed behind it: netmask or remote end, as topology says */
    bool has_ip6;
    uint8_t ip6[16]; /* ifconfig-ipv6-push */
    uint8_t ip6_bits;
    bool has_ip6_remote;
    uint8_t ip6_remote[16];
    const struct ov_route4 *iroutes4; /* networks behind this client */
    size_t iroutes4_count;
    const struct ov_route6 *iroutes6;
    size_t iroutes6_count;
    bool has_alias; /* ifconfig-push: the client calls its address so */
    uint32_t alias;
    uint32_t most_routes;           /* max-routes-per-client; 0: as for everybody */
    uint16_t vlan_pvid;             /* its VLAN; 0: the server's */
    const char *username;           /* override-username; NULL: the one of its login */
    const struct ov_config *config; /* the server's with this client's own ciphers, framing and timers */
};

/* Collects the settings of one client; owns them and its diagnostics. */
struct ov_client_options;

/* config is borrowed while texts are added; so is loader, NULL: 'config' can't be used inside. OV_ERR_NOMEM. */
OV_MUST_USE enum ov_err ov_client_options_new(const struct ov_config *config, const struct ov_loader *loader,
                                              struct ov_client_options **out);
/* NULL is fine. */
void ov_client_options_free(struct ov_client_options *options);

/* More settings, on top of those before. What is wrong, not built or not for a single client is skipped with a
 * diagnostic, as 2.x does. OV_ERR_NOMEM. */
OV_MUST_USE enum ov_err ov_client_options_add(struct ov_client_options *options, const char *name,
                                              const char *text, size_t len);

/* Good until more is added or until free. NULL: out of memory. */
const struct ov_client_config *ov_client_options_result(struct ov_client_options *options);
/* Leave out ciphers that the library lacks. False: nothing is left of a list, or the fallback is missing; the
 * server's is kept instead. */
bool ov_client_options_limit(struct ov_client_options *options, const struct ov_crypto *crypto);
const struct ov_diags *ov_client_options_diags(const struct ov_client_options *options);

#endif
