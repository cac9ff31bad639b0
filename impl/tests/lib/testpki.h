#ifndef OV_TESTS_LIB_TESTPKI_H
#define OV_TESTS_LIB_TESTPKI_H

#include "crypto/tls.h"

/* Certificates and keys for tests, in PEM. All keys are public knowledge. The texts are made by
 * make-testpki.sh; its head says what each certificate is. */

struct ov_testpki_entry
{
    const char *name;
    const char *cert; /* leaf, then its intermediates; for a CA the CA itself */
    const char *key;  /* NULL where tests need none */
};

/* The entry of that name; a name that does not exist fails the running test. */
const struct ov_testpki_entry *ov_testpki(const char *name);

/* A text as the settings of a TLS side want it; NULL gives an empty one. */
struct ov_pem ov_testpki_pem(const char *text);

/* Settings of one side with the CA of most tests; entry NULL: no certificate. */
struct ov_tls_settings ov_testpki_settings(enum ov_role role, const char *entry);

/* client-ec in a PKCS#12 file, base64; its password is "secret". */
extern const char ov_testpki_p12[];

/* The generated tables, ended by an entry without a name. */
extern const struct ov_testpki_entry ov_testpki_good[];
extern const struct ov_testpki_entry ov_testpki_bad[];
extern const struct ov_testpki_entry ov_testpki_deep[];
/* By make-testcrl.sh: names begin with "crl-"; a revocation list stands in cert. */
extern const struct ov_testpki_entry ov_testpki_crl[];
/* By make-testnames.sh: names that no tool makes; signed by "names-ca". */
extern const struct ov_testpki_entry ov_testpki_names[];

#endif
