/* Keys of the control channel from configuration texts, and --genkey: what is written is what the other verbs
 * read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "app/genkey.h"
#include "app/load_files.h"
#include "app/load_keys.h"
#include "app/load_token.h"
#include "options/options.h"
#include "tests/lib/octets.h"
#include "tests/lib/tlspair.h"
#include "tests/lib/vectors.h"
#include "wire/pem.h"
#include "wire/static_key.h"
#include "wrap/client_key.h"

static char dir[] = "/tmp/ov-keys-XXXXXX";
static char said[512]; /* the last line of the log */
static const struct ov_now now = {1000, 0x60000000};

static void keep_line(void *ctx, enum ov_level level, const char *text)
{
    (void)ctx;
    (void)level;
    (void)snprintf(said, sizeof said, "%s", text);
}

static const struct ov_log keeper = {keep_line, NULL, OV_LOG_INFO};

static const char *path_of(const char *name)
{
    static char paths[4][128];
    static unsigned turn;
    char *path = paths[turn++ % 4];
    (void)snprintf(path, sizeof paths[0], "%s/%s", dir, name);
    return path;
}

static int make_dir(void **state)
{
    (void)state;
    return mkdtemp(dir) == NULL;
}

static int remove_dir(void **state)
{
    static const char *const names[] = {"secret", "server", "client", "user", "other"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    {
        (void)unlink(path_of(names[i]));
    }
    return rmdir(dir);
}

/* Run as the program would with these arguments. */
static bool genkey(const char *const *argv, size_t argc)
{
    struct ov_options *options = NULL;
    struct ov_program program = {0};
    said[0] = '\0';
    enum ov_err err = ov_options_from_args(argc, argv, &ov_file_loader, &options);
    for (const struct ov_diag *d = ov_options_diags(options)->first; d != NULL; d = d->next)
    {
        (void)snprintf(said, sizeof said, "%s", d->text);
    }
    bool good = err == OV_OK && ov_options_config(options)->wish == OV_WISH_GENKEY &&
                ov_genkey_run(&program, ov_options_config(options), keeper, now);
    ov_program_clear(&program);
    ov_options_free(options);
    return good;
}

#define GENKEY(...)                                                                                          \
    genkey((const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

/* A configuration of this role with these lines. */
static bool load(bool server, const char *lines, struct ov_control_keys *keys)
{
    char text[1024];
    struct ov_options *options = NULL;
    (void)snprintf(text, sizeof text, "%s\ndev tun\n<ca>\nx\n</ca>\n<cert>\nx\n</cert>\n<key>\nx\n</key>\n%s",
                   server ? "server 10.8.0.0 255.255.255.0" : "client\nremote a\nremote-cert-tls server",
                   lines);
    said[0] = '\0';
    assert_int_equal(ov_options_from_text("t", text, strlen(text), &ov_file_loader, &options), OV_OK);
    const bool good = ov_control_keys_load(ov_options_config(options), &keeper, keys);
    ov_options_free(options);
    return good;
}

static bool load_file(bool server, const char *option, const char *name, const char *rest,
                      struct ov_control_keys *keys)
{
    char line[256];
    (void)snprintf(line, sizeof line, "%s %s %s\n", option, path_of(name), rest);
    return load(server, line, keys);
}

/* Key files in the shape that every program reads [WP-KEY-001]. */
static void written_keys_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; ov_test_real_backends()[i] != NULL; i++)
    {
        const char *backend = ov_test_real_backends()[i]->name;
        struct ov_control_keys server, client, user;
        struct ov_key2 kc;
        struct ov_wkc_metadata metadata;
        struct stat info;
        assert_true(GENKEY("--tls-backend", backend, "--genkey", "secret", path_of("secret")));
        assert_true(GENKEY("--tls-backend", backend, "--genkey", "tls-crypt-v2-server", path_of("server")));
        assert_true(GENKEY("--tls-backend", backend, "--tls-crypt-v2", path_of("server"), "--genkey",
                           "tls-crypt-v2-client", path_of("client")));
        assert_true(GENKEY("--tls-backend", backend, "--tls-crypt-v2", path_of("server"), "--genkey",
                           "tls-crypt-v2-client", path_of("user"), "aGVsbG8="));
        assert_int_equal(stat(path_of("server"), &info), 0);
        assert_int_equal(info.st_mode & 0777, 0600);
        assert_int_equal(info.st_size, 269);
        assert_int_equal(stat(path_of("secret"), &info), 0);
        assert_int_equal(info.st_size, 636);

        assert_true(load_file(false, "tls-auth", "secret", "1", &client));
        assert_int_equal(client.wrap.kind, OV_WRAP_TLS_AUTH);
        assert_int_equal(client.wrap.direction, OV_KEY_DIRECTION_1);
        assert_true(load_file(true, "tls-crypt-v2", "server", "", &server));
        assert_true(server.has_server_key && server.wrap.kind == OV_WRAP_PLAIN);
        assert_true(load_file(false, "tls-crypt-v2", "client", "", &client));
        assert_true(!client.has_server_key && client.wrap.kind == OV_WRAP_TLS_CRYPT);
        assert_int_equal(client.wkc.len, 299);
        assert_int_equal(ov_client_key_unwrap(ov_test_real_backends()[i], &server.server_key,
                                              client.wkc.octets, client.wkc.len, &kc, &metadata),
                         OV_OK);
        assert_memory_equal(&kc, &client.wrap.key, sizeof kc);
        assert_int_equal(metadata.len, 9);
        assert_memory_equal(metadata.octets, "\1\0\0\0\0\x60\0\0\0", 9);
        assert_true(load_file(false, "tls-crypt-v2", "user", "", &user));
        assert_int_equal(ov_client_key_unwrap(ov_test_real_backends()[i], &server.server_key, user.wkc.octets,
                                              user.wkc.len, &kc, &metadata),
                         OV_OK);
        assert_int_equal(metadata.len, 6);
        assert_memory_equal(metadata.octets, "\0hello", 6);
        if (ov_test_real_backends()[i + 1] != NULL)
        {
            (void)unlink(path_of("secret"));
            (void)unlink(path_of("server"));
            (void)unlink(path_of("client"));
            (void)unlink(path_of("user"));
        }
    }
}

static void expect(bool good, const char *words)
{
    if (good || strstr(said, words) == NULL)
    {
        fail_msg("%s: '%s' instead of '%s'", good ? "works" : "refused", said, words);
    }
}

static void refused(void **state)
{
    struct ov_control_keys keys;
    char metadata[1024];
    (void)state;
    expect(GENKEY("--genkey", "secret", path_of("secret")), "File exists");
    expect(GENKEY("--genkey", "secret", "/nowhere/at/all"), "No such file or directory");
    expect(GENKEY("--genkey", "auth-token", "/nowhere/at/all"), "No such file or directory");
    expect(GENKEY("--genkey", "sesame", path_of("other")), "unknown type 'sesame'");
    expect(GENKEY("--genkey", "tls-crypt-v2-server"), "the name of the file is missing");
    expect(GENKEY("--genkey", "secret", path_of("other"), "aGVsbG8="), "only client keys have metadata");
    expect(GENKEY("--genkey", "tls-crypt-v2-client", path_of("other")), "the server key is missing");
    expect(GENKEY("--tls-crypt-v2", path_of("client"), "--genkey", "tls-crypt-v2-client", path_of("other")),
           "this is the key of a client");
    expect(GENKEY("--tls-crypt-v2", path_of("secret"), "--genkey", "tls-crypt-v2-client", path_of("other")),
           "not a tls-crypt-v2 server key");
    expect(
        GENKEY("--tls-crypt-v2", path_of("server"), "--genkey", "tls-crypt-v2-client", path_of("other"), "?"),
        "not base64");
    memset(metadata, 'A', sizeof metadata);
    metadata[980] = '\0'; /* 735 octets */
    expect(GENKEY("--tls-crypt-v2", path_of("server"), "--genkey", "tls-crypt-v2-client", path_of("other"),
                  metadata),
           "more than 733 octets");
    assert_int_equal(access(path_of("other"), F_OK), -1);
    metadata[976] = '\0'; /* 732 */
    assert_true(GENKEY("--tls-crypt-v2", path_of("server"), "--genkey", "tls-crypt-v2-client",
                       path_of("other"), metadata));
    assert_true(load_file(false, "tls-crypt-v2", "other", "", &keys));
    assert_int_equal(keys.wkc.len, 290 + 733);

    expect(load_file(true, "tls-crypt-v2", "client", "", &keys), "this is the key of a client");
    expect(load_file(false, "tls-crypt-v2", "server", "", &keys), "this is the key of a server");
    expect(load_file(false, "tls-crypt-v2", "secret", "", &keys), "not a tls-crypt-v2 client key");
    expect(load_file(false, "tls-auth", "server", "", &keys), "not an OpenVPN static key file");
    expect(load_file(false, "tls-crypt", "server", "", &keys), "not an OpenVPN static key file");
}

/* Half a key serves both directions, but not one of two [WP-KEY-002, WP-KEY-004]. */
static void half_a_key(void **state)
{
    struct ov_control_keys keys;
    char text[1024];
    size_t len = 0;
    (void)state;
    len = (size_t)snprintf(text, sizeof text, "<tls-auth>\n-----BEGIN OpenVPN Static key V1-----\n");
    for (unsigned i = 0; i < 128; i++)
    {
        len += (size_t)snprintf(text + len, sizeof text - len, "%02x%s", i, i % 16 == 15 ? "\n" : "");
    }
    len +=
        (size_t)snprintf(text + len, sizeof text - len, "-----END OpenVPN Static key V1-----\n</tls-auth>\n");
    assert_true(load(false, text, &keys));
    assert_int_equal(keys.wrap.direction, OV_KEY_DIRECTION_BOTH);
    (void)snprintf(text + len, sizeof text - len, "key-direction 1\n");
    expect(load(false, text, &keys), "fewer than 256 octets");
}

/* A key file of so many octets, the first ones of which are zero. */
static const char *key_text(char text[static 1100], unsigned octets, unsigned zeros)
{
    size_t len = (size_t)snprintf(text, 1100, "-----BEGIN OpenVPN Static key V1-----\n");
    for (unsigned i = 0; i < octets; i++)
    {
        len += (size_t)snprintf(text + len, 1100 - len, "%02x%s", i < zeros ? 0 : i % 256,
                                i % 16 == 15 ? "\n" : "");
    }
    (void)snprintf(text + len, 1100 - len, "-----END OpenVPN Static key V1-----\n");
    return text;
}

static bool load_secret(const char *text, int8_t direction, struct ov_control_keys *keys)
{
    const struct ov_config config = {
        .p2p = true, .secret = {"[inline]", text, strlen(text)}, .key_direction = direction};
    said[0] = '\0';
    return ov_control_keys_load(&config, &keeper, keys);
}

/* 'secret': as tls-auth, but the key encrypts, so an empty one is none [WP-KEY-005]. */
static void static_keys(void **state)
{
    (void)state;
    struct ov_control_keys keys;
    char text[1100];
    assert_true(load_secret(key_text(text, 256, 0), 1, &keys));
    assert_true(keys.has_secret);
    assert_int_equal(keys.wrap.kind, OV_WRAP_PLAIN);
    assert_int_equal(keys.secret.half[1].hmac[63], 255);
    assert_true(load_secret(key_text(text, 256, 31), 1, &keys));
    assert_true(load_secret(key_text(text, 128, 0), -1, &keys));
    expect(load_secret(key_text(text, 128, 0), 0, &keys),
           "--secret [inline]: the key has fewer than 256 octets");
    expect(load_secret(key_text(text, 256, 32), -1, &keys), "--secret [inline]: the key is all zero");
    expect(load_secret(key_text(text, 256, 160), 0, &keys), "--secret [inline]: the key is all zero");
    expect(load_secret("no key", -1, &keys), "not an OpenVPN static key file");
}

/* The PEM blocks of the specification, inline. */
static void blocks_of_the_vectors(void **state)
{
    (void)state;
    struct ov_vec_file *file = ov_vec_load("tls-crypt-v2");
    for (int server = 0; server < 2; server++)
    {
        struct ov_control_keys keys;
        char pem[1024] = "";
        const struct ov_vec_section *s = ov_vec_section(file, server ? "server-key-file" : "client-key-file");
        (void)ov_vec_octets(s, "pem", (uint8_t *)pem, sizeof pem - 1);
        struct ov_config config = {.role = server ? OV_ROLE_SERVER : OV_ROLE_CLIENT,
                                   .tls_crypt_v2 = {"[inline]", pem, strlen(pem)}};
        assert_true(ov_control_keys_load(&config, &keeper, &keys));
        assert_int_equal(keys.wkc.len, server ? 0 : 299);
    }
    ov_vec_free(file);
}

/* The key for tokens is part of a file of 128 octets; without a file it is drawn [WP-TOK-003]. */
static void token_keys(void **state)
{
    (void)state;
    struct ov_vec_file *file = ov_vec_load("auth-token");
    const struct ov_vec_section *s = ov_vec_section(file, "token");
    struct ov_test_random random = {1};
    const struct ov_rng rng = ov_test_rng(&random);
    uint8_t body[129] = {0}, wanted[OV_TOKEN_KEY], key[OV_TOKEN_KEY], other[OV_TOKEN_KEY];
    ov_vec_exactly(s, "key_file_body", body, 128);
    ov_vec_exactly(s, "hmac_key", wanted, sizeof wanted);
    for (size_t len = 127; len <= 129; len++)
    {
        char base64[200], pem[400];
        assert_int_equal(ov_base64_encode(body, len, base64, sizeof base64), OV_OK);
        (void)snprintf(pem, sizeof pem,
                       "-----BEGIN OpenVPN auth-token server key-----\n%s\n"
                       "-----END OpenVPN auth-token server key-----\n",
                       base64);
        const struct ov_config config = {.login.token_secret = {"[inline]", pem, strlen(pem)}};
        const bool good = ov_token_key_load(&config, &rng, &keeper, key);
        assert_int_equal(good, len == 128);
        if (good)
        {
            assert_memory_equal(key, wanted, sizeof key);
        }
        else
        {
            assert_non_null(strstr(said, "has 128 octets"));
        }
    }
    const struct ov_config bad = {.login.token_secret = {"[inline]", "x", 1}};
    assert_false(ov_token_key_load(&bad, &rng, &keeper, key));
    assert_non_null(strstr(said, "not an auth-token key"));
    const struct ov_config none = {.role = OV_ROLE_SERVER};
    assert_true(ov_token_key_load(&none, &rng, &keeper, key));
    assert_true(ov_token_key_load(&none, &rng, &keeper, other));
    assert_memory_not_equal(key, other, sizeof key);
    ov_vec_free(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(written_keys_are_read), cmocka_unit_test(refused),     cmocka_unit_test(half_a_key),
        cmocka_unit_test(blocks_of_the_vectors), cmocka_unit_test(static_keys), cmocka_unit_test(token_keys),
    };
    return cmocka_run_group_tests_name("app_keys", tests, make_dir, remove_dir);
}
