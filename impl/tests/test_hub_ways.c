/* A server with several sockets: one table of clients, each known by its address and the socket it came by. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "hub/private.h"
#include "lib/hubrig.h"

#define UDP  0u
#define UDP2 1u
#define TCP  2u

static struct ov_rig rig;
static struct ov_test_batch batch;

static void open_rig(const char *text)
{
    ov_rig_open(&rig, false, text);
    struct ov_server_end *server = &rig.server;
    ov_hub_free(server->hub);
    server->settings.stream_ways = 1u << TCP;
    server->settings.session.stream = true;
    assert_int_equal(ov_hub_new(&server->settings, &server->end.rng, &server->end.log, rig.now, &server->hub),
                     OV_OK);
}

static struct ov_rig_client *come(size_t n, const char *name, uint8_t way)
{
    struct ov_addr addr = ov_test_addr4(10, 5000); /* all from the same place */
    addr.way = way;
    struct ov_rig_client *client = ov_rig_add(&rig, n, name, &addr, "");
    ov_rig_connect(&rig, client);
    assert_true(ov_rig_connected(client));
    return client;
}

static uint32_t ip_of(uint32_t id)
{
    struct ov_hub_peer peer;
    uint32_t at = id;
    assert_true(ov_hub_next_peer(rig.server.hub, &at, &peer));
    assert_int_equal(peer.session.peer_id, id);
    return peer.ip4;
}

static void one_address_three_clients(void **state)
{
    (void)state;
    struct ov_hub_peer peer;
    open_rig("");
    (void)come(0, "anna", UDP);
    (void)come(1, "berta", UDP2);
    (void)come(2, "clara", TCP);
    for (uint32_t id = 0; id < 3; id++)
    {
        uint32_t at = id;
        assert_true(ov_hub_next_peer(rig.server.hub, &at, &peer));
        assert_int_equal(peer.session.peer_id, id);
        assert_int_equal(peer.session.addr.way, id);
        assert_true(ov_rig_send_down(&rig, peer.ip4, id, id));
        ov_rig_send_up(&rig, &rig.client[id], peer.ip4, 0x0a080001, 7, &batch);
        assert_int_equal(batch.dg[0].fate, OV_FATE_TUN);
    }
    /* On TCP there is no stateless answer; on UDP there is. */
    assert_int_equal(ov_rig_stats(&rig).replies, 2);
    ov_rig_close(&rig);
}

/* Only connections are claimed, and only of theirs the end is that of a client. */
static void claims(void **state)
{
    (void)state;
    struct ov_addr addr;
    bool used = false;
    open_rig("");
    (void)come(0, "anna", UDP);
    assert_false(ov_hub_claim(rig.server.hub, &addr, &used));
    (void)come(1, "clara", TCP);
    unsigned count = 0;
    while (ov_hub_claim(rig.server.hub, &addr, &used))
    {
        assert_int_equal(addr.way, TCP);
        assert_true(used);
        count++;
    }
    assert_true(count > 0);
    ov_hub_lost(rig.server.hub, &addr, OV_ERR_CLOSED, "closed by the peer", rig.now);
    assert_int_equal(ov_rig_stats(&rig).peers, 1);
    assert_true(ov_rig_send_down(&rig, ip_of(0), 3, 0));
    ov_rig_close(&rig);
}

/* From one socket for datagrams to the other, never to or from a connection [WP-SRV-014]. */
static void floats(void **state)
{
    (void)state;
    static const struct
    {
        uint8_t from, to;
        bool good;
    } rows[] = {{UDP, UDP2, true}, {UDP, TCP, false}, {TCP, UDP, false}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        open_rig("");
        struct ov_rig_client *client = come(0, "anna", rows[i].from);
        const uint32_t ip = ip_of(0);
        client->addr.way = rows[i].to;
        ov_rig_send_up(&rig, client, ip, 0x0a080001, 7, &batch);
        assert_int_equal(batch.dg[0].fate, rows[i].good ? OV_FATE_TUN : OV_FATE_DROPPED);
        if (!rows[i].good)
        {
            ov_assert_err((enum ov_err)batch.dg[0].why, OV_ERR_PEER_ID);
            client->addr.way = rows[i].from;
        }
        assert_true(ov_rig_send_down(&rig, ip, 8, 0)); /* by the socket it is at now */
        assert_int_equal(ov_rig_stats(&rig).floats, rows[i].good);
        ov_rig_close(&rig);
    }
}

/* Those on UDP are told, and waited for; a connection just ends. */
static void shutdown_tells_datagrams_alone(void **state)
{
    (void)state;
    struct ov_event event;
    open_rig("explicit-exit-notify 1\n");
    (void)come(0, "anna", UDP);
    (void)come(1, "clara", TCP);
    while (ov_hub_event(rig.server.hub, &event))
    {
    }
    ov_hub_shutdown(rig.server.hub, rig.now);
    ov_rig_wait(&rig, 3000);
    assert_true(ov_rig_event(&rig, OV_EVENT_EXIT, &event));
    bool told[2] = {false, false};
    for (size_t n = 0; n < 2; n++)
    {
        while (ov_session_event(&rig.client[n].end.session, &event))
        {
            told[n] = told[n] || event.kind == OV_EVENT_RESTART;
        }
    }
    assert_true(told[0]);
    assert_false(told[1]);
    ov_rig_close(&rig);
    open_rig("explicit-exit-notify 1\n");
    (void)come(0, "clara", TCP);
    ov_hub_shutdown(rig.server.hub, rig.now);
    ov_hub_tick(rig.server.hub, rig.now);
    assert_true(ov_rig_event(&rig, OV_EVENT_EXIT, &event)); /* at once */
    ov_rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_address_three_clients),
        cmocka_unit_test(claims),
        cmocka_unit_test(floats),
        cmocka_unit_test(shutdown_tells_datagrams_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
