#include <string.h>

#include "wrap/method.h"

/* | head 9 | body | */

static uint32_t overhead(const struct ov_wrap *wrap)
{
    (void)wrap;
    return 0;
}

static enum ov_err seal(const struct ov_wrap *wrap, const struct ov_wrap_head *head, struct ov_buf *packet)
{
    (void)wrap;
    uint8_t *front = ov_buf_push(packet, OV_WRAP_HEAD_LEN);
    front[0] = head->first_octet;
    memcpy(front + 1, head->sid.id, OV_SID_LEN);
    return OV_OK;
}

static enum ov_err open(const struct ov_wrap *wrap, struct ov_buf *packet, struct ov_wrap_head *head)
{
    (void)wrap;
    const uint8_t *front = ov_buf_pull(packet, OV_WRAP_HEAD_LEN);
    head->first_octet = front[0];
    memcpy(head->sid.id, front + 1, OV_SID_LEN);
    return OV_OK;
}

const struct ov_wrap_method ov_wrap_method_none = {"none", false, overhead, seal, open};
