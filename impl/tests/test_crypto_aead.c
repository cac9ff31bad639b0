/* AEAD: the vectors of section 11.6 and 11.7, and every backend against every other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "lib/octets.h"
#include "lib/tlspair.h"
#include "lib/vectors.h"

#define TEXT_MAX 1500
#define AD_MAX   32
#define BATCH    64

struct packet
{
    uint8_t ad[AD_MAX];
    uint8_t plain[TEXT_MAX];
    uint8_t text[TEXT_MAX];
    uint8_t tag[OV_AEAD_TAG_LEN];
};

static struct ov_aead_key *key_of(const struct ov_crypto *crypto, enum ov_aead_id id, const uint8_t *key,
                                  bool sealing)
{
    struct ov_aead_key *made = NULL;
    assert_true(crypto->aead.has(id));
    assert_int_equal(crypto->aead.key_new(id, key, sealing, &made), OV_OK);
    assert_non_null(made);
    return made;
}

static void check_vector(const struct ov_crypto *crypto, const struct ov_vec_section *vec)
{
    enum ov_aead_id id;
    uint8_t key[OV_AEAD_KEY_MAX];
    uint8_t ad[AD_MAX];
    uint8_t plain[64];
    uint8_t want[64];
    uint8_t text[64];
    uint8_t tag[OV_AEAD_TAG_LEN];
    uint8_t want_tag[OV_AEAD_TAG_LEN];
    struct ov_aead_op op = {.ad = ad, .text = text, .tag = tag};
    assert_int_equal(ov_aead_by_name(ov_vec_text(vec, "cipher"), &id), OV_OK);
    ov_vec_exactly(vec, ov_vec_has(vec, "key") ? "key" : "data_key", key, ov_aead_key_len(id));
    ov_vec_exactly(vec, "nonce", op.nonce, sizeof(op.nonce));
    ov_vec_exactly(vec, "tag", want_tag, sizeof(want_tag));
    op.ad_len = (uint32_t)ov_vec_octets(vec, "associated_data", ad, sizeof(ad));
    op.text_len = (uint32_t)ov_vec_octets(vec, "plaintext", plain, sizeof(plain));
    ov_vec_exactly(vec, "ciphertext", want, op.text_len);
    memcpy(text, plain, op.text_len);

    struct ov_aead_key *sealing = key_of(crypto, id, key, true);
    struct ov_aead_key *opening = key_of(crypto, id, key, false);
    crypto->aead.seal(sealing, &op, 1);
    assert_int_equal(op.err, OV_OK);
    assert_memory_equal(text, want, op.text_len);
    assert_memory_equal(tag, want_tag, sizeof(tag));
    crypto->aead.open(opening, &op, 1);
    assert_int_equal(op.err, OV_OK);
    assert_memory_equal(text, plain, op.text_len);
    crypto->aead.key_free(sealing);
    crypto->aead.key_free(opening);
}

static void test_vectors(void **state)
{
    (void)state;
    static const struct
    {
        const char *file;
        size_t count;
    } files[] = {{"aead", 9}, {"epoch", 4}};
    for (size_t f = 0; f < 2; f++)
    {
        struct ov_vec_file *file = ov_vec_load(files[f].file);
        for (const struct ov_crypto *const *b = ov_test_real_backends(); *b != NULL; b++)
        {
            size_t checked = 0;
            for (size_t i = 0; i < file->count; i++)
            {
                if (ov_vec_has(&file->sections[i], "nonce"))
                {
                    check_vector(*b, &file->sections[i]);
                    checked++;
                }
            }
            assert_int_equal(checked, files[f].count);
        }
        ov_vec_free(file);
    }
}

static void fill_packets(struct ov_test_random *random, struct packet *packets, struct ov_aead_op *ops,
                         size_t count)
{
    /* Lengths around block boundaries come first, then any. */
    static const uint32_t edges[] = {0, 1, 15, 16, 17, 63, 64, 65, 127, 128, 129, 1400, TEXT_MAX};
    const struct ov_rng rng = ov_test_rng(random);
    for (size_t i = 0; i < count; i++)
    {
        struct packet *p = &packets[i];
        struct ov_aead_op *op = &ops[i];
        *op = (struct ov_aead_op){.ad = p->ad, .text = p->text, .tag = p->tag, .err = OV_ERR_ARG};
        op->ad_len = ov_test_below(random, AD_MAX + 1);
        op->text_len = i < sizeof(edges) / sizeof(edges[0]) ? edges[i] : ov_test_below(random, TEXT_MAX + 1);
        op->ad = op->ad_len == 0 ? NULL : op->ad;
        assert_int_equal(ov_rng_fill(&rng, op->nonce, sizeof(op->nonce)), OV_OK);
        assert_int_equal(ov_rng_fill(&rng, p->ad, sizeof(p->ad)), OV_OK);
        assert_int_equal(ov_rng_fill(&rng, p->plain, sizeof(p->plain)), OV_OK);
        memcpy(p->text, p->plain, sizeof(p->text));
        memset(p->tag, 0, sizeof(p->tag));
    }
}

