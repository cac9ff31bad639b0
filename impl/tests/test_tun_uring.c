#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "offload/checksum.h"
#include "tests/lib/private_net.h"
#include "tests/lib/tunrig.h"

/* The tun device by io_uring: how many calls it makes, and what happens when the kernel refuses, at the start or
 * later. That it moves the same packets as the other variants, test_tun_offload and test_tun_transfer tell. */

#define COUNT 200u
#define SIZE  172u

static struct ov_datagram dg[OV_TUN_BATCH];

/* ---- the calls of liburing, counted, and refused when the script says so ---- */

struct io_uring; /* of liburing */

static struct
{
    unsigned submits;
    unsigned allowed; /* submits until one is refused */
    int refusal;      /* error number; 0: never */
} script;

typedef int submit_fn(struct io_uring *ring, unsigned wait);
submit_fn io_uring_submit_and_wait;

int io_uring_submit_and_wait(struct io_uring *ring, unsigned wait)
{
    submit_fn *real;
    *(void **)&real = dlsym(RTLD_NEXT, "io_uring_submit_and_wait");
    if (script.refusal != 0 && script.submits >= script.allowed)
    {
        return -script.refusal;
    }
    script.submits++;
    return real(ring, wait);
}

/* The kernel answers system call nr of this process with error from now on. */
static void forbid(int nr, int error)
{
    struct sock_filter rules[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)nr, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)error),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog program = {sizeof rules / sizeof rules[0], rules};
    assert_int_equal(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
    assert_int_equal(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
}

/* ---- packets ---- */

static void send_numbered(int fd, unsigned from, unsigned count)
{
    for (unsigned i = from; i < from + count; i++)
    {
        uint8_t data[SIZE] = {(uint8_t)(i >> 8), (uint8_t)i};
        tunrig_send_train(fd, 4, 99, 7, SIZE, data, SIZE);
    }
}

/* The next packets of the numbered ones, in order; others are the kernel's own. */
static void check_numbers(size_t n, unsigned *next)
{
    for (size_t i = 0; i < n; i++)
    {
        struct ov_inner inner;
        const uint8_t *packet = ov_buf_data(&dg[i].buf);
        if (ov_inner_parse(packet, dg[i].buf.len, true, &inner) == OV_OK && inner.version == 4 &&
            inner.protocol == OV_INNER_UDP && dg[i].buf.len == SIZE + 28)
        {
            assert_true(ov_l4_sum_ok(packet, &inner));
            assert_int_equal(packet[inner.payload] << 8 | packet[inner.payload + 1], *next);
            (*next)++;
        }
    }
}

static void drain(struct ov_tun *tun, size_t room, unsigned *next)
{
    size_t n;
    while ((n = tun->ops->read(tun, dg, room)) > 0)
    {
        check_numbers(n, next);
    }
}

/* A device that nothing waits at, and a socket that sends to it. */
static struct ov_tun *open_quiet(int *fd)
{
    unsigned next = 0;
    memset(&script, 0, sizeof script);
    struct ov_tun *tun = tunrig_up(ov_tun_open_uring, 2);
    *fd = tunrig_socket(4, SOCK_DGRAM, 2, 0);
    drain(tun, OV_TUN_BATCH, &next);
    script.submits = 0;
    return tun;
}

/* ---- tests ---- */

/* Many packets take few calls, one packet takes none of these; and order is kept. */
static void test_calls(void **state)
{
    unsigned next = 0;
    int fd;
    (void)state;
    struct ov_tun *tun = open_quiet(&fd);
    send_numbered(fd, 0, COUNT);
    drain(tun, OV_TUN_BATCH, &next);
    assert_int_equal(next, COUNT);
    assert_in_range(script.submits, COUNT / 32, COUNT / 32 + 6);
    script.submits = 0;
    for (unsigned i = 0; i < 5; i++)
    {
        send_numbered(fd, COUNT + i, 1);
        const size_t n = tun->ops->read(tun, dg, 1);
        assert_int_equal(n, 1);
        check_numbers(n, &next);
    }
    assert_int_equal(next, COUNT + 5);
    assert_int_equal(script.submits, 0);
    assert_int_equal(tun->stats.rx_errors, 0);
    assert_int_equal(tun->stats.ring_errno, 0);
    (void)close(fd);
    tun->ops->close(tun);
}

/* Any size of reads gives the same packets, and none stays behind. */
static void test_room(void **state)
{
    static const size_t rooms[] = {1, 2, 3, 7, 31, 32, 33, 64, 127, 128};
    (void)state;
    for (size_t i = 0; i < sizeof rooms / sizeof rooms[0]; i++)
    {
        unsigned next = 0;
        int fd;
        struct ov_tun *tun = open_quiet(&fd);
        send_numbered(fd, 0, COUNT);
        drain(tun, rooms[i], &next);
        assert_int_equal(next, COUNT);
        assert_false(tun->ops->pending(tun));
        (void)close(fd);
        tun->ops->close(tun);
    }
}

/* From any call on the kernel says no: every packet still comes, one by one, and the reason is kept. */
static void test_refused_while_reading(void **state)
{
    static const int refusals[] = {EPERM, ENOSYS, EBUSY, ENOMEM, EBADFD};
    (void)state;
    for (unsigned allowed = 0; allowed < 5; allowed++)
    {
        unsigned next = 0;
        int fd;
        struct ov_tun *tun = open_quiet(&fd);
        script.allowed = allowed;
        script.refusal = refusals[allowed];
        send_numbered(fd, 0, COUNT);
        drain(tun, OV_TUN_BATCH, &next);
        send_numbered(fd, COUNT, 10);
        drain(tun, OV_TUN_BATCH, &next);
        assert_int_equal(next, COUNT + 10);
        assert_int_equal(script.submits, allowed);
        assert_int_equal(tun->stats.ring_errno, refusals[allowed]);
        assert_int_equal(tun->stats.rx_errors, 0);
        (void)close(fd);
        tun->ops->close(tun);
    }
}

/* A file that can't promise not to wait refuses each request: no more are made of it. */
static void test_file_without_promise(void **state)
{
    unsigned next = 0;
    int fd;
    (void)state;
    struct ov_tun *tun = open_quiet(&fd);
    const int other = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
    assert_true(other >= 0 && dup2(other, tun->ops->fd(tun)) >= 0);
    drain(tun, OV_TUN_BATCH, &next); /* the text is no packet */
    assert_int_equal(tun->stats.ring_errno, EOPNOTSUPP);
    assert_true(tun->stats.rx_errors > 0);
    (void)close(other);
    (void)close(fd);
    tun->ops->close(tun);
}

/* The twin reads what this one leaves; each has a ring. */
static void test_twin(void **state)
{
    unsigned next = 0;
    struct ov_tun *twin;
    int fd;
    (void)state;
    struct ov_tun *tun = open_quiet(&fd);
    assert_int_equal(tun->ops->twin(tun, &twin), OV_OK);
    send_numbered(fd, 0, 40);
    size_t n = tun->ops->read(tun, dg, 15);
    check_numbers(n, &next);
    assert_int_equal(next, 15);
    drain(twin, OV_TUN_BATCH, &next);
    assert_int_equal(next, 40);
    assert_int_equal(twin->stats.rx_packets, 25);
    assert_int_equal(twin->stats.ring_errno, 0);
    (void)close(fd);
    twin->ops->close(twin);
    tun->ops->close(tun);
}

/* ---- a kernel that really refuses: in a process of its own, as a filter stays ---- */

static void start_without_ring(void)
{
    struct ov_tun *tun;
    char text[OV_TUN_TEXT] = "";
    forbid(SYS_io_uring_setup, EPERM);
    assert_int_equal(ov_tun_open_uring("tun7", &tun, text), OV_ERR_UNSUPPORTED);
    assert_null(tun);
    assert_string_equal(text,
                        "io_uring: Operation not permitted (forbidden by a seccomp filter or by the sysctl "
                        "kernel.io_uring_disabled)");
}

static void lose_ring(void)
{
    unsigned next = 0;
    int fd;
    struct ov_tun *tun = open_quiet(&fd);
    forbid(SYS_io_uring_enter, ENOSYS);
    send_numbered(fd, 0, COUNT);
    drain(tun, OV_TUN_BATCH, &next);
    assert_int_equal(next, COUNT);
    assert_int_equal(tun->stats.ring_errno, ENOSYS);
    struct ov_tun *twin; /* works all the same */
    assert_int_equal(tun->ops->twin(tun, &twin), OV_OK);
    send_numbered(fd, COUNT, 5);
    drain(twin, OV_TUN_BATCH, &next);
    assert_int_equal(next, COUNT + 5);
    twin->ops->close(twin);
    tun->ops->close(tun);
}

static void test_real_refusals(void **state)
{
    static void (*const scenes[])(void) = {start_without_ring, lose_ring};
    (void)state;
    for (size_t i = 0; i < sizeof scenes / sizeof scenes[0]; i++)
    {
        int status = -1;
        const pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0)
        {
            scenes[i](); /* a failing check ends the test in the child, with a status that isn't 0 */
            _exit(42);
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 42);
    }
}

int main(void)
{
    char text[OV_TUN_TEXT];
    if (!private_net_enter(text, sizeof text))
    {
        printf("SKIP test_tun_uring: %s\n", text);
        return 0;
    }
    if (!tunrig_has(&tunrig_uring, "test_tun_uring"))
    {
        return 0;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_calls),
        cmocka_unit_test(test_room),
        cmocka_unit_test(test_refused_while_reading),
        cmocka_unit_test(test_file_without_promise),
        cmocka_unit_test(test_twin),
        cmocka_unit_test(test_real_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
