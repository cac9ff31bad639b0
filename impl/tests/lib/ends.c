#include "tests/lib/ends.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/null/null.h"
#include "tests/lib/testpki.h"
#include "tests/lib/tlspair.h"
#include "wire/pem.h"
#include "wrap/client_key.h"

bool ov_test_traced(void)
{
    return getenv("OV_TRACE") != NULL;
}

static void print_line(void *ctx, enum ov_level level, const char *text)
{
    const struct ov_end *end = ctx;
    (void)fprintf(stderr, "%10.3f %s[%d] %s\n", (double)end->now.mono_ms / 1000, end->title, (int)level,
                  text);
}

struct ov_end_spec ov_end_spec_default(void)
{
    return (struct ov_end_spec){.crypto = &ov_crypto_null,
                                .built = {.cc_exit = true, .tls_ekm = true, .dyn_tls_crypt = true}};
}

static void fill_key(struct ov_key2 *key2)
{
    uint8_t *p = (uint8_t *)key2;
    for (size_t i = 0; i < sizeof *key2; i++)
    {
        p[i] = (uint8_t)(i * 7 + 1);
    }
}

static const struct
{
    const char *name;
    struct side
    {
        enum ov_wrap_kind kind;
        enum ov_key_direction direction;
        bool v2;
    } client, server;
    enum ov_digest_id digest;
    bool force_cookie; /* server */
} wraps[OV_END_WRAPS] = {
    [OV_END_PLAIN] = {"plain", {0}, {0}, 0, false},
    [OV_END_TLS_CRYPT] =
        {"tls-crypt", {OV_WRAP_TLS_CRYPT, 0, false}, {OV_WRAP_TLS_CRYPT, 0, false}, 0, false},
    [OV_END_TLS_AUTH_SHA1] =
        {"tls-auth SHA1", {OV_WRAP_TLS_AUTH, 1, false}, {OV_WRAP_TLS_AUTH, 0, false}, OV_DIGEST_SHA1, false},
    [OV_END_TLS_AUTH_SHA256] = {"tls-auth SHA256",
                                {OV_WRAP_TLS_AUTH, -1, false},
                                {OV_WRAP_TLS_AUTH, -1, false},
                                OV_DIGEST_SHA256,
                                false},
    [OV_END_TLS_AUTH_SHA512] = {"tls-auth SHA512",
                                {OV_WRAP_TLS_AUTH, 0, false},
                                {OV_WRAP_TLS_AUTH, 1, false},
                                OV_DIGEST_SHA512,
                                false},
    [OV_END_V2] = {"tls-crypt-v2", {OV_WRAP_TLS_CRYPT, 0, true}, {0, 0, true}, 0, false},
    [OV_END_V2_FORCED] = {"tls-crypt-v2 force-cookie", {OV_WRAP_TLS_CRYPT, 0, true}, {0, 0, true}, 0, true},
    [OV_END_V2_OLD] = {"tls-crypt-v2 of 2.5", {OV_WRAP_TLS_CRYPT, 0, true}, {0, 0, true}, 0, false},
    [OV_END_V2_AND_STATIC] = {"tls-crypt-v2 beside tls-crypt",
                              {OV_WRAP_TLS_CRYPT, 0, true},
                              {OV_WRAP_TLS_CRYPT, 0, true},
                              0,
                              false},
    [OV_END_STATIC_AND_V2] = {"tls-auth beside tls-crypt-v2",
                              {OV_WRAP_TLS_AUTH, 1, false},
                              {OV_WRAP_TLS_AUTH, 0, true},
                              OV_DIGEST_SHA1,
                              false},
};

const char *ov_end_wrap_name(enum ov_end_wrap wrap)
{
    return wraps[wrap].name;
}

/* Metadata: a time, as stock writes it. */
static void fill_keys(struct ov_end *end, enum ov_end_wrap wrap)
{
    static const uint8_t metadata[] = {OV_WKC_TYPE_TIME, 0, 0, 0, 0, 0x5f, 0xff, 0, 0};
    const bool server = end->config->role == OV_ROLE_SERVER;
    const struct side *side = server ? &wraps[wrap].server : &wraps[wrap].client;
    struct ov_control_keys *keys = &end->keys;
    keys->wrap = (struct ov_wrap_key){side->kind, wraps[wrap].digest, side->direction, end->key2};
    memset(&keys->server_key, 0x5a, sizeof keys->server_key);
    if (side->v2 && server)
    {
        keys->has_server_key = true;
        /* Another static key, so that nobody takes one for the other. */
        for (size_t i = 0; side->kind == OV_WRAP_TLS_CRYPT && i < sizeof keys->wrap.key; i++)
        {
            ((uint8_t *)&keys->wrap.key)[i] ^= 0x55;
        }
    }
    else if (side->v2)
    {
        assert_int_equal(ov_client_key_wrap(end->crypto, &keys->server_key, &end->key2, metadata,
                                            sizeof metadata, &keys->wkc),
                         OV_OK);
    }
}

