/* Protection of control packets: vectors 11.1, 11.2, 11.4, forgeries, both libraries against each other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lib/octets.h"
#include "tests/lib/vectors.h"
#include "wrap/wrap.h"

#define MEMORY 512u

static void start(const struct ov_crypto *crypto)
{
    char text[256];
    ov_assert_err(crypto->start(text, sizeof(text)), OV_OK);
}

static struct ov_buf body_buf(uint8_t mem[static MEMORY], const void *body, size_t len)
{
    struct ov_buf buf = ov_buf_over(mem, MEMORY, OV_BUF_HEADROOM);
    memcpy(ov_buf_put(&buf, (uint32_t)len), body, len);
    return buf;
}

static struct ov_buf packet_buf(uint8_t *packet, size_t len)
{
    struct ov_buf buf = {packet, (uint32_t)len, 0, (uint32_t)len};
    return buf;
}

/* One packet of a vector file. */
struct vector
{
    uint8_t first_octet;
    struct ov_sid sid;
    struct ov_wrap_id id;
    uint8_t body[256];
    size_t body_len;
    uint8_t packet[256];
    size_t packet_len;
};

static uint32_t vec_u32(const struct ov_vec_section *s, const char *key)
{
    uint8_t o[4];
    ov_vec_exactly(s, key, o, 4);
    return (uint32_t)o[0] << 24 | (uint32_t)o[1] << 16 | (uint32_t)o[2] << 8 | o[3];
}

static struct vector load(const struct ov_vec_section *s, const char *body)
{
    struct vector v;
    ov_vec_exactly(s, "opcode_octet", &v.first_octet, 1);
    ov_vec_exactly(s, "sid", v.sid.id, OV_SID_LEN);
    v.id.id = vec_u32(s, "wrap_id");
    v.id.time = vec_u32(s, "time");
    v.body_len = ov_vec_octets(s, body, v.body, sizeof(v.body));
    v.packet_len = ov_vec_octets(s, "packet", v.packet, sizeof(v.packet));
    return v;
}

static void expect_seal(const struct ov_wrap *wrap, const struct vector *v)
{
    uint8_t mem[MEMORY];
    struct ov_buf buf = body_buf(mem, v->body, v->body_len);
    ov_assert_err(ov_wrap_seal(wrap, v->id, v->first_octet, &v->sid, &buf), OV_OK);
    assert_int_equal(buf.len, v->packet_len);
    assert_int_equal(buf.len, 9 + ov_wrap_overhead(wrap) + v->body_len);
    assert_memory_equal(ov_buf_data(&buf), v->packet, v->packet_len);
    /* Opcode and session id stand in clear in every mode [WP-CTRL-009]. */
    assert_int_equal(ov_buf_data(&buf)[0], v->first_octet);
    assert_memory_equal(ov_buf_data(&buf) + 1, v->sid.id, OV_SID_LEN);
}

static void expect_open(const struct ov_wrap *wrap, const struct vector *v)
{
    struct ov_wrap_head head;
    uint8_t *copy = ov_test_copy(v->packet, v->packet_len);
    struct ov_buf buf = packet_buf(copy, v->packet_len);
    ov_assert_err(ov_wrap_open(wrap, &buf, &head), OV_OK);
    assert_int_equal(head.first_octet, v->first_octet);
    assert_true(ov_sid_equal(&head.sid, &v->sid));
    assert_int_equal(head.id.id, v->id.id);
    assert_int_equal(head.id.time, v->id.time);
    assert_int_equal(buf.len, v->body_len);
    assert_memory_equal(ov_buf_data(&buf), v->body, v->body_len);
    free(copy);
}

/* Every octet that is not as it was, and every length that is not the whole, must be refused [WP-TLC-004,
 * WP-TLC-005]. */
