/* What a client says of itself, what a server makes of it, and what programs that are called are told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "app/environment.h"
#include "compress/compress.h"
#include "data/framing.h"
#include "hub/private.h"
#include "lib/hubrig.h"
#include "options/occ.h"
#include "session/private.h"

static struct ov_rig rig;
static struct ov_test_batch batch;
static char said[2048]; /* the last peer info */

static struct ov_rig_client *come(const struct ov_proto_flags *built, const char *client_text,
                                  const char *server_text)
{
    const struct ov_addr addr = ov_test_addr4(10, 5000);
    struct ov_client_request request;
    struct ov_event event;
    ov_rig_open(&rig, true, server_text);
    rig.server.settings.asks = true;
    rig.server.settings.session.keeps_info = true;
    struct ov_rig_client *client = ov_rig_add(&rig, 0, "cert0", &addr, client_text);
    client->end.settings.built = built != NULL ? *built : client->end.settings.built;
    ov_rig_connect(&rig, client);
    assert_true(ov_rig_event(&rig, OV_EVENT_CLIENT, &event));
    assert_true(ov_hub_client(rig.server.hub, event.ticket, &request));
    (void)snprintf(said, sizeof said, "\n%s", request.peer_info);
    return client;
}

static bool says(const char *line)
{
    char wanted[64];
    (void)snprintf(wanted, sizeof wanted, "\n%s\n", line);
    return strstr(said, wanted) != NULL;
}

/* Bits of what is built, and no others [WP-PI-010, WP-PI-011, WP-PI-012]. No login was configured, so the peer info
 * stood behind two empty strings [WP-KM2-006]. */
static void protocol_bits(void **state)
{
    (void)state;
    static const struct
    {
        struct ov_proto_flags built;
        const char *line;
    } rows[] = {
        {{false, false, false, false}, "IV_PROTO=6486"}, /* 1, 2, 4, 6, 8, 11, 12 */
        {{true, false, false, false}, "IV_PROTO=6614"},  /* 7: EXIT */
        {{false, true, false, false}, "IV_PROTO=6494"},  /* 3: exporter */
        {{false, false, true, false}, "IV_PROTO=6998"},  /* 9: dynamic tls-crypt */
        {{false, false, false, true}, "IV_PROTO=7510"},  /* 10: epochs */
        {{true, true, true, true}, "IV_PROTO=8158"},     /* 8094 of 2.7, and the older syntax of dns */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        (void)come(&rows[i].built, "", "");
        if (!says(rows[i].line))
        {
            fail_msg("%s is not in %s", rows[i].line, said);
        }
        assert_true(says("IV_PLAT=linux") && says("IV_TCPNL=1") && says("IV_MTU=1600"));
        ov_rig_close(&rig);
    }
}

/* What a client can expand, if it is allowed to [WP-COMP-010]. */
static void compression_lines(void **state)
{
    (void)state;
    static const struct
    {
        const char *text;
        bool expands;
    } rows[] = {{"", false},
                {"allow-compression asym\n", true},
                {"allow-compression yes\n", true},
                {"allow-compression no\n", false},
                {"compress lz4\n", true}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        const bool lz4 = ov_compressor_find(ov_compressors, OV_COMP_ALG_LZ4) != NULL;
        const bool lzo = ov_compressor_find(ov_compressors, OV_COMP_ALG_LZO) != NULL;
        (void)come(NULL, rows[i].text, "");
        assert_int_equal(says("IV_LZ4=1"), rows[i].expands && lz4);
        assert_int_equal(says("IV_LZ4v2=1"), rows[i].expands && lz4);
        assert_int_equal(says("IV_LZO=1"), rows[i].expands && lzo);
        assert_int_equal(says("IV_LZO_STUB=1"), !(rows[i].expands && lzo));
        assert_true(says("IV_COMP_STUB=1") && says("IV_COMP_STUBv2=1"));
        ov_rig_close(&rig);
    }
}

/* compress migrate: a client whose options string has comp-lzo is pushed stub-v2 if it knows that, else comp-lzo no, and
 * finds comp-lzo in the server's string; another one is told nothing [WP-COMP-012]. */
static void migration(void **state)
{
    (void)state;
    static const struct
    {
        bool compressed;
        uint32_t knows;
        const char *option;
        enum ov_comp_mode mode;
    } rows[] = {
        {false, OV_PEER_COMP_STUB_V2, NULL, OV_COMP_OFF},
        {true, OV_PEER_COMP_STUB_V2 | OV_PEER_COMP_STUB, "compress stub-v2", OV_COMP_STUB_V2},
        {true, OV_PEER_COMP_STUB | OV_PEER_COMP_LZO_STUB, "comp-lzo no", OV_COMP_LZO_STUB},
        {true, 0, "comp-lzo no", OV_COMP_LZO_STUB},
    };
    for (int migrate = 0; migrate < 2; migrate++)
    {
        ov_rig_open(&rig, true, migrate ? "compress migrate\n" : "");
        const struct ov_session_settings *settings = &rig.server.settings.session;
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        {
            const struct ov_session s = {
                .env.settings = settings,
                .role = OV_ROLE_SERVER,
                .says = {.occ_compressed = rows[i].compressed, .compression = rows[i].knows}};
            const char *option = "";
            struct ov_occ occ;
            assert_int_equal(ov_session_client_framing(&s, &option), migrate ? rows[i].mode : OV_COMP_OFF);
            if (migrate == 0 || rows[i].option == NULL)
            {
                assert_null(option);
            }
            else
            {
                assert_string_equal(option, rows[i].option);
            }
            ov_session_occ(&s, &occ);
            assert_int_equal(occ.compression, migrate && rows[i].compressed);
        }
        ov_rig_close(&rig);
    }
}

