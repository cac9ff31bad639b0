/* The first packets of a client under each kind of key, octet by octet as in vectors 11.1 to 11.4, and what a client
 * of tls-crypt-v2 does with the answers it gets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/ends.h"
#include "lib/tlspair.h"
#include "lib/vectors.h"
#include "session/private.h"
#include "wire/control.h"
#include "wrap/client_key.h"

static const struct ov_sid client_sid = {{1, 2, 3, 4, 5, 6, 7, 8}};
static const struct ov_sid server_sid = {{0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18}};
static struct ov_client_end client;
static struct ov_wrap server; /* the server's view of the client's key */
static uint32_t server_id;
static struct ov_now now;
static struct ov_test_batch batch;

/* A client on this backend with the inputs of the vectors. */
static void start(const struct ov_crypto *crypto, const struct ov_control_keys *keys, const char *text)
{
    struct ov_end_spec spec = ov_end_spec_default();
    const struct ov_addr addr = ov_test_addr4(1, 1194);
    struct ov_wrap_key other = keys->wrap;
    spec.crypto = crypto;
    spec.more = text;
    now = (struct ov_now){1000000, 0x60000000};
    server_id = 0;
    ov_client_end_open(&client, &spec);
    client.end.keys = *keys;
    ov_client_end_start(&client, &addr, now);
    client.session.own_sid = client_sid;
    other.direction = other.direction == OV_KEY_DIRECTION_BOTH ? other.direction
                                                               : (enum ov_key_direction)(1 - other.direction);
    assert_int_equal(ov_wrap_init(&server, crypto, &other, OV_ROLE_SERVER), OV_OK);
}

static size_t sent(void)
{
    ov_test_batch_reset(&batch);
    return ov_session_transmit(&client.session, batch.dg, OV_TEST_BATCH, now);
}

static void expect_packet(const uint8_t *want, size_t len)
{
    assert_int_equal(sent(), 1);
    assert_int_equal(batch.dg[0].buf.len, len);
    assert_memory_equal(ov_buf_data(&batch.dg[0].buf), want, len);
}

static struct ov_wrap_key key_of(const struct ov_vec_file *file, enum ov_wrap_kind kind)
{
    struct ov_wrap_key key = {.kind = kind};
    ov_vec_exactly(ov_vec_section(file, "inputs"), "key256", (uint8_t *)&key.key, sizeof key.key);
    return key;
}

/* ---- vectors ---- */

static void tls_auth(const struct ov_crypto *crypto)
{
    struct ov_vec_file *file = ov_vec_load("tls-auth");
    unsigned packets = 0;
    for (size_t i = 0; i < file->count; i++)
    {
        const struct ov_vec_section *s = &file->sections[i];
        uint8_t want[256];
        if (strncmp(s->name, "client-reset", strlen("client-reset")) != 0)
        {
            continue;
        }
        struct ov_control_keys keys = {.wrap = key_of(file, OV_WRAP_TLS_AUTH)};
        const char *direction = ov_vec_has(s, "key_direction") ? ov_vec_text(s, "key_direction") : "none";
        keys.wrap.direction = strcmp(direction, "none") == 0 ? OV_KEY_DIRECTION_BOTH
                                                             : (enum ov_key_direction)(direction[0] - '0');
        assert_int_equal(ov_digest_by_name(ov_vec_text(s, "auth"), &keys.wrap.digest), OV_OK);
        start(crypto, &keys, "");
        expect_packet(want, ov_vec_octets(s, "packet", want, sizeof want));
        ov_client_end_close(&client);
        packets++;
    }
    assert_int_equal(packets, 3);
    ov_vec_free(file);
}

/* The keys of a client as its PEM file has them. */
static struct ov_control_keys v2_keys(const struct ov_vec_file *file)
{
    char text[2048];
    struct ov_control_keys keys = {.wrap.kind = OV_WRAP_TLS_CRYPT};
    const size_t len =
        ov_vec_octets(ov_vec_section(file, "client-key-file"), "pem", (uint8_t *)text, sizeof text);
    assert_int_equal(ov_client_key_parse(text, len, &keys.wrap.key, &keys.wkc), OV_OK);
    return keys;
}

