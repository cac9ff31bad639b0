#include <string.h>

#include "base/cursor.h"
#include "base/wipe.h"
#include "wrap/method.h"

/* | head 9 | HMAC | id u32 | time u32 | body |
 * The HMAC is computed over id, time, head, body in this order [WP-TLA-001]. */

static uint32_t overhead(const struct ov_wrap *wrap)
{
    return ov_digest_len(wrap->digest) + OV_WRAP_ID_LEN;
}

static enum ov_err make_mac(const struct ov_wrap *wrap, const struct ov_key_half *key, const uint8_t *packet,
                            size_t len, uint8_t mac[static OV_DIGEST_MAX])
{
    uint32_t mac_len = ov_digest_len(wrap->digest);
    const uint8_t *id = packet + OV_WRAP_HEAD_LEN + mac_len;
    const uint8_t *body = id + OV_WRAP_ID_LEN;
    const struct ov_slice in[] = {
        {id, OV_WRAP_ID_LEN},
        {packet, OV_WRAP_HEAD_LEN},
        {body, len - (size_t)(body - packet)},
    };
    return wrap->crypto->hmac(wrap->digest, key->hmac, mac_len, in, 3, mac); /* [WP-TLA-003] */
}

static enum ov_err seal(const struct ov_wrap *wrap, const struct ov_wrap_head *head, struct ov_buf *packet)
{
    uint32_t mac_len = ov_digest_len(wrap->digest);
    uint32_t front_len = OV_WRAP_HEAD_LEN + mac_len + OV_WRAP_ID_LEN;
    uint8_t mac[OV_DIGEST_MAX];
    uint8_t *front = ov_buf_push(packet, front_len);
    struct ov_writer w = ov_writer_over(front, front_len);
    ov_write_u8(&w, head->first_octet);
    ov_write_bytes(&w, head->sid.id, OV_SID_LEN);
    uint8_t *mac_at = ov_write_space(&w, mac_len);
    ov_write_u32(&w, head->id.id);
    ov_write_u32(&w, head->id.time);
    enum ov_err err = make_mac(wrap, &wrap->send, front, packet->len, mac);
    if (err == OV_OK)
    {
        memcpy(mac_at, mac, mac_len);
    }
    return err;
}

static enum ov_err open(const struct ov_wrap *wrap, struct ov_buf *packet, struct ov_wrap_head *head)
{
    uint32_t mac_len = ov_digest_len(wrap->digest);
    uint8_t expected[OV_DIGEST_MAX];
    const uint8_t *front = ov_buf_data(packet);
    enum ov_err err = make_mac(wrap, &wrap->recv, front, packet->len, expected);
    if (err != OV_OK)
    {
        return err;
    }
    struct ov_reader r = ov_reader_over(front, packet->len);
    head->first_octet = ov_read_u8(&r);
    ov_read_copy(&r, head->sid.id, OV_SID_LEN);
    const uint8_t *mac = ov_read_bytes(&r, mac_len);
    head->id.id = ov_read_u32(&r);
    head->id.time = ov_read_u32(&r);
    if (r.failed || !ov_equal_secret(mac, expected, mac_len))
    {
        memset(head, 0, sizeof(*head));
        return OV_ERR_AUTH;
    }
    ov_buf_pull(packet, OV_WRAP_HEAD_LEN + mac_len + OV_WRAP_ID_LEN);
    return OV_OK;
}

const struct ov_wrap_method ov_wrap_method_tls_auth = {"tls-auth", true, overhead, seal, open};
