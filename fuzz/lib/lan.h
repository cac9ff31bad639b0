#ifndef OV_FUZZ_LIB_LAN_H
#define OV_FUZZ_LIB_LAN_H

#include "world.h"

/* Several clients at a hub that is a switch, all honest: their packets arrive at once and whole. */

#define LAN_CLIENTS 3u

struct lan_client
{
    struct world_end end;
    struct ov_session_settings settings;
    struct ov_session_env env;
    struct ov_session session;
    struct ov_addr addr;
};

struct lan
{
    struct world_end server_end;
    struct ov_control_keys keys; /* none: the control channel is plain */
    struct ov_log log;
    struct ov_hub_settings settings;
    struct ov_hub *hub;
    struct ov_addr server_addr;
    struct ov_now now;
    struct lan_client client[LAN_CLIENTS];
    struct ov_datagram dg[WORLD_BATCH];
    uint8_t mem[WORLD_BATCH][OV_BUF_PACKET];
};

static inline void lan_start(struct lan *lan, size_t n)
{
    struct lan_client *c = &lan->client[n];
    ov_session_clear(&c->session);
    FUZZ_CHECK(ov_session_init(&c->session, &c->env, &lan->server_addr, lan->now) == OV_OK);
}

static inline void lan_open_client(struct lan *lan, size_t n, const char *client)
{
    struct lan_client *c = &lan->client[n];
    char text[512];
    (void)snprintf(
        text, sizeof text,
        "client\nremote 192.0.2.1\n<ca>\nca\n</ca>\n<cert>\nname%zu\n</cert>\n<key>\nkey\n</key>\n%s", n,
        client);
    world_end_open(&c->end, text);
    c->addr = (struct ov_addr){.family = 4, .port = (uint16_t)(2000 + n), .ip = {192, 0, 2, 10}};
    ov_session_settings_init(&c->settings, ov_options_config(c->end.options), &ov_crypto_null, c->end.tls,
                             &lan->keys, "fuzz");
    c->env = (struct ov_session_env){&c->settings, &c->end.rng, &lan->log, ""};
    lan_start(lan, n);
}

static inline void lan_open(struct lan *lan, const char *server, const char *client)
{
    struct ov_session_settings session;
    char text[512];
    memset(lan, 0, sizeof *lan);
    lan->now = (struct ov_now){1000000, 1000000};
    lan->server_addr = (struct ov_addr){.family = 4, .port = 1194, .ip = {192, 0, 2, 1}};
    (void)snprintf(text, sizeof text,
                   "dh none\nserver 10.8.0.0 255.255.255.0\ntopology subnet\nkeepalive 10 60\n" WORLD_FILES
                   "%s",
                   server);
    world_end_open(&lan->server_end, text);
    ov_session_settings_init(&session, ov_options_config(lan->server_end.options), &ov_crypto_null,
                             lan->server_end.tls, &lan->keys, "fuzz");
    ov_hub_settings_init(&lan->settings, &session);
    FUZZ_CHECK(ov_hub_new(&lan->settings, &lan->server_end.rng, &lan->log, lan->now, &lan->hub) == OV_OK);
    for (size_t n = 0; n < LAN_CLIENTS; n++)
    {
        lan_open_client(lan, n, client);
    }
}

static inline void lan_close(struct lan *lan)
{
    for (size_t n = 0; n < LAN_CLIENTS; n++)
    {
        ov_session_clear(&lan->client[n].session);
    }
    ov_hub_free(lan->hub);
    for (size_t n = 0; n < LAN_CLIENTS; n++)
    {
        ov_crypto_null.tls->conf_free(lan->client[n].end.tls);
        ov_options_free(lan->client[n].end.options);
    }
    ov_crypto_null.tls->conf_free(lan->server_end.tls);
    ov_options_free(lan->server_end.options);
}

static inline void lan_reset_batch(struct lan *lan)
{
    for (unsigned i = 0; i < WORLD_BATCH; i++)
    {
        lan->dg[i] =
            (struct ov_datagram){.buf = ov_buf_over(lan->mem[i], sizeof lan->mem[i], OV_BUF_HEADROOM)};
    }
}

/* Who lives at this address; LAN_CLIENTS: nobody. */
static inline size_t lan_client_at(const struct lan *lan, const struct ov_addr *addr)
{
    size_t n = 0;
    while (n < LAN_CLIENTS && !ov_addr_equal(&lan->client[n].addr, addr))
    {
        n++;
    }
    return n;
}

/* What the hub has sent, at its client: *n is who, and the fate says whether it is a tunnel packet. */
static inline void lan_deliver(struct lan *lan, struct ov_datagram *dg, size_t *n)
{
    *n = lan_client_at(lan, &dg->addr);
    FUZZ_CHECK(*n < LAN_CLIENTS);
    dg->addr = lan->server_addr;
    dg->fate = OV_FATE_NONE;
    ov_session_receive(&lan->client[*n].session, dg, 1, lan->now);
    FUZZ_CHECK(dg->fate != OV_FATE_NONE);
}

/* Everything that waits, until nothing does; no tunnel packets are among it. True: something moved. */
static inline bool lan_move(struct lan *lan)
{
    bool moved = false;
    for (size_t n = 0; n < LAN_CLIENTS; n++)
    {
        lan_reset_batch(lan);
        const size_t count = ov_session_transmit(&lan->client[n].session, lan->dg, WORLD_BATCH, lan->now);
        for (size_t i = 0; i < count; i++)
        {
            lan->dg[i].fate = OV_FATE_NONE;
            lan->dg[i].addr = lan->client[n].addr;
        }
        ov_hub_receive(lan->hub, lan->dg, count, lan->now);
        moved |= count > 0;
    }
    lan_reset_batch(lan);
    const size_t count = ov_hub_transmit(lan->hub, lan->dg, WORLD_BATCH, lan->now);
    for (size_t i = 0, n; i < count; i++)
    {
        lan_deliver(lan, &lan->dg[i], &n);
        FUZZ_CHECK(lan->dg[i].fate != OV_FATE_TUN);
    }
    return moved || count > 0;
}

static inline void lan_settle(struct lan *lan)
{
    unsigned rounds = 0;
    while (lan_move(lan))
    {
        FUZZ_CHECK(++rounds < 200);
    }
}

/* Time passes; what becomes due is done. */
static inline void lan_wait(struct lan *lan, uint32_t ms)
{
    struct ov_event event;
    lan->now.mono_ms += ms;
    lan->now.wall_s = (uint32_t)(lan->now.mono_ms / 1000);
    for (size_t n = 0; n < LAN_CLIENTS; n++)
    {
        ov_session_tick(&lan->client[n].session, lan->now);
    }
    ov_hub_tick(lan->hub, lan->now);
    lan_settle(lan);
    for (size_t n = 0; n < LAN_CLIENTS; n++)
    {
        while (ov_session_event(&lan->client[n].session, &event))
        {
        }
    }
    while (ov_hub_event(lan->hub, &event))
    {
    }
}

#endif
