#ifndef OV_FUZZ_LIB_WORLD_H
#define OV_FUZZ_LIB_WORLD_H

#include <stdbool.h>

#include "crypto/null/null.h"
#include "fuzz.h"
#include "hub/hub.h"
#include "options/options.h"
#include "session/state.h"
#include "wrap/client_key.h"

/* A client session and a hub on the null backend with a clock that the input moves. What the two send is carried by
 * operations of the input, which may damage it, or bring octets of its own. */

#define WORLD_BATCH 8u
#define WORLD_IP    0x0a080002u

struct world_end
{
    struct ov_options *options;
    struct ov_tls_conf *tls;
    uint64_t seed;
    struct ov_rng rng;
};

struct world
{
    struct world_end client_end, server_end;
    struct ov_control_keys client_keys, server_keys;
    struct ov_log log;
    struct ov_session_settings client_settings;
    struct ov_session_env env;
    struct ov_session client;
    struct ov_login login; /* of the client, where logins are judged */
    struct ov_hub_settings server_settings;
    struct ov_hub *hub;
    struct ov_addr client_addr, server_addr;
    struct ov_now now;
    struct ov_datagram dg[WORLD_BATCH];
    uint8_t mem[WORLD_BATCH][OV_BUF_PACKET];
};

static inline void world_end_open(struct world_end *end, const char *text)
{
    char why[OV_TLS_ERROR_TEXT];
    end->rng = (struct ov_rng){ov_crypto_null.random, &end->seed};
    FUZZ_CHECK(ov_options_from_text("config", text, strlen(text), NULL, &end->options) == OV_OK);
    const struct ov_config *config = ov_options_config(end->options);
    const struct ov_tls_settings settings = {.role = config->role,
                                             .ca = {config->ca.data, config->ca.len},
                                             .cert = {config->cert.data, config->cert.len},
                                             .key = {config->key.data, config->key.len}};
    FUZZ_CHECK(ov_crypto_null.tls->conf_new(&settings, &end->tls, why) == OV_OK);
}

static inline void world_start(struct world *w)
{
    ov_session_clear(&w->client);
    FUZZ_CHECK(ov_session_init(&w->client, &w->env, &w->server_addr, w->now) == OV_OK);
}

enum world_wrap
{
    WORLD_PLAIN,
    WORLD_TLS_CRYPT,
    WORLD_V2
};

/* What protects the control channel: one static key, or the client's own with its WKc. */
static inline void world_make_keys(struct world *w, enum world_wrap wrap)
{
    struct ov_wrap_key *key = &w->client_keys.wrap;
    key->kind = wrap == WORLD_PLAIN ? OV_WRAP_PLAIN : OV_WRAP_TLS_CRYPT;
    memset(&key->key, 7, sizeof key->key);
    memset(&w->server_keys.server_key, 9, sizeof w->server_keys.server_key);
    w->server_keys.has_server_key = wrap == WORLD_V2;
    if (wrap == WORLD_V2)
    {
        FUZZ_CHECK(ov_client_key_wrap(&ov_crypto_null, &w->server_keys.server_key, &key->key, NULL, 0,
                                      &w->client_keys.wkc) == OV_OK);
    }
    else
    {
        w->server_keys.wrap = *key;
    }
}

#define WORLD_FILES "<ca>\nca\n</ca>\n<cert>\nname\n</cert>\n<key>\nkey\n</key>\n"

/* With further lines of both configurations, and a server that judges logins or asks for settings. */
struct world_more
{
    const char *client, *server;
    bool judged, asks;
};

