#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "app/load_files.h"
#include "app/log_stderr.h"
#include "app/pidfile.h"
#include "app/privileges.h"
#include "app/remotes.h"
#include "app/retry.h"
#include "base/arena.h"

/* The small parts of app/: each a table or a file. */

/* ---- retry [WP-CLI-004] ---- */

static void test_retry_pause(void **state)
{
    static const struct
    {
        uint32_t base_s, max_s, attempts, remotes, expected_s;
    } cases[] = {
        {1, 300, 0, 1, 1},
        {1, 300, 1, 1, 1},
        {1, 300, 4, 1, 1},
        {1, 300, 5, 1, 2},
        {1, 300, 6, 1, 4},
        {1, 300, 12, 1, 256},
        {1, 300, 13, 1, 300},
        {1, 300, 4000000000u, 1, 300},
        {1, 300, 14, 3, 1},
        {1, 300, 15, 3, 2},
        {1, 300, 17, 3, 2},
        {1, 300, 18, 3, 4},
        {5, 5, 100, 1, 5},
        {10, 5, 1, 1, 5},
        {0, 300, 50, 1, 0},
        {1, UINT32_MAX, 19, 1, 32768},
        {1, UINT32_MAX, 99, 1, 32768},
        {UINT32_MAX, UINT32_MAX, 99, 1, UINT32_MAX},
        {1, 300, 5, 0, 2},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    {
        uint32_t got = ov_retry_pause_s(cases[i].base_s, cases[i].max_s, cases[i].attempts, cases[i].remotes);
        if (got != cases[i].expected_s)
        {
            fail_msg("row %zu: %u s, not %u s", i, got, cases[i].expected_s);
        }
    }
}

/* ---- remotes [WP-CLI-001, 002, 006] ---- */

static struct ov_addr addr4(uint8_t last)
{
    struct ov_addr addr = {.family = 4, .port = 9, .ip = {192, 0, 2, last}};
    return addr;
}

static struct ov_addr addr6(uint8_t last)
{
    struct ov_addr addr = {.family = 6, .port = 9, .ip = {0x20, 1, 0xd, 0xb8, [15] = last}};
    return addr;
}

static void assert_next(const struct ov_remotes *remotes, const char *expected)
{
    char text[OV_ADDR_TEXT];
    const struct ov_addr *addr = ov_remotes_addr(remotes);
    assert_string_equal(addr == NULL ? "lookup" : ov_addr_text(addr, text), expected);
}

static void test_remotes_order(void **state)
{
    static const struct ov_remote list[] = {
        {"first.example", 1194, OV_PROTO_UDP, NULL},
        {"second.example", 443, OV_PROTO_UDP6, NULL},
        {"third.example", 53, OV_PROTO_UDP4, NULL},
    };
    (void)state;
    const struct ov_addr both[] = {addr6(1), addr4(1), addr6(2)};
    struct ov_remotes remotes = {.list = list, .count = 3};
    assert_next(&remotes, "lookup");
    assert_true(ov_remotes_resolved(&remotes, both, 3));
    assert_next(&remotes, "[2001:db8::1]:1194");
    ov_remotes_failed(&remotes);
    assert_next(&remotes, "192.0.2.1:1194");
    remotes.attempts = 7;
    ov_remotes_connected(&remotes);
    assert_int_equal(remotes.attempts, 0);
    assert_next(&remotes, "192.0.2.1:1194"); /* lost: the same one first */
    ov_remotes_failed(&remotes);
    assert_next(&remotes, "[2001:db8::2]:1194");
    ov_remotes_failed(&remotes);
    assert_next(&remotes, "lookup");
    assert_string_equal(ov_remotes_entry(&remotes)->host, "second.example");
    assert_true(ov_remotes_resolved(&remotes, both, 3));
    assert_int_equal(remotes.addrs_count, 2);
    assert_next(&remotes, "[2001:db8::1]:443");
    ov_remotes_skip(&remotes);
    assert_string_equal(ov_remotes_entry(&remotes)->host, "third.example");
    assert_false(ov_remotes_resolved(&remotes, both, 1)); /* only an IPv6 address */
    assert_next(&remotes, "lookup");
    ov_remotes_failed(&remotes);
    assert_string_equal(ov_remotes_entry(&remotes)->host, "first.example");
}

static void test_remotes_many_addresses(void **state)
{
    static const struct ov_remote one = {"many.example", 1194, OV_PROTO_UDP, NULL};
    (void)state;
    struct ov_addr addrs[OV_REMOTES_ADDRS + 5];
    for (uint8_t i = 0; i < OV_REMOTES_ADDRS + 5; i++)
    {
        addrs[i] = addr4(i);
    }
    struct ov_remotes remotes = {.list = &one, .count = 1};
    assert_true(ov_remotes_resolved(&remotes, addrs, OV_REMOTES_ADDRS + 5));
    assert_int_equal(remotes.addrs_count, OV_REMOTES_ADDRS);
}

/* ---- log ---- */

static void test_log_format(void **state)
{
    static const struct
    {
        enum ov_level level;
        const char *text;
        const char *expected;
    } cases[] = {
        {OV_LOG_INFO, "Initialization Sequence Completed",
         "2026-11-22 15:30:00 Initialization Sequence Completed\n"},
        {OV_LOG_WARN, "careful", "2026-11-22 15:30:00 WARNING: careful\n"},
        {OV_LOG_ERROR, "no such file", "2026-11-22 15:30:00 no such file\n"},
        {OV_LOG_INFO, "a\nb\033[1m\x7f", "2026-11-22 15:30:00 a?b?[1m?\n"},
        {OV_LOG_INFO, "caf\xc3\xa9", "2026-11-22 15:30:00 caf\xc3\xa9\n"},
        {OV_LOG_INFO, "", "2026-11-22 15:30:00 \n"},
    };
    (void)state;
    assert_int_equal(setenv("TZ", "UTC", 1), 0);
    tzset();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    {
        char out[128];
        size_t len = ov_log_format(out, sizeof out, 1795361400, cases[i].level, cases[i].text);
        out[len] = '\0';
        assert_string_equal(out, cases[i].expected);
    }
}

static void test_log_is_cut(void **state)
{
    char text[200];
    (void)state;
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    for (size_t cap = 64; cap < 200; cap++)
    {
        char out[200];
        memset(out, '#', sizeof out);
        size_t len = ov_log_format(out, cap, 0, OV_LOG_INFO, text);
        assert_true(len <= cap);
        assert_int_equal(out[len - 1], '\n');
        assert_int_equal(out[len - 2], 'x');
        assert_int_equal(out[cap], '#');
    }
}

static void test_log_follows_verb(void **state)
{
    (void)state;
    assert_int_equal(ov_log_stderr(0).max, 0);
    assert_int_equal(ov_log_stderr(3).max, OV_LOG_INFO);
    assert_int_equal(ov_log_stderr(11).max, OV_LOG_PACKET);
}

/* ---- files ---- */

static char folder[] = "/tmp/ovref-test-XXXXXX";

static const char *path_of(const char *name, char out[static 200])
{
    (void)snprintf(out, 200, "%s/%s", folder, name);
    return out;
}

static void put_file(const char *path, const void *data, size_t len)
{
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

static void test_load(void **state)
{
    static const struct
    {
        size_t len;
        size_t max;
        enum ov_err err;
    } cases[] = {
        {0, 10, OV_OK},
        {1, 10, OV_OK},
        {9, 10, OV_OK},
        {10, 10, OV_OK},
        {11, 10, OV_ERR_LIMIT},
        {100000, 10, OV_ERR_LIMIT},
        {100000, 1u << 20, OV_OK},
    };
    (void)state;
    char path[200];
    (void)path_of("data", path);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    {
        struct ov_arena *arena = ov_arena_new();
        struct ov_text text = {0};
        char reason[OV_LOADER_REASON] = "";
        uint8_t *data = calloc(1, cases[i].len + 1);
        for (size_t k = 0; k < cases[i].len; k++)
        {
            data[k] = (uint8_t)(k * 7); /* with NULs */
        }
        put_file(path, data, cases[i].len);
        enum ov_err err = ov_file_loader.load(NULL, path, cases[i].max, arena, &text, reason);
        assert_int_equal(err, cases[i].err);
        if (err == OV_OK)
        {
            assert_string_equal(text.from, path);
            assert_int_equal(text.len, cases[i].len);
            assert_memory_equal(text.data, data, cases[i].len);
            assert_int_equal(text.data[text.len], '\0');
        }
        else
        {
            assert_string_equal(reason, "more than 10 octets");
        }
        free(data);
        ov_arena_free(arena);
    }
}

static void test_load_special(void **state)
{
    (void)state;
    struct ov_arena *arena = ov_arena_new();
    struct ov_text text;
    char reason[OV_LOADER_REASON] = "";
    char path[200];
    assert_int_equal(ov_file_loader.load(NULL, path_of("absent", path), 10, arena, &text, reason), OV_ERR_IO);
    assert_string_equal(reason, "No such file or directory");
    assert_int_equal(ov_file_loader.load(NULL, folder, 10, arena, &text, reason), OV_ERR_IO);
    assert_string_equal(reason, "Is a directory");
    /* A file without a size of its own. */
    assert_int_equal(ov_file_loader.load(NULL, "/proc/self/status", 100000, arena, &text, reason), OV_OK);
    assert_true(text.len > 100);
    assert_int_equal(ov_file_loader.load(NULL, "/dev/zero", 5000, arena, &text, reason), OV_ERR_LIMIT);
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "piped", 5), 5);
    (void)close(ends[1]);
    char name[64];
    (void)snprintf(name, sizeof name, "/proc/self/fd/%d", ends[0]);
    assert_int_equal(ov_file_loader.load(NULL, name, 100, arena, &text, reason), OV_OK);
    assert_int_equal(text.len, 5);
    assert_string_equal(text.data, "piped");
    (void)close(ends[0]);
    ov_arena_free(arena);
}

