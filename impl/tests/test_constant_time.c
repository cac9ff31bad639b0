/* Comparisons of secrets take as long for a wrong first octet as for a wrong last one (CVE-2013-2061): counted in
 * instructions, exactly, by stepping through a child that does nothing else. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/wipe.h"
#include "crypto/null/null.h"
#include "wrap/wrap.h"

#define STEPS_MAX 5000000u

/* What is measured: how it ends, for a secret that is wrong in octet at. */
struct task
{
    const char *name;
    size_t len; /* octets that are compared */
    void (*prepare)(const struct task *task, size_t at);
    void (*run)(const struct task *task);
    enum ov_wrap_kind wrap;
};

/* The child stops before run and ends after it; what it executes between is counted. 0: this machine lets nobody
 * trace. */
static unsigned long count_steps(const struct task *task, size_t at)
{
    int status = 0;
    unsigned long steps = 0;
    task->prepare(task, at);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
    {
        if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) != 0)
        {
            _exit(9);
        }
        (void)raise(SIGSTOP);
        task->run(task);
        (void)raise(SIGSTOP);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFEXITED(status))
    {
        return 0;
    }
    assert_true(WIFSTOPPED(status));
    while (steps < STEPS_MAX)
    {
        assert_int_equal(ptrace(PTRACE_SINGLESTEP, child, NULL, NULL), 0);
        assert_int_equal(waitpid(child, &status, 0), child);
        if (!WIFSTOPPED(status) || WSTOPSIG(status) != SIGTRAP)
        {
            break;
        }
        steps++;
    }
    assert_true(WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP);
    (void)ptrace(PTRACE_KILL, child, NULL, NULL);
    (void)kill(child, SIGKILL);
    (void)waitpid(child, &status, 0);
    return steps;
}

/* ---- the comparison itself ---- */

static uint8_t right[64], wrong[64];
static volatile bool verdict;

static void prepare_octets(const struct task *task, size_t at)
{
    memset(right, 0xa5, sizeof right);
    memcpy(wrong, right, sizeof wrong);
    wrong[at] ^= 1;
    (void)task;
}

static void run_octets(const struct task *task)
{
    verdict = ov_equal_secret(right, wrong, task->len);
}

/* ---- a control packet whose tag is wrong ---- */

static struct ov_wrap wrap;
static uint8_t sealed[512], packet[512];
static uint32_t sealed_len;
static struct ov_buf view;
static struct ov_wrap_head head;
static volatile enum ov_err err;

static void prepare_packet(const struct task *task, size_t at)
{
    struct ov_wrap_key key = {.kind = task->wrap, .digest = OV_DIGEST_SHA256};
    const struct ov_sid sid = {{1, 2, 3}};
    memset(&key.key, 7, sizeof key.key);
    assert_int_equal(ov_wrap_init(&wrap, &ov_crypto_null, &key, OV_ROLE_CLIENT), OV_OK);
    view = ov_buf_over(sealed, sizeof sealed, 128);
    memset(ov_buf_put(&view, 40), 3, 40);
    assert_int_equal(ov_wrap_seal(&wrap, (struct ov_wrap_id){1, 0x60000000}, 0x20, &sid, &view), OV_OK);
    sealed_len = view.len;
    memcpy(packet, ov_buf_data(&view), sealed_len);
    /* Behind opcode and session id: tls-auth has the tag there, tls-crypt the packet id before it. */
    packet[9 + (task->wrap == OV_WRAP_TLS_CRYPT ? 8 : 0) + at] ^= 1;
    ov_wrap_clear(&wrap);
    assert_int_equal(ov_wrap_init(&wrap, &ov_crypto_null, &key, OV_ROLE_SERVER), OV_OK);
    view = (struct ov_buf){packet, sizeof packet, 0, sealed_len};
}

static void run_packet(const struct task *task)
{
    (void)task;
    err = ov_wrap_open(&wrap, &view, &head);
}

static void compare(const struct task *task)
{
    const unsigned long first = count_steps(task, 0);
    const unsigned long last = count_steps(task, task->len - 1);
    const unsigned long middle = count_steps(task, task->len / 2);
    if (first == 0)
    {
        print_message("%s: nobody may trace here\n", task->name);
        skip();
    }
    if (first != last || first != middle)
    {
        fail_msg("%s: %lu instructions for a wrong first octet, %lu in the middle, %lu for the last",
                 task->name, first, middle, last);
    }
    task->prepare(task, 0);
    task->run(task);
}

static void octets(void **state)
{
    (void)state;
    static const size_t lengths[] = {1, 16, 20, 32, 64};
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++)
    {
        const struct task task = {
            .name = "octets", .len = lengths[i], .prepare = prepare_octets, .run = run_octets};
        compare(&task);
        assert_false(verdict);
    }
}

/* The comparison is ours with every library; only the null one executes the same twice in all that surrounds it. */
static void control_packets(void **state)
{
    (void)state;
    static const enum ov_wrap_kind kinds[] = {OV_WRAP_TLS_AUTH, OV_WRAP_TLS_CRYPT};
    for (size_t i = 0; i < 2; i++)
    {
        const struct task task = {.name = i == 0 ? "tls-auth" : "tls-crypt",
                                  .len = 32,
                                  .prepare = prepare_packet,
                                  .run = run_packet,
                                  .wrap = kinds[i]};
        compare(&task);
        assert_int_equal(err, OV_ERR_AUTH);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(octets),
        cmocka_unit_test(control_packets),
    };
    return cmocka_run_group_tests_name("constant_time", tests, NULL, NULL);
}