static void give_octets(const uint8_t *packet, size_t len)
{
    ov_test_batch_reset(&batch);
    ov_test_batch_add(&batch, &client.session.addr, packet, len);
    ov_session_receive(&client.session, batch.dg, 1, now);
}

static void tls_crypt_v2(const struct ov_crypto *crypto)
{
    struct ov_vec_file *file = ov_vec_load("tls-crypt-v2");
    const struct ov_control_keys keys = v2_keys(file);
    uint8_t octets[1024];
    start(crypto, &keys, "");
    expect_packet(octets, ov_vec_octets(ov_vec_section(file, "client-reset-v3"), "packet_with_wkc", octets,
                                        sizeof octets));
    /* The server's answer as in the vector; then the head of our next packet is that of CONTROL_WKC_V1. */
    const size_t len =
        ov_vec_octets(ov_vec_section(file, "server-reset-resend-wkc"), "packet", octets, sizeof octets);
    give_octets(octets, len);
    assert_int_equal(batch.dg[0].fate, OV_FATE_CONSUMED);
    assert_true(ov_sid_equal(&client.session.peer_sid, &server_sid));
    assert_true(sent() >= 1);
    const uint8_t *packet = ov_buf_data(&batch.dg[0].buf);
    (void)ov_vec_octets(ov_vec_section(file, "client-wkc-v1"), "packet", octets, sizeof octets);
    assert_memory_equal(packet, octets,
                        OV_CONTROL_HEAD_LEN + OV_WRAP_ID_LEN); /* opcode, sid, 0f000002, time */
    assert_memory_equal(packet + batch.dg[0].buf.len - keys.wkc.len, keys.wkc.octets, keys.wkc.len);
    ov_client_end_close(&client);
    ov_vec_free(file);
}

static void tls_crypt(const struct ov_crypto *crypto)
{
    struct ov_vec_file *file = ov_vec_load("tls-crypt");
    const struct ov_control_keys keys = {.wrap = key_of(file, OV_WRAP_TLS_CRYPT)};
    uint8_t want[256];
    start(crypto, &keys, "");
    expect_packet(want, ov_vec_octets(ov_vec_section(file, "client-reset"), "packet", want, sizeof want));
    ov_client_end_close(&client);
    ov_vec_free(file);
}

/* The whole CONTROL_WKC_V1 of the vector, and the soft reset under the dynamic key, by the verbs that the session uses
 * for its packets. */
