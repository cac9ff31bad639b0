/* A line of --ifconfig-pool-persist. Input: one octet (topology), then the line. */
#include "hub/leases.h"
#include "lib/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ov_lease lease, again;
    char text[OV_LEASE_LINE];
    if (size == 0)
    {
        return 0;
    }
    const bool net30 = (data[0] & 1) != 0;
    char *line = (char *)fuzz_copy(data + 1, size - 1);
    if (ov_lease_read(line, size - 1, net30, &lease) == OV_OK)
    {
        FUZZ_CHECK(lease.name[0] != '\0' && (lease.has_ip4 || lease.has_ip6));
        ov_lease_write(&lease, net30, text);
        FUZZ_CHECK(ov_lease_read(text, strlen(text), net30, &again) == OV_OK);
        FUZZ_CHECK(strcmp(lease.name, again.name) == 0 && lease.ip4 == again.ip4);
        FUZZ_CHECK(memcmp(lease.ip6, again.ip6, sizeof again.ip6) == 0);
    }
    free(line);
    return 0;
}
