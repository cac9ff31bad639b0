/* A client that waits: for the push, for a verdict, for the server's messages; and what comes from elsewhere.
 * */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hub/private.h"
#include "lib/hubrig.h"
#include "session/private.h"
#include "wire/control.h"

static struct ov_rig rig;
static struct ov_test_batch batch;
static struct ov_login login;

/* ---- a server that judges, and a client that says when it asks ---- */

static uint64_t asked_ms[16];
static size_t asked_count;

static void note_requests(void *ctx, enum ov_level level, const char *text)
{
    (void)ctx;
    (void)level;
    if (strstr(text, "SENT CONTROL: 'PUSH_REQUEST'") != NULL && asked_count < 16)
    {
        asked_ms[asked_count++] = rig.now.mono_ms;
    }
}

static struct ov_rig_client *come(const char *server_text, const char *client_text)
{
    const struct ov_addr addr = ov_test_addr4(10, 5000);
    ov_rig_open(&rig, true, server_text);
    rig.server.settings.session.judged = true;
    login = (struct ov_login){.wanted = true, .filled = true, .username = "alice", .password = "secret"};
    struct ov_rig_client *client = ov_rig_add(&rig, 0, "alice", &addr, client_text);
    client->end.settings.login = &login;
    client->end.end.log = (struct ov_log){note_requests, NULL, OV_LOG_PACKET};
    asked_count = 0;
    ov_rig_connect(&rig, client);
    return client;
}

static bool told(struct ov_rig_client *client, enum ov_event_kind kind, struct ov_event *event)
{
    while (ov_session_event(&client->end.session, event))
    {
        if (event->kind == kind)
        {
            return true;
        }
    }
    return false;
}

static uint64_t ticket(void)
{
    struct ov_event event;
    assert_true(ov_rig_event(&rig, OV_EVENT_LOGIN, &event));
    return event.ticket;
}

/* A second after ACTIVE, then every five, until the reply is there [WP-PUSH-001]. */
static void requests_are_repeated(void **state)
{
    (void)state;
    static const uint64_t wanted_ms[] = {1000, 6000, 11000, 16000};
    struct ov_rig_client *client = come("", "");
    const uint64_t start_ms = rig.now.mono_ms;
    ov_rig_wait(&rig, 17000);
    assert_int_equal(asked_count, 4);
    for (size_t i = 0; i < 4; i++)
    {
        assert_int_equal(asked_ms[i] - start_ms, wanted_ms[i]);
    }
    const struct ov_verdict good = {.kind = OV_VERDICT_ACCEPT};
    assert_int_equal(ov_hub_verdict(rig.server.hub, ticket(), &good, rig.now), OV_OK);
    ov_rig_settle(&rig);
    assert_true(ov_rig_connected(client));
    ov_rig_wait(&rig, 20000);
    assert_int_equal(asked_count, 4);
    ov_rig_close(&rig);
}

/* How long a client waits for the reply [WP-PUSH-002]: for its hand-window; once AUTH_PENDING has come, for what that
 * says, but at most for the larger of that and half of reneg-sec, from then on [WP-AUTH-012]. */
static void patience(void **state)
{
    (void)state;
    static const struct
    {
        const char *client;
        uint32_t pending_s; /* in AUTH_PENDING; 0: none comes */
        uint64_t ends_ms;
    } rows[] = {
        {"hand-window 20\n", 0, 20000},
        {"hand-window 20\nreneg-sec 200\n", 50, 50000},
        {"hand-window 20\nreneg-sec 200\n", 10, 10000},
        {"hand-window 20\nreneg-sec 200\n", 500, 100000},
        {"hand-window 30\nreneg-sec 40\n", 500, 30000},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        struct ov_event event;
        struct ov_rig_client *client = come("hand-window 600\nreneg-sec 10000\n", rows[i].client);
        const uint64_t start_ms = rig.now.mono_ms;
        const struct ov_verdict later = {
            .kind = OV_VERDICT_PENDING, .timeout_s = rows[i].pending_s, .extra = "OPEN_URL:https://x"};
        if (rows[i].pending_s > 0)
        {
            assert_int_equal(ov_hub_verdict(rig.server.hub, ticket(), &later, rig.now), OV_OK);
            ov_rig_settle(&rig);
        }
        while (!told(client, OV_EVENT_RESTART, &event) && rig.now.mono_ms - start_ms < 200000)
        {
            ov_rig_wait(&rig, 100);
        }
        assert_string_equal(event.text, "no-push-reply"); /* [WP-CLI-010] */
        assert_int_equal(event.err, OV_ERR_TIMEOUT);
        assert_in_range(rig.now.mono_ms - start_ms, rows[i].ends_ms, rows[i].ends_ms + 200);
        ov_rig_close(&rig);
    }
}

