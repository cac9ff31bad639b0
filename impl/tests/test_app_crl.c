/* Revocation while a server runs: the file of --crl-verify that changes, goes away or is spoilt, and the folder of serial
 * numbers. On every backend, with a configuration as users write it. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "app/cert_guard.h"
#include "app/load_files.h"
#include "lib/testpki.h"
#include "lib/tlspair.h"
#include "options/options.h"

#define REVOKED "certificate verify failed: certificate has been revoked (CN=crl client, depth 0)"

static char dir[] = "/tmp/ov-crl-XXXXXX";
static char file[64];
static char said[512]; /* the last line of the log */

static void keep_line(void *ctx, enum ov_level level, const char *text)
{
    (void)ctx;
    (void)level;
    (void)snprintf(said, sizeof said, "%s", text);
}

static const struct ov_log keeper = {keep_line, NULL, OV_LOG_INFO};

static int make_dir(void **state)
{
    (void)state;
    bool made = mkdtemp(dir) != NULL;
    (void)snprintf(file, sizeof file, "%s/crl.pem", dir);
    return !made;
}

static int remove_dir(void **state)
{
    (void)state;
    (void)unlink(file);
    return rmdir(dir);
}

/* Written under another name first, as who replaces a list should; another time makes it another file even where the
 * clock of the file system is coarse. */
static void write_file(const char *text, time_t mtime)
{
    char fresh[80];
    (void)snprintf(fresh, sizeof fresh, "%s.new", file);
    FILE *out = fopen(fresh, "w");
    assert_non_null(out);
    assert_true(fputs(text, out) >= 0);
    assert_int_equal(fclose(out), 0);
    const struct timespec times[2] = {{mtime, 0}, {mtime, 0}};
    assert_int_equal(utimensat(AT_FDCWD, fresh, times, 0), 0);
    assert_int_equal(rename(fresh, file), 0);
}

/* A server with these lines, its guard and its TLS configuration, and a client that may be revoked. */
struct rig
{
    struct ov_options *options;
    struct ov_cert_guard guard;
    struct ov_tls_pair pair;
};

static void rig_open(struct rig *rig, const struct ov_crypto *crypto, const char *line)
{
    char text[512];
    (void)snprintf(
        text, sizeof text,
        "server 10.8.0.0 255.255.255.0\ndev tun\n<ca>\nx\n</ca>\n<cert>\nx\n</cert>\n<key>\nx\n</key>\n%s\n",
        line);
    assert_int_equal(ov_options_from_text("t", text, strlen(text), &ov_file_loader, &rig->options), OV_OK);
    const struct ov_config *config = ov_options_config(rig->options);
    ov_cert_guard_init(&rig->guard, config, crypto, &keeper);
    struct ov_tls_settings client = ov_testpki_settings(OV_ROLE_CLIENT, "crl-client");
    struct ov_tls_settings server = ov_testpki_settings(OV_ROLE_SERVER, "crl-server");
    client.ca = server.ca = ov_testpki_pem(ov_testpki("crl-root")->cert);
    server.crl = (struct ov_pem){config->certs.crl.data, config->certs.crl.len};
    server.judge = ov_cert_guard_judge;
    server.judge_ctx = &rig->guard;
    ov_tls_pair_open(&rig->pair, crypto, &client, crypto, &server);
    rig->guard.tls = rig->pair.conf[OV_ROLE_SERVER];
}

static void rig_close(struct rig *rig)
{
    ov_tls_pair_close(&rig->pair);
    ov_options_free(rig->options);
}

/* A new handshake, as a session begins it: NULL or why the server refuses. */
static void expect_handshake(struct rig *rig, const char *want)
{
    struct ov_tls_pair *pair = &rig->pair;
    ov_cert_guard_refresh(&rig->guard);
    for (unsigned role = 0; role < 2; role++)
    {
        ov_tls_clear(&pair->tls[role]);
        assert_int_equal(ov_tls_init(&pair->tls[role], pair->crypto[role]->tls, pair->conf[role]), OV_OK);
    }
    ov_tls_pair_run(pair, 4096);
    const char *got = ov_tls_reason(&pair->tls[OV_ROLE_SERVER]);
    if (want == NULL ? !ov_tls_pair_is_open(pair) : strcmp(got, want) != 0)
    {
        fail_msg("the server says \"%s\", expected \"%s\"", got, want != NULL ? want : "nothing");
    }
}

