/* The data channel of one peer around the cipher: headers, packet ids, replay window, statistics. */
#include "perf/bench/bench.h"

#include "base/time.h"
#include "crypto/null/null.h"
#include "data/data.h"

#include <stdlib.h>
#include <string.h>

struct data_bench
{
    struct ov_data ends[2]; /* by role */
    struct ov_addr to;
    struct ov_datagram dg[BENCH_BATCH];
    uint32_t size;
    uint8_t mem[BENCH_BATCH][OV_BUF_PACKET + OV_BUF_HEADROOM + OV_BUF_TAILROOM];
};

static void install(struct ov_data *data, enum ov_role role, const struct ov_crypto *crypto)
{
    struct ov_key2 key2;
    struct ov_data_key key;
    memset(&key2, 5, sizeof key2);
    memset(&key2.half[1], 9, sizeof key2.half[1]);
    const struct ov_data_key_spec spec = {.crypto = crypto,
                                          .cipher = OV_CIPHER_AES_256_GCM,
                                          .key2 = &key2,
                                          .role = role,
                                          .replay_window = OV_REPLAY_STANDARD_SIZE,
                                          .replay_time_s = OV_REPLAY_STANDARD_TIME_S};
    bench_must(ov_data_key_init(&key, &spec) == OV_OK, "a data key");
    ov_data_init(data, 1500);
    data->peer_id = 1;
    ov_data_install(data, &key, 0, OV_NEVER);
}

static void *open_data(const struct bench_unit *unit)
{
    struct data_bench *bench = bench_memory(sizeof *bench);
    bench->size = unit->size;
    bench->to.family = 4;
    for (unsigned role = 0; role < 2; role++)
    {
        install(&bench->ends[role], (enum ov_role)role, unit->crypto);
    }
    for (size_t i = 0; i < BENCH_BATCH; i++)
    {
        bench->dg[i].buf = ov_buf_over(bench->mem[i], sizeof bench->mem[i], OV_BUF_HEADROOM);
        uint8_t *packet = ov_buf_put(&bench->dg[i].buf, unit->size);
        memset(packet, 0x45, unit->size);
    }
    return bench;
}

/* Sealing and opening undo each other in place, so the same packets go round. */
static void run_data(void *ctx, size_t count)
{
    struct data_bench *bench = ctx;
    for (size_t done = 0; done < count; done++)
    {
        for (size_t i = 0; i < BENCH_BATCH; i++)
        {
            bench->dg[i].fate = OV_FATE_NONE;
        }
        ov_data_seal(&bench->ends[OV_ROLE_CLIENT], &bench->to, bench->dg, BENCH_BATCH, 1000);
        for (size_t i = 0; i < BENCH_BATCH; i++)
        {
            bench->dg[i].fate = OV_FATE_NONE;
        }
        bench_must(ov_data_open(&bench->ends[OV_ROLE_SERVER], bench->dg, BENCH_BATCH) == BENCH_BATCH,
                   "opening data packets");
    }
    bench_must(bench->dg[0].buf.len == bench->size, "the length of an opened packet");
}

static void close_data(void *ctx)
{
    struct data_bench *bench = ctx;
    ov_data_clear(&bench->ends[0]);
    ov_data_clear(&bench->ends[1]);
    free(bench);
}

void bench_add_data(struct bench_list *list)
{
    struct bench_unit unit = {
        .packets = BENCH_BATCH, .size = 1400, .open = open_data, .run = run_data, .close = close_data};
    unit.octets = unit.packets * unit.size;
    for (size_t i = 0; ov_crypto_backends[i] != NULL; i++)
    {
        unit.crypto = ov_crypto_backends[i];
        bench_add(list, &unit, "data/seal+open/%s/%u", ov_crypto_backends[i]->name, unit.size);
    }
    /* Without a real cipher what remains is our own code, and 28 octets are hardly any to mix. */
    unit.crypto = &ov_crypto_null;
    unit.exact = true;
    unit.size = 28;
    unit.octets = 0;
    bench_add(list, &unit, "data/seal+open/null/%u", unit.size);
}