/* ---- pieces ---- */

/* --fragment n: no datagram has more than n octets, and its payload is the largest multiple of 4 that fits; with mtu
 * what carries it counts too [WP-FRAG-005]. */
static void sizes_of_pieces(void **state)
{
    (void)state;
    static const struct
    {
        const char *text;
        uint32_t len, first;
    } rows[] = {
        {"fragment 600\n", 1400, 28 + 572}, /* id, tag, head; the live one of 2.6 */
        {"fragment 601\n", 1400, 28 + 572},     {"fragment 604\n", 1400, 28 + 576},
        {"fragment 600 mtu\n", 1400, 28 + 544}, {"fragment 600\n", 572, 28 + 572}, /* whole */
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        uint8_t inner[OV_TEST_INNER];
        const struct ov_addr addr = ov_test_addr4(10, 5000);
        ov_rig_open(&rig, true, rows[i].text);
        struct ov_rig_client *client = ov_rig_add(&rig, 0, "alice", &addr, rows[i].text);
        ov_rig_connect(&rig, client);
        struct ov_session *s = &client->end.session;
        const uint32_t ip = ov_session_pulled(s)->effective.tunnel.ip4;
        ov_test_batch_reset(&batch);
        ov_test_batch_add(&batch, NULL, inner, ov_test_inner4(inner, ip, 0x0a080001, 1, rows[i].len));
        ov_session_send(s, batch.dg, 1, rig.now);
        uint32_t sum = 0, count = 0;
        if (batch.dg[0].fate == OV_FATE_LINK)
        {
            sum = batch.dg[0].buf.len - 28;
            count = 1;
            assert_int_equal(batch.dg[0].buf.len, rows[i].first);
        }
        ov_test_batch_reset(&batch);
        const size_t more = ov_session_transmit(s, batch.dg, OV_TEST_BATCH, rig.now);
        for (size_t k = 0; k < more; k++, count++)
        {
            if (count == 0)
            {
                assert_int_equal(batch.dg[k].buf.len, rows[i].first);
            }
            assert_true(batch.dg[k].buf.len <= rows[i].first);
            sum += batch.dg[k].buf.len - 28;
        }
        assert_int_equal(sum, rows[i].len);
        assert_int_equal(count, (rows[i].len + rows[i].first - 29) / (rows[i].first - 28));
        ov_rig_close(&rig);
    }
}

/* ---- what programs are told ---- */

/* Only IV_ and UV_ are handed on, and nothing in them that a shell would take for more than text [WP-PI-001].
 * */
static void exported_lines(void **state)
{
    (void)state;
    static const struct
    {
        const char *line, *wanted; /* NULL: it isn't handed on */
    } rows[] = {
        {"IV_VER=2.6.14", "IV_VER=2.6.14"},
        {"UV_ID=a b\tc", "UV_ID=a_b_c"},
        {"UV_X=$(id)`id`$HOME", "UV_X=__id)_id__HOME"},
        {"UV_Y=caf\xc3\xa9\x7f;|&", "UV_Y=caf___;|&"},
        {"UV_Z=", "UV_Z="},
        {"LD_PRELOAD=/tmp/x", NULL},
        {"PATH=/tmp", NULL},
        {"XIV_A=1", NULL},
        {"IV_=1", NULL},
        {"IV-A=1", NULL},
        {"IV_B", NULL},
        {"iv_c=1", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        struct ov_environment env;
        char info[200];
        (void)snprintf(info, sizeof info, "%s\nUV_LAST=1\n", rows[i].line);
        assert_true(ov_environment_init(&env));
        ov_environment_peer_info(&env, info);
        assert_int_equal(env.count, rows[i].wanted != NULL ? 3 : 2); /* PATH is the first */
        if (rows[i].wanted != NULL)
        {
            assert_string_equal(env.list[1], rows[i].wanted);
        }
        assert_string_equal(env.list[env.count - 1], "UV_LAST=1");
        ov_environment_clear(&env);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(protocol_bits),   cmocka_unit_test(compression_lines), cmocka_unit_test(migration),
        cmocka_unit_test(sizes_of_pieces), cmocka_unit_test(exported_lines),
    };
    return cmocka_run_group_tests_name("session_info", tests, NULL, NULL);
}
