#ifndef OV_APP_CERT_SEEN_H
#define OV_APP_CERT_SEEN_H

#include "app/environment.h"
#include "crypto/crypto.h"

/* What programs are told of certificates: tls_id_0, tls_serial_0, tls_digest_0, X509_0_CN and so on. A chain is seen
 * while a handshake goes on, and asked for when its client has a name: the latest ones are kept. */

#define OV_CERT_SEEN_MAX 64u

/* A chain while its handshake goes on. All-zero: nothing was seen yet. */
struct ov_cert_chain
{
    struct ov_environment env;
    int depth; /* of its latest certificate */
};

struct ov_cert_seen
{
    struct
    {
        uint8_t fingerprint[32]; /* of the leaf, SHA-256 */
        struct ov_environment chain;
    } kept[OV_CERT_SEEN_MAX];
    unsigned next;
};

void ov_cert_seen_clear(struct ov_cert_seen *seen);
/* The next certificate of chain, the highest first; with the leaf the chain is kept. */
void ov_cert_seen_note(struct ov_cert_seen *seen, struct ov_cert_chain *chain, const struct ov_crypto *crypto,
                       const struct ov_tls_cert *cert);
/* The latest whole chain, of a client that has one server; the chain with this leaf. */
void ov_cert_seen_tell(const struct ov_cert_seen *seen, struct ov_environment *env);
void ov_cert_seen_tell_of(const struct ov_cert_seen *seen, const uint8_t fingerprint[static 32],
                          struct ov_environment *env);

#endif
