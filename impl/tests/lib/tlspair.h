#ifndef OV_TESTS_LIB_TLSPAIR_H
#define OV_TESTS_LIB_TLSPAIR_H

#include "crypto/crypto.h"
#include "tls/tls.h"

/* A client and a server joined in memory. Indices are enum ov_role. */
struct ov_tls_pair
{
    const struct ov_crypto *crypto[2];
    struct ov_tls_conf *conf[2];
    struct ov_tls tls[2];
};

/* What stands in the programs; a backend is started on its first use. Fails the test if anything fails. */
void ov_tls_pair_open(struct ov_tls_pair *pair, const struct ov_crypto *client,
                      const struct ov_tls_settings *client_settings, const struct ov_crypto *server,
                      const struct ov_tls_settings *server_settings);
void ov_tls_pair_close(struct ov_tls_pair *pair);

/* Carry all that waits at one end to the other in pieces of at most chunk octets. Returns how many. */
size_t ov_tls_pair_move(struct ov_tls_pair *pair, enum ov_role from, size_t chunk);

/* Step and carry until both ends are silent. Fails the test after 100 rounds. */
void ov_tls_pair_run(struct ov_tls_pair *pair, size_t chunk);

/* Whether both handshakes are complete. */
bool ov_tls_pair_is_open(const struct ov_tls_pair *pair);

/* Backends of this program and null, ended by NULL, all started. */
const struct ov_crypto *const *ov_test_backends(void);
/* The backends of this program only. */
const struct ov_crypto *const *ov_test_real_backends(void);
/* Whether the backend speaks that version. */
bool ov_test_speaks(const struct ov_crypto *crypto, enum ov_tls_version version);

#endif
