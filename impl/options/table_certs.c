#include "options/table_rows.h"

/* Whom to trust, and where one's own key is. */
static const struct ov_option rows[] = {
    OTHER("crl-verify", "file|dir [dir]", 1, 2, BOTH | BLOCK, crl_verify, "", "",
          "certificates that are revoked: lists in file, or a dir with a file named as each serial number"),
    OTHER("verify-x509-name", "name [subject|name|name-prefix]", 1, 2, BOTH, verify_name, "subject", "2.3",
          "name the peer's certificate must have"),
    OTHER("peer-fingerprint", "fingerprint", 1, 1, BOTH | BLOCK, fingerprint, "", "2.6",
          "accept these certificates only, by SHA256; without 'ca' that is all that counts"),
    OTHER("verify-hash", "hash [SHA1|SHA256]", 1, 2, BOTH | BLOCK, fingerprint, "SHA1", "2.3",
          "fingerprint of the authority that signed the peer's certificate"),
    FROM_FILE(
        "pkcs12", BOTH, certs.pkcs12, "",
        "certificate and key in one file, and the authority unless 'ca' says it (OpenSSL; inline: base64)"),
    FROM_FILE("extra-certs", BOTH, certs.extra, "2.2", "certificates to send along with one's own"),
    OTHER("askpass", "[file]", 0, 1, BOTH, askpass, "", "",
          "password of the private key: first line of file, or asked for at the terminal"),
    OTHER("tls-cert-profile", "insecure|legacy|preferred|suiteb", 1, 1, BOTH, cert_profile, "the library's",
          "2.5", "how strong certificates must be"),
    OTHER("x509-username-field", "field", 1, 1, BOTH, username_field, "CN", "2.2",
          "which field of the certificate is the name"),
    OTHER("tls-verify", "command", 1, 1, BOTH, tls_verify, "", "",
          "program that checks each certificate: gets depth and subject; packets wait for it"),
    OTHER("pkcs11-providers", "library ...", 1, MANY, BOTH, pkcs11_providers, "", "2.1",
          "libraries of the tokens that keep keys"),
    TEXT("pkcs11-id", "name", BOTH, certs.pkcs11.id, "", "2.1",
         "certificate and key of a token, by the name that show-pkcs11-ids gives it"),
    FLAG("pkcs11-id-management", BOTH, certs.pkcs11.id_management, "2.1", "ask management for that name"),
    NUMBER("pkcs11-pin-cache", "seconds", BOTH, certs.pkcs11.pin_cache_s, 0, INT32_MAX, "for ever", "2.1",
           "how long a PIN is kept"),
    OTHER("pkcs11-cert-private", "0|1 ...", 1, MANY, BOTH, pkcs11_cert_private, "0", "2.1",
          "whether certificates are seen after login only, for each provider"),
    OTHER("pkcs11-protected-authentication", "0|1 ...", 1, MANY, BOTH, pkcs11_protected, "0", "2.1",
          "whether the PIN is typed at the token itself, for each provider"),
    OTHER(
        "pkcs11-private-mode", "mask ...", 1, MANY, BOTH, pkcs11_private_mode, "0", "2.1",
        "what the key is used with, for each provider: 1 sign, 2 recover, 4 decrypt, 8 unwrap; 0: found out"),
};

GROUP(ov_options_certs, "Certificates:", rows);
