/* Logins at the hub: nothing is pushed before the verdict, which may come late, not at all, or for somebody else;
 * tokens; questions and answers; renegotiation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/hubrig.h"
#include "wire/pem.h"

static struct ov_rig rig;
static struct ov_login login[OV_RIG_CLIENTS];
static const uint8_t token_key[OV_TOKEN_KEY] = {1, 2, 3};

static void open_rig(const char *server_text)
{
    ov_rig_open(&rig, true, server_text);
    rig.server.settings.session.judged = true;
    memset(login, 0, sizeof login);
}

static void name(size_t n, const char *username, const char *password)
{
    login[n].wanted = true;
    login[n].filled = true;
    (void)snprintf(login[n].username, OV_LOGIN_TEXT, "%s", username);
    (void)snprintf(login[n].password, OV_LOGIN_TEXT, "%s", password);
}

static struct ov_rig_client *add(size_t n, const char *text)
{
    const struct ov_addr addr = ov_test_addr4((uint8_t)(10 + n), 5000);
    char common_name[16];
    (void)snprintf(common_name, sizeof common_name, "cert%zu", n);
    struct ov_rig_client *client = ov_rig_add(&rig, n, common_name, &addr, text);
    client->end.settings.login = &login[n];
    return client;
}

static uint64_t asked(struct ov_login_request *request)
{
    struct ov_event event;
    assert_true(ov_rig_event(&rig, OV_EVENT_LOGIN, &event));
    assert_true(ov_hub_login(rig.server.hub, event.ticket, request));
    assert_int_equal(request->ticket, event.ticket);
    return event.ticket;
}

static void decide(uint64_t ticket, enum ov_verdict_kind kind, const char *reason)
{
    const struct ov_verdict verdict = {.kind = kind, .reason = reason};
    assert_int_equal(ov_hub_verdict(rig.server.hub, ticket, &verdict, rig.now), OV_OK);
    ov_rig_settle(&rig);
}

/* The next event of the client. */
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

/* [WP-PUSH-004, WP-SRV-027] */
static void waits_for_verdict(void **state)
{
    (void)state;
    struct ov_login_request request;
    struct ov_event event;
    open_rig("");
    name(0, "alice", "sec\tret");
    struct ov_rig_client *client = add(0, "");
    ov_rig_connect(&rig, client);
    ov_rig_wait(&rig, 8000); /* two PUSH_REQUESTs go unanswered (CVE-2020-15078) */
    assert_false(ov_rig_connected(client));
    assert_int_equal(ov_rig_stats(&rig).peers, 0);
    const uint64_t ticket = asked(&request);
    assert_string_equal(request.username, "alice");
    assert_string_equal(request.password, "sec_ret"); /* [WP-KM2-011] */
    assert_string_equal(request.common_name, "cert0");
    assert_non_null(strstr(request.peer_info, "IV_PLAT=linux\n"));
    assert_false(request.renegotiation);
    decide(ticket, OV_VERDICT_ACCEPT, NULL);
    assert_true(ov_rig_connected(client));
    assert_false(ov_hub_login(rig.server.hub, ticket, &request));
    const struct ov_verdict again = {.kind = OV_VERDICT_REFUSE};
    assert_int_equal(ov_hub_verdict(rig.server.hub, ticket, &again, rig.now), OV_ERR_DUPLICATE);
    assert_int_equal(ov_hub_verdict(rig.server.hub, ticket + 1, &again, rig.now), OV_ERR_PEER_ID);
    assert_int_equal(ov_hub_verdict(rig.server.hub, 0, &again, rig.now), OV_ERR_PEER_ID);
    ov_rig_wait(&rig, 1000);
    assert_true(ov_rig_connected(client));
    assert_false(ov_rig_event(&rig, OV_EVENT_LOGIN, &event));
    ov_rig_close(&rig);
}