static inline void world_open_with(struct world *w, enum world_wrap wrap, const struct world_more *more)
{
    char text[768];
    struct ov_session_settings server;
    memset(w, 0, sizeof *w);
    w->now = (struct ov_now){1000000, 1000000};
    w->client_addr = (struct ov_addr){.family = 4, .port = 2000, .ip = {192, 0, 2, 2}};
    w->server_addr = (struct ov_addr){.family = 4, .port = 1194, .ip = {192, 0, 2, 1}};
    (void)snprintf(text, sizeof text, "client\nremote 192.0.2.1\nexplicit-exit-notify 1\n" WORLD_FILES "%s",
                   more->client);
    world_end_open(&w->client_end, text);
    (void)snprintf(text, sizeof text,
                   "dh none\nserver 10.8.0.0 255.255.255.0\ntopology subnet\nkeepalive 10 60\n" WORLD_FILES
                   "%s",
                   more->server);
    world_end_open(&w->server_end, text);
    world_make_keys(w, wrap);
    ov_session_settings_init(&w->client_settings, ov_options_config(w->client_end.options), &ov_crypto_null,
                             w->client_end.tls, &w->client_keys, "fuzz");
    ov_session_settings_init(&server, ov_options_config(w->server_end.options), &ov_crypto_null,
                             w->server_end.tls, &w->server_keys, "fuzz");
    server.judged = more->judged;
    w->client_settings.login = more->judged ? &w->login : NULL;
    ov_hub_settings_init(&w->server_settings, &server);
    w->server_settings.max_half_open = 4;
    w->server_settings.asks = more->asks;
    w->env = (struct ov_session_env){&w->client_settings, &w->client_end.rng, &w->log, ""};
    FUZZ_CHECK(ov_hub_new(&w->server_settings, &w->server_end.rng, &w->log, w->now, &w->hub) == OV_OK);
    world_start(w);
}

static inline void world_open(struct world *w, enum world_wrap wrap)
{
    static const struct world_more plain = {.client = "dev tun\n", .server = "dev tun\n"};
    world_open_with(w, wrap, &plain);
}

static inline void world_close(struct world *w)
{
    ov_session_clear(&w->client);
    ov_hub_free(w->hub);
    ov_crypto_null.tls->conf_free(w->client_end.tls);
    ov_crypto_null.tls->conf_free(w->server_end.tls);
    ov_options_free(w->client_end.options);
    ov_options_free(w->server_end.options);
}

static inline void world_reset_batch(struct world *w)
{
    for (unsigned i = 0; i < WORLD_BATCH; i++)
    {
        w->dg[i] = (struct ov_datagram){.buf = ov_buf_over(w->mem[i], sizeof w->mem[i], OV_BUF_HEADROOM)};
    }
}

/* Whatever came in has a fate, and a tunnel packet is one that somebody sent: its octets say so. */
static inline void world_check(const struct world *w, size_t n)
{
    for (size_t i = 0; i < n; i++)
    {
        FUZZ_CHECK(w->dg[i].fate != OV_FATE_NONE);
        FUZZ_CHECK((w->dg[i].fate == OV_FATE_DROPPED) == (w->dg[i].why != OV_OK));
        if (w->dg[i].fate == OV_FATE_TUN)
        {
            const uint8_t *p = ov_buf_data(&w->dg[i].buf);
            FUZZ_CHECK(w->dg[i].buf.len == 40 && p[0] == 0x45 && p[39] == 0xa5);
        }
    }
    struct ov_hub_stats stats;
    ov_hub_stats(w->hub, &stats);
    FUZZ_CHECK(stats.half_open <= w->server_settings.max_half_open);
}

/* One batch from one end to the other; damage and choice come from the input. */
static inline void world_carry(struct world *w, bool up, struct fuzz_in *in)
{
    const uint8_t plan = fuzz_u8(in);
    world_reset_batch(w);
    size_t n = up ? ov_session_transmit(&w->client, w->dg, WORLD_BATCH, w->now)
                  : ov_hub_transmit(w->hub, w->dg, WORLD_BATCH, w->now);
    for (size_t i = 0; i < n; i++)
    {
        struct ov_buf *buf = &w->dg[i].buf;
        if ((plan & 1) != 0 && buf->len > 0)
        {
            const uint16_t at = fuzz_u16(in);
            ov_buf_data(buf)[at % buf->len] ^= fuzz_u8(in);
        }
        if ((plan & 2) != 0)
        {
            (void)ov_buf_trim(buf, fuzz_u8(in));
        }
        w->dg[i].fate = OV_FATE_NONE;
        w->dg[i].addr = up ? w->client_addr : w->server_addr;
    }
    if ((plan & 4) != 0)
    {
        return; /* lost */
    }
    (void)(up ? ov_hub_receive(w->hub, w->dg, n, w->now) : ov_session_receive(&w->client, w->dg, n, w->now));
    world_check(w, n);
}

