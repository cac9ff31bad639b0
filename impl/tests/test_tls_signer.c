/* Keys that somebody else keeps, on every pair of backends: signatures at once and later, refused, given up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/testpki.h"
#include "lib/tlspair.h"

/* Here the key lies in a file, and the openssl command signs. */
struct keeper
{
    const char *key;
    unsigned calls[3];
    unsigned waits; /* says "not yet" so many times */
    unsigned asked;
    bool broken;
    uint8_t first[OV_SIGN_MAX]; /* what it was asked first: it must not change while it waits */
    size_t first_len;
};

static void spill(const char *path, const void *data, size_t len)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

static void sign_by_command(const char *key, const struct ov_sign_request *request, uint8_t *out, size_t cap,
                            size_t *out_len)
{
    static const char *const programs[] = {"rsautl -pkcs", "rsautl -raw", "pkeyutl"};
    char dir[] = "/tmp/ovref-signer.XXXXXX";
    char path[64], command[400];
    assert_non_null(mkdtemp(dir));
    (void)snprintf(path, sizeof path, "%s/key", dir);
    spill(path, key, strlen(key));
    (void)snprintf(path, sizeof path, "%s/in", dir);
    spill(path, request->in, request->in_len);
    (void)snprintf(command, sizeof command, "openssl %s -sign -inkey %s/key -in %s/in 2>%s/words",
                   programs[request->kind], dir, dir, dir);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    *out_len = fread(out, 1, cap, pipe);
    assert_int_equal(pclose(pipe), 0);
    (void)snprintf(command, sizeof command, "rm -r %s", dir);
    assert_int_equal(system(command), 0);
}

static enum ov_err keeper_sign(void *ctx, const struct ov_sign_request *request, uint8_t *out, size_t cap,
                               size_t *out_len)
{
    struct keeper *keeper = ctx;
    assert_true(request->in_len <= sizeof keeper->first);
    if (keeper->asked++ == 0)
    {
        memcpy(keeper->first, request->in, request->in_len);
        keeper->first_len = request->in_len;
    }
    else if (keeper->waits > 0)
    {
        assert_int_equal(keeper->first_len, request->in_len);
        assert_memory_equal(keeper->first, request->in, request->in_len);
    }
    if (keeper->waits > 0)
    {
        keeper->waits--;
        return OV_ERR_AGAIN;
    }
    keeper->calls[request->kind]++;
    if (keeper->broken)
    {
        return OV_ERR_CRYPTO;
    }
    sign_by_command(keeper->key, request, out, cap, out_len);
    return OV_OK;
}

/* ---- every pair, version and kind of key ---- */

struct scene
{
    const struct ov_crypto *client;
    const struct ov_crypto *server;
    const char *name; /* of the client's certificate */
    enum ov_tls_version version;
    bool rsa;
};

static void each_scene(void (*run)(const struct scene *scene))
{
    static const struct
    {
        const char *name;
        bool rsa;
    } keys[] = {{"client-rsa", true}, {"client-ec", false}};
    static const enum ov_tls_version versions[] = {OV_TLS_VERSION_1_2, OV_TLS_VERSION_1_3};
    const struct ov_crypto *const *all = ov_test_real_backends();
    for (size_t i = 0; all[i] != NULL; i++)
    {
        for (size_t j = 0; all[j] != NULL; j++)
        {
            for (size_t n = 0; n < 4; n++)
            {
                const struct scene scene = {all[i], all[j], keys[n / 2].name, versions[n % 2],
                                            keys[n / 2].rsa};
                if (ov_test_speaks(all[i], scene.version) && ov_test_speaks(all[j], scene.version))
                {
                    run(&scene);
                }
            }
        }
    }
}

struct players
{
    struct keeper keeper;
    struct ov_tls_signer signer;
    struct ov_tls_settings client;
    struct ov_tls_settings server;
};

static void cast(struct players *players, const struct scene *scene)
{
    *players = (struct players){.keeper = {.key = ov_testpki(scene->name)->key},
                                .client = ov_testpki_settings(OV_ROLE_CLIENT, scene->name),
                                .server = ov_testpki_settings(OV_ROLE_SERVER, "server-ec")};
    players->signer = (struct ov_tls_signer){keeper_sign, &players->keeper, UINT32_MAX};
    players->client.key.len = 0;
    players->client.signer = &players->signer;
    players->client.version_min = players->client.version_max = scene->version;
}

/* Both sides step as long as anything moves, and then the client so often. */
static void run_with_waits(struct ov_tls_pair *pair, unsigned more)
{
    ov_tls_pair_run(pair, 4096);
    for (unsigned i = 0; i < more && pair->tls[OV_ROLE_CLIENT].state == OV_TLS_HANDSHAKE; i++)
    {
        ov_tls_pair_run(pair, 4096);
    }
}

static void at_once(const struct scene *scene)
{
    struct players p;
    struct ov_tls_pair pair;
    cast(&p, scene);
    ov_tls_pair_open(&pair, scene->client, &p.client, scene->server, &p.server);
    ov_tls_pair_run(&pair, 4096);
    assert_true(ov_tls_pair_is_open(&pair));
    assert_int_equal(p.keeper.calls[0] + p.keeper.calls[1] + p.keeper.calls[2], 1);
    assert_int_equal(p.keeper.calls[OV_SIGN_ECDSA], !scene->rsa);
    ov_tls_pair_close(&pair);
}