static void test_pidfile(void **state)
{
    (void)state;
    char path[200];
    char text[256] = "";
    char got[64] = "";
    (void)path_of("pid", path);
    put_file(path, "something longer than a process id", 34);
    assert_int_equal(ov_pidfile_write(path, 4711, text, sizeof text), OV_OK);
    FILE *file = fopen(path, "re");
    assert_int_equal(fread(got, 1, sizeof got - 1, file), 5);
    assert_int_equal(fclose(file), 0);
    assert_string_equal(got, "4711\n");
    assert_int_equal(ov_pidfile_write("/nonexistent/x", 1, text, sizeof text), OV_ERR_IO);
    assert_string_equal(text, "cannot write the process id to /nonexistent/x: No such file or directory");
    assert_int_equal(ov_pidfile_write("/dev/full", 1, text, sizeof text), OV_ERR_IO);
    assert_string_equal(text, "cannot write the process id to /dev/full: No space left on device");
}

/* ---- privileges ---- */

static void test_lookup(void **state)
{
    (void)state;
    struct ov_identity_wanted wanted;
    char text[160] = "";
    const struct passwd *nobody = getpwnam("nobody");
    assert_non_null(nobody);
    uid_t uid = nobody->pw_uid;
    gid_t gid = nobody->pw_gid;
    assert_int_equal(ov_privileges_lookup(NULL, NULL, &wanted, text, sizeof text), OV_OK);
    assert_false(wanted.has_user || wanted.has_group);
    assert_int_equal(ov_privileges_lookup("nobody", NULL, &wanted, text, sizeof text), OV_OK);
    assert_true(wanted.has_user && !wanted.has_group && wanted.uid == uid && wanted.gid == gid);
    assert_int_equal(ov_privileges_lookup("65534", "0", &wanted, text, sizeof text), OV_OK);
    assert_true(wanted.has_user && wanted.has_group && wanted.uid == 65534 && wanted.gid == 0);
    assert_int_equal(ov_privileges_lookup("no-such-user", NULL, &wanted, text, sizeof text), OV_ERR_OPTION);
    assert_string_equal(text, "user 'no-such-user' is unknown on this system");
    assert_int_equal(ov_privileges_lookup(NULL, "no-such-group", &wanted, text, sizeof text), OV_ERR_OPTION);
    assert_string_equal(text, "group 'no-such-group' is unknown on this system");
}