/* The only file is the one of tls-crypt-v2, and nobody looks into it: tests make their keys themselves. */
static enum ov_err load_nothing(void *ctx, const char *path, size_t max, struct ov_arena *arena,
                                struct ov_text *out, char reason[static OV_LOADER_REASON])
{
    (void)ctx;
    (void)path;
    (void)max;
    (void)arena;
    (void)reason;
    *out = (struct ov_text){"v2.key", "key", 3};
    return OV_OK;
}

static const char *wrap_lines(const struct ov_end_spec *spec, bool server)
{
    return server && wraps[spec->wrap].force_cookie ? "tls-crypt-v2 v2.key force-cookie\n" : "";
}

/* The configuration as text, read by the real reader. */
static void read_config(struct ov_end *end, const char *head, const struct ov_end_spec *spec,
                        const char *entry)
{
    const char *ca =
        spec->ca != NULL ? ov_testpki(spec->ca)->cert : ov_testpki_settings(OV_ROLE_CLIENT, NULL).ca.text;
    const bool null = spec->crypto == &ov_crypto_null;
    const struct ov_testpki_entry *pki = null ? NULL : ov_testpki(entry);
    char *text = NULL;
    const int len = asprintf(&text, "%s%s%s\n<ca>\n%s</ca>\n<cert>\n%s\n</cert>\n<key>\n%s\n</key>\n", head,
                             spec->more != NULL ? spec->more : "", wrap_lines(spec, end->title[0] == 's'), ca,
                             null ? entry : pki->cert, null ? "key" : pki->key);
    assert_true(len > 0);
    static const struct ov_loader loader = {.load = load_nothing};
    enum ov_err err = ov_options_from_text(end->title, text, (size_t)len, &loader, &end->options);
    for (const struct ov_diag *d = ov_options_diags(end->options)->first; d != NULL && err != OV_OK;
         d = d->next)
    {
        char line[OV_DIAG_LINE];
        print_error("%s\n", ov_diag_line(d, line));
    }
    assert_int_equal(err, OV_OK);
    free(text);
    end->config = ov_options_config(end->options);
}

static enum ov_err judge_cert(void *ctx, const struct ov_tls_cert *cert, char why[static OV_TLS_JUDGE_TEXT])
{
    return ov_cert_rules_judge(ctx, cert, why);
}

static void make_tls(struct ov_end *end, const struct ov_end_spec *spec)
{
    uint8_t p12[2048];
    size_t p12_len = 0;
    const struct ov_config *config = end->config;
    char text[OV_TLS_ERROR_TEXT] = "";
    if (spec->pkcs12)
    {
        assert_int_equal(ov_base64_decode(ov_testpki_p12, strlen(ov_testpki_p12), p12, sizeof p12, &p12_len),
                         OV_OK);
    }
    const bool ruled = ov_cert_rules_exist(&config->certs);
    end->rules = (struct ov_cert_rules){&config->certs, spec->crypto};
    const struct ov_tls_settings settings = {
        .role = config->role,
        .ca = {config->ca.data, config->ca.len},
        .cert = {config->cert.data, spec->pkcs12 ? 0 : config->cert.len},
        .key = {config->key.data, spec->pkcs12 ? 0 : config->key.len},
        .pkcs12 = {(const char *)p12, p12_len},
        .passphrase = spec->passphrase,
        .crl = ov_testpki_pem(spec->crl != NULL ? ov_testpki(spec->crl)->cert : NULL),
        .judge = ruled ? judge_cert : NULL,
        .judge_ctx = &end->rules,
        .version_min = spec->version,
        .version_max = spec->version_max != OV_TLS_VERSION_DEFAULT ? spec->version_max : spec->version,
        .check_remote_usage = true,
    };
    enum ov_err err = spec->crypto->tls->conf_new(&settings, &end->tls, text);
    if (err != OV_OK)
    {
        fail_msg("%s: %s", ov_err_name(err), text);
    }
}

static void end_open(struct ov_end *end, const struct ov_end_spec *spec, const char *title, const char *head,
                     const char *entry)
{
    memset(end, 0, sizeof *end);
    end->crypto = spec->crypto;
    end->title = title;
    end->random.state = spec->seed ^ (uint64_t)title[0] << 40;
    end->rng = ov_test_rng(&end->random);
    end->log = (struct ov_log){ov_test_traced() ? print_line : NULL, end, OV_LOG_PACKET};
    (void)ov_test_backends(); /* starts them */
    read_config(end, head, spec, entry);
    make_tls(end, spec);
    fill_key(&end->key2);
    fill_keys(end, spec->tls_crypt ? OV_END_TLS_CRYPT : spec->wrap);
}

static void end_close(struct ov_end *end)
{
    end->crypto->tls->conf_free(end->tls);
    ov_options_free(end->options);
    memset(end, 0, sizeof *end);
}

