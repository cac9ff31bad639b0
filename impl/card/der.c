#include "card/card.h"

#include <string.h>

#define HALF_MAX 66u /* P-521 */

/* INTEGER: without leading zeros, and one in front where the first bit would be a sign. */
static size_t put_integer(const uint8_t *value, size_t len, uint8_t *out)
{
    while (len > 1 && value[0] == 0)
    {
        value++;
        len--;
    }
    const size_t sign = (value[0] & 0x80) != 0;
    out[0] = 0x02;
    out[1] = (uint8_t)(len + sign);
    out[2] = 0;
    memcpy(out + 2 + sign, value, len);
    return 2 + sign + len;
}

enum ov_err ov_card_ecdsa_der(const uint8_t *raw, size_t len, uint8_t *out, size_t cap, size_t *out_len)
{
    uint8_t body[2 * (HALF_MAX + 3)];
    const size_t half = len / 2;
    if (len == 0 || len % 2 != 0 || half > HALF_MAX)
    {
        return OV_ERR_FORMAT;
    }
    size_t body_len = put_integer(raw, half, body);
    body_len += put_integer(raw + half, half, body + body_len);
    const size_t head = body_len > 127 ? 3 : 2;
    if (head + body_len > cap)
    {
        return OV_ERR_NOSPACE;
    }
    out[0] = 0x30;
    out[1] = head == 3 ? 0x81 : (uint8_t)body_len;
    out[head - 1] = (uint8_t)body_len;
    memcpy(out + head, body, body_len);
    *out_len = head + body_len;
    return OV_OK;
}
