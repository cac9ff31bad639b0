#include "wrap/wrap.h"

#include <string.h>

#include "base/wipe.h"
#include "wrap/method.h"

static const struct ov_wrap_method *method_of(const struct ov_wrap *wrap)
{
    return wrap->method != NULL ? wrap->method : &ov_wrap_method_none;
}

void ov_wrap_none(struct ov_wrap *wrap)
{
    memset(wrap, 0, sizeof(*wrap));
}

void ov_wrap_clear(struct ov_wrap *wrap)
{
    ov_wipe(wrap, sizeof(*wrap));
}

static bool is_zero(const uint8_t *octets, size_t len)
{
    uint8_t any = 0;
    for (size_t i = 0; i < len; i++)
    {
        any |= octets[i];
    }
    return any == 0;
}

enum ov_err ov_wrap_tls_crypt(struct ov_wrap *wrap, const struct ov_crypto *crypto, const struct ov_key2 *key,
                              enum ov_role own)
{
    /* The server sends with K0, the client with K1 [WP-TLC-001]. */
    unsigned send = own == OV_ROLE_SERVER ? 0 : 1;
    ov_wrap_none(wrap);
    if (is_zero(key->half[0].cipher, 32) || is_zero(key->half[1].cipher, 32))
    {
        return OV_ERR_ARG;
    }
    wrap->method = &ov_wrap_method_tls_crypt;
    wrap->crypto = crypto;
    wrap->digest = OV_DIGEST_SHA256;
    wrap->send = key->half[send];
    wrap->recv = key->half[1 - send];
    return OV_OK;
}

void ov_wrap_tls_auth(struct ov_wrap *wrap, const struct ov_crypto *crypto, enum ov_digest_id digest,
                      const struct ov_key2 *key, enum ov_key_direction direction)
{
    ov_wrap_none(wrap);
    wrap->method = &ov_wrap_method_tls_auth;
    wrap->crypto = crypto;
    wrap->digest = digest;
    wrap->send = key->half[direction == OV_KEY_DIRECTION_1 ? 1 : 0];
    wrap->recv = key->half[direction == OV_KEY_DIRECTION_0 ? 1 : 0];
}

enum ov_err ov_wrap_init(struct ov_wrap *wrap, const struct ov_crypto *crypto, const struct ov_wrap_key *key,
                         enum ov_role own)
{
    switch (key->kind)
    {
    case OV_WRAP_TLS_CRYPT:
        return ov_wrap_tls_crypt(wrap, crypto, &key->key, own);
    case OV_WRAP_TLS_AUTH:
        ov_wrap_tls_auth(wrap, crypto, key->digest, &key->key, key->direction);
        return OV_OK;
    case OV_WRAP_PLAIN:
        break;
    }
    ov_wrap_none(wrap);
    return OV_OK;
}

const char *ov_wrap_name(const struct ov_wrap *wrap)
{
    return method_of(wrap)->name;
}

bool ov_wrap_has_id(const struct ov_wrap *wrap)
{
    return method_of(wrap)->has_id;
}

uint32_t ov_wrap_overhead(const struct ov_wrap *wrap)
{
    return method_of(wrap)->overhead(wrap);
}

enum ov_err ov_wrap_seal(const struct ov_wrap *wrap, struct ov_wrap_id id, uint8_t first_octet,
                         const struct ov_sid *sid, struct ov_buf *packet)
{
    const struct ov_wrap_method *method = method_of(wrap);
    struct ov_wrap_head head = {first_octet, *sid, id};
    if (ov_buf_headroom(packet) < OV_WRAP_HEAD_LEN + method->overhead(wrap))
    {
        return OV_ERR_NOSPACE;
    }
    enum ov_err err = method->seal(wrap, &head, packet);
    if (err != OV_OK)
    {
        ov_buf_drop(packet);
    }
    return err;
}

enum ov_err ov_wrap_open(const struct ov_wrap *wrap, struct ov_buf *packet, struct ov_wrap_head *head)
{
    const struct ov_wrap_method *method = method_of(wrap);
    memset(head, 0, sizeof(*head));
    /* The shortest body is the acknowledgement count alone [WP-TLC-005]. */
    if (packet->len < OV_WRAP_HEAD_LEN + method->overhead(wrap) + 1)
    {
        ov_buf_drop(packet);
        return OV_ERR_TRUNCATED;
    }
    enum ov_err err = method->open(wrap, packet, head);
    if (err != OV_OK)
    {
        ov_buf_drop(packet);
    }
    return err;
}

void ov_wrap_dynamic_key(const uint8_t exporter[static OV_KEY2_SIZE], const struct ov_key2 *original,
                         struct ov_key2 *out)
{
    const uint8_t *old = (const uint8_t *)original;
    uint8_t *key = (uint8_t *)out;
    _Static_assert(sizeof(*out) == OV_KEY2_SIZE, "a key2 is 256 octets without gaps");
    for (size_t i = 0; i < OV_KEY2_SIZE; i++)
    {
        key[i] = (uint8_t)(exporter[i] ^ (old != NULL ? old[i] : 0));
    }
}
