#include "wire/vlan.h"

#include <string.h>

#include "base/cursor.h"
#include "wire/ether.h"

#define ADDRESSES  (2u * OV_MAC_LEN)
#define TYPE_8021Q 0x8100u
#define ID_MASK    0x0fffu

enum ov_err ov_vlan_read(const uint8_t *frame, size_t len, struct ov_vlan *out)
{
    struct ov_reader r = ov_reader_over(frame, len);
    *out = (struct ov_vlan){.tagged = false};
    (void)ov_read_bytes(&r, ADDRESSES);
    const bool tagged = ov_read_u16(&r) == TYPE_8021Q;
    if (tagged)
    {
        out->id = ov_read_u16(&r) & ID_MASK;
        (void)ov_read_u16(&r);
    }
    out->tagged = tagged && !r.failed;
    return r.failed ? OV_ERR_TRUNCATED : OV_OK;
}

void ov_vlan_strip(struct ov_buf *frame)
{
    uint8_t *at = ov_buf_data(frame);
    memmove(at + OV_VLAN_LEN, at, ADDRESSES);
    (void)ov_buf_pull(frame, OV_VLAN_LEN);
}

enum ov_err ov_vlan_put(struct ov_buf *frame, uint16_t id)
{
    struct ov_vlan tag;
    uint8_t *at = ov_buf_data(frame);
    enum ov_err err = ov_vlan_read(at, frame->len, &tag);
    if (err != OV_OK)
    {
        return err;
    }
    if (!tag.tagged)
    {
        const uint8_t *addresses = at;
        at = ov_buf_push(frame, OV_VLAN_LEN);
        if (at == NULL)
        {
            return OV_ERR_NOSPACE;
        }
        memmove(at, addresses, ADDRESSES);
        at[ADDRESSES] = TYPE_8021Q >> 8;
        at[ADDRESSES + 1] = TYPE_8021Q & 0xff;
        at[ADDRESSES + 2] = 0;
    }
    at[ADDRESSES + 2] = (uint8_t)((at[ADDRESSES + 2] & 0xf0) | (id >> 8 & 0x0f));
    at[ADDRESSES + 3] = (uint8_t)id;
    return OV_OK;
}