/* Value of a line such as "CapEff:" of /proc/self/status. */
static uint64_t status_hex(const char *name)
{
    char line[256];
    uint64_t value = UINT64_MAX;
    FILE *file = fopen("/proc/self/status", "re");
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
    {
        if (strncmp(line, name, strlen(name)) == 0)
        {
            value = strtoull(line + strlen(name), NULL, 16);
        }
    }
    if (file != NULL)
    {
        (void)fclose(file);
    }
    return value;
}

#define NET_ADMIN_BIT (UINT64_C(1) << 12)

/* In a child: 0 if everything is as it should be, else the number of the wrong thing. */
static int drop_in_child(const struct ov_identity_wanted *wanted)
{
    char text[160];
    uint64_t before = status_hex("CapPrm:");
    if (ov_privileges_drop(wanted, text, sizeof text) != OV_OK)
    {
        (void)fprintf(stderr, "%s\n", text);
        return 1;
    }
    if (wanted->has_user && (getuid() != wanted->uid || geteuid() != wanted->uid))
    {
        return 2;
    }
    if (getgid() != wanted->gid || getegid() != wanted->gid)
    {
        return 3;
    }
    if (status_hex("CapEff:") != (before & NET_ADMIN_BIT) ||
        status_hex("CapPrm:") != (before & NET_ADMIN_BIT))
    {
        return 4;
    }
    if (status_hex("CapBnd:") != 0)
    {
        return 5;
    }
    gid_t groups[64];
    int count = getgroups(64, groups);
    for (int i = 0; i < count; i++)
    {
        if (groups[i] == 0)
        {
            return 6;
        }
    }
    return setuid(0) == 0 ? 7 : 0;
}