/* What a server says of a login that takes longer: the time, under the same cap, and the text behind it
 * [WP-AUTH-010]. Of the texts only a question is one for the program, the others are told as they are
 * [WP-AUTH-011]. */
static void pending_messages(void **state)
{
    (void)state;
    static const struct
    {
        uint32_t timeout_s;
        const char *extra;
        const char *pending;
        bool question;
    } rows[] = {
        {30, "CR_TEXT:R,E:Colour?", "AUTH_PENDING,timeout 30", true},
        {500, "CR_TEXT::Look", "AUTH_PENDING,timeout 50", true},
        {40, "WEB_AUTH:external:https://x/?a=1", "AUTH_PENDING,timeout 40", false},
        {40, "WEB_AUTH:proxy=h;1;dQ==;cA==:https://x", "AUTH_PENDING,timeout 40", false},
        {40, "OPEN_URL:https://y", "AUTH_PENDING,timeout 40", false},
        {40, "CR_TEXT:R", "AUTH_PENDING,timeout 40", false}, /* no text: no question */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        char wanted[200];
        struct ov_event event;
        struct ov_rig_client *client = come("hand-window 20\nreneg-sec 100\n", "");
        const struct ov_verdict later = {
            .kind = OV_VERDICT_PENDING, .timeout_s = rows[i].timeout_s, .extra = rows[i].extra};
        assert_int_equal(ov_hub_verdict(rig.server.hub, ticket(), &later, rig.now), OV_OK);
        ov_rig_settle(&rig);
        assert_true(told(client, OV_EVENT_MESSAGE, &event));
        assert_string_equal(event.text, rows[i].pending);
        assert_true(told(client, rows[i].question ? OV_EVENT_CHALLENGE : OV_EVENT_MESSAGE, &event));
        (void)snprintf(wanted, sizeof wanted, "%s%s", rows[i].question ? "" : "INFO_PRE,", rows[i].extra);
        assert_string_equal(event.text, wanted);
        ov_rig_close(&rig);
    }
}

/* ---- tokens ---- */

/* A token that the configuration pushes, with a name of its own or without: opaque to the client, which sends both from
 * then on, until it is refused [WP-TOK-001, WP-TOK-007]. */
