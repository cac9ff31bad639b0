/* Judges of certificates that take their time, on every pair of backends and on both sides: the handshake waits and
 * nothing else does, the answer counts as it would at once, and whoever gives up is told of. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/testpki.h"
#include "lib/tlspair.h"

struct judge
{
    unsigned waits;  /* says "not yet" so many times to each question */
    unsigned waited; /* ... to the present one */
    unsigned asked[4];
    unsigned left;
    int refuse_depth; /* -1: none */
    int depth;        /* of the certificate that is waited for */
    uint8_t der[2048];
    size_t der_len;
    const void *handshake; /* NULL: none goes on */
};

/* Whoever waits is asked the same again. */
static void note(struct judge *judge, const struct ov_tls_cert *cert)
{
    assert_true(cert->depth >= 0 && cert->depth < 4);
    assert_true(cert->der_len <= sizeof judge->der);
    assert_true(judge->handshake == NULL || judge->handshake == cert->handshake);
    if (judge->waited == 0)
    {
        judge->asked[cert->depth]++;
        judge->depth = cert->depth;
        judge->der_len = cert->der_len;
        memcpy(judge->der, cert->der, cert->der_len);
    }
    judge->handshake = cert->handshake;
    assert_int_equal(cert->depth, judge->depth);
    assert_int_equal(cert->der_len, judge->der_len);
    assert_memory_equal(cert->der, judge->der, cert->der_len);
}

static enum ov_err on_question(void *ctx, const struct ov_tls_cert *cert, char why[static OV_TLS_JUDGE_TEXT])
{
    struct judge *judge = ctx;
    note(judge, cert);
    (void)snprintf(why, OV_TLS_JUDGE_TEXT, "not today");
    if (judge->waited < judge->waits)
    {
        judge->waited++;
        return OV_ERR_AGAIN;
    }
    judge->waited = 0;
    return cert->depth == judge->refuse_depth ? OV_ERR_CERT : OV_OK;
}

static void on_left(void *ctx, const void *handshake)
{
    struct judge *judge = ctx;
    assert_ptr_equal(handshake, judge->handshake);
    judge->handshake = NULL;
    judge->waited = 0;
    judge->left++;
}

/* ---- every pair, version and side ---- */

struct scene
{
    const struct ov_crypto *crypto[2];
    enum ov_tls_version version;
    enum ov_role role; /* who judges */
};

static void each_scene(void (*run)(const struct scene *scene))
{
    static const enum ov_tls_version versions[] = {OV_TLS_VERSION_1_2, OV_TLS_VERSION_1_3};
    const struct ov_crypto *const *all = ov_test_real_backends();
    for (size_t i = 0; all[i] != NULL; i++)
    {
        for (size_t j = 0; all[j] != NULL; j++)
        {
            for (size_t n = 0; n < 4; n++)
            {
                const struct scene scene = {{[OV_ROLE_CLIENT] = all[i], [OV_ROLE_SERVER] = all[j]},
                                            versions[n % 2],
                                            n / 2 == 0 ? OV_ROLE_CLIENT : OV_ROLE_SERVER};
                if (ov_test_speaks(all[i], scene.version) && ov_test_speaks(all[j], scene.version))
                {
                    run(&scene);
                }
            }
        }
    }
}

static void open_pair(struct ov_tls_pair *pair, const struct scene *scene, struct judge *judge)
{
    struct ov_tls_settings settings[2];
    settings[OV_ROLE_CLIENT] = ov_testpki_settings(OV_ROLE_CLIENT, "sub-client");
    settings[OV_ROLE_SERVER] = ov_testpki_settings(OV_ROLE_SERVER, "server-ec");
    for (unsigned role = 0; role < 2; role++)
    {
        settings[role].version_min = settings[role].version_max = scene->version;
    }
    settings[scene->role].judge = on_question;
    settings[scene->role].judge_ctx = judge;
    settings[scene->role].judge_waits = true;
    settings[scene->role].judge_left = on_left;
    ov_tls_pair_open(pair, scene->crypto[OV_ROLE_CLIENT], &settings[OV_ROLE_CLIENT],
                     scene->crypto[OV_ROLE_SERVER], &settings[OV_ROLE_SERVER]);
}

/* Both sides step as long as anything moves, and then so often. */
static void run_with_waits(struct ov_tls_pair *pair, const struct scene *scene, unsigned more)
{
    ov_tls_pair_run(pair, 4096);
    for (unsigned i = 0; i < more && pair->tls[scene->role].state == OV_TLS_HANDSHAKE; i++)
    {
        ov_tls_pair_run(pair, 4096);
    }
}

