#ifndef OV_TLS_CERT_RULES_H
#define OV_TLS_CERT_RULES_H

#include "crypto/crypto.h"
#include "options/certs.h"

/* What the configuration wants of the peer's certificates beside what the TLS library checks: names and
 * fingerprints. Suits the judge of struct ov_tls_settings. */
struct ov_cert_rules
{
    const struct ov_cert_options *options;
    const struct ov_crypto *crypto;
};

/* Is there any rule? */
bool ov_cert_rules_exist(const struct ov_cert_options *options);
/* OV_ERR_CERT: refused, and why. OV_ERR_CRYPTO. */
OV_MUST_USE enum ov_err ov_cert_rules_judge(const struct ov_cert_rules *rules, const struct ov_tls_cert *cert,
                                            char why[static OV_TLS_JUDGE_TEXT]);

#endif
