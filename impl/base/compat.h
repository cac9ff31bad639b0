#ifndef OV_BASE_COMPAT_H
#define OV_BASE_COMPAT_H

#include <stdbool.h>
#include <stddef.h>

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

/* What the address sanitizer wants to be told when the stack is changed by hand; nothing without it. */
struct ov_stack_mark
{
    const void *bottom;
    size_t size;
    void *fake;
};

static inline struct ov_stack_mark ov_stack_mark_of(const void *bottom, size_t size)
{
    struct ov_stack_mark mark = {bottom, size, NULL};
    return mark;
}

#if defined(__SANITIZE_ADDRESS__)
#define OV_HAS_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define OV_HAS_ASAN 1
#endif
#endif

#if defined(OV_HAS_ASAN)
#include <sanitizer/common_interface_defs.h>

/* About to go from one stack to the other; back on the first one; arrived at the other, coming from the first. */
static inline void ov_stack_leave(struct ov_stack_mark *from, const struct ov_stack_mark *to)
{
    __sanitizer_start_switch_fiber(&from->fake, to->bottom, to->size);
}

static inline void ov_stack_leave_for_good(const struct ov_stack_mark *to)
{
    __sanitizer_start_switch_fiber(NULL, to->bottom, to->size);
}

static inline void ov_stack_return(struct ov_stack_mark *here)
{
    __sanitizer_finish_switch_fiber(here->fake, NULL, NULL);
}

static inline void ov_stack_arrive(struct ov_stack_mark *here, struct ov_stack_mark *from)
{
    __sanitizer_finish_switch_fiber(here->fake, &from->bottom, &from->size);
    here->fake = NULL;
}

#else

static inline void ov_stack_leave(struct ov_stack_mark *from, const struct ov_stack_mark *to)
{
    (void)from;
    (void)to;
}

static inline void ov_stack_leave_for_good(const struct ov_stack_mark *to)
{
    (void)to;
}

static inline void ov_stack_return(struct ov_stack_mark *here)
{
    (void)here;
}

static inline void ov_stack_arrive(struct ov_stack_mark *here, struct ov_stack_mark *from)
{
    (void)here;
    (void)from;
}

#endif

#endif