/* [WP-AUTH-001, WP-AUTH-002, WP-AUTH-003, WP-CLI-007] */
static void refused(void **state)
{
    (void)state;
    static const struct
    {
        const char *client_text;
        const char *reason;
        enum ov_event_kind end;
        const char *text;
        const char *refusal;
    } rows[] = {
        {"auth-user-pass up\n", NULL, OV_EVENT_EXIT, "auth-failure", ""},
        {"auth-user-pass up\n", "no\nway", OV_EVENT_EXIT, "auth-failure", "no_way"},
        {"auth-user-pass up\nauth-retry nointeract\n", "x", OV_EVENT_RESTART, "auth-failure", "x"},
        {"auth-user-pass up\nauth-retry interact\n", "x", OV_EVENT_RESTART, "auth-failure", "x"},
        {"auth-user-pass up\n", "TEMP[backoff 7,advance remote]:later", OV_EVENT_RESTART,
         "auth-temp-failure (server temporary reject)", "TEMP[backoff 7,advance remote]:later"},
        {"auth-user-pass up\nauth-retry interact\n", "CRV1:R:id:Y3Ix:PIN", OV_EVENT_RESTART, "auth-failure",
         "CRV1:R:id:Y3Ix:PIN"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        struct ov_login_request request;
        struct ov_event event;
        open_rig("");
        name(0, "alice", "secret");
        struct ov_rig_client *client = add(0, rows[i].client_text);
        ov_rig_connect(&rig, client);
        decide(asked(&request), OV_VERDICT_REFUSE, rows[i].reason);
        ov_rig_wait(&rig, 1000);
        assert_true(told(client, rows[i].end, &event));
        assert_int_equal(event.err, OV_ERR_AUTH);
        assert_string_equal(event.text, rows[i].text);
        assert_string_equal(login[0].refusal, rows[i].refusal);
        assert_true(login[0].refused);
        assert_int_equal(event.wait_s, i == 4 ? 7 : 0);
        assert_int_equal(event.next_remote, i == 4);
        ov_rig_wait(&rig, 10000);
        assert_int_equal(ov_rig_stats(&rig).half_open, 0);
        ov_rig_close(&rig);
    }
}

static void nobody_decides(void **state)
{
    (void)state;
    struct ov_login_request request;
    struct ov_event event;
    open_rig("hand-window 20\n");
    name(0, "alice", "secret");
    struct ov_rig_client *client = add(0, "");
    ov_rig_connect(&rig, client);
    const uint64_t ticket = asked(&request);
    ov_rig_wait(&rig, 21000);
    assert_false(ov_hub_login(rig.server.hub, ticket, &request));
    assert_true(told(client, OV_EVENT_EXIT, &event));
    assert_string_equal(event.text, "auth-failure");
    ov_rig_close(&rig);
}

/* [WP-KM2-009] */
static void no_login(void **state)
{
    (void)state;
    for (unsigned optional = 0; optional < 2; optional++)
    {
        struct ov_login_request request;
        open_rig(optional ? "auth-user-pass-verify /x via-file\nauth-user-pass-optional\n" : "");
        struct ov_rig_client *client = add(0, "");
        ov_rig_connect(&rig, client);
        ov_rig_wait(&rig, 1000);
        if (optional)
        {
            const uint64_t ticket = asked(&request);
            assert_string_equal(request.username, "");
            decide(ticket, OV_VERDICT_ACCEPT, NULL);
        }
        assert_int_equal(ov_rig_connected(client), optional);
        ov_rig_close(&rig);
    }
}

/* ---- questions ---- */

/* [WP-AUTH-013] */
static void pending(void **state)
{
    (void)state;
    struct ov_login_request request;
    struct ov_event event;
    open_rig("hand-window 20\n");
    name(0, "alice", "secret");
    struct ov_rig_client *client = add(0, "hand-window 20\n");
    client->end.settings.sso = "webauth,crtext";
    ov_rig_connect(&rig, client);
    const uint64_t ticket = asked(&request);
    const struct ov_verdict later = {
        .kind = OV_VERDICT_PENDING, .timeout_s = 100, .method = "crtext", .extra = "CR_TEXT:R,E:Colour?"};
    assert_int_equal(ov_hub_verdict(rig.server.hub, ticket, &later, rig.now), OV_OK);
    ov_rig_settle(&rig);
    assert_true(told(client, OV_EVENT_CHALLENGE, &event));
    assert_string_equal(event.text, "CR_TEXT:R,E:Colour?");
    ov_rig_wait(&rig, 60000); /* longer than hand-window */
    assert_int_equal(ov_session_answer(&client->end.session, "blue", rig.now), OV_OK);
    ov_rig_settle(&rig);
    assert_true(ov_rig_event(&rig, OV_EVENT_ANSWER, &event));
    assert_int_equal(event.ticket, ticket);
    assert_true(ov_hub_login(rig.server.hub, ticket, &request));
    assert_string_equal(request.answer, "Ymx1ZQ==");
    decide(ticket, OV_VERDICT_ACCEPT, NULL);
    assert_true(ov_rig_connected(client));
    ov_rig_close(&rig);
}

/* [WP-AUTH-014] */
static void method_unknown(void **state)
{
    (void)state;
    static const char *const sso[] = {NULL, "webauth", "xcrtext", "crtextx,webauth"};
    for (size_t i = 0; i < sizeof sso / sizeof sso[0]; i++)
    {
        struct ov_login_request request;
        open_rig("");
        name(0, "alice", "secret");
        struct ov_rig_client *client = add(0, "");
        client->end.settings.sso = sso[i];
        ov_rig_connect(&rig, client);
        const struct ov_verdict later = {
            .kind = OV_VERDICT_PENDING, .timeout_s = 100, .method = "crtext", .extra = "CR_TEXT:R,E:Colour?"};
        assert_int_equal(ov_hub_verdict(rig.server.hub, asked(&request), &later, rig.now), OV_OK);
        ov_rig_settle(&rig);
        assert_string_equal(login[0].refusal,
                            "Authentication failed, required pending auth method 'crtext' not supported");
        ov_rig_close(&rig);
    }
}

/* ---- tokens ---- */

#define TOKENS "auth-user-pass-verify /x via-file\nauth-gen-token 1000\nreneg-sec 100 100\nhand-window 50\n"

static struct ov_rig_client *connect_with_token(const char *server_text)
{
    struct ov_login_request request;
    open_rig(server_text);
    rig.server.settings.session.token_key = token_key;
    name(0, "alice", "secret");
    struct ov_rig_client *client = add(0, "reneg-sec 0\nauth-user-pass up\n");
    ov_rig_connect(&rig, client);
    const uint64_t ticket = asked(&request);
    assert_string_equal(request.session_state, "Initial");
    decide(ticket, OV_VERDICT_ACCEPT, NULL);
    assert_true(ov_rig_connected(client));
    assert_int_equal(strlen(login[0].token), OV_TOKEN_TEXT - 1);
    return client;
}

/* [WP-TOK-004, WP-STATE-025] */
static void token_renewed(void **state)
{
    (void)state;
    struct ov_event event;
    struct ov_rig_client *client = connect_with_token(TOKENS);
    char before[OV_LOGIN_TEXT];
    memcpy(before, login[0].token, sizeof before);
    ov_rig_wait(&rig, 105000); /* the server renegotiates */
    assert_true(told(client, OV_EVENT_REKEYED, &event));
    assert_false(ov_rig_event(&rig, OV_EVENT_LOGIN, &event)); /* nobody was asked */
    assert_string_not_equal(before, login[0].token);
    assert_memory_equal(before, login[0].token, strlen(OV_TOKEN_PREFIX) + 16); /* one session id */
    ov_rig_close(&rig);
}

/* [WP-AUTH-004, WP-TOK-005] */
static void token_expires(void **state)
{
    (void)state;
    struct ov_event event;
    struct ov_rig_client *client = connect_with_token(TOKENS);
    for (unsigned i = 0; i < 9; i++)
    {
        ov_rig_wait(&rig, 101000);
        assert_true(ov_rig_connected(client));
    }
    ov_rig_wait(&rig, 202000);
    assert_true(told(client, OV_EVENT_RESTART, &event));
    assert_string_equal(event.text, "auth-failure (auth-token)");
    assert_string_equal(login[0].refusal, "SESSION: token expired");
    assert_string_equal(login[0].token, "");
    assert_string_equal(login[0].password, "secret"); /* for the next attempt */
    assert_false(login[0].refused);
    ov_rig_close(&rig);
}

/* Somebody else's token, a damaged one, a short one: refused without a question, and forgotten. */
static void token_bad(void **state)
{
    (void)state;
    for (unsigned kind = 0; kind < 4; kind++)
    {
        struct ov_event event;
        (void)connect_with_token(TOKENS);
        name(1, kind == 0 ? "bob" : "alice", "guess");
        memcpy(login[1].token, login[0].token, OV_LOGIN_TEXT);
        login[1].token[20] ^= kind == 1 ? 1 : 0;
        login[1].token[kind == 2 ? 50 : 91] = '\0';
        struct ov_rig_client *client = add(1, "auth-user-pass up\n");
        ov_rig_connect(&rig, client);
        ov_rig_wait(&rig, 1000);
        assert_int_equal(ov_rig_connected(client), kind == 3); /* a good one goes from session to session */
        assert_false(ov_rig_event(&rig, OV_EVENT_LOGIN, &event));
        if (kind < 3)
        {
            assert_true(told(client, OV_EVENT_RESTART, &event));
            assert_string_equal(login[1].refusal, "");
            assert_string_equal(login[1].token, "");
        }
        ov_rig_close(&rig);
    }
}

static void token_external(void **state)
{
    (void)state;
    struct ov_login_request request;
    (void)connect_with_token(
        "auth-user-pass-verify /x via-file\nauth-gen-token 1000 100 external-auth\nhand-window 50\n");
    name(1, "alice", "");
    memcpy(login[1].token, login[0].token, OV_LOGIN_TEXT);
    struct ov_rig_client *client = add(1, "auth-user-pass up\n");
    ov_rig_connect(&rig, client);
    const uint64_t ticket = asked(&request);
    assert_string_equal(request.session_state, "Authenticated");
    assert_int_equal(strlen(request.session_id), 16);
    decide(ticket, OV_VERDICT_ACCEPT, NULL);
    assert_true(ov_rig_connected(client));
    ov_rig_close(&rig);
}

/* ---- renegotiation ---- */

static struct ov_rig_client *renegotiate(const char *server_text, uint64_t *ticket)
{
    struct ov_login_request request;
    open_rig(server_text);
    name(0, "alice", "secret");
    struct ov_rig_client *client = add(0, "auth-user-pass up\nreneg-sec 0\n");
    ov_rig_connect(&rig, client);
    decide(asked(&request), OV_VERDICT_ACCEPT, NULL);
    assert_true(ov_rig_connected(client));
    assert_int_equal(ov_hub_renegotiate(rig.server.hub, 0, rig.now), OV_OK);
    ov_rig_settle(&rig);
    *ticket = asked(&request);
    assert_true(request.renegotiation);
    return client;
}

static void old_key_goes_on(void **state)
{
    (void)state;
    uint64_t ticket = 0;
    struct ov_event event;
    struct ov_rig_client *client = renegotiate("reneg-sec 0\n", &ticket);
    static struct ov_test_batch batch;
    ov_rig_wait(&rig, 5000);
    ov_rig_send_up(&rig, client, 0x0a080002, 0x0a080001, 7, &batch);
    assert_int_equal(batch.dg[0].fate, OV_FATE_TUN);
    assert_true(ov_rig_send_down(&rig, 0x0a080002, 8, 0));
    assert_false(ov_rig_event(&rig, OV_EVENT_REKEYED, &event));
    decide(ticket, OV_VERDICT_ACCEPT, NULL);
    assert_true(ov_rig_event(&rig, OV_EVENT_REKEYED, &event));
    ov_rig_close(&rig);
}

static void refused_again(void **state)
{
    (void)state;
    uint64_t ticket = 0;
    struct ov_event event;
    struct ov_rig_client *client = renegotiate("reneg-sec 0\n", &ticket);
    decide(ticket, OV_VERDICT_REFUSE, "closed");
    ov_rig_wait(&rig, 6000);
    assert_true(told(client, OV_EVENT_EXIT, &event));
    assert_string_equal(login[0].refusal, "closed");
    assert_int_equal(ov_rig_stats(&rig).peers, 0);
    ov_rig_close(&rig);
}

/* [WP-STATE-026] */
static void name_changes(void **state)
{
    (void)state;
    uint64_t ticket = 0;
    struct ov_event event;
    struct ov_rig_client *client = renegotiate("reneg-sec 0\n", &ticket);
    decide(ticket, OV_VERDICT_ACCEPT, NULL);
    ov_rig_wait(&rig, 1000);
    name(0, "mallory", "secret");
    assert_int_equal(ov_hub_renegotiate(rig.server.hub, 0, rig.now), OV_OK);
    ov_rig_settle(&rig);
    assert_false(ov_rig_event(&rig, OV_EVENT_LOGIN, &event));
    ov_rig_wait(&rig, 6000);
    assert_true(told(client, OV_EVENT_EXIT, &event));
    assert_int_equal(ov_rig_stats(&rig).peers, 0);
    ov_rig_close(&rig);
}

/* --auth-nocache: the password is gone once it was sent, and asked for again. */
static void forgets(void **state)
{
    (void)state;
    struct ov_login_request request;
    struct ov_event event;
    open_rig("reneg-sec 0\n");
    name(0, "alice", "secret");
    login[0].forget = true;
    struct ov_rig_client *client = add(0, "auth-user-pass up\nauth-nocache\nreneg-sec 0\n");
    ov_rig_connect(&rig, client);
    decide(asked(&request), OV_VERDICT_ACCEPT, NULL);
    assert_string_equal(login[0].password, "");
    assert_false(told(client, OV_EVENT_LOGIN, &event));
    assert_int_equal(ov_hub_renegotiate(rig.server.hub, 0, rig.now), OV_OK);
    ov_rig_settle(&rig);
    assert_false(ov_rig_event(&rig, OV_EVENT_LOGIN, &event));
    assert_true(told(client, OV_EVENT_LOGIN, &event));
    name(0, "alice", "secret2");
    ov_session_proceed(&client->end.session, rig.now);
    ov_rig_settle(&rig);
    const uint64_t ticket = asked(&request);
    assert_string_equal(request.password, "secret2");
    decide(ticket, OV_VERDICT_ACCEPT, NULL);
    ov_rig_close(&rig);
}

static void name_of_peer(void **state)
{
    (void)state;
    struct ov_login_request request;
    struct ov_hub_peer peer;
    uint32_t at = 0;
    open_rig("auth-user-pass-verify /x via-file\nusername-as-common-name\n");
    for (size_t n = 0; n < 2; n++)
    {
        name(n, "alice", "secret");
        struct ov_rig_client *client = add(n, "");
        ov_rig_connect(&rig, client);
        decide(asked(&request), OV_VERDICT_ACCEPT, NULL);
        assert_true(ov_rig_connected(client));
    }
    /* Another certificate, the same name: the second replaced the first. */
    assert_int_equal(ov_rig_stats(&rig).peers, 1);
    assert_true(ov_hub_next_peer(rig.server.hub, &at, &peer));
    assert_string_equal(peer.session.common_name, "alice");
    ov_rig_close(&rig);
}

/* A verdict for a client that left meets nobody, least of all the one that has its place now. */
static void late_for_somebody_else(void **state)
{
    (void)state;
    struct ov_login_request request;
    open_rig("");
    name(0, "alice", "secret");
    struct ov_rig_client *client = add(0, "");
    ov_rig_connect(&rig, client);
    const uint64_t first = asked(&request);
    ov_rig_connect(&rig, client); /* starts over */
    const uint64_t second = asked(&request);
    assert_int_not_equal(first, second);
    const struct ov_verdict good = {.kind = OV_VERDICT_ACCEPT};
    assert_int_equal(ov_hub_verdict(rig.server.hub, first, &good, rig.now), OV_ERR_PEER_ID);
    ov_rig_settle(&rig);
    assert_false(ov_rig_connected(client));
    decide(second, OV_VERDICT_ACCEPT, NULL);
    assert_true(ov_rig_connected(client));
    ov_rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waits_for_verdict), cmocka_unit_test(refused),
        cmocka_unit_test(nobody_decides),    cmocka_unit_test(no_login),
        cmocka_unit_test(pending),           cmocka_unit_test(method_unknown),
        cmocka_unit_test(token_renewed),     cmocka_unit_test(token_expires),
        cmocka_unit_test(token_bad),         cmocka_unit_test(token_external),
        cmocka_unit_test(old_key_goes_on),   cmocka_unit_test(refused_again),
        cmocka_unit_test(name_changes),      cmocka_unit_test(forgets),
        cmocka_unit_test(name_of_peer),      cmocka_unit_test(late_for_somebody_else),
    };
    return cmocka_run_group_tests_name("hub login", tests, NULL, NULL);
}
