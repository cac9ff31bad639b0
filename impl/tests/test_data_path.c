#include <dlfcn.h>
#include <errno.h>
#include <linux/if_tun.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include "app/data_path.h"
#include "tests/lib/private_net.h"
#include "tests/lib/tunrig.h"

/* --data-path: which variants are opened, what is said about it, and what happens on a kernel that lacks something.
 * Such a kernel is played by the system calls below, which refuse one request. */

static struct
{
    int sockopt;          /* UDP_SEGMENT, UDP_GRO; 0: none is refused */
    bool header;          /* TUNSETVNETHDRSZ is refused */
    unsigned tun_offload; /* TUNSETOFFLOAD with any of these is refused */
    int ring;             /* io_uring is refused with this error number */
} lacks;

#define SEGMENT 103
#define GRO     104

int setsockopt(int fd, int level, int name, const void *value, socklen_t len)
{
    if (level == IPPROTO_UDP && name == lacks.sockopt)
    {
        errno = ENOPROTOOPT;
        return -1;
    }
    return (int)syscall(SYS_setsockopt, fd, level, name, value, len);
}

int ioctl(int fd, unsigned long request, ...)
{
    va_list args;
    va_start(args, request);
    unsigned long value = va_arg(args, unsigned long);
    va_end(args);
    if ((request == TUNSETVNETHDRSZ && lacks.header) ||
        (request == TUNSETOFFLOAD && (value & lacks.tun_offload) != 0))
    {
        errno = EINVAL;
        return -1;
    }
    return (int)syscall(SYS_ioctl, fd, request, value);
}

struct io_uring; /* of liburing */
typedef int ring_init_fn(unsigned entries, struct io_uring *ring, unsigned flags);
ring_init_fn io_uring_queue_init;

int io_uring_queue_init(unsigned entries, struct io_uring *ring, unsigned flags)
{
    ring_init_fn *real;
    *(void **)&real = dlsym(RTLD_NEXT, "io_uring_queue_init");
    return lacks.ring != 0 ? -lacks.ring : real(entries, ring, flags);
}

/* ---- what was logged ---- */

static char logged[1024];

static void note_line(void *ctx, enum ov_level level, const char *text)
{
    size_t len = strlen(logged);
    (void)ctx;
    (void)snprintf(logged + len, sizeof logged - len, "%d %s\n", (int)level, text);
}

static const struct ov_log to_notes = {note_line, NULL, OV_LOG_INFO};

static int fresh(void **state)
{
    (void)state;
    memset(&lacks, 0, sizeof lacks);
    logged[0] = '\0';
    return 0;
}

static void assert_logged(const char *part)
{
    if (strstr(logged, part) == NULL)
    {
        fail_msg("'%s' is missing in the log:\n%s", part, logged);
    }
}

/* ---- tests ---- */

#define NO_TRAINS "UDP has no segmentation offload here: Protocol not available"

