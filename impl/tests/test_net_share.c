/* --port-share: streams that aren't ours go to another server and back, whole, and within bounds. */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "net/share.h"
#include "net/sockaddr.h"
#include "tests/lib/octets.h"
#include "tests/lib/tcprig.h"

#define LARGE 700000u

static struct ov_share *share;
static struct ov_addr target;
static int listener = -1;

/* Another server, which a test plays itself. */
static void open_target(void)
{
    struct sockaddr_storage sa;
    socklen_t len = ov_sockaddr_from_addr(&tcprig_loopback4, AF_INET, &sa);
    listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(listener >= 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&sa, len), 0);
    assert_int_equal(listen(listener, 16), 0);
    len = sizeof sa;
    assert_int_equal(getsockname(listener, (struct sockaddr *)&sa, &len), 0);
    assert_true(ov_addr_from_sockaddr((struct sockaddr *)&sa, len, &target));
}

static void open_rig(uint32_t most, const char *dir)
{
    struct ov_tcp_settings settings = tcprig_settings(4);
    char text[OV_LINK_TEXT] = "";
    open_target();
    const struct ov_share_settings own = {.target = target, .dir = dir, .max = most};
    assert_int_equal(ov_share_open(&own, &share, text), OV_OK);
    settings.share = share;
    tcprig_open(&settings);
}

static void close_rig(void)
{
    tcprig_server->ops->close(tcprig_server); /* the share too */
    if (listener >= 0)
    {
        (void)close(listener);
    }
    listener = -1;
}

/* Let the link work for a while; it must never hand out a packet. */
static void work(int ms)
{
    struct ov_datagram dg[4];
    if (tcprig_readable(tcprig_server, ms))
    {
        assert_int_equal(tcprig_server->ops->receive(tcprig_server, dg, 4), 0);
    }
}

static int accept_one(void)
{
    struct pollfd poll_fd = {listener, POLLIN, 0};
    for (unsigned i = 0; i < 200 && poll(&poll_fd, 1, 0) == 0; i++)
    {
        work(10);
    }
    const int fd = accept(listener, NULL, NULL);
    assert_true(fd >= 0);
    return fd;
}

/* Octets from one socket to another, through the link; from -1: they are on their way. */
static void carry(int from, int to, const uint8_t *data, size_t len)
{
    size_t sent = 0, got = 0;
    static uint8_t part[65536];
    for (unsigned idle = 0; got < len && idle < 2000; idle++)
    {
        const ssize_t n =
            from >= 0 && sent < len ? send(from, data + sent, len - sent, MSG_DONTWAIT | MSG_NOSIGNAL) : 0;
        sent += n > 0 ? (size_t)n : 0;
        work(1);
        const ssize_t m = recv(to, part, sizeof part, MSG_DONTWAIT);
        if (m > 0)
        {
            assert_memory_equal(part, data + got, (size_t)m);
            got += (size_t)m;
            idle = 0;
        }
    }
    assert_int_equal(got, len);
}

static bool is_closed(int fd)
{
    uint8_t octet;
    for (unsigned i = 0; i < 200; i++)
    {
        work(5);
        const ssize_t n = recv(fd, &octet, 1, MSG_DONTWAIT);
        if (n == 0 || (n < 0 && errno == ECONNRESET))
        {
            return true;
        }
    }
    return false;
}

static void there_and_back(void **state)
{
    (void)state;
    struct ov_addr own;
    static uint8_t data[LARGE];
    struct ov_test_random random = {3};
    for (size_t i = 0; i < LARGE; i++)
    {
        data[i] = (uint8_t)ov_test_next(&random);
    }
    memcpy(data, "GET ", 4);
    open_rig(0, NULL);
    const int client = tcprig_dial(&own);
    tcprig_say(client, data, 1); /* decided by the first octet */
    const int server = accept_one();
    carry(-1, server, data, 1);
    carry(client, server, data + 1, LARGE - 1);
    carry(server, client, data, LARGE);
    /* The end of one direction is not that of the other. */
    assert_int_equal(shutdown(client, SHUT_WR), 0);
    assert_true(is_closed(server));
    carry(server, client, data, 1000);
    (void)close(server);
    assert_true(is_closed(client));
    const struct ov_link_stats stats = tcprig_server->ops->stats(tcprig_server);
    assert_true(stats.shares);
    assert_int_equal(stats.shared, 1);
    assert_int_equal(stats.shared_refused, 0);
    const struct ov_share_stats shared = ov_share_stats(share);
    assert_int_equal(shared.open, 0);
    assert_int_equal(shared.octets_there, LARGE);
    assert_int_equal(shared.octets_back, LARGE + 1000);
    assert_int_equal(stats.rx_datagrams, 0);
    (void)close(client);
    close_rig();
}

/* What is ours stays, also when its first octets come one by one. */
static void ours_stay(void **state)
{
    (void)state;
    struct ov_addr own;
    struct ov_datagram dg[4];
    static const uint8_t reset[] = {0, 14, 0x38, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0, 0};
    open_rig(0, NULL);
    const int client = tcprig_dial(&own);
    for (size_t i = 0; i < sizeof reset; i++)
    {
        tcprig_say(client, reset + i, 1);
        if (i + 1 < sizeof reset)
        {
            work(20);
        }
    }
    assert_int_equal(tcprig_take(tcprig_server, dg, 4), 1);
    assert_int_equal(dg[0].buf.len, 14);
    /* Later octets are not looked at in this way. */
    tcprig_say(client, "\0\1\x48", 3);
    assert_int_equal(tcprig_take(tcprig_server, dg, 4), 1);
    assert_int_equal(dg[0].buf.len, 1);
    assert_int_equal(ov_share_stats(share).taken, 0);
    (void)close(client);
    close_rig();
}

