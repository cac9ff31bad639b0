/* Reassembly against a model that remembers every piece it was ever given. Input: u16 largest packet, then
 * steps: u8 wait in quarters of a second, the u32 header, u16 length of the piece. */
#include "data/reassembly.h"
#include "lib/fuzz.h"

struct seen
{
    bool taken;
    uint32_t len;
    uint32_t stamp; /* what its octets are made of */
    uint64_t at_ms;
};

static struct seen seen[256][OV_FRAGMENT_PIECES];

static uint8_t octet_of(uint32_t stamp, uint32_t at)
{
    return (uint8_t)(stamp * 37 + at * 11 + at / 253);
}

/* The whole is its latest pieces, in order, none of them older than the others allow. */
static void check_whole(const struct ov_buf *whole, uint8_t sequence, uint64_t now_ms)
{
    uint32_t at = 0;
    for (unsigned i = 0; at < whole->len; i++)
    {
        FUZZ_CHECK(i < OV_FRAGMENT_PIECES);
        struct seen *piece = &seen[sequence][i];
        FUZZ_CHECK(piece->taken && at + piece->len <= whole->len);
        FUZZ_CHECK(now_ms - piece->at_ms < OV_FRAGMENT_PIECES * OV_REASSEMBLY_TTL_MS);
        for (uint32_t k = 0; k < piece->len; k++)
        {
            FUZZ_CHECK(ov_buf_data(whole)[at + k] == octet_of(piece->stamp, k));
        }
        at += piece->len;
    }
    FUZZ_CHECK(at == whole->len);
}

static void step(struct fuzz_in *in, struct ov_reassembly *r, struct ov_rooms *rooms, uint64_t *now_ms,
                 uint32_t stamp)
{
    uint8_t octets[OV_FRAGMENT_HEAD];
    struct ov_fragment head;
    struct ov_buf whole = {0};
    *now_ms += fuzz_u8(in) * UINT64_C(250);
    for (size_t i = 0; i < sizeof octets; i++)
    {
        octets[i] = fuzz_u8(in);
    }
    const uint32_t len = fuzz_u16(in) % 3000;
    if (ov_fragment_read(octets, sizeof octets, &head) != OV_OK || head.type == OV_FRAGMENT_WHOLE)
    {
        return;
    }
    uint8_t again[OV_FRAGMENT_HEAD];
    ov_fragment_write(&head, again);
    FUZZ_CHECK(memcmp(again, octets, sizeof octets) == 0);
    uint8_t *data = calloc(1, len + (len == 0));
    for (uint32_t k = 0; k < len; k++)
    {
        data[k] = octet_of(stamp, k);
    }
    const enum ov_err err = ov_reassembly_add(r, rooms, &head, data, len, *now_ms, &whole);
    free(data);
    if (err == OV_OK || err == OV_ERR_AGAIN)
    {
        FUZZ_CHECK(len > 0);
        seen[head.sequence][head.index] = (struct seen){true, len, stamp, *now_ms};
    }
    else
    {
        FUZZ_CHECK(err == OV_ERR_FORMAT || err == OV_ERR_DUPLICATE || err == OV_ERR_LIMIT);
    }
    if (err == OV_OK)
    {
        FUZZ_CHECK(whole.len <= rooms->packet_max && ov_buf_tailroom(&whole) >= OV_BUF_TAILROOM);
        check_whole(&whole, head.sequence, *now_ms);
        memset(seen[head.sequence], 0, sizeof seen[0]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_in in = {data, size};
    struct ov_reassembly r = {0};
    struct ov_rooms rooms;
    uint64_t now_ms = 1000;
    memset(seen, 0, sizeof seen);
    ov_rooms_init(&rooms, 68u + fuzz_u16(&in) % 9000);
    for (uint32_t stamp = 0; in.left >= 7 && stamp < 2000; stamp++)
    {
        step(&in, &r, &rooms, &now_ms, stamp);
    }
    ov_reassembly_clear(&r);
    ov_rooms_clear(&rooms);
    return 0;
}
