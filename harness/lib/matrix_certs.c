/* Factors of certificates: which they are and where keys lie, TLS versions, and what ends check beyond the
 * signature. What one end must refuse is a value too: its cases end there. */
#include "lib/matrix.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

#define KEYS_OF(kind)                                                                                        \
    "ca=@PKI@/" kind "/ca.crt\ncert=@PKI@/" kind "/@ROLE@.crt\nkey=@PKI@/" kind "/@ROLE@.key\n"
#define PASSWORD "askpass @ROOT@/netns-lab/login/key-password\n"

static const struct lab_value certificates[] = {
    {.name = "ec", .title = "EC P-256 certificates", .tags = LAB_T_BARE},
    {.name = "rsa", .title = "RSA-2048 certificates", .both = KEYS_OF("rsa")},
    {.name = "ed25519",
     .title = "Ed25519 certificates",
     .needs = {"certificate:ed25519"},
     .both = KEYS_OF("ed25519")},
    {.name = "key-password",
     .title = "EC, the client's key is encrypted",
     .client_needs = "key-password",
     .client = "key=@PKI@/client-encrypted.key\n" PASSWORD},
    {.name = "pkcs12",
     .title = "EC, the client's key and certificate come as PKCS#12",
     .client_needs = "pkcs12",
     .client = "pkcs12=@PKI@/client.p12\n" PASSWORD},
    {.name = "external-ec",
     .title = "EC, whoever manages the client has its key",
     .tags = LAB_T_MANAGED,
     .client_needs = "management-external-key",
     .client = "external_key=yes\n" LAB_MANAGED "management-hold\nmanagement-external-key pkcs1 pss\n",
     .around = {.manager = "netns-lab/login/manager ec-key"}},
    {.name = "external-rsa",
     .title = "RSA, whoever manages the client has its key",
     .tags = LAB_T_MANAGED,
     .client_needs = "management-external-key:rsa",
     .both = KEYS_OF("rsa"),
     .client = "external_key=yes\n" LAB_MANAGED "management-hold\nmanagement-external-key pkcs1 pss\n",
     .around = {.manager = "netns-lab/login/manager rsa-key"}},
};

const struct lab_factor lab_factor_certificate = {"certificate", certificates, COUNT(certificates)};

static const struct lab_value versions[] = {
    {.name = "tls-any", .title = "newest TLS version both have", .tags = LAB_T_BARE},
    {.name = "tls12", .title = "TLS 1.2 at most", .both = "tls-version-max 1.2\n", .expect = {.tls = "1.2"}},
    {.name = "tls13",
     .title = "TLS 1.3 at least",
     .needs = {"tls:1.3"},
     .both = "tls-version-min 1.3\n",
     .expect = {.tls = "1.3"}},
    {.name = "tls12-client",
     .title = "TLS 1.2 at most, says the client alone",
     .client = "tls-version-max 1.2\n",
     .expect = {.tls = "1.2"}},
    {.name = "tls12-server",
     .title = "TLS 1.2 at most, says the server alone",
     .server = "tls-version-max 1.2\n",
     .expect = {.tls = "1.2"}},
    {.name = "tls-apart",
     .title = "a client that wants TLS 1.3 and a server that has no more than 1.2: refused",
     .tags = LAB_T_REFUSED,
     .client_needs = "tls:1.3",
     .client = "tls-version-min 1.3\n",
     .server = "tls-version-max 1.2\n",
     .expect = {.refusal = "TLS [Ee]rror: ", .server_refuses = true}},
};

const struct lab_factor lab_factor_tls = {"tls", versions, COUNT(versions)};

#define REVOKED "certificate (has been )?revoked"

static const struct lab_value checks[] = {
    {.name = "ca-only", .title = "the authority's signature and the role", .tags = LAB_T_BARE},
    {.name = "crl",
     .title = "revocation lists on both ends that hold somebody else",
     .needs = {"crl"},
     .both = "crl-verify @SET@/crl-other.pem\n"},
    {.name = "crl-dir",
     .title = "a folder of revoked serial numbers on both ends",
     .needs = {"crl"},
     .both = "crl-verify @PKI@/revoked dir\n"},
    {.name = "name",
     .title = "verify-x509-name: the whole name, and how it begins",
     .needs = {"verify-x509-name"},
     .client = "verify-x509-name ovlab-server name\n",
     .server = "verify-x509-name ovlab-cl name-prefix\n"},
    {.name = "subject",
     .title = "verify-x509-name: the whole subject",
     .needs = {"verify-x509-name"},
     .client = "verify-x509-name \"O=ovlab, CN=ovlab-server\" subject\n",
     .server = "verify-x509-name \"O=ovlab, CN=ovlab-client\" subject\n"},
    {.name = "tls-verify",
     .title = "tls-verify: a program looks at each certificate",
     .needs = {"tls-verify"},
     .both = "script-security 2\ntls-verify \"@ROOT@/netns-lab/login/certificate ovlab\"\n"},
    {.name = "fingerprint",
     .title = "peer-fingerprint beside the authority",
     .needs = {"peer-fingerprint"},
     .client = "config @SET@/server.fingerprint\n",
     .server = "config @SET@/client.fingerprint\n"},
    {.name = "revoked",
     .title = "the client's certificate is on the list: refused",
     .tags = LAB_T_REFUSED,
     .server_needs = "crl",
     .server = "crl-verify @SET@/crl-client.pem\n",
     .expect = {.refusal = REVOKED, .server_refuses = true}},
    {.name = "wrong-name",
     .title = "the server has another name than verify-x509-name: refused",
     .tags = LAB_T_REFUSED,
     .client_needs = "verify-x509-name",
     .client = "verify-x509-name ovlab-other name\n",
     .expect = {.refusal = "VERIFY X509NAME ERROR|verify-x509-name wants"}},
    {.name = "wrong-fingerprint",
     .title = "the client's certificate has another fingerprint: refused",
     .tags = LAB_T_REFUSED,
     .server_needs = "peer-fingerprint",
     .server = "config @SET@/server.fingerprint\n",
     .expect = {.refusal = "certificate hash verification failed|fingerprint is not one of those",
                .server_refuses = true}},
};

const struct lab_factor lab_factor_checks = {"checks", checks, COUNT(checks)};
