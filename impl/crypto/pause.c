#include "crypto/pause.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <ucontext.h>

#include "base/compat.h"

/* Measured: a handshake of either library needs less than 40 KiB. Pages that nobody touches cost nothing. */
#define STACK_OCTETS (256u * 1024u)
#define GUARD_OCTETS 65536u /* at least a page, whatever its size is */

struct ov_fiber
{
    ucontext_t inside;
    ucontext_t outside;
    uint8_t *memory; /* the guard, then the stack */
    int (*work)(void *ctx);
    void *ctx;
    int result;
    bool busy;
    struct ov_stack_mark inside_mark;
    struct ov_stack_mark outside_mark;
};

static struct ov_fiber *fiber_new(void)
{
    struct ov_fiber *fiber = calloc(1, sizeof *fiber);
    if (fiber == NULL)
    {
        return NULL;
    }
    void *memory = mmap(NULL, GUARD_OCTETS + STACK_OCTETS, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
    if (memory == MAP_FAILED)
    {
        free(fiber);
        return NULL;
    }
    fiber->memory = memory;
    /* Stacks grow downwards: one that is too small must not reach somebody else's memory. */
    if (mprotect(memory, GUARD_OCTETS, PROT_NONE) != 0)
    {
        (void)munmap(memory, GUARD_OCTETS + STACK_OCTETS);
        free(fiber);
        return NULL;
    }
    return fiber;
}

static void fiber_free(struct ov_fiber *fiber)
{
    if (fiber != NULL)
    {
        /* What a handshake leaves on its stack may be a secret: the kernel never hands pages on uncleaned. */
        (void)munmap(fiber->memory, GUARD_OCTETS + STACK_OCTETS);
        free(fiber);
    }
}

/* makecontext passes ints only: the pointer comes in two halves. */
static void enter(unsigned high, unsigned low)
{
    struct ov_fiber *fiber = (struct ov_fiber *)((uintptr_t)high << 16 << 16 | (uintptr_t)low);
    ov_stack_arrive(&fiber->inside_mark, &fiber->outside_mark);
    fiber->result = fiber->work(fiber->ctx);
    fiber->busy = false;
    ov_stack_leave_for_good(&fiber->outside_mark);
    (void)setcontext(&fiber->outside);
}

static bool begin(struct ov_fiber *fiber, int (*work)(void *ctx), void *ctx)
{
    const uintptr_t self = (uintptr_t)fiber;
    if (getcontext(&fiber->inside) != 0)
    {
        return false;
    }
    fiber->inside.uc_stack.ss_sp = fiber->memory + GUARD_OCTETS;
    fiber->inside.uc_stack.ss_size = STACK_OCTETS;
    fiber->inside.uc_link = NULL;
    fiber->work = work;
    fiber->ctx = ctx;
    fiber->busy = true;
    fiber->inside_mark = ov_stack_mark_of(fiber->memory + GUARD_OCTETS, STACK_OCTETS);
    makecontext(&fiber->inside, (void (*)(void))enter, 2, (unsigned)(self >> 16 >> 16), (unsigned)self);
    return true;
}

/* Until it pauses or ends. */
static void go_on(struct ov_fiber *fiber)
{
    struct ov_stack_mark here = {0};
    ov_stack_leave(&here, &fiber->inside_mark);
    (void)swapcontext(&fiber->outside, &fiber->inside);
    ov_stack_return(&here);
}

static void wait_inside(struct ov_fiber *fiber)
{
    ov_stack_leave(&fiber->inside_mark, &fiber->outside_mark);
    (void)swapcontext(&fiber->inside, &fiber->outside);
    ov_stack_arrive(&fiber->inside_mark, &fiber->outside_mark);
}

bool ov_pause_run(struct ov_pause *pause, int (*work)(void *ctx), void *ctx, int *result, enum ov_err *err)
{
    *err = OV_OK;
    if (pause->fiber == NULL)
    {
        pause->fiber = fiber_new();
    }
    if (pause->fiber == NULL || (!pause->fiber->busy && !begin(pause->fiber, work, ctx)))
    {
        *err = OV_ERR_NOMEM;
        return true;
    }
    go_on(pause->fiber);
    *result = pause->fiber->result;
    return !pause->fiber->busy;
}

void ov_pause_clear(struct ov_pause *pause)
{
    pause->given_up = true;
    while (pause->fiber != NULL && pause->fiber->busy)
    {
        go_on(pause->fiber);
    }
    fiber_free(pause->fiber);
    *pause = (struct ov_pause){0};
}

bool ov_pause_wait(struct ov_pause *pause)
{
    if (pause == NULL || pause->given_up || pause->fiber == NULL || !pause->fiber->busy)
    {
        return false;
    }
    wait_inside(pause->fiber);
    return !pause->given_up;
}

enum ov_err ov_pause_sign(struct ov_pause *pause, const struct ov_tls_signer *signer,
                          const struct ov_sign_request *request, uint8_t *out, size_t cap, size_t *out_len)
{
    enum ov_err err = OV_ERR_CRYPTO;
    if (pause != NULL && pause->given_up)
    {
        return err;
    }
    do
    {
        err = signer->sign(signer->ctx, request, out, cap, out_len);
    } while (err == OV_ERR_AGAIN && ov_pause_wait(pause));
    return err == OV_ERR_AGAIN ? OV_ERR_CRYPTO : err;
}
