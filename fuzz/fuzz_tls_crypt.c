/* Protection of control packets with a fixed key and no real cryptography: forgeries are refused, what
 * was sealed opens. Input: one octet of choices, one position, then a packet or a body. */
#include "crypto/null/null.h"
#include "lib/fuzz.h"
#include "wrap/wrap.h"

#define BODY_MAX 2048u

static void make_wraps(uint8_t choice, struct ov_wrap *ours, struct ov_wrap *theirs)
{
    struct ov_key2 key;
    for (size_t i = 0; i < sizeof(key); i++)
    {
        ((uint8_t *)&key)[i] = (uint8_t)i;
    }
    switch (choice % 3)
    {
    case 0:
        ov_wrap_none(ours);
        ov_wrap_none(theirs);
        break;
    case 1:
        FUZZ_CHECK(ov_wrap_tls_crypt(ours, &ov_crypto_null, &key, OV_ROLE_CLIENT) == OV_OK);
        FUZZ_CHECK(ov_wrap_tls_crypt(theirs, &ov_crypto_null, &key, OV_ROLE_SERVER) == OV_OK);
        break;
    default:
        ov_wrap_tls_auth(ours, &ov_crypto_null, (enum ov_digest_id)(choice / 3 % OV_DIGEST_COUNT), &key,
                         OV_KEY_DIRECTION_1);
        ov_wrap_tls_auth(theirs, &ov_crypto_null, (enum ov_digest_id)(choice / 3 % OV_DIGEST_COUNT), &key,
                         OV_KEY_DIRECTION_0);
        break;
    }
}

/* The input as a packet from the wire. */
static void open_as_packet(const struct ov_wrap *ours, const struct ov_wrap *theirs, const uint8_t *data,
                           size_t size)
{
    struct ov_wrap_head head;
    uint8_t *copy = fuzz_copy(data, size);
    struct ov_buf buf = {copy, (uint32_t)size, 0, (uint32_t)size};
    enum ov_err err = ov_wrap_open(theirs, &buf, &head);
    if (err != OV_OK)
    {
        FUZZ_CHECK(buf.len == 0 && head.id.id == 0);
        FUZZ_CHECK(err == (size < 10 + ov_wrap_overhead(theirs) ? OV_ERR_TRUNCATED : OV_ERR_AUTH));
    }
    else
    {
        FUZZ_CHECK(ov_wrap_seal(ours, head.id, head.first_octet, &head.sid, &buf) == OV_OK);
        FUZZ_CHECK(buf.len == size && memcmp(ov_buf_data(&buf), data, size) == 0);
    }
    free(copy);
}

/* The input as a body that we send. One bit is turned on the way. */
static void seal_as_body(const struct ov_wrap *ours, const struct ov_wrap *theirs, const uint8_t *data,
                         size_t size, uint16_t position)
{
    uint8_t mem[OV_BUF_HEADROOM + BODY_MAX];
    struct ov_buf buf = ov_buf_over(mem, sizeof(mem), OV_BUF_HEADROOM);
    const struct ov_sid sid = {{1, 2, 3, 4, 5, 6, 7, 8}};
    struct ov_wrap_head head;
    memcpy(ov_buf_put(&buf, (uint32_t)size), data, size);
    FUZZ_CHECK(ov_wrap_seal(ours, (struct ov_wrap_id){7, 8}, 0x20, &sid, &buf) == OV_OK);
    FUZZ_CHECK(buf.len == 9 + ov_wrap_overhead(ours) + size);
    if (position != 0 && ov_wrap_has_id(ours))
    {
        uint32_t bit = position % (buf.len * 8);
        ov_buf_data(&buf)[bit / 8] ^= (uint8_t)(1u << bit % 8);
        FUZZ_CHECK(ov_wrap_open(theirs, &buf, &head) == OV_ERR_AUTH);
        return;
    }
    FUZZ_CHECK(ov_wrap_open(theirs, &buf, &head) == OV_OK);
    FUZZ_CHECK(buf.len == size && memcmp(ov_buf_data(&buf), data, size) == 0);
    FUZZ_CHECK(head.first_octet == 0x20 && ov_sid_equal(&head.sid, &sid));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_in in = {data, size};
    struct ov_wrap ours;
    struct ov_wrap theirs;
    make_wraps(fuzz_u8(&in), &ours, &theirs);
    uint16_t position = fuzz_u16(&in);
    open_as_packet(&ours, &theirs, in.at, in.left);
    if (in.left > 0 && in.left <= BODY_MAX)
    {
        seal_as_body(&ours, &theirs, in.at, in.left, position);
    }
    return 0;
}
