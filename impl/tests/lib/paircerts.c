#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lib/pairplan.h"
#include "tests/lib/testpki.h"
#include "tests/lib/tlspair.h"
#include "wire/pem.h"

/* Rules about certificates, lists of revoked ones, keys under a password, and ranges of TLS versions. */

static void append(char text[static OV_PLAN_TEXT], const char *more)
{
    const size_t len = strlen(text);
    assert_true(snprintf(text + len, OV_PLAN_TEXT - len, "%s", more) < (int)(OV_PLAN_TEXT - len));
}

/* peer-fingerprint with that of the leaf. */
static void append_fingerprint(struct ov_plan *plan, char text[static OV_PLAN_TEXT], const char *entry)
{
    const char *pem = ov_testpki(entry)->cert;
    const char *end = strstr(pem, "-----END CERTIFICATE-----");
    uint8_t der[4096], digest[OV_DIGEST_MAX];
    char line[20 + 3 * 32] = "peer-fingerprint ";
    size_t len = 0;
    assert_non_null(end);
    assert_int_equal(ov_pem_decode("CERTIFICATE", pem,
                                   (size_t)(end - pem) + strlen("-----END CERTIFICATE-----\n"), der,
                                   sizeof der, &len),
                     OV_OK);
    const struct ov_slice in = {der, len};
    assert_int_equal(plan->client.crypto->digest(OV_DIGEST_SHA256, &in, 1, digest), OV_OK);
    for (size_t i = 0; i < 32; i++)
    {
        const size_t at = strlen(line);
        (void)snprintf(line + at, sizeof line - at, "%s%02x", i > 0 ? ":" : "", digest[i]);
    }
    append(text, line);
    append(text, "\n");
}

static void named(struct ov_plan *plan)
{
    append(plan->client_text, "verify-x509-name \"test server-ec\" name\n");
    append(plan->server_text, "verify-x509-name \"test \" name-prefix\n");
}

static void wrong_name(struct ov_plan *plan)
{
    append(plan->client_text, "verify-x509-name \"test server-e\" name\n");
}

static void wrong_subject(struct ov_plan *plan)
{
    append(plan->server_text, "verify-x509-name \"CN=somebody\" subject\n");
}

static void fingerprints(struct ov_plan *plan)
{
    append_fingerprint(plan, plan->client_text, "server-ec");
    append_fingerprint(plan, plan->server_text, plan->client.cert);
}

static void wrong_fingerprint(struct ov_plan *plan)
{
    append_fingerprint(plan, plan->server_text, "other-client");
}

static void listed(struct ov_plan *plan, const char *client)
{
    plan->client.ca = plan->server.ca = "crl-root";
    plan->client.cert = client;
    plan->server.cert = "crl-server";
    plan->server.crl = "crl-list-client";
}

static void not_revoked(struct ov_plan *plan)
{
    listed(plan, "crl-visitor");
}

static void revoked(struct ov_plan *plan)
{
    listed(plan, "crl-client");
}

/* Mbed TLS of 2.28 knows other kinds of encryption. */
static void password(struct ov_plan *plan)
{
    const bool can = strcmp(plan->client.crypto->name, "openssl") == 0;
    plan->client.cert = can ? "encrypted-client" : plan->client.cert;
    plan->client.passphrase = can ? "secret" : NULL;
}

/* Only OpenSSL reads them. */
static void container(struct ov_plan *plan)
{
    const bool can = strcmp(plan->client.crypto->name, "openssl") == 0;
    plan->client.pkcs12 = can;
    plan->client.passphrase = can ? "secret" : NULL;
}

static void foreign(struct ov_plan *plan)
{
    plan->client.cert = "other-client";
}

static const struct
{
    const char *name;
    void (*make)(struct ov_plan *plan);
    bool refused;
} kinds[OV_PLAN_RULES - 3] = {
    {"names", named, false},
    {"fingerprints", fingerprints, false},
    {"a list", not_revoked, false},
    {"a key with password", password, false},
    {"PKCS#12", container, false},
    {"another name", wrong_name, true},
    {"another subject", wrong_subject, true},
    {"another fingerprint", wrong_fingerprint, true},
    {"revoked", revoked, true},
    {"an unknown authority", foreign, true},
};

/* Where both speak 1.3. */
static const struct
{
    const char *name;
    enum ov_tls_version client_min, client_max, server_min, server_max;
    bool refused;
} ranges[OV_PLAN_VERSIONS - 2] = {
    {"TLS 1.2 to 1.3", 12, 13, 12, 13, false},           {"TLS from 1.2, server 1.2", 12, 13, 12, 12, false},
    {"TLS from 1.2, server 1.3", 12, 13, 13, 13, false}, {"TLS 1.2, server to 1.3", 12, 12, 12, 13, false},
    {"TLS 1.3, server from 1.2", 13, 13, 12, 13, false}, {"TLS 1.2, server 1.3", 12, 12, 13, 13, true},
    {"TLS 1.3, server 1.2", 13, 13, 12, 12, true},
};

void ov_plan_certs(struct ov_plan *plan, struct ov_test_random *random)
{
    const struct ov_crypto *client = plan->client.crypto, *server = plan->server.crypto;
    const uint32_t kind = ov_test_below(random, 40);
    const uint32_t range = ov_test_below(random, 24);
    if (kind < sizeof kinds / sizeof kinds[0])
    {
        kinds[kind].make(plan);
        plan->rules = kinds[kind].name;
        plan->rules_number = 3 + kind;
        plan->refusal = kinds[kind].refused ? OV_PLAN_REFUSED_TLS : plan->refusal;
    }
    if (range < sizeof ranges / sizeof ranges[0] && ov_test_speaks(client, OV_TLS_VERSION_1_3) &&
        ov_test_speaks(server, OV_TLS_VERSION_1_3))
    {
        plan->client.version = ranges[range].client_min;
        plan->client.version_max = ranges[range].client_max;
        plan->server.version = ranges[range].server_min;
        plan->server.version_max = ranges[range].server_max;
        plan->versions = ranges[range].name;
        plan->versions_number = 2 + range;
        plan->refusal = ranges[range].refused ? OV_PLAN_REFUSED_TLS : plan->refusal;
    }
}
