/* Control packets: what decodes encodes to the same octets. Input: one datagram. */
#include "lib/fuzz.h"
#include "wire/control.h"
#include "wire/early_neg.h"

static void check_encoding(const struct ov_control *c, const uint8_t *data, size_t size)
{
    size_t len = OV_CONTROL_HEAD_LEN + ov_control_body_len(c);
    uint8_t *out = malloc(len);
    struct ov_writer w = ov_writer_over(out, len);
    FUZZ_CHECK(ov_control_encode(c, &w) == OV_OK);
    FUZZ_CHECK(ov_writer_len(&w) == len);
    /* Behind the acknowledgements of ACK_V1 may stand anything [WP-CTRL-003]. */
    FUZZ_CHECK(len == size || (c->opcode == OV_OP_ACK_V1 && len < size));
    FUZZ_CHECK(memcmp(out, data, len) == 0);
    struct ov_writer tight = ov_writer_over(out, len - 1);
    FUZZ_CHECK(ov_control_encode(c, &tight) == OV_ERR_NOSPACE);
    free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t first_octet;
    struct ov_sid sid;
    struct ov_control c;
    enum ov_err err = ov_control_head_read(data, size, &first_octet, &sid);
    if (err != OV_OK)
    {
        FUZZ_CHECK(err == OV_ERR_TRUNCATED || err == OV_ERR_OPCODE || err == OV_ERR_SESSION_ID);
        return 0;
    }
    FUZZ_CHECK(ov_opcode_is_control(ov_opcode_of(first_octet)) && !ov_sid_is_zero(&sid));
    err = ov_control_decode(first_octet, &sid, data + OV_CONTROL_HEAD_LEN, size - OV_CONTROL_HEAD_LEN, &c);
    if (err != OV_OK)
    {
        FUZZ_CHECK(err == OV_ERR_TRUNCATED || err == OV_ERR_LIMIT);
        return 0;
    }
    FUZZ_CHECK(c.ack_count <= OV_CONTROL_ACKS_MAX);
    FUZZ_CHECK(c.has_message_id == (c.opcode != OV_OP_ACK_V1));
    FUZZ_CHECK(c.has_message_id || c.payload_len == 0);
    check_encoding(&c, data, size);
    if (ov_opcode_is_hard_reset(c.opcode))
    {
        struct ov_early_neg early;
        err = ov_early_neg_decode(c.payload, c.payload_len, &early);
        FUZZ_CHECK(err == OV_OK || early.flags == 0);
    }
    return 0;
}
