/* Micro-benchmarks of the units of impl/'s core: what one call costs, without system calls and
 * without a network. */
#ifndef OV_PERF_BENCH_H
#define OV_PERF_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BENCH_UNITS_MAX 128u
#define BENCH_BATCH     16u /* packets in one call of a batch verb, as one wake-up brings them */

struct ov_aead_ops;
struct ov_crypto;

struct bench_unit
{
    char name[64];
    uint32_t packets; /* in one operation */
    uint32_t octets;  /* in one operation; 0: says nothing about this unit */
    bool exact;       /* the same instructions in every run and on every CPU: may have a budget */

    /* What the functions below are told. */
    const struct ov_aead_ops *aead;
    const struct ov_crypto *crypto;
    uint32_t cipher;
    uint32_t size;
    bool variant;

    void *(*open)(const struct bench_unit *unit); /* never NULL: what can't be set up ends the program */
    void (*run)(void *ctx, size_t count);         /* count operations */
    void (*close)(void *ctx);
};

struct bench_list
{
    struct bench_unit unit[BENCH_UNITS_MAX];
    size_t count;
};

/* Each appends its units. */
void bench_add_aead(struct bench_list *list);
void bench_add_data(struct bench_list *list);
void bench_add_offload(struct bench_list *list);
void bench_add_small(struct bench_list *list);
void bench_add_session(struct bench_list *list);

/* Appends a copy of unit with this name (printf format). */
struct bench_unit *bench_add(struct bench_list *list, const struct bench_unit *unit, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Zeroed memory, or the end of the program. */
void *bench_memory(size_t len);
/* Ends the program with a sentence unless good. What is benchmarked must first be right. */
void bench_must(bool good, const char *what);

/* Keeps the compiler from leaving out a computation whose result nobody wants. */
static inline void bench_keep(uint64_t value)
{
    __asm__ volatile("" : : "r"(value) : "memory");
}

/* Runs a unit many times shortly and prints its row. */
void bench_print_head(void);
void bench_time(const struct bench_unit *unit, unsigned runs);

/* Runs a unit once, in a function that a profiler can find by its name. */
void bench_counted(const struct bench_unit *unit, void *ctx, size_t count);

#endif