static void tokens_of_any_kind(void **state)
{
    (void)state;
    static const struct
    {
        const char *push, *username;
    } rows[] = {{"push \"auth-token any/thing=1\"\n", "alice"},
                {"push \"auth-token any/thing=1\"\npush \"auth-token-user Ym9i\"\n", "bob"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        struct ov_login_request request;
        struct ov_rig_client *client = come(rows[i].push, "auth-user-pass up\n");
        const struct ov_verdict good = {.kind = OV_VERDICT_ACCEPT}, bad = {.kind = OV_VERDICT_REFUSE};
        assert_int_equal(ov_hub_verdict(rig.server.hub, ticket(), &good, rig.now), OV_OK);
        ov_rig_settle(&rig);
        assert_true(ov_rig_connected(client));
        assert_string_equal(login.token, "any/thing=1");
        ov_rig_connect(&rig, client);
        const uint64_t again = ticket();
        assert_true(ov_hub_login(rig.server.hub, again, &request));
        assert_string_equal(request.username, rows[i].username);
        assert_string_equal(request.password, "any/thing=1");
        assert_int_equal(ov_hub_verdict(rig.server.hub, again, &bad, rig.now), OV_OK);
        ov_rig_wait(&rig, 1000);
        assert_string_equal(login.token, "");
        assert_string_equal(login.password, "secret");
        ov_rig_close(&rig);
    }
}

/* ---- messages of the server ---- */

static struct ov_rig_client *connected(const char *server_text, const char *client_text)
{
    const struct ov_addr addr = ov_test_addr4(10, 5000);
    ov_rig_open(&rig, false, server_text);
    struct ov_rig_client *client = ov_rig_add(&rig, 0, "alice", &addr, client_text);
    ov_rig_connect(&rig, client);
    assert_true(ov_rig_connected(client));
    return client;
}

/* What the server's session has to send, straight to the client; the first octet of the last packet. */
static uint8_t hand_over(struct ov_rig_client *client)
{
    uint8_t octet = 0;
    ov_session_drive(&rig.server.hub->slot[0]->session, rig.now);
    ov_test_batch_reset(&batch);
    const size_t count =
        ov_session_transmit(&rig.server.hub->slot[0]->session, batch.dg, OV_TEST_BATCH, rig.now);
    for (size_t i = 0; i < count; i++)
    {
        octet = ov_buf_data(&batch.dg[i].buf)[0];
        batch.dg[i].addr = rig.server_addr;
    }
    ov_session_receive(&client->end.session, batch.dg, count, rig.now);
    return octet;
}

/* Which messages end a client's session, and how: none of them is named otherwise on the wire [WP-MSG-011,
 * WP-MSG-012]. */
static void last_words(void **state)
{
    (void)state;
    static const struct
    {
        const char *text;
        enum ov_event_kind kind;
        const char *reason;
    } rows[] = {
        {"RESTART", OV_EVENT_RESTART, "server-pushed-connection-reset"},
        {"RESTART,[N]", OV_EVENT_RESTART, "server-pushed-connection-reset"},
        {"HALT", OV_EVENT_EXIT, "server-pushed-halt"},
        {"HALT,good night", OV_EVENT_EXIT, "server-pushed-halt"},
        {"EXIT", OV_EVENT_RESTART, "remote-exit"},
        {"SERVER_PUSHED_HALT", OV_EVENT_NONE, ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        struct ov_event event;
        struct ov_event last = {.kind = OV_EVENT_NONE};
        struct ov_rig_client *client = connected("", "");
        assert_int_equal(ov_session_say(&rig.server.hub->slot[0]->session, rows[i].text), OV_OK);
        (void)hand_over(client);
        ov_rig_wait(&rig, 1000);
        while (ov_session_event(&client->end.session, &event))
        {
            last = event.kind == OV_EVENT_RESTART || event.kind == OV_EVENT_EXIT ? event : last;
        }
        assert_int_equal(last.kind, rows[i].kind);
        assert_string_equal(last.text, rows[i].reason);
        ov_rig_close(&rig);
    }
}

/* A message goes under a key that is complete: not into a handshake, and behind a renegotiation under the new
 * key-id [WP-MSG-006]. */
static void messages_need_a_complete_key(void **state)
{
    (void)state;
    struct ov_rig_client *client = connected("", "");
    struct ov_session *server = &rig.server.hub->slot[0]->session;
    assert_int_equal(ov_hub_renegotiate(rig.server.hub, 0, rig.now), OV_OK);
    assert_int_equal(ov_session_say(server, "INFO,early"), OV_ERR_ARG);
    ov_rig_settle(&rig);
    assert_int_equal(server->ks.state, OV_KS_GENERATED_KEYS);
    assert_int_equal(ov_session_say(server, "INFO,late"), OV_OK);
    assert_int_equal(hand_over(client), OV_OP_CONTROL_V1 << 3 | 1);
    struct ov_event event;
    assert_true(told(client, OV_EVENT_MESSAGE, &event));
    assert_string_equal(event.text, "INFO,late");
    ov_rig_close(&rig);
}

/* ---- silence ---- */

/* ping-exit, configured or pushed, ends the program where ping-restart starts over [WP-PING-003]. */
static void silence(void **state)
{
    (void)state;
    static const struct
    {
        const char *server, *client;
        enum ov_event_kind kind;
        const char *reason;
        uint32_t after_s;
    } rows[] = {
        {"", "ping-exit 20\n", OV_EVENT_EXIT, "ping-exit", 20},
        {"", "ping-restart 30\n", OV_EVENT_RESTART, "ping-restart", 30},
        {"push \"ping-exit 25\"\n", "", OV_EVENT_EXIT, "ping-exit", 25},
        {"push \"ping-restart 25\"\n", "ping-exit 20\n", OV_EVENT_RESTART, "ping-restart", 25},
        {"", "", OV_EVENT_RESTART, "ping-restart",
         120}, /* nothing configured, nothing pushed [WP-PING-004] */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        struct ov_event event = {.kind = OV_EVENT_NONE};
        struct ov_rig_client *client = connected(rows[i].server, rows[i].client);
        const uint64_t start_ms = rig.now.mono_ms;
        client->addr.port++; /* where nobody looks for it: the server hears and answers nothing */
        while (rig.now.mono_ms - start_ms < 150000 && event.kind != rows[i].kind)
        {
            rig.now.mono_ms += 100;
            ov_session_tick(&client->end.session, rig.now);
            event.kind = OV_EVENT_NONE;
            (void)told(client, rows[i].kind, &event);
        }
        assert_int_equal(event.kind, rows[i].kind);
        assert_string_equal(event.text, rows[i].reason);
        assert_in_range(rig.now.mono_ms - start_ms, rows[i].after_s * 1000u, rows[i].after_s * 1000u + 200);
        ov_rig_close(&rig);
    }
}

/* ---- data from elsewhere ---- */

/* A client takes data from its server's address; with --float from anywhere, if it is authentic and new
 * [WP-CLI-009]. */
static void data_addresses(void **state)
{
    (void)state;
    static const struct
    {
        const char *text;
        bool elsewhere, forged;
        enum ov_err why; /* OV_OK: it is taken */
    } rows[] = {
        {"", false, false, OV_OK},       {"", true, false, OV_ERR_ADDRESS},
        {"", false, true, OV_ERR_AUTH},  {"float\n", false, false, OV_OK},
        {"float\n", true, false, OV_OK}, {"float\n", true, true, OV_ERR_AUTH},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        uint8_t inner[64];
        struct ov_rig_client *client = connected("", rows[i].text);
        const uint32_t ip = ov_session_pulled(&client->end.session)->effective.tunnel.ip4;
        const uint32_t len = ov_test_inner4(inner, 0x0a080001, ip, 1, sizeof inner);
        ov_test_batch_reset(&batch);
        ov_test_batch_add(&batch, NULL, inner, len);
        ov_hub_send(rig.server.hub, batch.dg, 1, rig.now);
        assert_int_equal(batch.dg[0].fate, OV_FATE_LINK);
        batch.dg[0].fate = OV_FATE_NONE;
        batch.dg[0].addr = rows[i].elsewhere ? ov_test_addr4(66, 1194) : rig.server_addr;
        ov_buf_data(&batch.dg[0].buf)[30] ^= rows[i].forged;
        ov_session_receive(&client->end.session, batch.dg, 1, rig.now);
        assert_int_equal(batch.dg[0].fate, rows[i].why == OV_OK ? OV_FATE_TUN : OV_FATE_DROPPED);
        assert_int_equal(batch.dg[0].why, rows[i].why);
        assert_int_equal(client->end.session.data.stats.open.by[OV_ERR_ADDRESS],
                         rows[i].why == OV_ERR_ADDRESS);
        ov_rig_close(&rig);
    }
}

/* ---- acknowledgements ---- */

/* The longest list of an ACK_V1: 4 for a client without protection whose server it doesn't know yet, else 8
 * [WP-REL-022]. */
static uint32_t longest_list(bool tls_crypt, bool known)
{
    uint32_t longest = 0;
    const struct ov_addr addr = ov_test_addr4(10, 5000);
    ov_rig_open(&rig, tls_crypt, "");
    struct ov_rig_client *client = ov_rig_add(&rig, 0, "alice", &addr, "");
    ov_client_end_start(&client->end, &rig.server_addr, rig.now);
    struct ov_session *s = &client->end.session;
    s->agreed.flags.tls_ekm = known;
    s->peer_sid = (struct ov_sid){{7}};
    for (uint32_t id = 0; id < 8; id++)
    {
        ov_acks_add(&s->ks.acks, id);
    }
    ov_test_batch_reset(&batch);
    const size_t count = ov_session_transmit(s, batch.dg, OV_TEST_BATCH, rig.now);
    for (size_t i = 0; i < count; i++)
    {
        struct ov_wrap_head head;
        struct ov_control control;
        struct ov_wrap wrap = {0};
        if (tls_crypt)
        {
            ov_assert_err(
                ov_wrap_tls_crypt(&wrap, client->end.end.crypto, &client->end.end.key2, OV_ROLE_SERVER),
                OV_OK);
        }
        ov_assert_err(ov_wrap_open(&wrap, &batch.dg[i].buf, &head), OV_OK);
        ov_assert_err(ov_control_decode(head.first_octet, &head.sid, ov_buf_data(&batch.dg[i].buf),
                                        batch.dg[i].buf.len, &control),
                      OV_OK);
        if (control.opcode == OV_OP_ACK_V1 && control.ack_count > longest)
        {
            longest = control.ack_count;
        }
        ov_wrap_clear(&wrap);
    }
    ov_rig_close(&rig);
    return longest;
}

static void shy_clients(void **state)
{
    (void)state;
    assert_int_equal(longest_list(false, false), 4);
    assert_int_equal(longest_list(false, true), 8);
    assert_int_equal(longest_list(true, false), 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_are_repeated),
        cmocka_unit_test(patience),
        cmocka_unit_test(pending_messages),
        cmocka_unit_test(tokens_of_any_kind),
        cmocka_unit_test(last_words),
        cmocka_unit_test(messages_need_a_complete_key),
        cmocka_unit_test(silence),
        cmocka_unit_test(data_addresses),
        cmocka_unit_test(shy_clients),
    };
    return cmocka_run_group_tests_name("session_client", tests, NULL, NULL);
}