static void expect_forgeries_refused(const struct ov_wrap *wrap, const struct vector *v)
{
    struct ov_wrap_head head;
    for (size_t bit = 0; bit < v->packet_len * 8; bit++)
    {
        uint8_t *copy = ov_test_copy(v->packet, v->packet_len);
        struct ov_buf buf = packet_buf(copy, v->packet_len);
        copy[bit / 8] ^= (uint8_t)(1u << bit % 8);
        ov_assert_err(ov_wrap_open(wrap, &buf, &head), OV_ERR_AUTH);
        assert_int_equal(buf.len, 0);
        assert_int_equal(head.id.id, 0);
        free(copy);
    }
    for (size_t cut = 0; cut < v->packet_len; cut++)
    {
        uint8_t *copy = ov_test_copy(v->packet, cut);
        struct ov_buf buf = packet_buf(copy, cut);
        ov_assert_err(ov_wrap_open(wrap, &buf, &head),
                      cut < 9 + ov_wrap_overhead(wrap) + 1 ? OV_ERR_TRUNCATED : OV_ERR_AUTH);
        assert_int_equal(buf.len, 0);
        free(copy);
    }
    uint8_t *longer = ov_test_copy(v->packet, v->packet_len + 1);
    longer[v->packet_len] = 0;
    struct ov_buf buf = packet_buf(longer, v->packet_len + 1);
    ov_assert_err(ov_wrap_open(wrap, &buf, &head), OV_ERR_AUTH);
    free(longer);
}

static enum ov_role sender_of(const struct ov_vec_section *s)
{
    return strcmp(ov_vec_text(s, "sender"), "server") == 0 ? OV_ROLE_SERVER : OV_ROLE_CLIENT;
}

static void run_tls_crypt_packet(const struct ov_crypto *crypto, const struct ov_vec_section *s,
                                 const struct ov_key2 *key)
{
    struct vector v = load(s, "plaintext");
    struct ov_wrap ours;
    struct ov_wrap theirs;
    enum ov_role role = sender_of(s);
    ov_assert_err(ov_wrap_tls_crypt(&ours, crypto, key, role), OV_OK);
    ov_assert_err(
        ov_wrap_tls_crypt(&theirs, crypto, key, role == OV_ROLE_CLIENT ? OV_ROLE_SERVER : OV_ROLE_CLIENT),
        OV_OK);
    assert_true(ov_wrap_has_id(&ours));
    assert_string_equal(ov_wrap_name(&ours), "tls-crypt");
    expect_seal(&ours, &v);
    expect_open(&theirs, &v);
    expect_forgeries_refused(&theirs, &v);
    /* Reflected to its sender it does not verify: the halves differ. */
    struct ov_wrap_head head;
    struct ov_buf buf = packet_buf(v.packet, v.packet_len);
    ov_assert_err(ov_wrap_open(&ours, &buf, &head), OV_ERR_AUTH);
    ov_wrap_clear(&ours);
    assert_string_equal(ov_wrap_name(&ours), "none");
}

/* Every packet of a vector file, under its inputs' key256. */
static size_t run_tls_crypt_file(const struct ov_crypto *crypto, const char *name)
{
    struct ov_vec_file *file = ov_vec_load(name);
    struct ov_key2 key;
    size_t packets = 0;
    start(crypto);
    ov_vec_exactly(ov_vec_section(file, "inputs"), "key256", (uint8_t *)&key, sizeof(key));
    for (size_t i = 0; i < file->count; i++)
    {
        if (ov_vec_has(&file->sections[i], "packet"))
        {
            run_tls_crypt_packet(crypto, &file->sections[i], &key);
            packets++;
        }
    }
    ov_vec_free(file);
    return packets;
}

/* The first 32 octets of each slot, server K0, client K1 [WP-TLC-001, WP-TLC-002]. */
static void test_tls_crypt_vectors(void **state)
{
    assert_int_equal(run_tls_crypt_file(*state, "tls-crypt"), 4);
}

/* Once WKc is cut off and unwrapped, Kc is used like any tls-crypt key [WP-TC2-008]. */
static void test_tls_crypt_v2_packets(void **state)
{
    assert_int_equal(run_tls_crypt_file(*state, "tls-crypt-v2"), 3);
}

static void test_dynamic_tls_crypt_vectors(void **state)
{
    const struct ov_crypto *crypto = *state;
    struct ov_vec_file *file = ov_vec_load("dynamic-tls-crypt");
    const struct ov_vec_section *keys = ov_vec_section(file, "keys");
    uint8_t exporter[OV_KEY2_SIZE];
    uint8_t want[OV_KEY2_SIZE];
    struct ov_key2 original;
    struct ov_key2 key;
    start(crypto);
    ov_vec_exactly(keys, "exporter", exporter, sizeof(exporter));
    ov_vec_exactly(keys, "original_key2", (uint8_t *)&original, sizeof(original));
    ov_vec_exactly(keys, "key2", want, sizeof(want));
    ov_wrap_dynamic_key(exporter, &original, &key);
    assert_memory_equal(&key, want, sizeof(want));
    run_tls_crypt_packet(crypto, ov_vec_section(file, "client-soft-reset"), &key);
    ov_vec_exactly(ov_vec_section(file, "keys-plain-control"), "key2", want, sizeof(want));
    ov_wrap_dynamic_key(exporter, NULL, &key);
    assert_memory_equal(&key, want, sizeof(want));
    ov_vec_free(file);
}

