#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "app/counters.h"
#include "app/status_file.h"
#include "app/status_text.h"

/* The status file, octet by octet as programs that read it expect it, and how it is written. */

static const struct ov_now now = {.mono_ms = 100000, .wall_s = 1795352446};

static const struct ov_hub_peer peers[] = {
    {.session = {.connected = true,
                 .addr = {.family = 4, .port = 35264, .ip = {10, 199, 0, 2}},
                 .common_name = "alice",
                 .peer_id = 0,
                 .cipher = OV_CIPHER_AES_256_GCM,
                 .connected_wall_s = 1795352432,
                 .last_in_ms = 93000,
                 .data = {.link_octets_in = 2000, .link_octets_out = 2200},
                 .control = {.octets_in = 439, .octets_out = 96}},
     .number = 7,
     .ip4 = 0x0a080002,
     .has_ip6 = true,
     .ip6 = {0xfd, 0, 0, 8, [14] = 0x10}},
    {.session = {.connected = true,
                 .addr = {.family = 4, .port = 1, .ip = {192, 0, 2, 1}},
                 .common_name = "a,b\tc\nEND",
                 .peer_id = 3,
                 .cipher = OV_CIPHER_CHACHA20_POLY1305,
                 .connected_wall_s = 1795352440,
                 .last_in_ms = 100000},
     .number = 8,
     .ip4 = 0x0a080003,
     .username = "b,o\tb"},
    {.session = {.addr = {.family = 4, .port = 2, .ip = {192, 0, 2, 2}}, .peer_id = 4, .last_in_ms = 200000},
     .number = 9},
};

static bool next_peer(void *ctx, struct ov_hub_peer *out)
{
    size_t *at = ctx;
    if (*at >= sizeof peers / sizeof peers[0])
    {
        return false;
    }
    *out = peers[(*at)++];
    return true;
}

static const struct ov_counters counters = {.at = {{"rcvbuf granted", 65536}, {"replayed", 2}}, .count = 2};

static const char *const wanted[] = {
    "OpenVPN CLIENT LIST\n"
    "Updated,2026-11-22 13:00:46\n"
    "Common Name,Real Address,Bytes Received,Bytes Sent,Connected Since\n"
    "alice,10.199.0.2:35264,2439,2296,2026-11-22 13:00:32\n"
    "a_b_c_END,192.0.2.1:1,0,0,2026-11-22 13:00:40\n"
    "UNDEF,192.0.2.2:2,0,0,1970-01-01 00:00:00\n"
    "ROUTING TABLE\n"
    "Virtual Address,Common Name,Real Address,Last Ref\n"
    "10.8.0.2,alice,10.199.0.2:35264,2026-11-22 13:00:39\n"
    "fd00:8::1000,alice,10.199.0.2:35264,2026-11-22 13:00:39\n"
    "10.8.0.3,a_b_c_END,192.0.2.1:1,2026-11-22 13:00:46\n"
    "GLOBAL STATS\n"
    "Max bcast/mcast queue length,0\n"
    "rcvbuf granted,65536\n"
    "replayed,2\n"
    "END\n",
    "TITLE,ovref 1 x_ y\n"
    "TIME,2026-11-22 13:00:46,1795352446\n"
    "HEADER,CLIENT_LIST,Common Name,Real Address,Virtual Address,Virtual IPv6 Address,Bytes Received,Bytes "
    "Sent,Connected Since,Connected Since (time_t),Username,Client ID,Peer ID,Data Channel Cipher\n"
    "CLIENT_LIST,alice,10.199.0.2:35264,10.8.0.2,fd00:8::1000,2439,2296,2026-11-22 "
    "13:00:32,1795352432,UNDEF,7,0,AES-256-GCM\n"
    "CLIENT_LIST,a_b_c_END,192.0.2.1:1,10.8.0.3,,0,0,2026-11-22 "
    "13:00:40,1795352440,b_o_b,8,3,CHACHA20-POLY1305\n"
    "CLIENT_LIST,UNDEF,192.0.2.2:2,,,0,0,1970-01-01 00:00:00,0,UNDEF,9,4,\n"
    "HEADER,ROUTING_TABLE,Virtual Address,Common Name,Real Address,Last Ref,Last Ref (time_t)\n"
    "ROUTING_TABLE,10.8.0.2,alice,10.199.0.2:35264,2026-11-22 13:00:39,1795352439\n"
    "ROUTING_TABLE,fd00:8::1000,alice,10.199.0.2:35264,2026-11-22 13:00:39,1795352439\n"
    "ROUTING_TABLE,10.8.0.3,a_b_c_END,192.0.2.1:1,2026-11-22 13:00:46,1795352446\n"
    "GLOBAL_STATS,Max bcast/mcast queue length,0\n"
    "GLOBAL_STATS,dco_enabled,0\n"
    "GLOBAL_STATS,rcvbuf granted,65536\n"
    "GLOBAL_STATS,replayed,2\n"
    "END\n",
};