static void expect_said(const char *words)
{
    if (words == NULL ? said[0] != '\0' : strstr(said, words) == NULL)
    {
        fail_msg("the log says \"%s\", expected \"%s\"", said, words != NULL ? words : "nothing");
    }
    said[0] = '\0';
}

static void file_changes(void **state)
{
    (void)state;
    const char *revoking = ov_testpki("crl-list-client")->cert;
    const char *empty = ov_testpki("crl-list-empty")->cert;
    for (const struct ov_crypto *const *crypto = ov_test_real_backends(); *crypto != NULL; crypto++)
    {
        char line[128];
        struct rig rig;
        (void)snprintf(line, sizeof line, "crl-verify %s", file);
        write_file(empty, 1000);
        rig_open(&rig, *crypto, line);
        said[0] = '\0';
        expect_handshake(&rig, NULL);
        expect_said(NULL); /* nothing is read again without need */
        write_file(revoking, 2000);
        expect_handshake(&rig, REVOKED);
        expect_said("new revocation lists");
        expect_handshake(&rig, REVOKED);
        expect_said(NULL);
        assert_int_equal(unlink(file), 0);
        expect_handshake(&rig, REVOKED);
        expect_said("is gone; the lists read before go on");
        write_file("no list at all\n", 3000);
        expect_handshake(&rig, REVOKED);
        expect_said("no revocation list in it; the lists read before go on");
        write_file(empty, 4000);
        expect_handshake(&rig, NULL);
        expect_said("new revocation lists");
        rig_close(&rig);
    }
}

/* The folder is looked into at every handshake: a file named by the serial number revokes. */
static void folder_of_serials(void **state)
{
    (void)state;
    for (const struct ov_crypto *const *crypto = ov_test_real_backends(); *crypto != NULL; crypto++)
    {
        char line[128];
        char why[OV_TLS_JUDGE_TEXT] = "";
        struct rig rig;
        struct ov_tls_cert cert = {.depth = 0, .name = "alice", .subject = "CN=alice", .serial = "4711"};
        (void)snprintf(line, sizeof line, "crl-verify %s dir", dir);
        rig_open(&rig, *crypto, line);
        expect_handshake(&rig, NULL);
        assert_int_equal(ov_cert_guard_judge(&rig.guard, &cert, why), OV_OK);
        (void)snprintf(line, sizeof line, "%s/4711", dir);
        FILE *out = fopen(line, "w");
        assert_non_null(out);
        assert_int_equal(fclose(out), 0);
        assert_int_equal(ov_cert_guard_judge(&rig.guard, &cert, why), OV_ERR_CERT);
        assert_string_equal(why, "certificate has been revoked (serial 4711)");
        cert.serial = "471";
        assert_int_equal(ov_cert_guard_judge(&rig.guard, &cert, why), OV_OK);
        cert.serial = ""; /* a certificate without one can't be told from a revoked one */
        assert_int_equal(ov_cert_guard_judge(&rig.guard, &cert, why), OV_ERR_CERT);
        assert_string_equal(why, "serial number can't be looked up");
        assert_int_equal(unlink(line), 0);
        rig_close(&rig);
    }
}

static void wrong_options(void **state)
{
    static const struct
    {
        const char *line;
        const char *want;
    } rows[] = {
        {"crl-verify /nowhere/crl.pem", "No such file or directory"},
        {"crl-verify /tmp folder", "the second argument can only be 'dir', not 'folder'"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        struct ov_options *options = NULL;
        bool found = false;
        (void)!ov_options_from_text("t", rows[i].line, strlen(rows[i].line), &ov_file_loader, &options);
        for (const struct ov_diag *d = ov_options_diags(options)->first; d != NULL; d = d->next)
        {
            found |= strstr(d->text, rows[i].want) != NULL;
        }
        assert_true(found);
        ov_options_free(options);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(file_changes),
        cmocka_unit_test(folder_of_serials),
        cmocka_unit_test(wrong_options),
    };
    return cmocka_run_group_tests_name("app crl", tests, make_dir, remove_dir);
}