static void test_link(void **state)
{
    static const struct
    {
        enum ov_data_path path;
        int lacks;
        const char *name; /* NULL: an error */
        uint64_t calls;   /* to send three datagrams */
        const char *says;
    } cases[] = {
        {OV_DATA_PATH_PLAIN, 0, "udp", 3, "3 UDPv4 127.0.0.1:"},
        {OV_DATA_PATH_BATCH, 0, "udp", 1, ", udp, sndbuf "},
        {OV_DATA_PATH_OFFLOAD, 0, "udp-gso", 1, ", udp-gso, sndbuf "},
        {OV_DATA_PATH_AUTO, 0, "udp-gso", 1, ", udp-gso, sndbuf "},
        {OV_DATA_PATH_AUTO, GRO, "udp", 1, "3 " NO_TRAINS "; going on without it\n3 UDPv4 127.0.0.1:"},
        {OV_DATA_PATH_AUTO, SEGMENT, "udp", 1, "3 " NO_TRAINS "; going on without it\n3 UDPv4 127.0.0.1:"},
        {OV_DATA_PATH_OFFLOAD, GRO, NULL, 0, "0 " NO_TRAINS "\n"},
        {OV_DATA_PATH_PLAIN, GRO, "udp", 3, ", udp, sndbuf "},
        {OV_DATA_PATH_URING, 0, "udp-gso", 1, ", udp-gso, sndbuf "},
        {OV_DATA_PATH_URING, GRO, "udp", 1, "3 " NO_TRAINS "; going on without it\n3 UDPv4 127.0.0.1:"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    {
        struct ov_udp_settings settings = {
            .family = 4, .bind = true, .local = {.family = 4, .ip = {127, 0, 0, 1}}};
        struct ov_datagram dg[3];
        struct ov_addr at;
        uint8_t octets[100] = {0};
        (void)fresh(state);
        lacks.sockopt = cases[i].lacks;
        struct ov_link *link = ov_data_path_link(cases[i].path, &settings, &to_notes);
        assert_logged(cases[i].says);
        assert_int_equal(link != NULL, cases[i].name != NULL);
        if (link == NULL)
        {
            continue;
        }
        assert_string_equal(link->ops->name, cases[i].name);
        assert_true(ov_udp_local(link, &at));
        for (size_t k = 0; k < 3; k++)
        {
            dg[k] = (struct ov_datagram){.buf = ov_buf_over(octets, sizeof octets, 0), .addr = at};
            dg[k].buf.len = sizeof octets;
            dg[k].fate = OV_FATE_LINK;
        }
        link->ops->send(link, dg, 3);
        assert_int_equal(link->ops->stats(link).tx_datagrams, 3);
        assert_int_equal(link->ops->stats(link).tx_calls, cases[i].calls);
        /* One packet, one call: so it is in the other direction, too. */
        size_t most = cases[i].path == OV_DATA_PATH_PLAIN ? 1 : 3;
        for (size_t got = 0; got < 3; got += most)
        {
            assert_int_equal(link->ops->receive(link, dg, 3), most);
        }
        assert_int_equal(link->ops->receive(link, dg, 3), 0);
        link->ops->close(link);
    }
}

/* An error that is not about offloads is one for every path, and said once. */
static void test_link_errors(void **state)
{
    static const enum ov_data_path paths[] = {OV_DATA_PATH_AUTO, OV_DATA_PATH_PLAIN, OV_DATA_PATH_BATCH,
                                              OV_DATA_PATH_OFFLOAD, OV_DATA_PATH_URING};
    struct ov_udp_settings settings = {
        .family = 4, .bind = true, .local = {.family = 4, .ip = {127, 0, 0, 1}}};
    struct ov_link *first = ov_data_path_link(OV_DATA_PATH_PLAIN, &settings, &to_notes);
    assert_non_null(first);
    assert_true(ov_udp_local(first, &settings.local));
    char want[OV_LINK_TEXT];
    (void)snprintf(want, sizeof want, "0 cannot bind UDP socket to 127.0.0.1:%u: Address already in use\n",
                   settings.local.port);
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
    {
        (void)fresh(state);
        assert_null(ov_data_path_link(paths[i], &settings, &to_notes));
        assert_string_equal(logged, want);
    }
    first->ops->close(first);
}

static void test_tun(void **state)
{
    static const struct
    {
        enum ov_data_path path;
        bool header;
        unsigned lacks;
        const char *name; /* NULL: an error */
        const char *says; /* all of it */
    } cases[] = {
        {OV_DATA_PATH_PLAIN, false, 0, "plain", "3 TUN/TAP device tun7 opened, plain\n"},
        {OV_DATA_PATH_BATCH, false, 0, "plain", "3 TUN/TAP device tun7 opened, plain\n"},
        {OV_DATA_PATH_OFFLOAD, false, 0, "offload", "3 TUN/TAP device tun7 opened, offload\n"},
        {OV_DATA_PATH_AUTO, false, 0, "offload", "3 TUN/TAP device tun7 opened, offload\n"},
        {OV_DATA_PATH_OFFLOAD, false, 0x60, "offload", "3 TUN/TAP device tun7 opened, offload\n"},
        {OV_DATA_PATH_AUTO, false, TUN_F_TSO4, "plain",
         "3 tun device tun7 has no TCP segmentation: Invalid argument; going on without it\n"
         "3 TUN/TAP device tun7 opened, plain\n"},
        {OV_DATA_PATH_AUTO, true, 0, "plain",
         "3 tun device tun7 has no packet offloads: Invalid argument; going on without it\n"
         "3 TUN/TAP device tun7 opened, plain\n"},
        {OV_DATA_PATH_OFFLOAD, false, TUN_F_CSUM, NULL,
         "0 tun device tun7 has no TCP segmentation: Invalid argument\n"},
        {OV_DATA_PATH_PLAIN, true, TUN_F_CSUM, "plain", "3 TUN/TAP device tun7 opened, plain\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    {
        (void)fresh(state);
        lacks.header = cases[i].header;
        lacks.tun_offload = cases[i].lacks;
        struct ov_tun *tun = ov_data_path_tun(
            cases[i].path, &(struct ov_tun_spec){"tun7", false, OV_BUF_PACKET, NULL}, &to_notes);
        assert_string_equal(logged, cases[i].says);
        assert_int_equal(tun != NULL, cases[i].name != NULL);
        if (tun != NULL)
        {
            assert_string_equal(tun->ops->name, cases[i].name);
            tun->ops->close(tun);
        }
    }
}

/* Where there is no io_uring, uring is what auto is; whoever asks for something else is told nothing. */
static void test_tun_uring(void **state)
{
    static const struct
    {
        enum ov_data_path path;
        int ring;
        unsigned lacks;
        const char *name;
        const char *says; /* all of it */
    } cases[] = {
        {OV_DATA_PATH_URING, 0, 0, "uring", "3 TUN/TAP device tun7 opened, uring\n"},
        {OV_DATA_PATH_URING, ENOSYS, 0, "offload",
         "3 io_uring: Function not implemented (this kernel has none, or a seccomp filter hides it); going "
         "on "
         "without it\n3 TUN/TAP device tun7 opened, offload\n"},
        {OV_DATA_PATH_URING, EPERM, 0, "offload",
         "3 io_uring: Operation not permitted (forbidden by a seccomp filter or by the sysctl "
         "kernel.io_uring_disabled); going on without it\n3 TUN/TAP device tun7 opened, offload\n"},
        {OV_DATA_PATH_URING, 0, TUN_F_TSO4, "plain",
         "3 tun device tun7 has no TCP segmentation: Invalid argument; going on without it\n"
         "3 tun device tun7 has no TCP segmentation: Invalid argument; going on without it\n"
         "3 TUN/TAP device tun7 opened, plain\n"},
        {OV_DATA_PATH_OFFLOAD, ENOSYS, 0, "offload", "3 TUN/TAP device tun7 opened, offload\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    {
        (void)fresh(state);
        lacks.ring = cases[i].ring;
        lacks.tun_offload = cases[i].lacks;
        struct ov_tun *tun = ov_data_path_tun(
            cases[i].path, &(struct ov_tun_spec){"tun7", false, OV_BUF_PACKET, NULL}, &to_notes);
        assert_string_equal(logged, cases[i].says);
        assert_non_null(tun);
        assert_string_equal(tun->ops->name, cases[i].name);
        tun->ops->close(tun);
    }
}

static void test_tun_errors(void **state)
{
    (void)fresh(state);
    assert_null(ov_data_path_tun(OV_DATA_PATH_AUTO, &(struct ov_tun_spec){"a/b", false, OV_BUF_PACKET, NULL},
                                 &to_notes));
    assert_string_equal(logged, "0 'a/b' cannot be the name of an interface\n");
}

int main(void)
{
    struct ov_udp_settings settings = {.family = 4};
    struct ov_link *link = NULL;
    struct ov_tun *tun = NULL;
    char text[OV_TUN_TEXT];
    if (ov_udp_open_gso(&settings, &link, text) != OV_OK)
    {
        printf("SKIP test_data_path: %s\n", text);
        return 0;
    }
    link->ops->close(link);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_link, fresh),      cmocka_unit_test_setup(test_link_errors, fresh),
        cmocka_unit_test_setup(test_tun, fresh),       cmocka_unit_test_setup(test_tun_errors, fresh),
        cmocka_unit_test_setup(test_tun_uring, fresh),
    };
    if (!private_net_enter(text, sizeof text) || ov_tun_open_offload("tun7", &tun, text) != OV_OK)
    {
        printf("SKIP test_tun of test_data_path: %s\n", text);
        return _cmocka_run_group_tests("links", tests, 2, NULL, NULL);
    }
    tun->ops->close(tun);
    const size_t skipped = tunrig_has(&tunrig_uring, "test_tun_uring of test_data_path") ? 0 : 1;
    return _cmocka_run_group_tests("data path", tests, sizeof tests / sizeof tests[0] - skipped, NULL, NULL);
}
