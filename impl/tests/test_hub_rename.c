/* override-username: a client is called otherwise than it logged in, with its token and without [WP-SRV-033]. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "hub/private.h"
#include "lib/hubrig.h"
#include "options/client.h"

#define NAMED  "auth-user-pass-verify x via-file\nscript-security 2\nreneg-sec 100 100\nhand-window 50\n"
#define TOKENS NAMED "auth-gen-token 0\n"

static struct ov_rig rig;
static struct ov_login login;
static const uint8_t token_key[OV_TOKEN_KEY] = {1, 2, 3};

static void accept_login(void)
{
    struct ov_event event;
    const struct ov_verdict good = {.kind = OV_VERDICT_ACCEPT};
    assert_true(ov_rig_event(&rig, OV_EVENT_LOGIN, &event));
    assert_int_equal(ov_hub_verdict(rig.server.hub, event.ticket, &good, rig.now), OV_OK);
    ov_rig_settle(&rig);
}

static void settle(const char *text)
{
    struct ov_event event;
    struct ov_client_options *options = NULL;
    assert_true(ov_rig_event(&rig, OV_EVENT_CLIENT, &event));
    assert_int_equal(ov_client_options_new(rig.server.settings.session.config, NULL, &options), OV_OK);
    assert_int_equal(ov_client_options_add(options, "ccd", text, strlen(text)), OV_OK);
    assert_int_equal(ov_hub_settle(rig.server.hub, event.ticket, options, rig.now), OV_OK);
    ov_rig_settle(&rig);
}

static struct ov_rig_client *come(const char *server_text, bool judged, const char *settings)
{
    const struct ov_addr addr = ov_test_addr4(10, 5000);
    ov_rig_open(&rig, true, server_text);
    rig.server.settings.asks = true;
    rig.server.settings.session.judged = judged;
    rig.server.settings.session.token_key = strcmp(server_text, TOKENS) == 0 ? token_key : NULL;
    login = (struct ov_login){.wanted = true, .filled = true, .username = "alice", .password = "secret"};
    struct ov_rig_client *client =
        ov_rig_add(&rig, 0, "cert0", &addr, judged ? "reneg-sec 0\nauth-user-pass up\n" : "");
    client->end.settings.login = &login;
    ov_rig_connect(&rig, client);
    if (judged)
    {
        accept_login();
    }
    settle(settings);
    ov_rig_wait(&rig, 2000);
    assert_true(ov_rig_connected(client));
    return client;
}

static const char *called(void)
{
    return ov_session_username(&rig.server.hub->slot[0]->session);
}

/* The token is one for the new name, which the client learns, and later ones too. */
static void with_token(void **state)
{
    (void)state;
    struct ov_event event;
    struct ov_rig_client *client = come(TOKENS, true, "override-username bob\n");
    assert_string_equal(called(), "bob");
    assert_string_equal(login.token_user, "bob");
    for (unsigned round = 0; round < 2; round++)
    {
        char before[OV_LOGIN_TEXT];
        memcpy(before, login.token, sizeof before);
        ov_rig_wait(&rig, 105000);
        assert_false(ov_rig_event(&rig, OV_EVENT_LOGIN, &event)); /* the token was good */
        assert_string_not_equal(before, login.token);
        assert_string_equal(called(), "bob");
        assert_true(ov_rig_connected(client));
    }
    ov_rig_close(&rig);
}

/* Without, the client goes on to say its own name, and only that is taken. */
static void without_token(void **state)
{
    (void)state;
    struct ov_rig_client *client = come(NAMED, true, "override-username bob\n");
    assert_string_equal(called(), "bob");
    ov_rig_wait(&rig, 101000);
    accept_login();
    assert_string_equal(called(), "bob");
    assert_true(ov_rig_connected(client));
    (void)snprintf(login.username, sizeof login.username, "carol");
    ov_rig_wait(&rig, 110000);
    assert_int_equal(ov_rig_stats(&rig).peers, 0);
    ov_rig_close(&rig);
}

/* Where nobody judges logins there is no name; the same name is no other one. */
static void nothing_to_change(void **state)
{
    (void)state;
    (void)come("", false, "override-username bob\n");
    assert_string_equal(called(), "");
    ov_rig_close(&rig);
    (void)come(TOKENS, true, "override-username alice\n");
    assert_string_equal(called(), "alice");
    ov_rig_close(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(with_token),
        cmocka_unit_test(without_token),
        cmocka_unit_test(nothing_to_change),
    };
    return cmocka_run_group_tests_name("hub rename", tests, NULL, NULL);
}
