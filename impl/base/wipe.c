#include "base/wipe.h"

#include <stdint.h>
#include <string.h>

void ov_wipe(void *secret, size_t len)
{
    if (len > 0)
    {
        memset(secret, 0, len);
    }
    /* The memory is declared as read here, so the store above must happen. */
    __asm__ volatile("" : : "r"(secret) : "memory");
}

bool ov_equal_secret(const void *a, const void *b, size_t len)
{
    const volatile uint8_t *pa = a;
    const volatile uint8_t *pb = b;
    uint8_t differences = 0;
    for (size_t i = 0; i < len; i++)
    {
        differences |= (uint8_t)(pa[i] ^ pb[i]);
    }
    return differences == 0;
}
