#include "app/self_test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/wipe.h"
#include "data/data.h"

#define SIZE_MAX_OCTETS 1500u
#define SIZES_DENSE     100u /* every size up to here shows each padding, then some */
#define SIZES_STEP      70u
#define WINDOW          64u
#define SLOT            (OV_BUF_HEADROOM + OV_BUF_PACKET + OV_BUF_TAILROOM)

/* One cipher between two ends. */
struct trial
{
    const struct ov_program *program;
    enum ov_cipher_id cipher;
    bool epoch;
    struct ov_data from;
    struct ov_data to;
    uint8_t plain[SIZE_MAX_OCTETS];
    uint8_t slot[SLOT];
};

static enum ov_err open_end(const struct trial *trial, const struct ov_key2 *key2, enum ov_role role,
                            struct ov_data *out)
{
    const struct ov_config *config = &trial->program->config;
    struct ov_data_key key;
    const struct ov_data_key_spec spec = {
        .crypto = trial->program->crypto,
        .rng = &trial->program->rng,
        .wall_s = 1,
        .cipher = trial->cipher,
        .epoch = trial->epoch,
        .auth_none = config->auth_none,
        .auth = config->auth,
        .key2 = key2,
        .role = role,
        .replay_window = WINDOW,
    };
    ov_data_init(out, SIZE_MAX_OCTETS);
    out->peer_id = 1;
    enum ov_err err = ov_data_key_init(&key, &spec);
    if (err == OV_OK)
    {
        ov_data_install(out, &key, 0, OV_NEVER);
    }
    return err;
}

/* Seal one packet, open it, compare; with spoil one bit of it is turned on the way. */
static bool pass(struct trial *trial, uint32_t len, bool spoil)
{
    static const struct ov_addr nowhere = {.family = 4};
    struct ov_datagram dg = {.buf = ov_buf_over(trial->slot, SLOT, OV_BUF_HEADROOM)};
    uint8_t *room = ov_buf_put(&dg.buf, len);
    if (room == NULL)
    {
        return false;
    }
    memcpy(room, trial->plain, len);
    ov_data_seal(&trial->from, &nowhere, &dg, 1, 0);
    if (dg.fate != OV_FATE_LINK)
    {
        return false;
    }
    if (spoil)
    {
        ov_buf_data(&dg.buf)[dg.buf.len - 1 - len / 2] ^= 1;
    }
    dg.fate = OV_FATE_NONE;
    (void)ov_data_open(&trial->to, &dg, 1);
    if (spoil)
    {
        return dg.fate == OV_FATE_DROPPED;
    }
    return dg.fate == OV_FATE_TUN && dg.buf.len == len &&
           memcmp(ov_buf_data(&dg.buf), trial->plain, len) == 0;
}

static bool try_sizes(struct trial *trial, char *why, size_t cap)
{
    const bool proves = ov_data_key_authenticates(&trial->to.key[OV_DATA_CURRENT]);
    for (uint32_t len = 1; len <= SIZE_MAX_OCTETS; len += len < SIZES_DENSE ? 1 : SIZES_STEP)
    {
        if (!pass(trial, len, false))
        {
            (void)snprintf(why, cap, "a packet of %u octets does not come out as it was", len);
            return false;
        }
        if (proves && !pass(trial, len, true))
        {
            (void)snprintf(why, cap, "a packet of %u octets that was changed is taken", len);
            return false;
        }
    }
    return true;
}

static bool run_one(struct trial *trial)
{
    const char *format = trial->epoch ? " in epochs" : "";
    struct ov_key2 key2;
    char why[120] = "the random generator fails";
    bool good = ov_rng_fill(&trial->program->rng, (uint8_t *)&key2, sizeof key2) == OV_OK &&
                ov_rng_fill(&trial->program->rng, trial->plain, sizeof trial->plain) == OV_OK;
    if (good)
    {
        enum ov_err err = open_end(trial, &key2, OV_ROLE_CLIENT, &trial->from);
        err = err == OV_OK ? open_end(trial, &key2, OV_ROLE_SERVER, &trial->to) : err;
        (void)snprintf(why, sizeof why, "%s", ov_err_name(err));
        good = err == OV_OK && try_sizes(trial, why, sizeof why);
    }
    ov_data_clear(&trial->from);
    ov_data_clear(&trial->to);
    ov_wipe(&key2, sizeof key2);
    (void)printf("%s%s: %s\n", ov_cipher_name(trial->cipher), format, good ? "good" : why);
    return good;
}

bool ov_self_test_run(const struct ov_program *program)
{
    struct trial *trial = calloc(1, sizeof *trial);
    bool good = trial != NULL;
    for (unsigned i = 0; trial != NULL && i < OV_CIPHER_COUNT; i++)
    {
        const enum ov_cipher_id id = (enum ov_cipher_id)i;
        if (!ov_crypto_has_cipher(program->crypto, id))
        {
            continue;
        }
        *trial = (struct trial){.program = program, .cipher = id};
        good = run_one(trial) && good;
        if (ov_cipher_is_aead(id))
        {
            trial->epoch = true;
            good = run_one(trial) && good;
        }
    }
    free(trial);
    (void)printf("%s: %s\n", program->crypto->version(), good ? "every cipher works" : "something is WRONG");
    return good;
}
