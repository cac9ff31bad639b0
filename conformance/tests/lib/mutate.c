#include "tests/lib/mutate.h"

#include "tests/lib/expect.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

uint8_t *mutate_payload(struct cap *cap, size_t at)
{
    uint32_t len;

    return cap_udp_payload(cap, at, &len);
}

void mutate_add_u32(uint8_t *at, uint32_t more)
{
    uint32_t value = ((uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3]) + more;

    at[0] = (uint8_t)(value >> 24);
    at[1] = (uint8_t)(value >> 16);
    at[2] = (uint8_t)(value >> 8);
    at[3] = (uint8_t)value;
}

void mutate_set_u32(uint8_t *at, uint32_t value)
{
    memset(at, 0, 4);
    mutate_add_u32(at, value);
}

void mutate_shorten(struct cap *cap, size_t at, size_t len)
{
    cap_set_udp_payload(cap, at, mutate_payload(cap, at), len);
}

void mutate_splice(struct cap *cap, size_t frame, size_t offset, size_t cut, const char *insert)
{
    uint8_t changed[4096];
    uint32_t len;
    const uint8_t *old = cap_udp_payload(cap, frame, &len);

    memcpy(changed, old, offset);
    size_t count = cap_hex(insert, changed + offset, sizeof changed - len - offset);
    memcpy(changed + offset + count, old + offset + cut, len - offset - cut);
    cap_set_udp_payload(cap, frame, changed, len - cut + count);
}

void mutate_run(const struct mutation *mutations, size_t count)
{
    for (size_t i = 0; i < count; i++)
    {
        char path[128];
        struct cap cap;

        snprintf(path, sizeof path, "conformance/captures/%s.pcap", mutations[i].base);
        cap_load(&cap, path);
        mutations[i].mutate(&cap);
        expect_ids(&cap, NULL, mutations[i].expect, mutations[i].name);
        cap_clear(&cap);
    }
}
