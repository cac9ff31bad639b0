#ifndef OV_TESTS_LIB_PAIRPLAN_H
#define OV_TESTS_LIB_PAIRPLAN_H

#include "tests/lib/pair.h"

/* What a seed decides about a pair: everything that needs no kernel. */

/* How the client logs in. */
enum ov_plan_login
{
    OV_PLAN_NO_LOGIN = 0,
    OV_PLAN_LOGIN,
    OV_PLAN_LOGIN_LATER,
    OV_PLAN_LOGIN_TOKEN,   /* auth-gen-token */
    OV_PLAN_LOGIN_STATIC,  /* static-challenge */
    OV_PLAN_LOGIN_DYNAMIC, /* CRV1 in a refusal, auth-retry interact */
    OV_PLAN_LOGIN_RETRY,   /* the first one is refused, auth-retry nointeract */
    OV_PLAN_LOGIN_PENDING, /* AUTH_PENDING, CR_TEXT and CR_RESPONSE */
    OV_PLAN_LOGINS
};

/* What begins the renegotiation. */
enum ov_plan_rekey
{
    OV_PLAN_REKEY_CLIENT = 0,
    OV_PLAN_REKEY_SERVER,
    OV_PLAN_REKEY_BOTH,
    OV_PLAN_REKEY_TIME, /* reneg-sec, reneg-pkts, reneg-bytes of one of them */
    OV_PLAN_REKEY_PACKETS,
    OV_PLAN_REKEY_OCTETS,
    OV_PLAN_REKEYS
};

enum ov_plan_proxy
{
    OV_PLAN_DIRECT = 0,
    OV_PLAN_HTTP,
    OV_PLAN_HTTP_BASIC,
    OV_PLAN_HTTP_DIGEST,
    OV_PLAN_HTTP_NTLM,
    OV_PLAN_SOCKS,       /* TCP, no login */
    OV_PLAN_SOCKS_LOGIN, /* TCP */
    OV_PLAN_SOCKS_UDP,
    OV_PLAN_PROXIES
};

/* Why nothing may come of it. */
enum ov_plan_refusal
{
    OV_PLAN_WELCOME = 0,
    OV_PLAN_REFUSED_TLS, /* no version in common, or a certificate that a rule, a list or a fingerprint refuses */
    OV_PLAN_REFUSED_AUTH, /* no cipher in common, or the login */
    OV_PLAN_REFUSED_KEY,  /* tls-crypt-v2-verify: silence */
    OV_PLAN_REFUSALS
};

/* What stands between tunnel packet and cipher: options of both ends. */
struct ov_plan_shape
{
    const char *name;
    const char *client;
    const char *server;
    enum ov_comp_mode comp;
    bool compresses;
};

#define OV_PLAN_SHAPES   25u
#define OV_PLAN_RULES    13u /* about certificates; the first three are kinds of them */
#define OV_PLAN_VERSIONS 9u  /* of TLS; the first two are of one version */

#define OV_PLAN_TEXT 768u

struct ov_plan
{
    uint64_t seed;
    struct ov_end_spec client;
    struct ov_end_spec server;
    struct ov_wire_faults faults;
    enum ov_cipher_id cipher;
    bool epoch;
    bool without_v2;
    bool floats;  /* the client's address changes */
    bool updates; /* PUSH_UPDATE */
    enum ov_plan_login login;
    enum ov_plan_rekey rekey;
    enum ov_plan_proxy proxy;
    enum ov_plan_refusal refusal;
    const struct ov_plan_shape *shape;
    const char *rules;
    const char *versions;
    uint32_t shape_number, rules_number, versions_number;
    char client_text[OV_PLAN_TEXT];
    char server_text[OV_PLAN_TEXT];
};

void ov_plan_make(struct ov_plan *plan, uint64_t seed, const struct ov_crypto *client,
                  const struct ov_crypto *server);
void ov_plan_print(const struct ov_plan *plan);

/* Certificates and versions, which only real libraries have: changes what plan says of both ends. */
void ov_plan_certs(struct ov_plan *plan, struct ov_test_random *random);

/* ---- the parts of a life that have files of their own ---- */

/* Right after ov_pair_open: who judges, and what the client knows. */
void ov_plan_log_in(struct ov_pair *pair, const struct ov_plan *plan);
/* Did the login go as planned? NULL: yes. */
const char *ov_plan_check_login(const struct ov_pair *pair, const struct ov_plan *plan);
/* Before each connection: the dialogue with the proxy, with answers cut anywhere. Fails the test. */
void ov_plan_pass_proxy(const struct ov_plan *plan, struct ov_test_random *random);

#endif
