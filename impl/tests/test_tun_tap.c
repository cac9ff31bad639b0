/* Tap devices in a private network namespace, by either variant, and devices that stay. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/lib/private_net.h"
#include "tun/tun.h"

typedef enum ov_err open_for_fn(const struct ov_tun_spec *spec, struct ov_tun **out,
                                char text[static OV_TUN_TEXT]);

/* A tap device by either variant; what is shorter than an Ethernet header the kernel refuses, counted. */
static void test_tap(void **state)
{
    (void)state;
    open_for_fn *const opens[] = {ov_tun_open_plain_for, ov_tun_open_offload_for, ov_tun_open_uring_for};
    const struct ov_tun_spec spec = {"tap", true, OV_BUF_PACKET, NULL};
    for (size_t i = 0; i < sizeof opens / sizeof opens[0]; i++)
    {
        uint8_t mem[OV_BUF_HEADROOM + 256] = {0};
        struct ov_datagram dg = {.buf = ov_buf_over(mem, sizeof mem, OV_BUF_HEADROOM), .fate = OV_FATE_TUN};
        struct ov_tun *tun = NULL;
        char text[OV_TUN_TEXT] = "";
        const enum ov_err err = opens[i](&spec, &tun, text);
        if (err == OV_ERR_UNSUPPORTED)
        {
            continue; /* a kernel without offloads, or without io_uring */
        }
        assert_int_equal(err, OV_OK);
        assert_string_equal(tun->name, "tap0");
        (void)ov_buf_put(&dg.buf, 13);
        tun->ops->write(tun, &dg, 1);
        assert_int_equal(dg.fate, OV_FATE_DROPPED);
        assert_int_equal(tun->stats.tx_errors, 1);
        tun->ops->close(tun);
        assert_int_equal(if_nametoindex("tap0"), 0);
    }
}

static void test_persist(void **state)
{
    (void)state;
    struct ov_tun_spec spec = {"tap6", true, OV_BUF_PACKET, NULL};
    struct ov_tun *tun = NULL;
    char name[IFNAMSIZ] = "";
    char text[OV_TUN_TEXT] = "";
    assert_int_equal(ov_tun_persist(&spec, true, 1000, -1, name, text), OV_OK);
    assert_string_equal(name, "tap6");
    assert_int_not_equal(if_nametoindex("tap6"), 0);
    spec.tap = false;
    assert_int_equal(ov_tun_open_plain_for(&spec, &tun, text), OV_ERR_IO);
    assert_string_equal(text,
                        "cannot create tun device tap6: Invalid argument (there is an interface of this "
                        "name that is not a tun device)");
    spec.tap = true;
    assert_int_equal(ov_tun_open_plain_for(&spec, &tun, text), OV_OK);
    tun->ops->close(tun);
    assert_int_not_equal(if_nametoindex("tap6"), 0);
    assert_int_equal(ov_tun_persist(&spec, false, -1, -1, name, text), OV_OK);
    assert_int_equal(if_nametoindex("tap6"), 0);
    spec.dev = "lo";
    assert_int_equal(ov_tun_persist(&spec, true, -1, -1, name, text), OV_ERR_IO);
    assert_string_equal(text, "cannot create tap device lo: Invalid argument (there is an interface of this "
                              "name that is not a tap device)");
}

int main(void)
{
    char text[200] = "";
    const int fd = private_net_enter(text, sizeof text) ? open("/dev/net/tun", O_RDWR | O_CLOEXEC) : -1;
    if (fd < 0)
    {
        printf("SKIP test_tun_tap: %s\n", text[0] != '\0' ? text : strerror(errno));
        return 77;
    }
    (void)close(fd);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tap),
        cmocka_unit_test(test_persist),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