static enum ov_key_direction direction_of(const struct ov_vec_section *s)
{
    if (!ov_vec_has(s, "key_direction") || strcmp(ov_vec_text(s, "key_direction"), "none") == 0)
    {
        return OV_KEY_DIRECTION_BOTH;
    }
    return ov_vec_number(s, "key_direction") == 0 ? OV_KEY_DIRECTION_0 : OV_KEY_DIRECTION_1;
}

static enum ov_key_direction other_direction(enum ov_key_direction direction)
{
    return direction == OV_KEY_DIRECTION_BOTH ? direction
           : direction == OV_KEY_DIRECTION_0  ? OV_KEY_DIRECTION_1
                                              : OV_KEY_DIRECTION_0;
}

static void run_tls_auth_packet(const struct ov_crypto *crypto, const struct ov_vec_section *s,
                                const struct ov_key2 *key)
{
    struct vector v = load(s, "body");
    struct ov_wrap ours;
    struct ov_wrap theirs;
    enum ov_digest_id digest;
    enum ov_key_direction direction = direction_of(s);
    ov_assert_err(ov_digest_by_name(ov_vec_text(s, "auth"), &digest), OV_OK);
    ov_wrap_tls_auth(&ours, crypto, digest, key, direction);
    ov_wrap_tls_auth(&theirs, crypto, digest, key, other_direction(direction));
    assert_string_equal(ov_wrap_name(&ours), "tls-auth");
    expect_seal(&ours, &v);
    expect_open(&theirs, &v);
    expect_forgeries_refused(&theirs, &v);
}

/* HMAC over id, time and the rest in that order, with the hmac slot of the direction alone [WP-TLA-001,
 * WP-TLA-002, WP-TLA-003]. */
static void test_tls_auth_vectors(void **state)
{
    const struct ov_crypto *crypto = *state;
    struct ov_vec_file *file = ov_vec_load("tls-auth");
    struct ov_key2 key;
    size_t packets = 0;
    start(crypto);
    ov_vec_exactly(ov_vec_section(file, "inputs"), "key256", (uint8_t *)&key, sizeof(key));
    for (size_t i = 0; i < file->count; i++)
    {
        if (ov_vec_has(&file->sections[i], "packet"))
        {
            run_tls_auth_packet(crypto, &file->sections[i], &key);
            packets++;
        }
    }
    assert_int_equal(packets, 4);
    ov_vec_free(file);
}

static void test_one_library_seals_the_other_opens(void **state)
{
    (void)state;
    struct ov_test_random random = {ov_test_seed(3)};
    const struct ov_sid sid = {{1, 2, 3, 4, 5, 6, 7, 8}};
    for (size_t a = 0; ov_crypto_backends[a] != NULL; a++)
    {
        for (size_t b = 0; ov_crypto_backends[b] != NULL; b++)
        {
            start(ov_crypto_backends[a]);
            for (uint32_t len = 1; len < 300; len += 7)
            {
                struct ov_key2 key;
                struct ov_wrap client;
                struct ov_wrap server;
                struct ov_wrap_head head;
                struct ov_rng rng = ov_test_rng(&random);
                uint8_t body[300];
                uint8_t mem[MEMORY];
                ov_assert_err(ov_rng_fill(&rng, (uint8_t *)&key, sizeof(key)), OV_OK);
                ov_assert_err(ov_rng_fill(&rng, body, sizeof(body)), OV_OK);
                ov_assert_err(ov_wrap_tls_crypt(&client, ov_crypto_backends[a], &key, OV_ROLE_CLIENT), OV_OK);
                ov_assert_err(ov_wrap_tls_crypt(&server, ov_crypto_backends[b], &key, OV_ROLE_SERVER), OV_OK);
                struct ov_buf buf = body_buf(mem, body, len);
                ov_assert_err(ov_wrap_seal(&client, (struct ov_wrap_id){len, 7}, 0x20, &sid, &buf), OV_OK);
                ov_assert_err(ov_wrap_open(&server, &buf, &head), OV_OK);
                assert_int_equal(head.id.id, len);
                assert_int_equal(buf.len, len);
                assert_memory_equal(ov_buf_data(&buf), body, len);
            }
        }
    }
}