static void by_protect(const struct ov_crypto *crypto)
{
    static const struct
    {
        const char *file, *section;
        uint32_t sent;
    } rows[] = {
        {"tls-crypt-v2", "client-wkc-v1", OV_WRAP_ID_EARLY + 1},
        {"dynamic-tls-crypt", "client-soft-reset", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        struct ov_vec_file *file = ov_vec_load(rows[i].file);
        const struct ov_vec_section *s = ov_vec_section(file, rows[i].section);
        struct ov_wrap_key key = {.kind = OV_WRAP_TLS_CRYPT};
        struct ov_protect protect;
        uint8_t mem[512], body[128], want[256], first_octet;
        const char *const where[2][2] = {{"inputs", "key256"}, {"keys", "key2"}};
        ov_vec_exactly(ov_vec_section(file, where[i][0]), where[i][1], (uint8_t *)&key.key, sizeof key.key);
        ov_vec_exactly(s, "opcode_octet", &first_octet, 1);
        const size_t body_len = ov_vec_octets(s, "plaintext", body, sizeof body);
        const size_t len = ov_vec_octets(s, "packet", want, sizeof want);
        assert_int_equal(ov_protect_init(&protect, crypto, &key, OV_ROLE_CLIENT, rows[i].sent), OV_OK);
        struct ov_buf buf = ov_buf_over(mem, sizeof mem, OV_BUF_HEADROOM);
        memcpy(ov_buf_put(&buf, (uint32_t)body_len), body, body_len);
        assert_int_equal(ov_protect_seal(&protect, 0x60000000, first_octet, &client_sid, &buf), OV_OK);
        assert_int_equal(buf.len, len);
        assert_memory_equal(ov_buf_data(&buf), want, len);
        ov_protect_clear(&protect);
        ov_vec_free(file);
    }
}

static void vectors(void **state)
{
    (void)state;
    for (size_t i = 0; ov_test_real_backends()[i] != NULL; i++)
    {
        const struct ov_crypto *crypto = ov_test_real_backends()[i];
        tls_auth(crypto);
        tls_crypt(crypto);
        tls_crypt_v2(crypto);
        by_protect(crypto);
    }
}

/* ---- a client of tls-crypt-v2 ---- */

static void start_v2(const char *text)
{
    static const uint8_t metadata[9] = {OV_WKC_TYPE_TIME};
    struct ov_control_keys keys = {.wrap.kind = OV_WRAP_TLS_CRYPT};
    const struct ov_key_half server_key = {{1}, {2}};
    memset(&keys.wrap.key, 0x33, sizeof keys.wrap.key);
    const struct ov_crypto *crypto = ov_end_spec_default().crypto;
    assert_int_equal(
        ov_client_key_wrap(crypto, &server_key, &keys.wrap.key, metadata, sizeof metadata, &keys.wkc), OV_OK);
    start(crypto, &keys, text);
    assert_int_equal(sent(), 1);
}

static enum ov_err give(const struct ov_control *control)
{
    uint8_t mem[512];
    struct ov_buf buf = ov_buf_over(mem, sizeof mem, OV_BUF_HEADROOM);
    struct ov_writer w = ov_writer_over(ov_buf_data(&buf), ov_buf_tailroom(&buf));
    assert_int_equal(ov_control_encode_body(control, &w), OV_OK);
    (void)ov_buf_put(&buf, (uint32_t)ov_writer_len(&w));
    const struct ov_wrap_id id = {++server_id, now.wall_s};
    assert_int_equal(
        ov_wrap_seal(&server, id, ov_opcode_join((enum ov_opcode)control->opcode, 0), &server_sid, &buf),
        OV_OK);
    give_octets(ov_buf_data(&buf), buf.len);
    return batch.dg[0].fate == OV_FATE_CONSUMED ? OV_OK : (enum ov_err)batch.dg[0].why;
}

static const uint8_t resend_wkc[] = {0, 1, 0, 2, 0, 1};

/* The server's reset with this payload. */
static struct ov_control reset_with(const uint8_t *payload, size_t len)
{
    return (struct ov_control){.opcode = OV_OP_HARD_RESET_SERVER_V2,
                               .has_message_id = true,
                               .ack_count = 1,
                               .sid = server_sid,
                               .remote_sid = client_sid,
                               .payload = payload,
                               .payload_len = len};
}

/* Open packet number i of what was sent; WKc is cut off where it must stand. */
static struct ov_control look(size_t i, struct ov_wrap_id *id)
{
    static uint8_t copies[OV_TEST_BATCH][OV_BUF_PACKET];
    struct ov_control control;
    struct ov_wrap_head head;
    const struct ov_buf *packet = &batch.dg[i].buf;
    struct ov_buf buf = ov_buf_over(copies[i], sizeof copies[i], 0);
    memcpy(ov_buf_put(&buf, packet->len), ov_buf_data(packet), packet->len);
    if (ov_opcode_has_wkc(ov_opcode_of(copies[i][0])))
    {
        const struct ov_wkc *wkc = &client.end.keys.wkc;
        assert_true(ov_buf_trim(&buf, wkc->len));
        assert_memory_equal(copies[i] + buf.len, wkc->octets, wkc->len);
    }
    assert_int_equal(ov_wrap_open(&server, &buf, &head), OV_OK);
    assert_int_equal(ov_control_decode(head.first_octet, &head.sid, ov_buf_data(&buf), buf.len, &control),
                     OV_OK);
    *id = head.id;
    return control;
}

/* Payloads of the server's reset: which opcode answers [WP-TC2-030, WP-TC2-031, WP-TC2-032]. */
static const struct
{
    const char *what;
    uint8_t payload[32];
    size_t len;
    uint8_t opcode; /* 0: the handshake failed */
} answers[] = {
    {"RESEND_WKC", {0, 1, 0, 2, 0, 1}, 6, OV_OP_CONTROL_WKC_V1},
    {"nothing", {0}, 0, OV_OP_CONTROL_V1},
    {"no flags", {0, 1, 0, 2, 0, 0}, 6, OV_OP_CONTROL_V1},
    {"other flags", {0, 1, 0, 2, 0xff, 0xfe}, 6, OV_OP_CONTROL_V1},
    {"unknown TLV", {0, 9, 0, 3, 1, 2, 3}, 7, OV_OP_CONTROL_V1},
    {"unknown TLV before", {0, 9, 0, 3, 1, 2, 3, 0, 1, 0, 2, 0, 1}, 13, OV_OP_CONTROL_WKC_V1},
    {"unknown TLV behind", {0, 1, 0, 2, 0, 1, 0xff, 0xff, 0, 0}, 10, OV_OP_CONTROL_WKC_V1},
    {"one octet", {0}, 1, 0},
    {"half a TLV", {0, 1, 0}, 3, 0},
    {"no value", {0, 1, 0, 2}, 4, 0},
    {"half a value", {0, 1, 0, 2, 0}, 5, 0},
    {"long value", {0, 1, 0, 3, 0, 0, 1}, 7, 0},
    {"too long by far", {0, 1, 0xff, 0xff, 0, 1}, 6, 0},
};

/* [WP-TC2-035] */
static void early_negotiation(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++)
    {
        struct ov_wrap_id id;
        start_v2("");
        const struct ov_control reset = reset_with(answers[i].payload, answers[i].len);
        assert_int_equal(give(&reset), OV_OK);
        const size_t n = sent();
        const uint8_t got = n > 0 ? ov_opcode_of(ov_buf_data(&batch.dg[0].buf)[0]) : 0;
        if (answers[i].opcode == 0)
        {
            assert_int_equal(client.session.ks.state, OV_KS_ERROR_PRE);
        }
        else if (got != answers[i].opcode)
        {
            fail_msg("%s: answered by %s", answers[i].what, ov_opcode_name(got));
        }
        else
        {
            const struct ov_control c = look(0, &id);
            assert_int_equal(c.message_id, 1);
            assert_int_equal(c.ack_count, 1);
            assert_int_equal(c.acks[0], 0);
            assert_true(ov_sid_equal(&c.remote_sid, &server_sid));
            assert_int_equal(id.id, 0x0f000002);
        }
        ov_client_end_close(&client);
    }
}

