#include "hub/cookie.h"

#include <string.h>

#include "base/cursor.h"
#include "base/wipe.h"

enum ov_err ov_cookie_init(struct ov_cookie *cookie, const struct ov_crypto *crypto, const struct ov_rng *rng,
                           uint32_t hand_window_s)
{
    const uint32_t slot_s = (hand_window_s + 1) / 2;
    *cookie = (struct ov_cookie){.crypto = crypto, .slot_s = slot_s > 0 ? slot_s : 1};
    return ov_rng_fill(rng, cookie->key, sizeof cookie->key);
}

void ov_cookie_clear(struct ov_cookie *cookie)
{
    ov_wipe(cookie, sizeof *cookie);
}

static enum ov_err of_slot(const struct ov_cookie *cookie, const struct ov_addr *addr,
                           const struct ov_sid *client, uint64_t slot, struct ov_sid *out)
{
    uint8_t input[64];
    uint8_t mac[OV_DIGEST_MAX];
    struct ov_writer w = ov_writer_over(input, sizeof input);
    ov_write_u32(&w, (uint32_t)slot);
    ov_write_u8(&w, addr->family);
    ov_write_u16(&w, addr->port);
    ov_write_u32(&w, addr->scope);
    ov_write_bytes(&w, addr->ip, addr->family == 6 ? 16 : 4);
    ov_write_bytes(&w, client->id, sizeof client->id);
    const struct ov_slice slice = {input, ov_writer_len(&w)};
    enum ov_err err = cookie->crypto->hmac(OV_DIGEST_SHA256, cookie->key, sizeof cookie->key, &slice, 1, mac);
    if (err == OV_OK)
    {
        memcpy(out->id, mac, sizeof out->id);
        out->id[0] |= ov_sid_is_zero(out) ? 1 : 0; /* zero means "none" [WP-CTRL-001] */
    }
    return err;
}

enum ov_err ov_cookie_make(const struct ov_cookie *cookie, const struct ov_addr *addr,
                           const struct ov_sid *client, uint64_t now_s, struct ov_sid *out)
{
    return of_slot(cookie, addr, client, now_s / cookie->slot_s, out);
}

enum ov_err ov_cookie_check(const struct ov_cookie *cookie, const struct ov_addr *addr,
                            const struct ov_sid *client, uint64_t now_s, const struct ov_sid *claimed)
{
    const uint64_t slot = now_s / cookie->slot_s;
    bool good = false;
    for (uint64_t age = 0; age <= OV_COOKIE_OLDER && age <= slot; age++)
    {
        struct ov_sid expected;
        enum ov_err err = of_slot(cookie, addr, client, slot - age, &expected);
        if (err != OV_OK)
        {
            return err;
        }
        good |= ov_equal_secret(expected.id, claimed->id, sizeof expected.id);
    }
    return good ? OV_OK : OV_ERR_SESSION_ID;
}