static char *server_text(uint32_t version)
{
    char *text = NULL;
    size_t len = 0;
    size_t at = 0;
    const struct ov_status_peers walk = {.next = next_peer, .ctx = &at};
    FILE *file = open_memstream(&text, &len);
    assert_non_null(file);
    ov_status_text_server(file, version, "ovref 1 x, y", &walk, &counters, now);
    assert_int_equal(fclose(file), 0);
    return text;
}

/* Ethernet: two stations behind the first client, none behind the others. */
static bool next_mac(void *ctx, uint32_t peer_id, struct ov_hub_mac *at)
{
    static const struct ov_hub_mac stations[] = {
        {{0x02, 0, 0x5e, 0, 0, 1}, 0, 93000, &stations[0]},
        {{0xfe, 0xdc, 0xba, 0x98, 0x76, 0x54}, 12, 100000, &stations[1]},
    };
    const size_t i = at->entry == NULL ? 0 : (size_t)((const struct ov_hub_mac *)at->entry - stations) + 1;
    (void)ctx;
    if (peer_id != 0 || i == sizeof stations / sizeof stations[0])
    {
        return false;
    }
    *at = stations[i];
    return true;
}

/* As 2.6.14 has it: no addresses among the routes, and behind each station its VLAN. */
static void test_stations(void **state)
{
    (void)state;
    char *text = NULL;
    size_t len = 0;
    size_t at = 0;
    const struct ov_status_peers walk = {
        .next = next_peer, .next_mac = next_mac, .ctx = &at, .flood_most = 7};
    FILE *file = open_memstream(&text, &len);
    assert_non_null(file);
    ov_status_text_server(file, 2, "t", &walk, &counters, now);
    assert_int_equal(fclose(file), 0);
    assert_non_null(strstr(
        text, "Last Ref (time_t)\n"
              "ROUTING_TABLE,02:00:5e:00:00:01@0,alice,10.199.0.2:35264,2026-11-22 13:00:39,1795352439\n"
              "ROUTING_TABLE,fe:dc:ba:98:76:54@12,alice,10.199.0.2:35264,2026-11-22 13:00:46,1795352446\n"
              "GLOBAL_STATS,Max bcast/mcast queue length,7\n"));
    free(text);
}

/* Networks behind the first client, and an address that was used in each; its own come first [WP-SRV-009]. */
static bool next_behind(void *ctx, uint32_t peer_id, struct ov_hub_behind *at, struct ov_now when)
{
    static const struct ov_hub_behind list[] = {
        {.len = 4, .bits = 24, .ip = {192, 168, 7, 0}},
        {.len = 16, .bits = 48, .ip = {0xfd, 7}},
        {.is_host = true, .len = 4, .bits = 32, .ip = {192, 168, 7, 9}, .seen_ms = 93000},
        {.is_host = true, .len = 16, .bits = 128, .ip = {0xfd, 7, [15] = 1}, .seen_ms = 100000},
    };
    const uint32_t i = at->networks;
    (void)ctx;
    assert_int_equal(when.mono_ms, now.mono_ms);
    if (peer_id != 0 || i == sizeof list / sizeof list[0])
    {
        return false;
    }
    *at = list[i];
    at->networks = i + 1;
    return true;
}

static void test_networks(void **state)
{
    (void)state;
    char *text = NULL;
    size_t len = 0;
    size_t at = 0;
    const struct ov_status_peers walk = {.next = next_peer, .next_behind = next_behind, .ctx = &at};
    FILE *file = open_memstream(&text, &len);
    assert_non_null(file);
    ov_status_text_server(file, 2, "t", &walk, &counters, now);
    assert_int_equal(fclose(file), 0);
    assert_non_null(
        strstr(text, "ROUTING_TABLE,fd00:8::1000,alice,10.199.0.2:35264,2026-11-22 13:00:39,1795352439\n"
                     "ROUTING_TABLE,192.168.7.0/24,alice,10.199.0.2:35264,2026-11-22 13:00:39,1795352439\n"
                     "ROUTING_TABLE,fd07::/48,alice,10.199.0.2:35264,2026-11-22 13:00:39,1795352439\n"
                     "ROUTING_TABLE,192.168.7.9C,alice,10.199.0.2:35264,2026-11-22 13:00:39,1795352439\n"
                     "ROUTING_TABLE,fd07::1C,alice,10.199.0.2:35264,2026-11-22 13:00:46,1795352446\n"
                     "ROUTING_TABLE,10.8.0.3,"));
    free(text);
}