void ov_client_end_open(struct ov_client_end *client, const struct ov_end_spec *spec)
{
    char head[256];
    memset(client, 0, sizeof *client);
    (void)snprintf(head, sizeof head, "%sdev tun\nproto %s\nremote 203.0.113.1 1194\nnobind\n",
                   spec->p2p ? "tls-client\nifconfig 10.8.0.2 10.8.0.1\nkeepalive 10 60\n" : "client\n",
                   spec->stream ? "tcp" : "udp");
    end_open(&client->end, spec, "client", head, spec->cert != NULL ? spec->cert : "client-ec");
    ov_session_settings_init(&client->settings, client->end.config, spec->crypto, client->end.tls,
                             &client->end.keys, "0.test");
    client->old = spec->wrap == OV_END_V2_OLD;
    client->settings.built = spec->built;
    client->settings.compressors = ov_compressors;
    client->settings.without_v2 = spec->without_v2;
    client->env = (struct ov_session_env){&client->settings, &client->end.rng, &client->end.log, ""};
}

void ov_client_end_close(struct ov_client_end *client)
{
    ov_session_clear(&client->session);
    end_close(&client->end);
}

void ov_client_end_start(struct ov_client_end *client, const struct ov_addr *server, struct ov_now now)
{
    client->end.now = now;
    ov_session_clear(&client->session);
    assert_int_equal(ov_session_init(&client->session, &client->env, server, now), OV_OK);
    if (client->old)
    {
        client->session.protect.issue.last = 0;
    }
}

void ov_server_end_open(struct ov_server_end *server, const struct ov_end_spec *spec, struct ov_now now)
{
    struct ov_session_settings session;
    char head[256];
    memset(server, 0, sizeof *server);
    (void)snprintf(head, sizeof head, "dev tun\nproto %s\ndh none\n%s", spec->stream ? "tcp" : "udp",
                   spec->p2p ? "tls-server\nifconfig 10.8.0.1 10.8.0.2\n"
                             : "server 10.8.0.0 255.255.255.0\nserver-ipv6 fd00:8::/64\ntopology subnet\n");
    end_open(&server->end, spec, "server", head, spec->cert != NULL ? spec->cert : "server-ec");
    ov_session_settings_init(&session, server->end.config, spec->crypto, server->end.tls, &server->end.keys,
                             "0.test");
    session.built = spec->built;
    session.compressors = ov_compressors;
    ov_hub_settings_init(&server->settings, &session);
    server->end.now = now;
    assert_int_equal(ov_hub_new(&server->settings, &server->end.rng, &server->end.log, now, &server->hub),
                     OV_OK);
}

void ov_server_end_close(struct ov_server_end *server)
{
    ov_hub_free(server->hub);
    end_close(&server->end);
}

struct ov_addr ov_test_addr4(uint8_t n, uint16_t port)
{
    return (struct ov_addr){.family = 4, .port = port, .ip = {203, 0, 113, n}};
}

struct ov_addr ov_test_addr6(uint8_t n, uint16_t port)
{
    return (struct ov_addr){.family = 6, .port = port, .ip = {0x20, 0x01, 0x0d, 0xb8, [15] = n}};
}

void ov_test_batch_reset(struct ov_test_batch *batch)
{
    batch->count = 0;
    for (size_t i = 0; i < OV_TEST_BATCH; i++)
    {
        batch->dg[i] =
            (struct ov_datagram){.buf = ov_buf_over(batch->mem[i], sizeof batch->mem[i], OV_BUF_HEADROOM)};
    }
}

void ov_test_batch_add(struct ov_test_batch *batch, const struct ov_addr *addr, const void *data, size_t len)
{
    struct ov_datagram *dg = &batch->dg[batch->count++];
    uint8_t *to = ov_buf_put(&dg->buf, (uint32_t)len);
    assert_non_null(to);
    if (len > 0)
    {
        memcpy(to, data, len);
    }
    if (addr != NULL)
    {
        dg->addr = *addr;
    }
}

static void put32(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 24);
    p[1] = (uint8_t)(v >> 16);
    p[2] = (uint8_t)(v >> 8);
    p[3] = (uint8_t)v;
}

uint32_t ov_test_inner4(uint8_t *out, uint32_t src, uint32_t dst, uint32_t number, uint32_t len)
{
    len = len < 28 ? 28 : len;
    memset(out, 0, 20);
    out[0] = 0x45;
    out[2] = (uint8_t)(len >> 8);
    out[3] = (uint8_t)len;
    out[8] = 64;
    out[9] = 17;
    put32(out + 12, src);
    put32(out + 16, dst);
    put32(out + 20, number);
    put32(out + 24, ~number);
    for (uint32_t i = 28; i < len; i++)
    {
        out[i] = (uint8_t)(number * 31 + i);
    }
    return len;
}

bool ov_test_inner4_number(const uint8_t *packet, uint32_t len, uint32_t *number)
{
    uint8_t expected[OV_TEST_INNER];
    if (len < 28 || len > sizeof expected)
    {
        return false;
    }
    *number =
        (uint32_t)packet[20] << 24 | (uint32_t)packet[21] << 16 | (uint32_t)packet[22] << 8 | packet[23];
    (void)ov_test_inner4(expected, 0, 0, *number, len);
    return memcmp(packet + 20, expected + 20, len - 20) == 0;
}
