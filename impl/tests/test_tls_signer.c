/* Keys that somebody else keeps, on every pair of backends: signatures at once and later, refused, given up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "crypto/rsa_pad.h"
#include "lib/testpki.h"
#include "lib/tlspair.h"

/* Here the key lies in a file, and the openssl command signs. */
struct keeper
{
    const char *key;
    unsigned calls[OV_SIGN_KINDS];
    unsigned lacks; /* bits of kinds that it turns out not to know */
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
    static const char *const programs[OV_SIGN_KINDS] = {
        [OV_SIGN_RSA_PKCS1] = "rsautl -pkcs",
        [OV_SIGN_RSA_RAW] = "rsautl -raw",
        [OV_SIGN_ECDSA] = "pkeyutl",
        [OV_SIGN_RSA_PSS] = "pkeyutl -pkeyopt rsa_padding_mode:pss -pkeyopt rsa_pss_saltlen:digest"};
    char dir[] = "/tmp/ovref-signer.XXXXXX";
    char path[64], command[400], digest[40] = "";
    assert_non_null(mkdtemp(dir));
    (void)snprintf(path, sizeof path, "%s/key", dir);
    spill(path, key, strlen(key));
    (void)snprintf(path, sizeof path, "%s/in", dir);
    spill(path, request->in, request->in_len);
    if (request->kind == OV_SIGN_RSA_PSS)
    {
        (void)snprintf(digest, sizeof digest, " -pkeyopt digest:%s", ov_digest_name(request->digest));
    }
    (void)snprintf(command, sizeof command, "openssl %s%s -sign -inkey %s/key -in %s/in 2>%s/words",
                   programs[request->kind], digest, dir, dir, dir);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    *out_len = fread(out, 1, cap, pipe);
    assert_int_equal(pclose(pipe), 0);
    (void)snprintf(command, sizeof command, "rm -r %s", dir);
    assert_int_equal(system(command), 0);
}

/* What was digested is told, by those libraries that know it. */
static void check_message(const struct ov_sign_request *request)
{
    uint8_t digest[OV_DIGEST_MAX], info[OV_RSA_INFO_MAX];
    size_t len = ov_digest_len(request->digest);
    const struct ov_slice message = {request->message, request->message_len};
    if (request->message == NULL || request->kind == OV_SIGN_RSA_RAW)
    {
        return;
    }
    assert_int_equal(ov_test_real_backends()[0]->digest(request->digest, &message, 1, digest), OV_OK);
    if (request->kind == OV_SIGN_RSA_PKCS1)
    {
        assert_int_equal(ov_rsa_digest_info(request->digest, digest, info, &len), OV_OK);
    }
    assert_int_equal(request->in_len, len);
    assert_memory_equal(request->in, request->kind == OV_SIGN_RSA_PKCS1 ? info : digest, len);
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
    check_message(request);
    if ((keeper->lacks & OV_SIGN_CAN(request->kind)) != 0)
    {
        return OV_ERR_UNSUPPORTED;
    }
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

static unsigned signatures(const struct keeper *keeper)
{
    unsigned count = 0;
    for (unsigned kind = 0; kind < OV_SIGN_KINDS; kind++)
    {
        count += keeper->calls[kind];
    }
    return count;
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
    assert_int_equal(signatures(&p.keeper), 1);
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
    assert_int_equal(signatures(&p.keeper), 1);
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
    assert_int_equal(p.keeper.calls[OV_SIGN_RSA_RAW] + p.keeper.calls[OV_SIGN_RSA_PSS], 0);
    assert_int_equal(p.keeper.calls[OV_SIGN_RSA_PKCS1], scene->rsa);
    ov_tls_pair_close(&pair);
}

/* PSS is asked of the signer; where it can't or turns out not to, the padding is made here. */
static void with_pss(const struct scene *scene)
{
    static const struct
    {
        unsigned can, lacks;
        unsigned pss, raw; /* how often asked */
    } rows[] = {
        {OV_SIGN_CAN(OV_SIGN_RSA_PSS), 0, 1, 0},
        {OV_SIGN_CAN(OV_SIGN_RSA_PSS) | OV_SIGN_CAN(OV_SIGN_RSA_RAW), 0, 1, 0},
        {OV_SIGN_CAN(OV_SIGN_RSA_RAW), 0, 0, 1},
        {OV_SIGN_CAN(OV_SIGN_RSA_PSS) | OV_SIGN_CAN(OV_SIGN_RSA_RAW), OV_SIGN_CAN(OV_SIGN_RSA_PSS), 1, 1},
    };
    /* Mbed TLS 2.28 asks for no PSS in TLS 1.2, and makes none. */
    const bool pss = scene->rsa && strcmp(scene->client->name, "openssl") == 0 &&
                     strcmp(scene->server->name, "openssl") == 0;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        struct players p;
        struct ov_tls_pair pair;
        cast(&p, scene);
        p.signer.can = rows[i].can | OV_SIGN_CAN(OV_SIGN_RSA_PKCS1) | OV_SIGN_CAN(OV_SIGN_ECDSA);
        p.keeper.lacks = rows[i].lacks;
        ov_tls_pair_open(&pair, scene->client, &p.client, scene->server, &p.server);
        ov_tls_pair_run(&pair, 4096);
        assert_true(ov_tls_pair_is_open(&pair));
        assert_int_equal(p.keeper.calls[OV_SIGN_RSA_PSS], pss ? rows[i].pss : 0);
        assert_int_equal(p.keeper.calls[OV_SIGN_RSA_RAW], pss ? rows[i].raw : 0);
        assert_int_equal(p.keeper.calls[OV_SIGN_RSA_PKCS1], scene->rsa && !pss);
        ov_tls_pair_close(&pair);
    }
}

