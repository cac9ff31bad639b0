#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "loop/loop.h"
#include "net/sockaddr.h"

/* The event loop with pipes as files. */

struct user
{
    struct ov_loop *loop;
    int read_end[OV_WATCH_COUNT];
    int write_end[OV_WATCH_COUNT];
    unsigned ready[8]; /* of each wake */
    size_t wakes;
    size_t stop_after;
    int signals[8];
    size_t signal_count;
    size_t resolved;
    struct ov_addr addr; /* the first one */
    char text[128];
    uint64_t woken_ms;
};

static void on_wake(void *ctx, unsigned ready)
{
    struct user *user = ctx;
    char octet;
    user->woken_ms = ov_loop_now().mono_ms;
    user->ready[user->wakes++] = ready;
    for (int which = 0; which < OV_WATCH_COUNT; which++)
    {
        if ((ready & OV_READY(which)) != 0)
        {
            assert_int_equal(read(user->read_end[which], &octet, 1), 1);
        }
    }
    if (user->wakes == user->stop_after)
    {
        ov_loop_stop(user->loop);
    }
}

static void on_signal(void *ctx, int signum)
{
    struct user *user = ctx;
    user->signals[user->signal_count++] = signum;
    if (user->signal_count == user->stop_after)
    {
        ov_loop_stop(user->loop);
    }
}

static void on_resolved(void *ctx, const struct addrinfo *list, const char *text)
{
    struct user *user = ctx;
    user->resolved++;
    if (list != NULL)
    {
        assert_true(ov_addr_from_sockaddr(list->ai_addr, list->ai_addrlen, &user->addr));
    }
    (void)snprintf(user->text, sizeof user->text, "%s", text);
    ov_loop_stop(user->loop);
}

static void setup(struct user *user)
{
    memset(user, 0, sizeof *user);
    const struct ov_loop_user callbacks = {user, on_wake, on_signal, on_resolved};
    assert_int_equal(ov_loop_new(&callbacks, &user->loop), OV_OK);
    for (int which = 0; which < OV_WATCH_COUNT; which++)
    {
        int ends[2];
        assert_int_equal(pipe(ends), 0);
        user->read_end[which] = ends[0];
        user->write_end[which] = ends[1];
    }
}

static void teardown(struct user *user)
{
    assert_true(ov_loop_free(user->loop));
    for (int which = 0; which < OV_WATCH_COUNT; which++)
    {
        (void)close(user->read_end[which]);
        (void)close(user->write_end[which]);
    }
}

static void watch(struct user *user, enum ov_watch which)
{
    assert_int_equal(ov_loop_watch(user->loop, which, user->read_end[which]), OV_OK);
}

static void poke(struct user *user, enum ov_watch which)
{
    assert_int_equal(write(user->write_end[which], "x", 1), 1);
}

/* What became ready in one turn comes in one call. */
static void test_both_ready(void **state)
{
    (void)state;
    struct user user;
    setup(&user);
    watch(&user, OV_WATCH_LINK);
    watch(&user, OV_WATCH_TUN);
    poke(&user, OV_WATCH_LINK);
    poke(&user, OV_WATCH_TUN);
    poke(&user, OV_WATCH_TUN);
    user.stop_after = 2;
    ov_loop_run(user.loop);
    assert_int_equal(user.ready[0], OV_READY(OV_WATCH_LINK) | OV_READY(OV_WATCH_TUN));
    assert_int_equal(user.ready[1], OV_READY(OV_WATCH_TUN));
    teardown(&user);
}

static void test_unwatch_and_watch_again(void **state)
{
    (void)state;
    struct user user;
    setup(&user);
    watch(&user, OV_WATCH_LINK);
    poke(&user, OV_WATCH_LINK);
    ov_loop_unwatch(user.loop, OV_WATCH_LINK);
    ov_loop_unwatch(user.loop, OV_WATCH_LINK);
    watch(&user, OV_WATCH_TUN);
    poke(&user, OV_WATCH_TUN);
    user.stop_after = 1;
    ov_loop_run(user.loop);
    assert_int_equal(user.ready[0], OV_READY(OV_WATCH_TUN));
    watch(&user, OV_WATCH_LINK);
    watch(&user, OV_WATCH_LINK);
    user.stop_after = 2;
    ov_loop_run(user.loop);
    assert_int_equal(user.ready[1], OV_READY(OV_WATCH_LINK));
    teardown(&user);
}