/* One seals a batch, the other opens it; in both the last packet may be the only one. */
static void check_batch(const struct ov_crypto *sealer, const struct ov_crypto *opener, enum ov_aead_id id,
                        size_t count, struct ov_test_random *random)
{
    static struct packet packets[BATCH];
    struct ov_aead_op ops[BATCH];
    uint8_t key[OV_AEAD_KEY_MAX];
    const struct ov_rng rng = ov_test_rng(random);
    assert_int_equal(ov_rng_fill(&rng, key, sizeof(key)), OV_OK);
    fill_packets(random, packets, ops, count);
    struct ov_aead_key *sealing = key_of(sealer, id, key, true);
    struct ov_aead_key *opening = key_of(opener, id, key, false);
    sealer->aead.seal(sealing, ops, count);
    for (size_t i = 0; i < count; i++)
    {
        assert_int_equal(ops[i].err, OV_OK);
        assert_true(ops[i].text_len < 16 || memcmp(packets[i].text, packets[i].plain, ops[i].text_len) != 0);
        ops[i].err = OV_ERR_ARG;
    }
    /* One bad packet in the middle of a batch is the only one that fails, and what follows still opens. */
    size_t bad = count / 2;
    packets[bad].tag[ov_test_below(random, OV_AEAD_TAG_LEN)] ^= (uint8_t)(1u << ov_test_below(random, 8));
    opener->aead.open(opening, ops, count);
    for (size_t i = 0; i < count; i++)
    {
        assert_int_equal(ops[i].err, i == bad ? OV_ERR_AUTH : OV_OK);
        assert_true(i == bad || memcmp(packets[i].text, packets[i].plain, ops[i].text_len) == 0);
        /* Nothing behind the text was touched. */
        assert_memory_equal(packets[i].text + ops[i].text_len, packets[i].plain + ops[i].text_len,
                            TEXT_MAX - ops[i].text_len);
    }
    sealer->aead.key_free(sealing);
    opener->aead.key_free(opening);
}

static void test_batches(void **state)
{
    (void)state;
    struct ov_test_random random = {ov_test_seed(11)};
    const struct ov_crypto *const *real = ov_test_real_backends();
    for (unsigned id = 0; id < OV_AEAD_COUNT; id++)
    {
        for (size_t count = 1; count <= BATCH; count++)
        {
            for (size_t s = 0; real[s] != NULL; s++)
            {
                for (size_t o = 0; real[o] != NULL; o++)
                {
                    if (!real[s]->aead.has((enum ov_aead_id)id) || !real[o]->aead.has((enum ov_aead_id)id))
                    {
                        continue; /* ARIA */
                    }
                    check_batch(real[s], real[o], (enum ov_aead_id)id, count, &random);
                }
            }
        }
        const struct ov_crypto *const *null = ov_test_backends();
        while (null[1] != NULL)
        {
            null++;
        }
        check_batch(*null, *null, (enum ov_aead_id)id, BATCH, &random);
    }
}

/* A sealed packet and a way to open copies of it. */
struct specimen
{
    const struct ov_crypto *crypto;
    struct ov_aead_key *opening;
    struct ov_aead_op op;
    uint8_t ad[8];
    uint8_t text[40];
    uint8_t tag[OV_AEAD_TAG_LEN];
};

static enum ov_err open_copy(const struct specimen *of)
{
    struct specimen copy = *of;
    copy.op.ad = copy.ad;
    copy.op.text = copy.text;
    copy.op.tag = copy.tag;
    copy.crypto->aead.open(copy.opening, &copy.op, 1);
    return copy.op.err;
}