static void later(const struct scene *scene)
{
    struct judge judge = {.waits = 20, .refuse_depth = -1};
    struct ov_tls_pair pair;
    open_pair(&pair, scene, &judge);
    ov_tls_pair_run(&pair, 4096);
    assert_int_equal(pair.tls[scene->role].state, OV_TLS_HANDSHAKE);
    assert_true(judge.waited > 0);
    assert_int_equal(judge.left, 0);
    run_with_waits(&pair, scene, 200);
    assert_true(ov_tls_pair_is_open(&pair));
    assert_true(judge.asked[0] > 0 && judge.asked[1] > 0);
    assert_int_equal(judge.left, 1); /* complete: nobody asks any more */
    ov_tls_pair_close(&pair);
    assert_int_equal(judge.left, 1);
}

static void refused(const struct scene *scene)
{
    for (unsigned waits = 0; waits < 3; waits++)
    {
        for (int depth = 0; depth < 2; depth++)
        {
            struct judge judge = {.waits = waits, .refuse_depth = depth};
            struct ov_tls_pair pair;
            open_pair(&pair, scene, &judge);
            run_with_waits(&pair, scene, 50);
            assert_int_equal(pair.tls[scene->role].err, OV_ERR_CERT);
            assert_non_null(strstr(ov_tls_reason(&pair.tls[scene->role]), "not today"));
            assert_true(depth == 0 || judge.asked[0] == 0); /* the rest of the chain is of no interest */
            assert_int_equal(judge.left, 1);
            ov_tls_pair_close(&pair);
        }
    }
}

/* Neither another handshake of the same configuration nor the end of the one that waits asks for anything. */
static void given_up(const struct scene *scene)
{
    struct judge judge = {.waits = 1000000, .refuse_depth = -1};
    struct ov_tls_pair pair;
    open_pair(&pair, scene, &judge);
    ov_tls_pair_run(&pair, 4096);
    assert_int_equal(pair.tls[scene->role].state, OV_TLS_HANDSHAKE);
    const unsigned waited = judge.waited;
    for (unsigned role = 0; role < 2; role++)
    {
        ov_tls_clear(&pair.tls[role]);
        assert_int_equal(ov_tls_init(&pair.tls[role], pair.crypto[role]->tls, pair.conf[role]), OV_OK);
    }
    assert_true(waited > 0);
    assert_int_equal(judge.left, 1);
    assert_int_equal(judge.waited, 0);
    judge.waits = 0;
    ov_tls_pair_run(&pair, 4096);
    assert_true(ov_tls_pair_is_open(&pair));
    ov_tls_pair_close(&pair);
}

static void beside(const struct scene *scene)
{
    struct judge judge = {.waits = 1000000, .refuse_depth = -1};
    struct ov_tls_pair pair;
    open_pair(&pair, scene, &judge);
    ov_tls_pair_run(&pair, 4096);
    struct ov_tls waiting[2] = {pair.tls[0], pair.tls[1]};
    const struct judge of_waiting = judge;
    for (unsigned role = 0; role < 2; role++)
    {
        assert_int_equal(ov_tls_init(&pair.tls[role], pair.crypto[role]->tls, pair.conf[role]), OV_OK);
    }
    judge = (struct judge){.refuse_depth = -1};
    ov_tls_pair_run(&pair, 4096);
    assert_true(ov_tls_pair_is_open(&pair));
    for (unsigned role = 0; role < 2; role++)
    {
        ov_tls_clear(&pair.tls[role]);
        pair.tls[role] = waiting[role];
    }
    judge = of_waiting;
    judge.waits = judge.waited;
    run_with_waits(&pair, scene, 1);
    judge.waits = 0;
    run_with_waits(&pair, scene, 20);
    assert_true(ov_tls_pair_is_open(&pair));
    ov_tls_pair_close(&pair);
}

/* New revocation lists take nothing away from a handshake that is being verified by the old ones. */
static void new_lists(const struct scene *scene)
{
    struct judge judge = {.waits = 3, .refuse_depth = -1};
    struct ov_tls_pair pair;
    const struct ov_pem crl = ov_testpki_pem(ov_testpki("crl-list-empty")->cert);
    open_pair(&pair, scene, &judge);
    ov_tls_pair_run(&pair, 4096);
    for (unsigned i = 0; i < 50 && pair.tls[scene->role].state == OV_TLS_HANDSHAKE; i++)
    {
        char text[OV_TLS_ERROR_TEXT] = "";
        assert_int_equal(pair.crypto[scene->role]->tls->conf_set_crl(pair.conf[scene->role], &crl, text),
                         OV_OK);
        ov_tls_pair_run(&pair, 4096);
    }
    assert_true(ov_tls_pair_is_open(&pair));
    ov_tls_pair_close(&pair);
}

#define SCENES(name)                                                                                         \
    static void test_##name(void **state)                                                                    \
    {                                                                                                        \
        (void)state;                                                                                         \
        each_scene(name);                                                                                    \
    }

SCENES(later)
SCENES(refused)
SCENES(given_up)
SCENES(beside)
SCENES(new_lists)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_later),  cmocka_unit_test(test_refused),   cmocka_unit_test(test_given_up),
        cmocka_unit_test(test_beside), cmocka_unit_test(test_new_lists),
    };
    return cmocka_run_group_tests_name("tls judge", tests, NULL, NULL);
}
