#ifndef OV_TESTS_LIB_ENDS_H
#define OV_TESTS_LIB_ENDS_H

#include "hub/hub.h"
#include "options/options.h"
#include "session/state.h"
#include "tests/lib/octets.h"
#include "tls/cert_rules.h"

/* A client session and a server hub for tests, made from configuration text as
 * the programs make them. */

/* What protects the control channel of both ends. */
enum ov_end_wrap
{
    OV_END_PLAIN = 0,
    OV_END_TLS_CRYPT,
    OV_END_TLS_AUTH_SHA1,   /* server direction 0, client 1 */
    OV_END_TLS_AUTH_SHA256, /* no direction */
    OV_END_TLS_AUTH_SHA512, /* server direction 1, client 0 */
    OV_END_V2,              /* tls-crypt-v2 */
    OV_END_V2_FORCED,       /* with force-cookie */
    OV_END_V2_OLD,          /* the client is of the time before early negotiation [WP-TC2-023] */
    OV_END_V2_AND_STATIC,   /* the server takes both, the client has tls-crypt-v2 [WP-TC2-014] */
    OV_END_STATIC_AND_V2,   /* the server takes both, the client has tls-auth */
    OV_END_WRAPS
};

/* "tls-auth SHA1". */
const char *ov_end_wrap_name(enum ov_end_wrap wrap);

struct ov_end_spec
{
    const struct ov_crypto *crypto;
    enum ov_tls_version version;     /* OV_TLS_VERSION_DEFAULT: what both offer */
    enum ov_tls_version version_max; /* OV_TLS_VERSION_DEFAULT: version is the only one */
    bool tls_crypt;                  /* the same as wrap OV_END_TLS_CRYPT */
    enum ov_end_wrap wrap;
    const char *more; /* further configuration lines, "" or NULL: none */
    uint64_t seed;
    bool p2p;    /* point to point: nobody pushes or pulls */
    bool stream; /* carried by TCP */
    bool v6;     /* outer addresses */
    const char
        *cert; /* entry of testpki, with the null backend the common name; NULL: the usual one of its role */
    const char *ca;         /* entry of testpki; NULL: the usual one */
    const char *crl;        /* entry of testpki; NULL: none */
    const char *passphrase; /* of the key; NULL: none */
    bool pkcs12;            /* instead of cert and key that of testpki */
    /* Client only. */
    struct ov_proto_flags built;
    bool without_v2; /* a client from before DATA_V2 */
};

/* What both kinds of ends consist of. */
struct ov_end
{
    const struct ov_crypto *crypto;
    struct ov_options *options;
    const struct ov_config *config;
    struct ov_tls_conf *tls;
    struct ov_cert_rules rules; /* those of the configuration */
    struct ov_key2 key2;        /* static key, also Kc */
    struct ov_control_keys keys;
    struct ov_test_random random;
    struct ov_rng rng;
    struct ov_log log;
    const char *title; /* in front of log lines */
    struct ov_now now; /* of the last call, for the log */
};

struct ov_client_end
{
    struct ov_end end;
    struct ov_session_settings settings;
    struct ov_session_env env;
    struct ov_session session;
    bool old; /* OV_END_V2_OLD */
};

struct ov_server_end
{
    struct ov_end end;
    struct ov_hub_settings settings;
    struct ov_hub *hub;
};

/* All defaults: null backend, everything built in, plain. */
struct ov_end_spec ov_end_spec_default(void);

/* Any failure fails the running test. The session of a client is not started. */
void ov_client_end_open(struct ov_client_end *client, const struct ov_end_spec *spec);
void ov_client_end_close(struct ov_client_end *client);
/* Start (again) towards server. */
void ov_client_end_start(struct ov_client_end *client, const struct ov_addr *server, struct ov_now now);

void ov_server_end_open(struct ov_server_end *server, const struct ov_end_spec *spec, struct ov_now now);
void ov_server_end_close(struct ov_server_end *server);

/* Log lines go to stderr if $OV_TRACE is set. */
bool ov_test_traced(void);

/* 203.0.113.n:port and 2001:db8::n port. */
struct ov_addr ov_test_addr4(uint8_t n, uint16_t port);
struct ov_addr ov_test_addr6(uint8_t n, uint16_t port);

/* Datagrams with their own memory, for batches. */
#define OV_TEST_BATCH 16u
#define OV_TEST_INNER 9216u /* largest tunnel packet and more */

struct ov_test_batch
{
    struct ov_datagram dg[OV_TEST_BATCH];
    uint8_t mem[OV_TEST_BATCH][OV_TEST_INNER + 512];
    size_t count;
};

/* All views empty. */
void ov_test_batch_reset(struct ov_test_batch *batch);
/* Append a packet from addr. */
void ov_test_batch_add(struct ov_test_batch *batch, const struct ov_addr *addr, const void *data, size_t len);

/* An IPv4 packet with its own number in it; returns its length. */
uint32_t ov_test_inner4(uint8_t *out, uint32_t src, uint32_t dst, uint32_t number, uint32_t len);
/* The number in it; false: not such a packet, or damaged. */
bool ov_test_inner4_number(const uint8_t *packet, uint32_t len, uint32_t *number);

#endif
