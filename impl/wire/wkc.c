#include "wire/wkc.h"

#include <string.h>

#include "base/cursor.h"

enum ov_err ov_wkc_find(const void *octets, size_t len, size_t front_min, uint16_t *wkc_len)
{
    *wkc_len = 0;
    if (len < OV_WKC_LENGTH_LEN)
    {
        return OV_ERR_TRUNCATED;
    }
    const uint8_t *end = (const uint8_t *)octets + len;
    struct ov_reader r = ov_reader_over(end - OV_WKC_LENGTH_LEN, OV_WKC_LENGTH_LEN);
    const uint16_t said = ov_read_u16(&r);
    /* Each bound by itself, before anything is subtracted: the length is the word of a stranger. */
    if (said < OV_WKC_MIN)
    {
        return OV_ERR_FORMAT;
    }
    if (said > OV_WKC_MAX)
    {
        return OV_ERR_LIMIT;
    }
    if (said > len || front_min > len - said)
    {
        return OV_ERR_TRUNCATED;
    }
    *wkc_len = said;
    return OV_OK;
}

enum ov_err ov_wkc_metadata_read(const struct ov_wkc_metadata *metadata, struct ov_wkc_meaning *out)
{
    struct ov_reader r = ov_reader_over(metadata->octets, metadata->len);
    memset(out, 0, sizeof *out);
    if (metadata->len == 0)
    {
        return OV_ERR_AGAIN;
    }
    out->type = ov_read_u8(&r);
    struct ov_reader value = r;
    out->rest = ov_read_rest(&r, &out->rest_len);
    if (out->type != OV_WKC_TYPE_TIME)
    {
        return OV_OK;
    }
    if (out->rest_len != sizeof out->created_s)
    {
        return OV_ERR_FORMAT;
    }
    out->created_s = ov_read_u64(&value);
    return OV_OK;
}