/* No opcode but that of WKC_V1 is first, and its repetitions have WKc too [WP-TC2-012, WP-TC2-033]. */
static void repeated(void **state)
{
    (void)state;
    struct ov_wrap_id id;
    start_v2("");
    /* The reset itself, again. */
    now.mono_ms += 2000;
    ov_session_tick(&client.session, now);
    assert_int_equal(sent(), 1);
    assert_int_equal(look(0, &id).opcode, OV_OP_HARD_RESET_CLIENT_V3);
    assert_int_equal(id.id, 0x0f000002);
    const struct ov_control reset = reset_with(resend_wkc, sizeof resend_wkc);
    assert_int_equal(give(&reset), OV_OK);
    assert_int_equal(sent(), 1);
    assert_int_equal(look(0, &id).opcode, OV_OP_CONTROL_WKC_V1);
    /* The server's reset comes twice: no ACK_V1 for it while the server may not know us. */
    assert_int_equal(give(&reset), OV_ERR_DUPLICATE);
    assert_true(ov_session_deadline(&client.session) > now.mono_ms);
    assert_int_equal(sent(), 0);
    for (unsigned i = 0; i < 3; i++)
    {
        now.mono_ms = ov_session_deadline(&client.session);
        ov_session_tick(&client.session, now);
        assert_int_equal(sent(), 1);
        const struct ov_control again = look(0, &id);
        assert_int_equal(again.opcode, OV_OP_CONTROL_WKC_V1);
        assert_int_equal(again.message_id, 1);
        assert_true(again.ack_count >= 1 && again.acks[0] == 0);
        assert_int_equal(id.id, 0x0f000004 + i);
    }
    /* Acknowledged: now a repetition is answered as ever. */
    struct ov_control ack = {
        .opcode = OV_OP_ACK_V1, .ack_count = 1, .acks = {1}, .sid = server_sid, .remote_sid = client_sid};
    assert_int_equal(give(&ack), OV_OK);
    assert_int_equal(give(&reset), OV_ERR_DUPLICATE);
    assert_int_equal(sent(), 1);
    assert_int_equal(look(0, &id).opcode, OV_OP_ACK_V1);
    ov_client_end_close(&client);
}