static void later(const struct scene *scene)
{
    struct players p;
    struct ov_tls_pair pair;
    cast(&p, scene);
    p.keeper.waits = 40;
    ov_tls_pair_open(&pair, scene->client, &p.client, scene->server, &p.server);
    ov_tls_pair_run(&pair, 4096);
    assert_int_equal(pair.tls[OV_ROLE_CLIENT].state, OV_TLS_HANDSHAKE);
    assert_true(p.keeper.waits > 0);
    run_with_waits(&pair, 60);
    assert_true(ov_tls_pair_is_open(&pair));
    assert_int_equal(p.keeper.calls[0] + p.keeper.calls[1] + p.keeper.calls[2], 1);
    ov_tls_pair_close(&pair);
}

static void refused(const struct scene *scene)
{
    for (unsigned waits = 0; waits < 3; waits++)
    {
        struct players p;
        struct ov_tls_pair pair;
        cast(&p, scene);
        p.keeper.waits = waits;
        p.keeper.broken = true;
        ov_tls_pair_open(&pair, scene->client, &p.client, scene->server, &p.server);
        run_with_waits(&pair, 5);
        assert_false(ov_tls_pair_is_open(&pair));
        assert_int_equal(pair.tls[OV_ROLE_CLIENT].err, OV_ERR_TLS);
        ov_tls_pair_close(&pair);
    }
}

/* A handshake that nobody needs any more ends where it waits; the key serves the next one. */
static void given_up(const struct scene *scene)
{
    struct players p;
    struct ov_tls_pair pair;
    cast(&p, scene);
    p.keeper.waits = 1000;
    ov_tls_pair_open(&pair, scene->client, &p.client, scene->server, &p.server);
    ov_tls_pair_run(&pair, 4096);
    assert_int_equal(pair.tls[OV_ROLE_CLIENT].state, OV_TLS_HANDSHAKE);
    const unsigned asked = p.keeper.asked;
    assert_true(asked > 0);
    for (unsigned role = 0; role < 2; role++)
    {
        ov_tls_clear(&pair.tls[role]);
        assert_int_equal(ov_tls_init(&pair.tls[role], pair.crypto[role]->tls, pair.conf[role]), OV_OK);
    }
    assert_int_equal(p.keeper.asked, asked); /* giving up asks for nothing */
    p.keeper.waits = 0;
    ov_tls_pair_run(&pair, 4096);
    assert_true(ov_tls_pair_is_open(&pair));
    ov_tls_pair_close(&pair);
}

/* While one waits, another of the same configuration gets its signature. */
static void beside(const struct scene *scene)
{
    struct players p;
    struct ov_tls_pair pair;
    cast(&p, scene);
    p.keeper.waits = 1000;
    ov_tls_pair_open(&pair, scene->client, &p.client, scene->server, &p.server);
    ov_tls_pair_run(&pair, 4096);
    struct ov_tls waiting[2] = {pair.tls[0], pair.tls[1]};
    for (unsigned role = 0; role < 2; role++)
    {
        assert_int_equal(ov_tls_init(&pair.tls[role], pair.crypto[role]->tls, pair.conf[role]), OV_OK);
    }
    p.keeper.waits = 0;
    ov_tls_pair_run(&pair, 4096);
    assert_true(ov_tls_pair_is_open(&pair));
    for (unsigned role = 0; role < 2; role++)
    {
        ov_tls_clear(&pair.tls[role]);
        pair.tls[role] = waiting[role];
    }
    ov_tls_pair_run(&pair, 4096);
    assert_true(ov_tls_pair_is_open(&pair));
    ov_tls_pair_close(&pair);
}

/* Who can't sign what is padded already signs as TLS 1.2 had it first, and can't be had for TLS 1.3. */
static void without_pss(const struct scene *scene)
{
    struct players p;
    struct ov_tls_pair pair;
    struct ov_tls_conf *conf = NULL;
    char text[OV_TLS_ERROR_TEXT] = "";
    cast(&p, scene);
    p.signer.can = OV_SIGN_CAN(OV_SIGN_RSA_PKCS1) | OV_SIGN_CAN(OV_SIGN_ECDSA);
    if (scene->rsa && scene->version == OV_TLS_VERSION_1_3)
    {
        assert_int_equal(scene->client->tls->conf_new(&p.client, &conf, text), OV_ERR_UNSUPPORTED);
        assert_non_null(strstr(text, "RSA-PSS"));
        p.client.version_min = p.client.version_max = OV_TLS_VERSION_DEFAULT;
    }
    ov_tls_pair_open(&pair, scene->client, &p.client, scene->server, &p.server);
    ov_tls_pair_run(&pair, 4096);
    assert_true(ov_tls_pair_is_open(&pair));
    assert_int_equal(p.keeper.calls[OV_SIGN_RSA_RAW], 0);
    assert_int_equal(p.keeper.calls[OV_SIGN_RSA_PKCS1], scene->rsa);
    ov_tls_pair_close(&pair);
}

#define SCENES(name)                                                                                         \
    static void test_##name(void **state)                                                                    \
    {                                                                                                        \
        (void)state;                                                                                         \
        each_scene(name);                                                                                    \
    }

SCENES(at_once)
SCENES(later)
SCENES(refused)
SCENES(given_up)
SCENES(beside)
SCENES(without_pss)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_at_once),  cmocka_unit_test(test_later),  cmocka_unit_test(test_refused),
        cmocka_unit_test(test_given_up), cmocka_unit_test(test_beside), cmocka_unit_test(test_without_pss),
    };
    return cmocka_run_group_tests_name("tls signer", tests, NULL, NULL);
}