/* Flip each bit of a field in turn: the packet must be refused each time. */
static void sweep(struct specimen *of, uint8_t *field, size_t len)
{
    for (size_t i = 0; i < 8 * len; i++)
    {
        field[i / 8] ^= (uint8_t)(1u << i % 8);
        assert_int_equal(open_copy(of), OV_ERR_AUTH);
        field[i / 8] ^= (uint8_t)(1u << i % 8);
    }
    assert_int_equal(open_copy(of), OV_OK);
}

static void check_modifications(const struct ov_crypto *crypto, enum ov_aead_id id)
{
    struct specimen s = {.crypto = crypto, .ad = {1, 2, 3}, .text = {4, 5, 6}};
    uint8_t key[OV_AEAD_KEY_MAX] = {7, 8, 9};
    struct ov_aead_key *sealing = key_of(crypto, id, key, true);
    s.op = (struct ov_aead_op){
        .nonce = {9}, .ad = s.ad, .ad_len = 8, .text_len = 40, .text = s.text, .tag = s.tag};
    crypto->aead.seal(sealing, &s.op, 1);
    crypto->aead.key_free(sealing);
    s.opening = key_of(crypto, id, key, false);
    sweep(&s, s.text, sizeof(s.text));
    sweep(&s, s.tag, sizeof(s.tag));
    sweep(&s, s.ad, sizeof(s.ad));
    sweep(&s, s.op.nonce, sizeof(s.op.nonce));
    /* Octets that move from one field to the next. */
    s.op.ad_len = 7;
    assert_int_equal(open_copy(&s), OV_ERR_AUTH);
    s.op.ad_len = 8;
    s.op.text_len = 39;
    assert_int_equal(open_copy(&s), OV_ERR_AUTH);
    s.op.text_len = 40;
    crypto->aead.key_free(s.opening);
    for (size_t i = 0; i < ov_aead_key_len(id); i++)
    {
        key[i] ^= 0x10;
        s.opening = key_of(crypto, id, key, false);
        assert_int_equal(open_copy(&s), OV_ERR_AUTH);
        crypto->aead.key_free(s.opening);
        key[i] ^= 0x10;
    }
}

static void test_modifications(void **state)
{
    (void)state;
    for (const struct ov_crypto *const *b = ov_test_backends(); *b != NULL; b++)
    {
        for (unsigned id = 0; id < OV_AEAD_COUNT; id++)
        {
            if ((*b)->aead.has((enum ov_aead_id)id))
            {
                check_modifications(*b, (enum ov_aead_id)id);
            }
        }
    }
}

static void test_no_key(void **state)
{
    (void)state;
    const uint8_t key[OV_AEAD_KEY_MAX] = {0};
    for (const struct ov_crypto *const *b = ov_test_backends(); *b != NULL; b++)
    {
        struct ov_aead_key *made = (struct ov_aead_key *)(uintptr_t)1;
        assert_false((*b)->aead.has(OV_AEAD_COUNT));
        assert_int_equal((*b)->aead.key_new(OV_AEAD_COUNT, key, true, &made), OV_ERR_UNSUPPORTED);
        assert_null(made);
        (*b)->aead.key_free(NULL);
    }
}

/* [WP-NCP-013] */
static void test_names(void **state)
{
    (void)state;
    enum ov_aead_id id = OV_AEAD_COUNT;
    for (unsigned i = 0; i < OV_AEAD_COUNT; i++)
    {
        assert_int_equal(ov_aead_by_name(ov_aead_name((enum ov_aead_id)i), &id), OV_OK);
        assert_int_equal(id, i);
    }
    assert_int_equal(ov_aead_by_name("chacha20-poly1305", &id), OV_OK);
    assert_int_equal(id, OV_AEAD_CHACHA20_POLY1305);
    assert_int_equal(ov_aead_by_name("AES-256-CBC", &id), OV_ERR_UNSUPPORTED);
    assert_int_equal(ov_aead_by_name("", &id), OV_ERR_UNSUPPORTED);
    assert_ptr_equal(ov_crypto_by_name(ov_crypto_backends[0]->name), ov_crypto_backends[0]);
    assert_null(ov_crypto_by_name("null"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vectors), cmocka_unit_test(test_batches), cmocka_unit_test(test_modifications),
        cmocka_unit_test(test_no_key),  cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