/* A reset that acknowledges nothing doesn't tempt the client into an ACK_V1 either. */
static void reset_without_ack(void **state)
{
    (void)state;
    struct ov_wrap_id id;
    start_v2("");
    struct ov_control reset = reset_with(resend_wkc, sizeof resend_wkc);
    reset.ack_count = 0;
    assert_int_equal(give(&reset), OV_OK);
    const size_t n = sent();
    for (size_t i = 0; i < n; i++)
    {
        assert_int_equal(look(i, &id).opcode, OV_OP_HARD_RESET_CLIENT_V3);
    }
    ov_client_end_close(&client);
}

/* WKc and the first piece of TLS stay within max-packet-size together [WP-TC2-034]. */
static void room_for_wkc(void **state)
{
    (void)state;
    static const struct
    {
        const char *text;
        size_t metadata_len, most;
    } rows[] = {
        {"", 9, 1250 - 28},
        {"max-packet-size 500\n", 9, 500 - 28},
        {"max-packet-size 2048\n", 734, 2048 - 28},
        {"", 734, 1250 - 28},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        start_v2(rows[i].text);
        static const uint8_t metadata[OV_WKC_METADATA_MAX];
        const struct ov_key_half server_key = {{1}, {2}};
        assert_int_equal(ov_client_key_wrap(client.end.crypto, &server_key, &client.end.keys.wrap.key,
                                            metadata, rows[i].metadata_len, &client.end.keys.wkc),
                         OV_OK);
        const struct ov_control reset = reset_with(resend_wkc, sizeof resend_wkc);
        assert_int_equal(give(&reset), OV_OK);
        const size_t n = sent();
        struct ov_wrap_id id;
        assert_true(n >= 1);
        assert_int_equal(look(0, &id).opcode, OV_OP_CONTROL_WKC_V1);
        for (size_t k = 0; k < n; k++)
        {
            assert_true(batch.dg[k].buf.len <= rows[i].most);
            assert_true(k == 0 || look(k, &id).opcode == OV_OP_CONTROL_V1);
        }
        ov_client_end_close(&client);
    }
}

/* Asked for a WKc it doesn't have, a client goes on with what it has. */
static void asked_in_vain(void **state)
{
    (void)state;
    struct ov_wrap_id id;
    struct ov_control_keys keys = {.wrap.kind = OV_WRAP_TLS_CRYPT};
    memset(&keys.wrap.key, 0x33, sizeof keys.wrap.key);
    start(ov_end_spec_default().crypto, &keys, "");
    assert_int_equal(sent(), 1);
    assert_int_equal(look(0, &id).opcode, OV_OP_HARD_RESET_CLIENT_V2);
    assert_int_equal(id.id, 1);
    const struct ov_control reset = reset_with(resend_wkc, sizeof resend_wkc);
    assert_int_equal(give(&reset), OV_OK);
    assert_true(sent() >= 1);
    assert_int_equal(look(0, &id).opcode, OV_OP_CONTROL_V1);
    ov_client_end_close(&client);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vectors),      cmocka_unit_test(early_negotiation),
        cmocka_unit_test(repeated),     cmocka_unit_test(reset_without_ack),
        cmocka_unit_test(room_for_wkc), cmocka_unit_test(asked_in_vain),
    };
    return cmocka_run_group_tests_name("session_wrap", tests, NULL, NULL);
}