/* What a signer says after all that it can't ends the handshake, where there is no other way. */
static void lacking(const struct scene *scene)
{
    struct players p;
    struct ov_tls_pair pair;
    cast(&p, scene);
    p.keeper.lacks = UINT32_MAX;
    ov_tls_pair_open(&pair, scene->client, &p.client, scene->server, &p.server);
    run_with_waits(&pair, 5);
    assert_false(ov_tls_pair_is_open(&pair));
    assert_int_equal(pair.tls[OV_ROLE_CLIENT].err, OV_ERR_TLS);
    ov_tls_pair_close(&pair);
}

/* What a signer lacked once isn't asked for in the next handshake. */
static void learning(const struct scene *scene)
{
    struct players p;
    struct ov_tls_pair pair;
    cast(&p, scene);
    p.client.version_min = p.client.version_max = OV_TLS_VERSION_DEFAULT;
    p.keeper.lacks = OV_SIGN_CAN(OV_SIGN_RSA_PSS) | OV_SIGN_CAN(OV_SIGN_RSA_RAW);
    ov_tls_pair_open(&pair, scene->client, &p.client, scene->server, &p.server);
    run_with_waits(&pair, 5);
    assert_int_equal(ov_tls_pair_is_open(&pair), p.keeper.calls[OV_SIGN_RSA_PSS] == 0);
    for (unsigned role = 0; role < 2; role++)
    {
        ov_tls_clear(&pair.tls[role]);
        assert_int_equal(ov_tls_init(&pair.tls[role], pair.crypto[role]->tls, pair.conf[role]), OV_OK);
    }
    const unsigned asked = p.keeper.calls[OV_SIGN_RSA_PSS];
    ov_tls_pair_run(&pair, 4096);
    assert_true(ov_tls_pair_is_open(&pair));
    assert_int_equal(p.keeper.calls[OV_SIGN_RSA_PSS], asked);
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
SCENES(with_pss)
SCENES(lacking)
SCENES(learning)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_at_once),  cmocka_unit_test(test_later),   cmocka_unit_test(test_refused),
        cmocka_unit_test(test_given_up), cmocka_unit_test(test_beside),  cmocka_unit_test(test_without_pss),
        cmocka_unit_test(test_with_pss), cmocka_unit_test(test_lacking), cmocka_unit_test(test_learning),
    };
    return cmocka_run_group_tests_name("tls signer", tests, NULL, NULL);
}