static void test_deadline_is_not_early(void **state)
{
    (void)state;
    struct user user;
    setup(&user);
    for (uint64_t wait_ms = 0; wait_ms < 20; wait_ms += 3)
    {
        uint64_t deadline = ov_loop_now().mono_ms + wait_ms;
        user.stop_after = user.wakes + 1;
        ov_loop_deadline(user.loop, OV_NEVER - 1); /* far, then replaced */
        ov_loop_deadline(user.loop, deadline);
        ov_loop_run(user.loop);
        assert_int_equal(user.ready[user.wakes - 1], 0);
        assert_true(user.woken_ms >= deadline);
        assert_true(user.woken_ms < deadline + 5000);
    }
    teardown(&user);
}

static void test_cancelled_deadline(void **state)
{
    (void)state;
    struct user user;
    setup(&user);
    watch(&user, OV_WATCH_TUN);
    ov_loop_deadline(user.loop, 0);
    ov_loop_deadline(user.loop, OV_NEVER);
    poke(&user, OV_WATCH_TUN);
    user.stop_after = 1;
    ov_loop_run(user.loop);
    assert_int_equal(user.ready[0], OV_READY(OV_WATCH_TUN));
    teardown(&user);
}

static void test_signals(void **state)
{
    static const int numbers[] = {SIGUSR2, SIGHUP, SIGUSR1, SIGINT, SIGTERM};
    (void)state;
    struct user user;
    setup(&user);
    for (size_t i = 0; i < 5; i++)
    {
        user.stop_after = i + 1;
        assert_int_equal(kill(getpid(), numbers[i]), 0);
        ov_loop_run(user.loop);
        assert_int_equal(user.signals[i], numbers[i]);
    }
    teardown(&user);
}

/* A program that starts over has no loop for a moment: what comes then is for the next one, and ends nothing. */
static void test_signals_between_loops(void **state)
{
    static const int numbers[] = {SIGHUP, SIGUSR1, SIGUSR2};
    (void)state;
    for (size_t i = 0; i < 3; i++)
    {
        struct user user;
        setup(&user);
        user.stop_after = 1;
        assert_int_equal(kill(getpid(), SIGUSR2), 0);
        ov_loop_run(user.loop);
        assert_int_equal(kill(getpid(), SIGTERM), 0);
        teardown(&user);
        assert_int_equal(kill(getpid(), numbers[i]), 0);
        setup(&user);
        user.stop_after = 2;
        ov_loop_run(user.loop);
        assert_int_equal(user.signals[0] + user.signals[1], SIGTERM + numbers[i]);
        teardown(&user);
    }
}

/* Addresses and names of the hosts file; nothing here asks a name server. */
static void test_resolve(void **state)
{
    static const struct
    {
        const char *host;
        uint8_t family;
        const char *expected;
    } cases[] = {
        {"192.0.2.7", 0, "192.0.2.7:0"},       {"192.0.2.7", 4, "192.0.2.7:0"},
        {"2001:db8::7", 0, "[2001:db8::7]:0"}, {"2001:db8::7", 4, NULL},
        {"localhost", 4, "127.0.0.1:0"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    {
        struct user user;
        char text[OV_ADDR_TEXT];
        setup(&user);
        assert_int_equal(ov_loop_resolve(user.loop, cases[i].host, cases[i].family), OV_OK);
        ov_loop_run(user.loop);
        assert_int_equal(user.resolved, 1);
        if (cases[i].expected != NULL)
        {
            assert_string_equal(ov_addr_text(&user.addr, text), cases[i].expected);
            assert_string_equal(user.text, "");
        }
        else
        {
            assert_true(user.text[0] != '\0');
        }
        teardown(&user);
    }
}

static void test_latest_lookup_answers(void **state)
{
    (void)state;
    struct user user;
    char text[OV_ADDR_TEXT];
    setup(&user);
    assert_int_equal(ov_loop_resolve(user.loop, "192.0.2.1", 0), OV_OK);
    assert_int_equal(ov_loop_resolve(user.loop, "192.0.2.2", 0), OV_OK);
    ov_loop_run(user.loop);
    assert_int_equal(user.resolved, 1);
    assert_string_equal(ov_addr_text(&user.addr, text), "192.0.2.2:0");
    teardown(&user);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_both_ready),
        cmocka_unit_test(test_unwatch_and_watch_again),
        cmocka_unit_test(test_deadline_is_not_early),
        cmocka_unit_test(test_cancelled_deadline),
        cmocka_unit_test(test_signals),
        cmocka_unit_test(test_signals_between_loops),
        cmocka_unit_test(test_resolve),
        cmocka_unit_test(test_latest_lookup_answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
