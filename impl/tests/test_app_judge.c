/* Whoever controls a server at its management interface judges logins: what it is told of each, and what its answers
 * do, at the first login and at those of renegotiations. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "app/cert_seen.h"
#include "app/manage_clients.h"
#include "lib/hubrig.h"
#include "loop/loop.h"

static struct ov_rig rig;
static struct ov_login login;
static struct ov_rig_client *client;
static struct ov_manage *manage;
static struct ov_manage_clients *clients;
static struct ov_client_hook *hook;
static uint64_t ticket;
static int talk = -1;
static char path[64];
static char heard[65536];

static void hear(void)
{
    size_t len = strlen(heard);
    (void)ov_manage_run(manage, ov_loop_now());
    (void)ov_manage_flush(manage, ov_loop_now());
    const ssize_t got = recv(talk, heard + len, sizeof heard - 1 - len, MSG_DONTWAIT);
    heard[len + (got > 0 ? (size_t)got : 0)] = '\0';
}

static void say(const char *text, const char *answer)
{
    heard[0] = '\0';
    assert_int_equal(send(talk, text, strlen(text), 0), strlen(text));
    hear();
    hear();
    if (strstr(heard, answer) == NULL)
    {
        fail_msg("to '%s': '%s', expected '%s'", text, heard, answer);
    }
}

static void changed(void *ctx)
{
    (void)ctx;
}

/* What the hub has to tell goes where a program takes it. */
static void carry(void)
{
    struct ov_event event;
    heard[0] = '\0';
    ov_rig_settle(&rig);
    while (ov_hub_event(rig.server.hub, &event))
    {
        ticket = event.kind == OV_EVENT_LOGIN ? event.ticket : ticket;
        ov_manage_clients_event(clients, &event, rig.now);
    }
    hear();
}

static struct ov_environment world;
static struct ov_cert_seen seen;

static void open_all(void)
{
    const struct ov_addr addr = ov_test_addr4(10, 5000);
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    char text[OV_MANAGE_TEXT] = "";
    static const struct ov_log silent;
    (void)snprintf(path, sizeof path, "/tmp/ovref-judge.%d", (int)getpid());
    memcpy(at.sun_path, path, strlen(path) + 1);
    const struct ov_manage_settings settings = {
        .address = path, .port = "unix", .title = "talk", .log_lines = 250, .now = ov_loop_now};
    assert_int_equal(ov_manage_new(&settings, &manage, text), OV_OK);
    talk = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(connect(talk, (const struct sockaddr *)&at, sizeof at), 0);
    ov_rig_open(&rig, true, "reneg-sec 0\n");
    rig.server.settings.session.judged = true;
    rig.now = ov_loop_now(); /* verdicts are given at the time of the clock */
    const struct ov_client_hook_spec hook_spec = {
        .config = rig.server.end.config, .log = &silent, .changed = changed};
    hook = ov_client_hook_new(&hook_spec);
    assert_true(ov_environment_init(&world));
    const struct ov_manage_clients_spec spec = {.manage = manage,
                                                .config = rig.server.end.config,
                                                .log = &silent,
                                                .hub = rig.server.hub,
                                                .hook = hook,
                                                .world = &world,
                                                .seen = &seen,
                                                .changed = changed};
    clients = ov_manage_clients_new(&spec);
    login = (struct ov_login){.wanted = true, .filled = true, .username = "alice", .password = "se,cret"};
    client = ov_rig_add(&rig, 0, "cert0", &addr, "auth-user-pass up\nreneg-sec 0\n");
    client->end.settings.login = &login;
    ov_client_end_start(&client->end, &rig.server_addr, rig.now);
    heard[0] = '\0';
    hear();
}

static void close_all(void)
{
    ov_manage_clients_free(clients);
    ov_client_hook_free(hook);
    ov_environment_clear(&world);
    ov_rig_close(&rig);
    (void)close(talk);
    ov_manage_free(manage);
    (void)unlink(path);
}

static void expect(const char *line)
{
    if (strstr(heard, line) == NULL)
    {
        fail_msg("'%s' is not in '%s'", line, heard);
    }
}

/* The first client is 0, and the key of its first negotiation 1 [WP-MGMT-011]; its password is told in clear
 * [WP-MGMT-012]. Of what comes with client-auth a renegotiation takes nothing [WP-MGMT-013]. */
static void settings_are_given_once(void **state)
{
    (void)state;
    open_all();
    carry();
    expect(">CLIENT:CONNECT,0,1\r\n");
    expect(">CLIENT:ENV,password=se,cret\r\n");
    expect(">CLIENT:ENV,username=alice\r\n");
    expect(">CLIENT:ENV,common_name=cert0\r\n");
    expect(">CLIENT:ENV,untrusted_ip=203.0.113.10\r\n");
    expect(">CLIENT:ENV,IV_PLAT=linux\r\n");
    expect(">CLIENT:ENV,END\r\n");
    say("client-auth 0 1\npush \"route 10.99.0.0 255.255.0.0\"\nEND\n",
        "SUCCESS: client-auth command succeeded\r\n");
    assert_string_equal(ov_manage_clients_given(clients, ticket), "push \"route 10.99.0.0 255.255.0.0\"\n");
    carry();
    assert_true(ov_rig_connected(client));
    expect(">CLIENT:ESTABLISHED,0\r\n");
    expect(">CLIENT:ENV,trusted_ip=203.0.113.10\r\n");
    expect(">CLIENT:ENV,ifconfig_pool_remote_ip=10.8.0.2\r\n");
    const uint64_t first = ticket;
    assert_int_equal(ov_hub_renegotiate(rig.server.hub, 0, rig.now), OV_OK);
    carry();
    expect(">CLIENT:REAUTH,0,2\r\n");
    expect(">CLIENT:ENV,password=se,cret\r\n");
    say("client-auth 0 2\npush \"route 10.98.0.0 255.255.0.0\"\nEND\n",
        "SUCCESS: client-auth command succeeded\r\n");
    assert_string_equal(ov_manage_clients_given(clients, first), "push \"route 10.99.0.0 255.255.0.0\"\n");
    carry();
    assert_true(ov_rig_connected(client));
    assert_int_equal(client->end.session.negotiations, 2);
    /* Whoever is in already is judged no more. */
    say("client-deny 0 2 \"late\"\n", "ERROR: ");
    assert_true(ov_rig_connected(client));
    close_all();
}

static void refusals(void **state)
{
    (void)state;
    open_all();
    carry();
    say("client-deny 0 2 \"not this one\"\n", "ERROR: ");
    say("client-deny 7 1 \"nor that\"\n", "ERROR: ");
    say("client-deny 0 1 \"bad day\" \"come later\"\n", "SUCCESS: client-deny command succeeded\r\n");
    carry();
    assert_false(ov_rig_connected(client));
    assert_string_equal(login.refusal, "come later");
    close_all();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(settings_are_given_once),
        cmocka_unit_test(refusals),
    };
    return cmocka_run_group_tests_name("app_judge", tests, NULL, NULL);
}
