#include "tests/lib/pair.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "wire/opcode.h"
#include "wire/socks_udp.h"

#define START_MS   UINT64_C(1000000)
#define START_WALL 0x60000000u
#define ROUNDS_MAX 400u
#define SERVER_IP  0x0a080001u
#define ETHER      14u

/* The client's begins like the escape of stub-v2, where nothing but frames does [WP-COMP-004]. */
static const uint8_t macs[2][6] = {{0x50, 0x00, 0, 0, 0, 2}, {0x02, 0, 0, 0, 0, 1}};
static const uint8_t everybody[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

enum end
{
    CLIENT,
    SERVER
};

void ov_pair_open(struct ov_pair *pair, const struct ov_end_spec *client, const struct ov_end_spec *server,
                  const struct ov_wire_faults *faults, uint64_t seed)
{
    memset(pair, 0, sizeof *pair);
    pair->now = (struct ov_now){START_MS, START_WALL};
    pair->client_addr = client->v6 ? ov_test_addr6(2, 40000) : ov_test_addr4(2, 40000);
    pair->server_addr = client->v6 ? ov_test_addr6(1, 1194) : ov_test_addr4(1, 1194);
    pair->reconnect_ms = UINT64_MAX;
    pair->verdict_ms = UINT64_MAX;
    ov_wire_init(&pair->wire, seed, faults);
    ov_server_end_open(&pair->server, server, pair->now);
    ov_client_end_open(&pair->client, client);
    pair->tap = pair->server.end.config->tunnel.tap;
    ov_client_end_start(&pair->client, &pair->server_addr, pair->now);
}

void ov_pair_log_in(struct ov_pair *pair, uint32_t verdict_after_ms, bool tokens)
{
    static const uint8_t key[OV_TOKEN_KEY] = {1};
    pair->server.settings.session.judged = true;
    pair->server.settings.session.token_key = tokens ? key : NULL;
    pair->client.settings.login = &pair->login;
    pair->verdict_after_ms = verdict_after_ms;
    pair->login.wanted = pair->login.filled = true;
    memcpy(pair->login.username, "alice", sizeof "alice");
    memcpy(pair->login.password, "secret", sizeof "secret");
}

static void decide(struct ov_pair *pair)
{
    struct ov_login_request request;
    struct ov_verdict verdict = {.kind = OV_VERDICT_ACCEPT};
    pair->verdict_ms = UINT64_MAX;
    if (pair->judge != NULL && ov_hub_login(pair->server.hub, pair->ticket, &request))
    {
        verdict = pair->judge(pair, &request);
    }
    /* The client may have started over meanwhile. */
    const bool heard = ov_hub_verdict(pair->server.hub, pair->ticket, &verdict, pair->now) == OV_OK;
    pair->logins += heard && verdict.kind == OV_VERDICT_ACCEPT;
    pair->judged += heard && verdict.kind != OV_VERDICT_ACCEPT;
}

void ov_pair_close(struct ov_pair *pair)
{
    ov_client_end_close(&pair->client);
    ov_server_end_close(&pair->server);
    ov_wire_clear(&pair->wire);
}

bool ov_pair_is_up(const struct ov_pair *pair)
{
    return pair->client_up && pair->server_peers > 0;
}

/* ---- tunnel packets ---- */

/* The Ethernet header of a packet from one end; every fourth is for everybody. */
static void write_header(uint8_t out[static ETHER], enum end from, uint32_t number)
{
    memcpy(out, number % 4 == 0 ? everybody : macs[1 - from], 6);
    memcpy(out + 6, macs[from], 6);
    out[12] = 0x08;
    out[13] = 0x00;
}

static void arrive(const struct ov_pair *pair, enum end from, struct ov_pair_flow *flow,
                   const struct ov_datagram *dg)
{
    const uint32_t head = pair->tap ? ETHER : 0;
    const uint8_t *packet = ov_buf_data(&dg->buf) + head;
    uint8_t header[ETHER];
    uint32_t number = 0;
    bool good = dg->buf.len > head && ov_test_inner4_number(packet, dg->buf.len - head, &number) &&
                number < flow->next;
    if (good && pair->tap)
    {
        write_header(header, from, number);
        good = memcmp(ov_buf_data(&dg->buf), header, ETHER) == 0;
    }
    if (!good)
    {
        fail_msg("a tunnel packet of %u octets arrived damaged", dg->buf.len);
    }
    if (flow->seen[number % OV_PAIR_NUMBERS] != 0)
    {
        fail_msg("tunnel packet %u arrived twice", number);
    }
    flow->seen[number % OV_PAIR_NUMBERS] = 1;
    flow->arrived++;
}

/* What a relay makes of a datagram: the header in front says where it goes, or came from [WP-PROXY-022]. */
static void pass_relay(enum end from, const struct ov_addr *far, const struct ov_datagram *dg)
{
    uint8_t head[OV_SOCKS_UDP_HEAD];
    struct ov_addr read;
    assert_int_equal(ov_socks_udp_write(from == CLIENT ? &dg->addr : far, head), OV_OK);
    assert_int_equal(ov_socks_udp_read(head, sizeof head, &read), OV_OK);
    assert_true(ov_addr_equal(&read, from == CLIENT ? &dg->addr : far));
}

static void launch(struct ov_pair *pair, enum end from, const struct ov_datagram *dg)
{
    const uint8_t *packet = ov_buf_data(&dg->buf);
    if (pair->relayed)
    {
        pass_relay(from, &pair->server_addr, dg);
    }
    struct ov_pair_flow *flow = from == CLIENT ? &pair->up : &pair->down;
    if (ov_opcode_is_data(ov_opcode_of(packet[0])))
    {
        flow->key_id = ov_opcode_key_id(packet[0]);
    }
    ov_wire_put(&pair->wire, pair->now.mono_ms, from == CLIENT ? SERVER : CLIENT,
                from == CLIENT ? &pair->client_addr : &pair->server_addr, &dg->addr, packet, dg->buf.len);
}

static void send_one(struct ov_pair *pair, enum end from, uint32_t src, uint32_t dst)
{
    struct ov_pair_flow *flow = from == CLIENT ? &pair->up : &pair->down;
    static struct ov_test_batch batch;
    uint8_t inner[OV_TEST_INNER];
    const uint32_t head = pair->tap ? ETHER : 0;
    const uint32_t mtu = pair->client.session.data.tun_mtu - head;
    const uint32_t len = head + ov_test_inner4(inner + head, src, dst, flow->next,
                                               28 + ov_test_below(&pair->wire.random, mtu - 27));
    if (pair->tap)
    {
        write_header(inner, from, flow->next);
    }
    if (flow->next >= OV_PAIR_NUMBERS)
    {
        return;
    }
    ov_test_batch_reset(&batch);
    ov_test_batch_add(&batch, NULL, inner, len);
    if (from == CLIENT)
    {
        ov_session_send(&pair->client.session, batch.dg, 1, pair->now);
    }
    else
    {
        ov_hub_send(pair->server.hub, batch.dg, 1, pair->now);
    }
    flow->next++;
    if (batch.dg[0].fate == OV_FATE_LINK)
    {
        launch(pair, from, &batch.dg[0]);
    }
}

static void traffic(struct ov_pair *pair)
{
    const struct ov_pulled *pulled = ov_session_pulled(&pair->client.session);
    if (pair->pace_ms == 0 || pair->now.mono_ms < pair->traffic_ms)
    {
        return;
    }
    pair->traffic_ms = pair->now.mono_ms + pair->pace_ms;
    if (pair->client_up && pulled != NULL)
    {
        send_one(pair, CLIENT, pulled->effective.tunnel.ip4, SERVER_IP);
        send_one(pair, SERVER, SERVER_IP, pulled->effective.tunnel.ip4);
    }
}

/* ---- wire ---- */

static void receive(struct ov_pair *pair, enum end to, struct ov_test_batch *batch)
{
    if (to == CLIENT)
    {
        ov_session_receive(&pair->client.session, batch->dg, batch->count, pair->now);
    }
    else
    {
        ov_hub_receive(pair->server.hub, batch->dg, batch->count, pair->now);
    }
    for (size_t i = 0; i < batch->count; i++)
    {
        assert_int_not_equal(batch->dg[i].fate, OV_FATE_NONE);
        if (batch->dg[i].fate == OV_FATE_TUN)
        {
            arrive(pair, to == CLIENT ? SERVER : CLIENT, to == CLIENT ? &pair->down : &pair->up,
                   &batch->dg[i]);
        }
    }
}

static bool reachable(const struct ov_pair *pair, const struct ov_wire_packet *packet)
{
    return packet->to == SERVER ? ov_addr_equal(&packet->dst, &pair->server_addr)
                                : ov_addr_equal(&packet->dst, &pair->client_addr);
}

/* Packets that are due, in batches of random size. */
static bool deliver(struct ov_pair *pair)
{
    static struct ov_test_batch batch[2];
    const size_t most = 1 + ov_test_below(&pair->wire.random, OV_TEST_BATCH);
    struct ov_wire_packet *packet = NULL;
    bool any = false;
    ov_test_batch_reset(&batch[CLIENT]);
    ov_test_batch_reset(&batch[SERVER]);
    while (batch[CLIENT].count < most && batch[SERVER].count < most &&
           (packet = ov_wire_take(&pair->wire, pair->now.mono_ms)) != NULL)
    {
        any = true;
        if (reachable(pair, packet))
        {
            ov_test_batch_add(&batch[packet->to], &packet->src, packet->data, packet->len);
        }
        free(packet);
    }
    for (unsigned to = CLIENT; to <= SERVER; to++)
    {
        if (batch[to].count > 0)
        {
            receive(pair, (enum end)to, &batch[to]);
        }
    }
    return any;
}

static void transmit(struct ov_pair *pair, enum end from)
{
    static struct ov_test_batch batch;
    size_t count = 0;
    const size_t most = 1 + ov_test_below(&pair->wire.random, 4);
    do
    {
        ov_test_batch_reset(&batch);
        count = from == CLIENT ? ov_session_transmit(&pair->client.session, batch.dg, most, pair->now)
                               : ov_hub_transmit(pair->server.hub, batch.dg, most, pair->now);
        for (size_t i = 0; i < count; i++)
        {
            launch(pair, from, &batch.dg[i]);
        }
    } while (count == most);
}

/* ---- events ---- */

static void note(struct ov_pair *pair, enum end from, const struct ov_event *event)
{
    if (ov_test_traced())
    {
        (void)fprintf(stderr, "%10.3f %s: event %s key-id %u %s\n", (double)pair->now.mono_ms / 1000,
                      from == CLIENT ? "client" : "server", ov_event_name(event->kind), event->key_id,
                      event->text);
    }
    switch (event->kind)
    {
    case OV_EVENT_CONNECTED:
        pair->connects++;
        *(from == CLIENT ? &pair->client_up : (bool[]){false}) = true;
        break;
    case OV_EVENT_REKEYED:
        pair->rekeys[from]++;
        break;
    case OV_EVENT_REKEY_FAILED:
        pair->rekeys_failed++;
        break;
    case OV_EVENT_RESTART:
        pair->restarts++;
        pair->client_up = false;
        pair->reconnect_ms = pair->now.mono_ms + 1000;
        break;
    case OV_EVENT_EXIT:
        pair->client_up = false;
        pair->client_gone = from == CLIENT;
        break;
    case OV_EVENT_CLOSED:
        pair->closed++;
        break;
    default:
        break;
    }
    if (event->kind == OV_EVENT_RESTART || event->kind == OV_EVENT_EXIT)
    {
        pair->last_err = event->err;
        (void)snprintf(pair->last_text, sizeof pair->last_text, "%s", event->text);
    }
}

/* Over TCP the hub says which connections are in use. */
static void claims(struct ov_pair *pair)
{
    struct ov_addr addr;
    bool used;
    while (pair->server.settings.session.stream && ov_hub_claim(pair->server.hub, &addr, &used))
    {
        assert_true(used || !ov_addr_equal(&addr, &pair->client_addr) || pair->server_peers == 0 ||
                    !pair->client_up);
    }
}

static void events(struct ov_pair *pair)
{
    struct ov_event event;
    struct ov_hub_stats stats;
    while (ov_session_event(&pair->client.session, &event))
    {
        note(pair, CLIENT, &event);
        if (pair->heard != NULL)
        {
            pair->heard(pair, &event);
        }
    }
    while (ov_hub_event(pair->server.hub, &event))
    {
        note(pair, SERVER, &event);
        if (event.kind == OV_EVENT_LOGIN || event.kind == OV_EVENT_ANSWER)
        {
            pair->ticket = event.ticket;
            pair->verdict_ms = pair->now.mono_ms + pair->verdict_after_ms;
        }
    }
    if (pair->now.mono_ms >= pair->verdict_ms)
    {
        decide(pair);
    }
    ov_hub_stats(pair->server.hub, &stats);
    pair->server_peers = stats.peers;
    claims(pair);
    if (pair->now.mono_ms >= pair->reconnect_ms)
    {
        pair->reconnect_ms = UINT64_MAX;
        pair->client_addr.port++; /* a new socket [WP-CLI-008] */
        ov_client_end_start(&pair->client, &pair->server_addr, pair->now);
    }
}

/* ---- the clock ---- */

static uint64_t next_moment(const struct ov_pair *pair)
{
    uint64_t at =
        ov_time_earlier(ov_session_deadline(&pair->client.session), ov_hub_deadline(pair->server.hub));
    at = ov_time_earlier(at, ov_wire_next(&pair->wire));
    at = ov_time_earlier(at, pair->reconnect_ms);
    at = ov_time_earlier(at, pair->verdict_ms);
    return pair->pace_ms > 0 ? ov_time_earlier(at, pair->traffic_ms) : at;
}

static void advance(struct ov_pair *pair)
{
    const uint64_t at = next_moment(pair);
    if (at <= pair->now.mono_ms)
    {
        if (++pair->idle_rounds > ROUNDS_MAX)
        {
            fail_msg("hang: client deadline %lld, server deadline %lld before now, state %s",
                     (long long)(pair->now.mono_ms - ov_session_deadline(&pair->client.session)),
                     (long long)(pair->now.mono_ms - ov_hub_deadline(pair->server.hub)),
                     ov_key_state_name(pair->client.session.ks.state));
        }
        return;
    }
    pair->idle_rounds = 0;
    /* Never more than a second, so that limits are kept where nothing happens at all. */
    pair->now.mono_ms = ov_time_earlier(at, pair->now.mono_ms + 1000);
    pair->now.wall_s = START_WALL + pair->wall_shift_s + (uint32_t)((pair->now.mono_ms - START_MS) / 1000);
    pair->client.end.now = pair->server.end.now = pair->now;
}

void ov_pair_step(struct ov_pair *pair)
{
    (void)deliver(pair);
    if (ov_session_deadline(&pair->client.session) <= pair->now.mono_ms)
    {
        ov_session_tick(&pair->client.session, pair->now);
    }
    if (ov_hub_deadline(pair->server.hub) <= pair->now.mono_ms)
    {
        ov_hub_tick(pair->server.hub, pair->now);
    }
    events(pair);
    transmit(pair, CLIENT);
    transmit(pair, SERVER);
    traffic(pair);
    events(pair);
    advance(pair);
}

bool ov_pair_until(struct ov_pair *pair, bool (*done)(const struct ov_pair *pair), uint32_t limit_s)
{
    const uint64_t end_ms = pair->now.mono_ms + limit_s * UINT64_C(1000);
    while (!done(pair) && pair->now.mono_ms < end_ms)
    {
        ov_pair_step(pair);
    }
    return done(pair);
}

void ov_pair_wait(struct ov_pair *pair, uint32_t ms)
{
    const uint64_t end_ms = pair->now.mono_ms + ms;
    while (pair->now.mono_ms < end_ms)
    {
        ov_pair_step(pair);
    }
}
