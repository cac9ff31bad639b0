#ifndef OV_DATA_FORMAT_H
#define OV_DATA_FORMAT_H

#include "base/datagram.h"
#include "data/key.h"

/* What the packets of a key look like. Each format is a file that exports one
 * constant table; seal.c and open.c do what all have in common: batches, keys
 * by key-id, sizes, counters. Only data/ includes this. */

/* Packets handed to the crypto library in one call. */
#define OV_DATA_CHUNK 64u

/* Operations of one key, gathered from anywhere in the batch; lives on the stack. */
struct ov_data_chunk
{
    union
    {
        struct ov_aead_op aead[OV_DATA_CHUNK];
        struct ov_etm_op etm[OV_DATA_CHUNK];
    } op;
    struct ov_datagram *dg[OV_DATA_CHUNK];
    uint64_t packet_id[OV_DATA_CHUNK]; /* epoch format: epoch in the upper 16 bits */
    uint32_t len[OV_DATA_CHUNK];       /* seal: of the plaintext; open: of the packet */
    enum ov_err err[OV_DATA_CHUNK];    /* what came out of the crypto library */
    size_t count;
};

struct ov_data_format
{
    const char *name;
    enum ov_err (*init)(struct ov_data_key *key, const struct ov_data_key_spec *spec);
    void (*clear)(struct ov_data_key *key); /* also what a failed init left */
    void (*tick)(struct ov_data_key *key, uint64_t now_s);
    const char *(*worn)(const struct ov_data_key *key);
    struct ov_data_room (*room)(const struct ov_data_key *key, bool v2);
    uint32_t (*fits)(const struct ov_data_key *key, bool v2, uint32_t octets);

    /* Move the sealing half, packet ids and usage included, to a key that is all-zero but for what
     * ov_data_key_part set, or back to where it came from. OV_ERR_NOMEM: nothing moved. NULL: the halves share
     * something, and can't be in two threads. */
    enum ov_err (*move_seal)(struct ov_data_key *from, struct ov_data_key *to);

    /* buf, which is not empty, becomes the next packet of the chunk, except for what seal_run fills in.
     * OV_ERR_NOSPACE, OV_ERR_WRAP; buf is unchanged on failure. */
    enum ov_err (*seal_prepare)(struct ov_data_key *key, uint32_t peer_id, struct ov_buf *buf,
                                struct ov_data_chunk *chunk);
    void (*seal_run)(struct ov_data_key *key, struct ov_data_chunk *chunk);

    /* All that can be said before decryption. Nothing may change that an authentic packet has to prove. */
    enum ov_err (*open_prepare)(struct ov_data_key *key, const struct ov_buf *buf,
                                struct ov_data_chunk *chunk);
    void (*open_run)(struct ov_data_key *key, struct ov_data_chunk *chunk);
    /* Packet i, which authenticated: mark its id, and cut the view down to the plaintext. */
    enum ov_err (*open_finish)(struct ov_data_key *key, struct ov_data_chunk *chunk, size_t i);
};

extern const struct ov_data_format ov_data_format_aead;
extern const struct ov_data_format ov_data_format_epoch;
extern const struct ov_data_format ov_data_format_etm;

/* ---- what formats share ---- */

OV_MUST_USE enum ov_err ov_data_window_init(struct ov_data_window *window,
                                            const struct ov_data_key_spec *spec);
void ov_data_window_clear(struct ov_data_window *window);

/* The tick of formats with one window. */
void ov_data_format_tick(struct ov_data_key *key, uint64_t now_s);

static inline uint64_t ov_data_blocks(uint32_t len)
{
    return ((uint64_t)len + 15) / 16;
}

/* ChaCha20-Poly1305 has no such limit [WP-DATA-040]. */
static inline bool ov_data_usage_counts(const struct ov_data_key *key)
{
    return key->cipher != OV_CIPHER_CHACHA20_POLY1305;
}

/* Copy the verdicts of AEAD operations. */
static inline void ov_data_aead_verdicts(struct ov_data_chunk *chunk)
{
    for (size_t i = 0; i < chunk->count; i++)
    {
        chunk->err[i] = chunk->op.aead[i].err;
    }
}

#endif
