#include "wire/tcp_first.h"

#include "wire/opcode.h"

#define RESET_MIN    14u /* opcode, session id, no acknowledgement, message id */
#define RESET_MAX    255u
#define RESET_V3_MIN 336u  /* with a wrapped key at its end, which has at least so much ... */
#define RESET_V3_MAX 1278u /* ... and at most 1 KiB more */

/* Anything that is decided by fewer octets is decided then: nobody has to wait for the rest. */
enum ov_tcp_first ov_tcp_first(const uint8_t *octets, size_t len)
{
    if (len == 0)
    {
        return OV_TCP_FIRST_MORE;
    }
    const uint32_t low = (uint32_t)octets[0] << 8 | (len > 1 ? octets[1] : 0x00);
    const uint32_t high = (uint32_t)octets[0] << 8 | (len > 1 ? octets[1] : 0xff);
    if (high < RESET_MIN || low > RESET_V3_MAX)
    {
        return OV_TCP_FIRST_FOREIGN;
    }
    if (len < 3)
    {
        return OV_TCP_FIRST_MORE;
    }
    const uint8_t v2 = ov_opcode_join(OV_OP_HARD_RESET_CLIENT_V2, 0);
    const uint8_t v3 = ov_opcode_join(OV_OP_HARD_RESET_CLIENT_V3, 0);
    const bool ours = (octets[2] == v2 && low <= RESET_MAX) || (octets[2] == v3 && low >= RESET_V3_MIN);
    return ours ? OV_TCP_FIRST_OURS : OV_TCP_FIRST_FOREIGN;
}
