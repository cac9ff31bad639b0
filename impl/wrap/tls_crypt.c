#include <string.h>

#include "base/cursor.h"
#include "base/wipe.h"
#include "wrap/method.h"

/* | head 9 | id u32 | time u32 | tag 32 | encrypted body |
 * An SIV construction: the tag over everything in clear is also the IV [WP-TLC-002, WP-TLC-003]. */

#define TAG_LEN   32u
#define KEY_LEN   32u
#define CLEAR_LEN (OV_WRAP_HEAD_LEN + OV_WRAP_ID_LEN) /* authenticated, not encrypted */

static uint32_t overhead(const struct ov_wrap *wrap)
{
    (void)wrap;
    return OV_WRAP_ID_LEN + TAG_LEN;
}

static enum ov_err make_tag(const struct ov_wrap *wrap, const struct ov_key_half *key, const uint8_t *clear,
                            const uint8_t *body, size_t body_len, uint8_t tag[static OV_DIGEST_MAX])
{
    const struct ov_slice in[] = {{clear, CLEAR_LEN}, {body, body_len}};
    return wrap->crypto->hmac(OV_DIGEST_SHA256, key->hmac, KEY_LEN, in, 2, tag); /* [WP-TLC-006] */
}

static enum ov_err seal(const struct ov_wrap *wrap, const struct ov_wrap_head *head, struct ov_buf *packet)
{
    uint8_t *body = ov_buf_data(packet);
    size_t body_len = packet->len;
    uint8_t tag[OV_DIGEST_MAX];
    uint8_t *front = ov_buf_push(packet, CLEAR_LEN + TAG_LEN);
    struct ov_writer w = ov_writer_over(front, CLEAR_LEN + TAG_LEN);
    ov_write_u8(&w, head->first_octet);
    ov_write_bytes(&w, head->sid.id, OV_SID_LEN);
    ov_write_u32(&w, head->id.id);
    ov_write_u32(&w, head->id.time);
    enum ov_err err = make_tag(wrap, &wrap->send, front, body, body_len, tag);
    if (err != OV_OK)
    {
        return err;
    }
    ov_write_bytes(&w, tag, TAG_LEN);
    return wrap->crypto->aes256_ctr(wrap->send.cipher, tag, body, body_len);
}

static enum ov_err open(const struct ov_wrap *wrap, struct ov_buf *packet, struct ov_wrap_head *head)
{
    uint8_t expected[OV_DIGEST_MAX];
    const uint8_t *front = ov_buf_pull(packet, CLEAR_LEN + TAG_LEN);
    const uint8_t *tag = front + CLEAR_LEN;
    uint8_t *body = ov_buf_data(packet);
    enum ov_err err = wrap->crypto->aes256_ctr(wrap->recv.cipher, tag, body, packet->len);
    if (err == OV_OK)
    {
        err = make_tag(wrap, &wrap->recv, front, body, packet->len, expected);
    }
    if (err != OV_OK)
    {
        return err;
    }
    if (!ov_equal_secret(tag, expected, TAG_LEN))
    {
        return OV_ERR_AUTH;
    }
    struct ov_reader r = ov_reader_over(front, CLEAR_LEN);
    head->first_octet = ov_read_u8(&r);
    ov_read_copy(&r, head->sid.id, OV_SID_LEN);
    head->id.id = ov_read_u32(&r);
    head->id.time = ov_read_u32(&r);
    return OV_OK;
}

const struct ov_wrap_method ov_wrap_method_tls_crypt = {"tls-crypt", true, overhead, seal, open};
