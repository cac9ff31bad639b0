#include "tlspair.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/null/null.h"
#include "testpki.h"

#define BACKENDS_MAX 8
#define ROUNDS_MAX   100

static struct ov_tls_conf *conf_of(const struct ov_crypto *crypto, const struct ov_tls_settings *settings)
{
    char text[OV_TLS_ERROR_TEXT];
    struct ov_tls_conf *conf = NULL;
    enum ov_err err = crypto->tls->conf_new(settings, &conf, text);
    if (err != OV_OK)
    {
        fail_msg("%s: conf_new gave %s: %s", crypto->name, ov_err_name(err), text);
    }
    assert_non_null(conf);
    return conf;
}

void ov_tls_pair_open(struct ov_tls_pair *pair, const struct ov_crypto *client,
                      const struct ov_tls_settings *client_settings, const struct ov_crypto *server,
                      const struct ov_tls_settings *server_settings)
{
    memset(pair, 0, sizeof(*pair));
    pair->crypto[OV_ROLE_CLIENT] = client;
    pair->crypto[OV_ROLE_SERVER] = server;
    pair->conf[OV_ROLE_CLIENT] = conf_of(client, client_settings);
    pair->conf[OV_ROLE_SERVER] = conf_of(server, server_settings);
    for (unsigned role = 0; role < 2; role++)
    {
        assert_int_equal(ov_tls_init(&pair->tls[role], pair->crypto[role]->tls, pair->conf[role]), OV_OK);
    }
}

void ov_tls_pair_close(struct ov_tls_pair *pair)
{
    for (unsigned role = 0; role < 2; role++)
    {
        ov_tls_clear(&pair->tls[role]);
        pair->crypto[role]->tls->conf_free(pair->conf[role]);
    }
}

size_t ov_tls_pair_move(struct ov_tls_pair *pair, enum ov_role from, size_t chunk)
{
    struct ov_tls *source = &pair->tls[from];
    struct ov_tls *sink = &pair->tls[from == OV_ROLE_CLIENT ? OV_ROLE_SERVER : OV_ROLE_CLIENT];
    uint8_t piece[4096];
    size_t moved = 0;
    while (ov_tls_pending(source) > 0)
    {
        size_t waiting = ov_tls_pending(source);
        size_t len = 0;
        assert_int_equal(ov_tls_drain(source, piece, chunk < sizeof(piece) ? chunk : sizeof(piece), &len),
                         OV_OK);
        assert_true(len > 0);
        assert_int_equal(ov_tls_pending(source), waiting - len);
        moved += len;
        if (sink->err == OV_OK)
        {
            assert_int_equal(ov_tls_feed(sink, piece, len), OV_OK);
            /* Steps with every piece, as a session does with every control packet. */
            if (sink->state == OV_TLS_HANDSHAKE)
            {
                (void)!ov_tls_step(sink);
            }
        }
    }
    return moved;
}

void ov_tls_pair_run(struct ov_tls_pair *pair, size_t chunk)
{
    for (unsigned round = 0; round < ROUNDS_MAX; round++)
    {
        for (unsigned role = 0; role < 2; role++)
        {
            if (pair->tls[role].state == OV_TLS_HANDSHAKE)
            {
                (void)!ov_tls_step(&pair->tls[role]); /* its outcome is kept in tls.err */
            }
        }
        size_t moved = ov_tls_pair_move(pair, OV_ROLE_CLIENT, chunk);
        moved += ov_tls_pair_move(pair, OV_ROLE_SERVER, chunk);
        if (moved == 0)
        {
            return;
        }
    }
    fail_msg("the two ends still talk after %d rounds", ROUNDS_MAX);
}

bool ov_tls_pair_is_open(const struct ov_tls_pair *pair)
{
    return pair->tls[0].state == OV_TLS_OPEN && pair->tls[1].state == OV_TLS_OPEN;
}

static void start(const struct ov_crypto *crypto)
{
    char text[OV_TLS_ERROR_TEXT] = "";
    if (crypto->start(text, sizeof(text)) != OV_OK)
    {
        fail_msg("%s does not start: %s", crypto->name, text);
    }
}

const struct ov_crypto *const *ov_test_real_backends(void)
{
    assert_non_null(ov_crypto_backends[0]);
    for (size_t i = 0; ov_crypto_backends[i] != NULL; i++)
    {
        start(ov_crypto_backends[i]);
    }
    return ov_crypto_backends;
}

const struct ov_crypto *const *ov_test_backends(void)
{
    static const struct ov_crypto *all[BACKENDS_MAX + 2];
    const struct ov_crypto *const *real = ov_test_real_backends();
    size_t count = 0;
    while (real[count] != NULL)
    {
        assert_true(count < BACKENDS_MAX);
        all[count] = real[count];
        count++;
    }
    start(&ov_crypto_null);
    all[count] = &ov_crypto_null;
    all[count + 1] = NULL;
    return all;
}

bool ov_test_speaks(const struct ov_crypto *crypto, enum ov_tls_version version)
{
    struct ov_tls_settings settings = ov_testpki_settings(OV_ROLE_CLIENT, "client-ec");
    settings.version_min = version;
    settings.version_max = version;
    char text[OV_TLS_ERROR_TEXT];
    struct ov_tls_conf *conf = NULL;
    enum ov_err err = crypto->tls->conf_new(&settings, &conf, text);
    crypto->tls->conf_free(conf);
    return err == OV_OK;
}