static void test_plain(void **state)
{
    (void)state;
    const struct ov_wrap none = {0};
    const struct ov_sid sid = {{1, 2, 3, 4, 5, 6, 7, 8}};
    struct ov_wrap_head head;
    uint8_t mem[MEMORY];
    struct ov_buf buf = body_buf(mem, "\0\0\0\0\0", 5);
    assert_int_equal(ov_wrap_overhead(&none), 0);
    assert_false(ov_wrap_has_id(&none));
    ov_assert_err(ov_wrap_seal(&none, (struct ov_wrap_id){9, 9}, 0x38, &sid, &buf), OV_OK);
    assert_int_equal(buf.len, 14); /* [WP-CTRL-007] */
    assert_memory_equal(ov_buf_data(&buf), "\x38\1\2\3\4\5\6\7\10\0\0\0\0\0", 14);
    ov_assert_err(ov_wrap_open(&none, &buf, &head), OV_OK);
    assert_int_equal(buf.len, 5);
    assert_true(head.first_octet == 0x38 && ov_sid_equal(&head.sid, &sid) && head.id.id == 0);
    for (size_t len = 0; len < 10; len++)
    {
        uint8_t *copy = ov_test_copy("\x38\1\2\3\4\5\6\7\10", len < 9 ? len : 9);
        struct ov_buf cut = packet_buf(copy, len < 9 ? len : 9);
        ov_assert_err(ov_wrap_open(&none, &cut, &head), OV_ERR_TRUNCATED);
        free(copy);
    }
}

static void test_refusals(void **state)
{
    const struct ov_crypto *crypto = *state;
    const struct ov_sid sid = {{1}};
    struct ov_key2 key;
    struct ov_wrap wrap;
    start(crypto);
    /* A zero cipher key on either side [WP-KEY-005]. */
    for (int half = 0; half < 2; half++)
    {
        memset(&key, 0x11, sizeof(key));
        memset(key.half[half].cipher, 0, 32);
        ov_assert_err(ov_wrap_tls_crypt(&wrap, crypto, &key, OV_ROLE_CLIENT), OV_ERR_ARG);
        assert_string_equal(ov_wrap_name(&wrap), "none");
    }
    memset(&key, 0x11, sizeof(key));
    ov_assert_err(ov_wrap_tls_crypt(&wrap, crypto, &key, OV_ROLE_CLIENT), OV_OK);
    /* Too little headroom leaves the packet as it was. */
    uint8_t mem[64] = {0};
    struct ov_buf tight = {mem, sizeof(mem), 48, 5};
    ov_assert_err(ov_wrap_seal(&wrap, (struct ov_wrap_id){1, 1}, 0x38, &sid, &tight), OV_ERR_NOSPACE);
    assert_int_equal(tight.len, 5);
    struct ov_buf fits = {mem, sizeof(mem), 49, 5};
    ov_assert_err(ov_wrap_seal(&wrap, (struct ov_wrap_id){1, 1}, 0x38, &sid, &fits), OV_OK);
    assert_int_equal(fits.off, 0);
}

int main(void)
{
    size_t failures = 0;
    for (size_t i = 0; ov_crypto_backends[i] != NULL; i++)
    {
        void *crypto = (void *)(uintptr_t)ov_crypto_backends[i];
        const struct CMUnitTest tests[] = {
            cmocka_unit_test_prestate(test_tls_crypt_vectors, crypto),
            cmocka_unit_test_prestate(test_tls_crypt_v2_packets, crypto),
            cmocka_unit_test_prestate(test_dynamic_tls_crypt_vectors, crypto),
            cmocka_unit_test_prestate(test_tls_auth_vectors, crypto),
            cmocka_unit_test_prestate(test_refusals, crypto),
        };
        print_message("backend %s\n", ov_crypto_backends[i]->name);
        failures += (size_t)cmocka_run_group_tests_name(ov_crypto_backends[i]->name, tests, NULL, NULL);
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain),
        cmocka_unit_test(test_one_library_seals_the_other_opens),
    };
    return (int)(failures + (size_t)cmocka_run_group_tests(tests, NULL, NULL));
}