static inline void world_settle(struct world *w)
{
    struct fuzz_in none = {NULL, 0};
    for (unsigned i = 0; i < 12; i++)
    {
        world_carry(w, true, &none);
        world_carry(w, false, &none);
    }
}

/* One tunnel packet through seal and open. */
static inline void world_data(struct world *w, bool up)
{
    uint8_t inner[40] = {0x45, 0, 0, 40, [8] = 64, [12] = 10, 8, 0, 2, 10, 8, 0, 1, [39] = 0xa5};
    inner[15] = up ? 2 : 1;
    inner[19] = up ? 1 : 2;
    world_reset_batch(w);
    memcpy(ov_buf_put(&w->dg[0].buf, sizeof inner), inner, sizeof inner);
    (void)(up ? ov_session_send(&w->client, w->dg, 1, w->now) : ov_hub_send(w->hub, w->dg, 1, w->now));
    if (w->dg[0].fate == OV_FATE_LINK)
    {
        w->dg[0].fate = OV_FATE_NONE;
        w->dg[0].addr = up ? w->client_addr : w->server_addr;
        (void)(up ? ov_hub_receive(w->hub, w->dg, 1, w->now)
                  : ov_session_receive(&w->client, w->dg, 1, w->now));
    }
    world_check(w, 1);
}

/* Time passes. Nothing that is due may stay due once everything was ticked and sent. */
static inline void world_wait(struct world *w, uint32_t ms)
{
    w->now.mono_ms += ms;
    w->now.wall_s = (uint32_t)(w->now.mono_ms / 1000);
    for (unsigned i = 0; i < 50; i++)
    {
        ov_session_tick(&w->client, w->now);
        ov_hub_tick(w->hub, w->now);
        world_reset_batch(w);
        const size_t up = ov_session_transmit(&w->client, w->dg, WORLD_BATCH, w->now);
        world_reset_batch(w);
        const size_t down = ov_hub_transmit(w->hub, w->dg, WORLD_BATCH, w->now);
        if (up + down == 0 && ov_session_deadline(&w->client) > w->now.mono_ms &&
            ov_hub_deadline(w->hub) > w->now.mono_ms)
        {
            return;
        }
    }
    FUZZ_CHECK(!"a deadline stays due");
}

/* Octets of the input as a packet for one end. */
static inline void world_raw(struct world *w, bool up, const struct ov_addr *from, struct fuzz_in *in)
{
    size_t len = fuzz_u16(in) % 1600;
    len = len < in->left ? len : in->left;
    uint8_t *copy = fuzz_copy(in->at, len);
    w->dg[0] = (struct ov_datagram){.buf = {copy, (uint32_t)len, 0, (uint32_t)len}, .addr = *from};
    (void)(up ? ov_hub_receive(w->hub, w->dg, 1, w->now) : ov_session_receive(&w->client, w->dg, 1, w->now));
    world_check(w, 1);
    free(copy);
    in->at += len;
    in->left -= len;
}

static inline void world_events(struct world *w)
{
    struct ov_event event;
    while (ov_session_event(&w->client, &event) || ov_hub_event(w->hub, &event))
    {
        for (const char *p = event.text; *p != '\0'; p++)
        {
            FUZZ_CHECK((unsigned char)*p >= ' ' && *p != 0x7f);
        }
    }
}

#endif
