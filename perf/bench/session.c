/* A client's session and a server's hub in memory: everything between tun and socket, without either. */
#include "perf/bench/bench.h"

#include "crypto/engine.h"
#include "crypto/null/null.h"
#include "tests/lib/ends.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS_MAX    200u
#define TUNNEL_SERVER 0x0a080001u /* 10.8.0.1 */

struct session_bench
{
    struct ov_crypto crypto; /* a backend, its AEAD perhaps an engine's */
    struct ov_client_end client;
    struct ov_server_end server;
    struct ov_addr client_addr;
    struct ov_addr server_addr;
    struct ov_now now;
    bool down;
    uint32_t size;
    struct ov_test_batch out;
    struct ov_test_batch in;
};

static size_t carry_up(struct session_bench *bench)
{
    ov_test_batch_reset(&bench->out);
    ov_test_batch_reset(&bench->in);
    size_t count = ov_session_transmit(&bench->client.session, bench->out.dg, OV_TEST_BATCH, bench->now);
    for (size_t i = 0; i < count; i++)
    {
        const struct ov_buf *buf = &bench->out.dg[i].buf;
        ov_test_batch_add(&bench->in, &bench->client_addr, ov_buf_data(buf), buf->len);
    }
    ov_hub_receive(bench->server.hub, bench->in.dg, bench->in.count, bench->now);
    return count;
}

static size_t carry_down(struct session_bench *bench)
{
    ov_test_batch_reset(&bench->out);
    ov_test_batch_reset(&bench->in);
    size_t count = ov_hub_transmit(bench->server.hub, bench->out.dg, OV_TEST_BATCH, bench->now);
    for (size_t i = 0; i < count; i++)
    {
        const struct ov_buf *buf = &bench->out.dg[i].buf;
        ov_test_batch_add(&bench->in, &bench->server_addr, ov_buf_data(buf), buf->len);
    }
    ov_session_receive(&bench->client.session, bench->in.dg, bench->in.count, bench->now);
    return count;
}

static void connect_ends(struct session_bench *bench)
{
    struct ov_session_status status;
    ov_client_end_start(&bench->client, &bench->server_addr, bench->now);
    for (unsigned round = 0; round < ROUNDS_MAX; round++)
    {
        struct ov_event event;
        size_t moved = carry_up(bench) + carry_down(bench);
        if (moved == 0)
        {
            bench->now.mono_ms += 10;
            ov_session_tick(&bench->client.session, bench->now);
            ov_hub_tick(bench->server.hub, bench->now);
        }
        while (ov_session_event(&bench->client.session, &event) || ov_hub_event(bench->server.hub, &event))
        {
        }
    }
    ov_session_status(&bench->client.session, &status);
    bench_must(status.connected, "connecting a session");
}

static uint32_t client_tunnel_address(struct session_bench *bench)
{
    struct ov_hub_peer peer;
    uint32_t at = 0;
    bench_must(ov_hub_next_peer(bench->server.hub, &at, &peer), "the peer of the hub");
    return peer.ip4;
}

static void *open_session(const struct bench_unit *unit)
{
    uint8_t inner[OV_BUF_PACKET];
    struct session_bench *bench = bench_memory(sizeof *bench);
    struct ov_end_spec spec = ov_end_spec_default();
    bench->now = (struct ov_now){1000000, 0x60000000};
    bench->client_addr = ov_test_addr4(2, 4000);
    bench->server_addr = ov_test_addr4(1, 1194);
    bench->down = unit->variant;
    bench->size = unit->size;
    bench->crypto = *unit->crypto;
    bench->crypto.aead = *unit->aead;
    /* The null backend is known by its address. */
    spec.crypto = unit->crypto == &ov_crypto_null ? unit->crypto : &bench->crypto;
    ov_server_end_open(&bench->server, &spec, bench->now);
    spec.seed = 1;
    ov_client_end_open(&bench->client, &spec);
    connect_ends(bench);
    uint32_t client = client_tunnel_address(bench);
    ov_test_batch_reset(&bench->out);
    for (uint32_t i = 0; i < BENCH_BATCH; i++)
    {
        (void)ov_test_inner4(inner, bench->down ? TUNNEL_SERVER : client,
                             bench->down ? client : TUNNEL_SERVER, i, bench->size);
        ov_test_batch_add(&bench->out, NULL, inner, bench->size);
    }
    return bench;
}

static void expect(const struct session_bench *bench, enum ov_fate fate, const char *what)
{
    bench_must(bench->out.dg[0].fate == fate && bench->out.dg[BENCH_BATCH - 1].fate == fate, what);
}

static void set_up(struct session_bench *bench, const struct ov_addr *from)
{
    for (size_t i = 0; i < BENCH_BATCH; i++)
    {
        bench->out.dg[i].fate = OV_FATE_NONE;
        bench->out.dg[i].addr = *from;
    }
}

/* One end seals what the other opens in place, so the same packets go round. */
static void run_session(void *ctx, size_t count)
{
    struct session_bench *bench = ctx;
    struct ov_datagram *dg = bench->out.dg;
    for (size_t done = 0; done < count; done++)
    {
        set_up(bench, &bench->server_addr);
        if (bench->down)
        {
            ov_hub_send(bench->server.hub, dg, BENCH_BATCH, bench->now);
            expect(bench, OV_FATE_LINK, "sealing by the hub");
            set_up(bench, &bench->server_addr);
            ov_session_receive(&bench->client.session, dg, BENCH_BATCH, bench->now);
        }
        else
        {
            ov_session_send(&bench->client.session, dg, BENCH_BATCH, bench->now);
            expect(bench, OV_FATE_LINK, "sealing by the session");
            set_up(bench, &bench->client_addr);
            ov_hub_receive(bench->server.hub, dg, BENCH_BATCH, bench->now);
        }
        expect(bench, OV_FATE_TUN, "opening at the other end");
    }
}

static void close_session(void *ctx)
{
    struct session_bench *bench = ctx;
    ov_client_end_close(&bench->client);
    ov_server_end_close(&bench->server);
    free(bench);
}

static void add_both(struct bench_list *list, struct bench_unit unit, const char *name)
{
    for (int down = 0; down < 2; down++)
    {
        unit.variant = down;
        bench_add(list, &unit, "session/%s/%s/%u", down ? "hub-to-client" : "client-to-hub", name, unit.size);
    }
}

void bench_add_session(struct bench_list *list)
{
    struct bench_unit unit = {.packets = BENCH_BATCH,
                              .size = 1400,
                              .octets = BENCH_BATCH * 1400,
                              .open = open_session,
                              .run = run_session,
                              .close = close_session};
    for (size_t i = 0; ov_crypto_backends[i] != NULL; i++)
    {
        unit.crypto = ov_crypto_backends[i];
        unit.aead = &unit.crypto->aead;
        add_both(list, unit, unit.crypto->name);
    }
    for (size_t i = 0; ov_aead_engines[i] != NULL; i++)
    {
        char text[256];
        if (ov_aead_engines[i]->start(text, sizeof text) == OV_OK)
        {
            unit.crypto = ov_crypto_backends[0];
            unit.aead = &ov_aead_engines[i]->aead;
            add_both(list, unit, ov_aead_engines[i]->name);
        }
    }
    unit.crypto = &ov_crypto_null;
    unit.aead = &ov_crypto_null.aead;
    unit.exact = true;
    unit.size = 28;
    unit.octets = 0;
    add_both(list, unit, "null");
}
