/* The formats suite: every packet format of the data channel that peers agree on, beside
 * the plain AEAD one of the quick suite. Each is carried between every pair of
 * subjects that has it, and the capture is judged as that format. */
#include "lib/scenario.h"
#include "lib/step_lists.h"
#include "lib/usual_tunnel.h"

#define SCENARIO(name, ...)                                                                                  \
    {                                                                                                        \
        .id = name, LAB_USUAL_TUNNEL, .proto = "udp4", .tls_crypt = true, .exit_notify = 1, __VA_ARGS__      \
    }

#define FEATURES(...)                                                                                        \
    (const char *const[])                                                                                    \
    {                                                                                                        \
        "udp4", "tls-crypt", "explicit-exit-notify", __VA_ARGS__, NULL                                       \
    }

static const struct lab_scenario aes256cbc_sha256 =
    SCENARIO("aes256cbc-sha256", .cipher = "AES-256-CBC", .auth = "SHA256", .data_format = "cbc",
             .features = FEATURES("cipher:AES-256-CBC"));
static const struct lab_scenario aes128cbc_sha1 =
    SCENARIO("aes128cbc-sha1", .cipher = "AES-128-CBC", .auth = "SHA1", .data_format = "cbc",
             .features = FEATURES("cipher:AES-128-CBC"));
static const struct lab_scenario aes192cbc_sha512 =
    SCENARIO("aes192cbc-sha512", .cipher = "AES-192-CBC", .auth = "SHA512", .data_format = "cbc",
             .features = FEATURES("cipher:AES-192-CBC"));
static const struct lab_scenario none_sha256 =
    SCENARIO("none-sha256", .cipher = "none", .auth = "SHA256", .data_format = "opaque",
             .features = FEATURES("cipher:none"));
/* Without a block cipher stock peers renegotiate each 64 MiB, which the ids of a capture that leaves
 * out most data packets can't follow. */
static const struct lab_scenario none_none =
    SCENARIO("none-none", .cipher = "none", .auth = "none", .data_format = "opaque",
             .features = FEATURES("cipher:none"));
static const struct lab_scenario aes192gcm = SCENARIO("aes192gcm", .cipher = "AES-192-GCM", .auth = "SHA256",
                                                      .features = FEATURES("cipher:AES-192-GCM"));
static const struct lab_scenario epoch_aes256gcm =
    SCENARIO("epoch-aes256gcm", .cipher = "AES-256-GCM", .auth = "SHA256", .data_format = "epoch",
             .features = FEATURES("cipher:AES-256-GCM", "aead-epoch"));
static const struct lab_scenario epoch_chacha20 =
    SCENARIO("epoch-chacha20", .cipher = "CHACHA20-POLY1305", .auth = "SHA256", .data_format = "epoch",
             .features = FEATURES("cipher:CHACHA20-POLY1305", "aead-epoch"));

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define CASE(name, title, scenario)                                                                          \
    {                                                                                                        \
        name, title, LAB_MATRIX_PAIRS, &(scenario), lab_tunnel_steps, LAB_TUNNEL_STEPS                       \
    }

static const struct lab_case_def cases[] = {
    CASE("aes256cbc-sha256", "AES-256-CBC with SHA256", aes256cbc_sha256),
    CASE("aes128cbc-sha1", "AES-128-CBC with SHA1", aes128cbc_sha1),
    CASE("aes192cbc-sha512", "AES-192-CBC with SHA512", aes192cbc_sha512),
    CASE("none-sha256", "no cipher, SHA256", none_sha256),
    CASE("none-none", "no cipher, no HMAC", none_none),
    CASE("aes192gcm", "AES-192-GCM", aes192gcm),
    CASE("epoch-aes256gcm", "epoch format, AES-256-GCM", epoch_aes256gcm),
    CASE("epoch-chacha20", "epoch format, ChaCha20-Poly1305", epoch_chacha20),
};

const struct lab_suite lab_suite_formats = {
    .name = "formats",
    .title = "data channel packet formats: CBC, none, epoch; every client with every server that has them",
    .cases = cases,
    .case_count = COUNT(cases),
    .subjects = "ovref-openssl,ovref-mbedtls,openvpn-2.6,openvpn-2.7",
    .bulk_seconds = 2,
};