static void test_drop(void **state)
{
    (void)state;
    if (geteuid() != 0 || (status_hex("CapPrm:") & 0xc0) != 0xc0) /* SETGID, SETUID */
    {
        print_message("SKIP: only root can become somebody else\n");
        skip();
    }
    struct ov_identity_wanted wanted;
    char text[160];
    assert_int_equal(ov_privileges_lookup("nobody", NULL, &wanted, text, sizeof text), OV_OK);
    pid_t child = fork();
    if (child == 0)
    {
        _exit(drop_in_child(&wanted));
    }
    int status = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) == NULL ? -1 : 0;
}

static int remove_folder(void **state)
{
    static const char *const names[] = {"data", "pid"};
    (void)state;
    char path[200];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    {
        (void)unlink(path_of(names[i], path));
    }
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_retry_pause),
        cmocka_unit_test(test_remotes_order),
        cmocka_unit_test(test_remotes_many_addresses),
        cmocka_unit_test(test_log_format),
        cmocka_unit_test(test_log_is_cut),
        cmocka_unit_test(test_log_follows_verb),
        cmocka_unit_test(test_load),
        cmocka_unit_test(test_load_special),
        cmocka_unit_test(test_pidfile),
        cmocka_unit_test(test_lookup),
        cmocka_unit_test(test_drop),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