static void too_many(void **state)
{
    (void)state;
    struct ov_addr own;
    int client[3], server[2];
    open_rig(2, NULL);
    for (size_t i = 0; i < 3; i++)
    {
        client[i] = tcprig_dial(&own);
        tcprig_say(client[i], "SSH-2.0-x\r\n", 11);
        work(50);
        work(50);
        if (i < 2)
        {
            server[i] = accept_one();
            carry(client[i], server[i], (const uint8_t *)"", 0);
        }
    }
    assert_true(is_closed(client[2]));
    assert_int_equal(ov_share_stats(share).refused, 1);
    assert_int_equal(ov_share_stats(share).open, 2);
    /* A place that is free again is taken. */
    (void)close(client[0]);
    (void)close(server[0]);
    for (unsigned i = 0; i < 100 && ov_share_stats(share).open > 1; i++)
    {
        work(10);
    }
    assert_int_equal(ov_share_stats(share).open, 1);
    (void)close(client[1]);
    (void)close(client[2]);
    (void)close(server[1]);
    close_rig();
}

/* A client that doesn't read holds up its own stream alone, and memory stays as it is. */
static void nobody_reads(void **state)
{
    (void)state;
    struct ov_addr own;
    static uint8_t data[65536];
    size_t sent = 0;
    open_rig(0, NULL);
    const int client = tcprig_dial(&own);
    const int other = tcprig_dial(&own);
    tcprig_say(client, "GET /\r\n", 7);
    const int server = accept_one();
    for (unsigned i = 0; i < 400; i++)
    {
        const ssize_t n = send(server, data, sizeof data, MSG_DONTWAIT | MSG_NOSIGNAL);
        sent += n > 0 ? (size_t)n : 0;
        work(0);
    }
    assert_true(ov_share_stats(share).octets_back < sent); /* it stands */
    tcprig_say(other, "GET /\r\n", 7);
    const int second = accept_one();
    carry(other, second, (const uint8_t *)"GET /\r\n", 0);
    carry(second, other, (const uint8_t *)"hello", 5);
    (void)close(client);
    (void)close(server);
    (void)close(other);
    (void)close(second);
    close_rig();
}

static void nobody_there(void **state)
{
    (void)state;
    struct ov_addr own;
    open_rig(0, NULL);
    (void)close(listener);
    listener = -1;
    const int client = tcprig_dial(&own);
    tcprig_say(client, "GET /\r\n", 7);
    assert_true(is_closed(client));
    assert_int_equal(ov_share_stats(share).refused, 1);
    assert_int_equal(ov_share_stats(share).open, 0);
    (void)close(client);
    close_rig();
}

static unsigned count_files(const char *dir, char name[static 256])
{
    unsigned count = 0;
    DIR *list = opendir(dir);
    assert_non_null(list);
    for (const struct dirent *entry = readdir(list); entry != NULL; entry = readdir(list))
    {
        if (entry->d_name[0] != '.')
        {
            (void)snprintf(name, 256, "%s", entry->d_name);
            count++;
        }
    }
    (void)closedir(list);
    return count;
}

static void files_say_whose(void **state)
{
    (void)state;
    char dir[] = "/tmp/ov-share-XXXXXX";
    char name[256], path[512], text[100] = "", wanted[100], plain[OV_ADDR_TEXT];
    struct ov_addr own;
    struct sockaddr_storage sa;
    socklen_t len = sizeof sa;
    assert_non_null(mkdtemp(dir));
    open_rig(0, dir);
    const int client = tcprig_dial(&own);
    tcprig_say(client, "GET /\r\n", 7);
    const int server = accept_one();
    assert_int_equal(count_files(dir, name), 1);
    assert_int_equal(getpeername(server, (struct sockaddr *)&sa, &len), 0);
    struct ov_addr peer;
    assert_true(ov_addr_from_sockaddr((struct sockaddr *)&sa, len, &peer));
    (void)snprintf(wanted, sizeof wanted, "[AF_INET]%s", ov_addr_text(&peer, plain));
    assert_string_equal(name, wanted);
    (void)snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    assert_non_null(fgets(text, sizeof text, file));
    (void)fclose(file);
    (void)snprintf(wanted, sizeof wanted, "[AF_INET]%s", ov_addr_text(&own, plain));
    assert_string_equal(text, wanted);
    (void)close(server);
    (void)close(client);
    for (unsigned i = 0; i < 100 && count_files(dir, name) > 0; i++)
    {
        work(10);
    }
    assert_int_equal(count_files(dir, name), 0);
    close_rig();
    assert_int_equal(rmdir(dir), 0);
    char reason[OV_LINK_TEXT] = "";
    const struct ov_share_settings gone = {.target = target, .dir = dir};
    assert_int_equal(ov_share_open(&gone, &share, reason), OV_ERR_IO);
    assert_non_null(strstr(reason, "--port-share /tmp/ov-share-"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_and_back), cmocka_unit_test(ours_stay),    cmocka_unit_test(too_many),
        cmocka_unit_test(nobody_reads),   cmocka_unit_test(nobody_there), cmocka_unit_test(files_say_whose),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
