/* --client-nat over packets of any shape: nothing outside the packet is touched, at most two addresses and
 * their checksums change, and a good header stays good. Input: a choice of direction, then the packet. */
#include "lib/fuzz.h"
#include "offload/checksum.h"
#include "wire/nat.h"

static const struct ov_nat_rule rules[] = {
    {.net = 0xc0a80000, .mask = 0xffff0000, .alias = 0x0a400000},
    {.theirs = true, .net = 0x0a630000, .mask = 0xffffff00, .alias = 0xc0a80700},
    {.self = true, .mask = 0xffffffff, .alias = 0xac100303},
};
#define RULES (sizeof rules / sizeof rules[0])
#define SELF  0x0a080006u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1 || size > 4096)
    {
        return 0;
    }
    const bool out = (data[0] & 1) != 0;
    const size_t len = size - 1;
    uint8_t *packet = malloc(len > 0 ? len : 1);
    FUZZ_CHECK(packet != NULL);
    memcpy(packet, data + 1, len);
    const bool changed = ov_nat_apply(rules, RULES, SELF, out, packet, (uint32_t)len);
    size_t differ = 0;
    for (size_t i = 0; i < len; i++)
    {
        differ += packet[i] != data[1 + i];
        FUZZ_CHECK(packet[i] == data[1 + i] || i >= 10);
    }
    FUZZ_CHECK(changed || differ == 0);
    FUZZ_CHECK(differ <= 12); /* two addresses, two checksums */
    if (changed && ov_ipv4_header_sum_ok(data + 1, (data[1] & 0x0fu) * 4u))
    {
        FUZZ_CHECK(ov_ipv4_header_sum_ok(packet, (packet[0] & 0x0fu) * 4u));
    }
    free(packet);
    return 0;
}
