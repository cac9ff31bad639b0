/* Programs beside a loop: their end is told, whoever is forgotten is killed without a word, and nobody stays behind as a
 * zombie. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "loop/loop.h"
#include "loop/process.h"

struct user
{
    struct ov_loop *loop;
    unsigned ends;
    int status;
};

static void on_wake(void *ctx, unsigned ready)
{
    const struct user *user = ctx;
    if (ready == 0 && ov_loop_now().mono_ms > 0)
    {
        ov_loop_stop(user->loop);
    }
}

static void on_signal(void *ctx, int signum)
{
    (void)ctx;
    fail_msg("signal %d", signum);
}

static void on_resolved(void *ctx, const struct addrinfo *list, const char *text)
{
    (void)ctx;
    (void)list;
    (void)text;
}

static void on_end(void *ctx, int status)
{
    struct user *user = ctx;
    user->ends++;
    user->status = status;
}

static void setup(struct user *user)
{
    const struct ov_loop_user callbacks = {user, on_wake, on_signal, on_resolved};
    *user = (struct user){.status = 99};
    assert_int_equal(ov_loop_new(&callbacks, &user->loop), OV_OK);
}

static struct ov_process *start(struct user *user, const char *command)
{
    const char *const args[] = {"/bin/sh", "-c", command, NULL};
    const char *const env[] = {"PATH=/usr/bin:/bin", NULL};
    const struct ov_process_spec spec = {args, env, on_end, user};
    struct ov_process *process;
    const char *reason;
    assert_int_equal(ov_process_start(user->loop, &spec, &process, &reason), OV_OK);
    return process;
}

static bool has_children(void)
{
    siginfo_t info;
    return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 || errno != ECHILD;
}

/* Turns of the loop, until there is no child any more. */
static void run(const struct user *user, unsigned most_ms)
{
    for (unsigned ms = 0; ms < most_ms && has_children(); ms += 20)
    {
        ov_loop_deadline(user->loop, ov_loop_now().mono_ms + 20);
        ov_loop_run(user->loop);
    }
}

static void ends_are_told(void **state)
{
    static const struct
    {
        const char *command;
        int status;
    } rows[] = {{"exit 0", 0}, {"exit 3", 3}, {"kill -9 $$", -1}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        struct user user;
        setup(&user);
        (void)start(&user, rows[i].command);
        run(&user, 10000);
        assert_false(has_children());
        assert_int_equal(user.ends, 1);
        assert_int_equal(user.status, rows[i].status);
        assert_true(ov_loop_free(user.loop));
    }
}

/* Before the end of the loop, which lets them run and waits for none. */
static void nobody_waits(void **state)
{
    static const struct
    {
        void (*leave)(struct ov_process *process);
        const char *command;
    } rows[] = {{ov_process_forget, "exec sleep 100"}, {ov_process_release, "exit 1"}};
    (void)state;
    for (size_t i = 0; i < 2; i++)
    {
        struct user user;
        setup(&user);
        rows[i].leave(start(&user, rows[i].command));
        run(&user, 10000);
        assert_false(has_children());
        assert_int_equal(user.ends, 0);
        rows[i].leave(start(&user, rows[i].command));
        assert_true(ov_loop_free(user.loop));
        assert_int_equal(user.ends, 0);
        assert_true(waitpid(-1, NULL, 0) > 0);
    }
    ov_process_forget(NULL);
    ov_process_release(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ends_are_told),
        cmocka_unit_test(nobody_waits),
    };
    return cmocka_run_group_tests_name("process", tests, NULL, NULL);
}
