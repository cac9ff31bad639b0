#ifndef OV_OPTIONS_CERTS_H
#define OV_OPTIONS_CERTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crypto/digest.h"
#include "crypto/tls.h"
#include "options/login.h"
#include "options/text.h"

/* What the options say about certificates beside ca, cert and key. Part of struct ov_config. */

/* --verify-x509-name [WP-TLS-007]. */
enum ov_name_rule
{
    OV_NAME_ANY = 0,
    OV_NAME_SUBJECT, /* the whole subject */
    OV_NAME_EXACT,   /* the common name, or the field of x509-username-field */
    OV_NAME_PREFIX   /* its beginning */
};

/* A fingerprint of --peer-fingerprint or --verify-hash. */
struct ov_fingerprint
{
    uint8_t octets[32];
};

#define OV_CERT_USAGES 16u

/* Keys on tokens. Lists are in the order of providers, and may be shorter. */
struct ov_pkcs11_options
{
    struct ov_command providers;      /* libraries */
    struct ov_command protected_auth; /* "1": the PIN is typed at the token itself */
    struct ov_command private_mode;   /* hexadecimal mask of what the key is used with; "0": find out */
    struct ov_command cert_private;   /* "1": certificates are seen after login only */
    const char *id;                   /* NULL: none */
    bool id_management;               /* ask management for it */
    uint32_t pin_cache_s;             /* 0: as long as the session at the token */
};

struct ov_cert_options
{
    struct ov_text crl;   /* --crl-verify file; from NULL: none */
    const char *crl_path; /* looked at again before each handshake; NULL: inline or none */
    const char *crl_dir;  /* --crl-verify dir 'dir': a file named as the serial number revokes */
    enum ov_name_rule name_rule;
    const char *name;
    const struct ov_fingerprint *fingerprints;
    size_t fingerprints_count;
    int fingerprints_depth;            /* 0: peer-fingerprint, 1: verify-hash */
    enum ov_digest_id fingerprints_of; /* SHA256; SHA1 with verify-hash */
    struct ov_text pkcs12;
    struct ov_text extra;
    bool askpass;
    const char *askpass_path; /* NULL: ask at the terminal */
    enum ov_tls_profile profile;
    const char *username_field; /* NULL: CN */
    const char *ciphers;        /* --tls-cipher, --tls-ciphersuites, --tls-groups; NULL: the library's */
    const char *ciphersuites;
    const char *groups;
    bool usage_wanted;              /* --remote-cert-ku: the peer's certificate needs a key usage ... */
    uint16_t usage[OV_CERT_USAGES]; /* ... with all bits of one of these; count 0: any */
    size_t usage_count;
    const char *extended_usage;   /* --remote-cert-eku; NULL: any */
    const char *ns_type;          /* --ns-cert-type: "client", "server"; NULL: any */
    const char *capath;           /* NULL: none */
    const char *export_dir;       /* --tls-export-cert; NULL: none */
    struct ov_command verify;     /* --tls-verify */
    struct ov_command key_verify; /* --tls-crypt-v2-verify */
    bool external_key;            /* --management-external-key: a signer instead of key */
    bool external_pkcs1;          /* ... that pads as PKCS#1 v1.5 says */
    bool external_raw;            /* ... that signs what is padded already */
    bool external_pss;            /* ... that pads as PSS says */
    bool external_digest;         /* ... that digests itself */
    struct ov_pkcs11_options pkcs11;
};

#endif