/* Several sockets: the kind of the one a client came by stands in front of its address [WP-SRV-014]. */
static void test_sockets(void **state)
{
    static const struct ov_listener sockets[] = {
        {.proto = OV_PROTO_UDP6}, {.proto = OV_PROTO_TCP}, {.proto = OV_PROTO_UDP}};
    static const struct
    {
        struct ov_addr addr;
        const char *text;
    } rows[] = {
        {{.family = 4, .port = 7, .ip = {192, 0, 2, 1}}, "udp4:192.0.2.1:7"},
        {{.family = 6, .port = 7, .ip = {0xfd}}, "udp6:[fd00::]:7"},
        {{.family = 4, .port = 7, .way = 1, .ip = {192, 0, 2, 1}}, "tcp4-server:192.0.2.1:7"},
        {{.family = 6, .port = 7, .way = 1, .ip = {0xfd}}, "tcp6-server:[fd00::]:7"},
        {{.family = 4, .port = 7, .way = 9, .ip = {192, 0, 2, 1}}, "192.0.2.1:7"},
    };
    char text[OV_OUTER_TEXT];
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        assert_string_equal(ov_outer_text(&rows[i].addr, sockets, 3, text), rows[i].text);
    }
    assert_string_equal(ov_outer_text(&rows[0].addr, sockets, 1, text), "192.0.2.1:7");
}

/* [WP-SRV-050, WP-SRV-051] */
static void test_server_versions(void **state)
{
    (void)state;
    for (uint32_t version = 1; version <= 2; version++)
    {
        char *text = server_text(version);
        assert_string_equal(text, wanted[version - 1]);
        free(text);
    }
    /* Version 3 is version 2 with tabs; a comma in a name is no separator then, and stays. */
    char *text = server_text(3);
    assert_non_null(strstr(text, "TITLE\tovref 1 x, y\nTIME\t2026-11-22 13:00:46\t1795352446\n"));
    assert_non_null(strstr(text,
                           "\nCLIENT_LIST\ta,b_c_END\t192.0.2.1:1\t10.8.0.3\t\t0\t0\t2026-11-22 13:00:40\t"
                           "1795352440\tb,o_b\t8\t3\tCHACHA20-POLY1305\n"));
    assert_non_null(strstr(text,
                           "\nHEADER\tROUTING_TABLE\tVirtual Address\tCommon Name\tReal Address\tLast Ref\t"
                           "Last Ref (time_t)\n"));
    assert_non_null(strstr(text, "\nGLOBAL_STATS\tMax bcast/mcast queue length\t0\n"));
    assert_non_null(strstr(text, "\nGLOBAL_STATS\treplayed\t2\nEND\n"));
    free(text);
}

static void test_client(void **state)
{
    struct ov_status_octets octets = {
        .tun_read = 96, .tun_written = 5, .link_read = 2322, .link_written = 2453, .authenticated = 7};
    char *text = NULL;
    size_t len = 0;
    (void)state;
    FILE *file = open_memstream(&text, &len);
    assert_non_null(file);
    ov_status_text_client(file, &octets, &counters, now);
    assert_int_equal(fclose(file), 0);
    assert_string_equal(text, "OpenVPN STATISTICS\n"
                              "Updated,2026-11-22 13:00:46\n"
                              "TUN/TAP read bytes,96\n"
                              "TUN/TAP write bytes,5\n"
                              "TCP/UDP read bytes,2322\n"
                              "TCP/UDP write bytes,2453\n"
                              "Auth read bytes,7\n"
                              "rcvbuf granted,65536\n"
                              "replayed,2\n"
                              "END\n");
    free(text);
    octets.compression = true;
    octets.compressed_in = 1000;
    octets.compressed_out = 100;
    octets.expanded_in = 20;
    octets.expanded_out = 2000;
    file = open_memstream(&text, &len);
    assert_non_null(file);
    ov_status_text_client(file, &octets, &counters, now);
    assert_int_equal(fclose(file), 0);
    assert_non_null(strstr(text, "Auth read bytes,7\n"
                                 /* [WP-SRV-052] */ "pre-compress bytes,1000\n"
                                 "post-compress bytes,100\n"
                                 "pre-decompress bytes,20\n"
                                 "post-decompress bytes,2000\n"
                                 "rcvbuf granted,65536\n"));
    free(text);
}

/* ---- the file ---- */

static unsigned log_lines;

