/* Seal and open of every backend and engine, in batches. */
#include "perf/bench/bench.h"

#include "crypto/engine.h"
#include "crypto/null/null.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX 2048u
#define AD_LEN   8u /* opcode, key-id, peer-id and packet id */

struct aead_bench
{
    const struct ov_aead_ops *aead;
    struct ov_aead_key *key;
    bool opening;
    uint32_t size;
    uint64_t number;
    struct ov_aead_op ops[BENCH_BATCH];
    uint8_t ad[AD_LEN];
    uint8_t tag[BENCH_BATCH][OV_AEAD_TAG_LEN];
    uint8_t text[BENCH_BATCH][TEXT_MAX];
    uint8_t sealed[BENCH_BATCH][TEXT_MAX]; /* opening: what is opened anew each time */
};

static void make_ops(struct aead_bench *bench)
{
    for (size_t i = 0; i < BENCH_BATCH; i++)
    {
        bench->ops[i] = (struct ov_aead_op){.ad = bench->ad,
                                            .ad_len = AD_LEN,
                                            .text = bench->text[i],
                                            .text_len = bench->size,
                                            .tag = bench->tag[i]};
        memcpy(bench->ops[i].nonce, &i, sizeof i);
    }
}

static void *open_bench(const struct bench_unit *unit, bool opening)
{
    uint8_t key[OV_AEAD_KEY_MAX];
    struct aead_bench *bench = bench_memory(sizeof *bench);
    struct ov_aead_key *sealing = NULL;
    enum ov_aead_id cipher = (enum ov_aead_id)unit->cipher;
    bench->aead = unit->aead;
    bench->size = unit->size;
    bench->opening = opening;
    for (size_t i = 0; i < sizeof key; i++)
    {
        key[i] = (uint8_t)(i * 11 + 3);
    }
    make_ops(bench);
    bench_must(unit->aead->key_new(cipher, key, true, &sealing) == OV_OK, "a sealing key");
    bench_must(unit->aead->key_new(cipher, key, false, &bench->key) == OV_OK, "an opening key");
    unit->aead->seal(sealing, bench->ops, BENCH_BATCH);
    memcpy(bench->sealed, bench->text, sizeof bench->sealed);
    unit->aead->open(bench->key, bench->ops, BENCH_BATCH);
    for (size_t i = 0; i < BENCH_BATCH; i++)
    {
        bench_must(bench->ops[i].err == OV_OK, "opening what was sealed");
    }
    unit->aead->key_free(opening ? sealing : bench->key);
    bench->key = opening ? bench->key : sealing;
    return bench;
}

static void *open_seal(const struct bench_unit *unit)
{
    return open_bench(unit, false);
}

static void *open_open(const struct bench_unit *unit)
{
    return open_bench(unit, true);
}

static void run_seal(void *ctx, size_t count)
{
    struct aead_bench *bench = ctx;
    for (size_t done = 0; done < count; done++)
    {
        for (size_t i = 0; i < BENCH_BATCH; i++)
        {
            bench->number++;
            memcpy(bench->ops[i].nonce, &bench->number, sizeof bench->number);
        }
        bench->aead->seal(bench->key, bench->ops, BENCH_BATCH);
    }
}

/* A packet can be opened once: each batch starts with a copy, which is part of the figure (about 1 ns
 * for 64 octets that are in the cache). */
static void run_open(void *ctx, size_t count)
{
    struct aead_bench *bench = ctx;
    for (size_t done = 0; done < count; done++)
    {
        for (size_t i = 0; i < BENCH_BATCH; i++)
        {
            memcpy(bench->text[i], bench->sealed[i], bench->size);
        }
        bench->aead->open(bench->key, bench->ops, BENCH_BATCH);
    }
    bench_must(bench->ops[0].err == OV_OK, "opening");
}

static void close_bench(void *ctx)
{
    struct aead_bench *bench = ctx;
    bench->aead->key_free(bench->key);
    free(bench);
}

static void add_one(struct bench_list *list, const char *name, const struct ov_aead_ops *aead, bool exact)
{
    static const struct
    {
        enum ov_aead_id cipher;
        uint32_t size;
    } cases[] = {
        {OV_AEAD_AES_256_GCM, 64},   {OV_AEAD_AES_256_GCM, 200},        {OV_AEAD_AES_256_GCM, 1400},
        {OV_AEAD_AES_128_GCM, 1400}, {OV_AEAD_CHACHA20_POLY1305, 1400},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    {
        if (!aead->has(cases[i].cipher))
        {
            continue;
        }
        struct bench_unit unit = {.packets = BENCH_BATCH,
                                  .octets = BENCH_BATCH * cases[i].size,
                                  .exact = exact && cases[i].cipher != OV_AEAD_AES_128_GCM,
                                  .aead = aead,
                                  .cipher = cases[i].cipher,
                                  .size = cases[i].size,
                                  .open = open_seal,
                                  .run = run_seal,
                                  .close = close_bench};
        bench_add(list, &unit, "seal/%s/%s/%u", name, ov_aead_name(cases[i].cipher), cases[i].size);
        unit.open = open_open;
        unit.run = run_open;
        bench_add(list, &unit, "open/%s/%s/%u", name, ov_aead_name(cases[i].cipher), cases[i].size);
    }
}

void bench_add_aead(struct bench_list *list)
{
    for (size_t i = 0; ov_crypto_backends[i] != NULL; i++)
    {
        add_one(list, ov_crypto_backends[i]->name, &ov_crypto_backends[i]->aead, true);
    }
    for (size_t i = 0; ov_aead_engines[i] != NULL; i++)
    {
        char text[256] = "";
        const struct ov_aead_engine *engine = ov_aead_engines[i];
        if (engine->start(text, sizeof text) != OV_OK)
        {
            fprintf(stderr, "bench: engine %s does not start: %s\n", engine->name, text);
            continue;
        }
        /* It has one code path a CPU, and an instruction counter does not know those of the newest. */
        add_one(list, engine->name, &engine->aead, false);
    }
}
