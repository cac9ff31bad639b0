#ifndef OV_BASE_COMPAT_H
#define OV_BASE_COMPAT_H

#include <stdbool.h>

/* What depends on the processor. A function marked OV_WIDE may use 32 octet
 * vectors and must only be called where ov_cpu_is_wide() says so; on other
 * processors the mark means nothing. */

#if defined(__x86_64__)

#define OV_WIDE __attribute__((target("avx2")))

static inline bool ov_cpu_is_wide(void)
{
    return __builtin_cpu_supports("avx2");
}

#else

#define OV_WIDE

static inline bool ov_cpu_is_wide(void)
{
    return false;
}

#endif

#endif