static void count_line(void *ctx, enum ov_level level, const char *text)
{
    (void)ctx;
    (void)level;
    (void)text;
    log_lines++;
}

static void put(void *ctx, FILE *file)
{
    (void)fputs(*(const char **)ctx, file);
}

static void write_text(struct ov_status_file *status, const char *text, const struct ov_log *log,
                       struct ov_now at)
{
    ov_status_file_write(status, put, &text, log, at);
}

static void check_content(const char *path, const char *want)
{
    char text[100] = "";
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    assert_true(fread(text, 1, sizeof text - 1, file) > 0);
    assert_int_equal(fclose(file), 0);
    assert_string_equal(text, want);
}

static void test_file(void **state)
{
    const struct ov_log log = {count_line, NULL, OV_LOG_INFO};
    struct ov_status_file status;
    struct ov_config config = {.status_s = 5};
    struct ov_now at = now;
    char dir[] = "/tmp/ov-status-XXXXXX";
    char path[64];
    (void)state;
    assert_non_null(mkdtemp(dir));
    (void)snprintf(path, sizeof path, "%s/status", dir);
    ov_status_file_open(&status, &config, &log, at);
    assert_true(ov_status_file_deadline(&status) == OV_NEVER); /* nobody asked for one */
    write_text(&status, "x", &log, at);
    ov_status_file_close(&status);

    config.status = path;
    ov_status_file_open(&status, &config, &log, at);
    assert_int_equal(ov_status_file_deadline(&status), at.mono_ms); /* at once */
    write_text(&status, "a long text\nEND\n", &log, at);
    check_content(path, "a long text\nEND\n");
    assert_int_equal(ov_status_file_deadline(&status), at.mono_ms + 5000);
    /* Shorter, in a directory that is not ours any more. */
    assert_int_equal(chmod(dir, 0), 0);
    write_text(&status, "short\n", &log, at);
    assert_int_equal(chmod(dir, 0700), 0);
    check_content(path, "short\n");
    ov_status_file_close(&status);
    assert_int_equal(log_lines, 0);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(dir), 0);
}

static void test_file_troubles(void **state)
{
    const struct ov_log log = {count_line, NULL, OV_LOG_INFO};
    struct ov_status_file status;
    struct ov_config config = {.status_s = 5, .status = "/nowhere/at/all"};
    (void)state;
    log_lines = 0;
    ov_status_file_open(&status, &config, &log, now);
    assert_int_equal(log_lines, 1);
    assert_true(ov_status_file_deadline(&status) == OV_NEVER);
    ov_status_file_close(&status);

    config.status = "/dev/full";
    ov_status_file_open(&status, &config, &log, now);
    for (unsigned i = 0; i < 3; i++)
    {
        write_text(&status, "text\n", &log, now);
    }
    assert_int_equal(log_lines, 2); /* once, not each time */
    ov_status_file_close(&status);
}

/* ---- counters ---- */

static void test_counters(void **state)
{
    struct ov_counters list = {0};
    struct ov_drops in = {0};
    struct ov_drops out = {0};
    char text[OV_COUNTERS_TEXT];
    (void)state;
    assert_string_equal(ov_counters_drops_text(&list, text), "none");
    ov_counters_link(&list, NULL);
    assert_int_equal(list.count, 0);
    in.by[OV_ERR_REPLAY] = 3;
    in.by[OV_ERR_AUTH] = 2;
    in.by[OV_ERR_FORMAT] = 5;
    out.by[OV_ERR_WRAP] = 1;
    ov_counters_drops(&list, &in, &out);
    assert_string_equal(ov_counters_drops_text(&list, text),
                        "replayed 3, authentication failed 2, in refused 5, out refused 1");
    /* A name would not be read back if it held what separates. */
    for (size_t i = 0; i < list.count; i++)
    {
        assert_null(strpbrk(list.at[i].name, ",\t\n"));
    }
    /* Too many don't fit, and don't harm. */
    for (unsigned i = 0; i < 20; i++)
    {
        ov_counters_drops(&list, &in, &out);
    }
    assert_int_equal(list.count, OV_COUNTERS_MAX);
    assert_true(strlen(ov_counters_drops_text(&list, text)) < OV_COUNTERS_TEXT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_server_versions), cmocka_unit_test(test_stations),
        cmocka_unit_test(test_networks),        cmocka_unit_test(test_sockets),
        cmocka_unit_test(test_client),          cmocka_unit_test(test_file),
        cmocka_unit_test(test_file_troubles),   cmocka_unit_test(test_counters),
    };
    if (setenv("TZ", "UTC", 1) != 0)
    {
        return 1;
    }
    tzset();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
