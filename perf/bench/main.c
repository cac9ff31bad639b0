/* bench: the table of `make bench`, and single units for an instruction counter. */
#include "perf/bench/bench.h"

#include "crypto/engine.h"
#include "crypto/null/null.h"

#include <fnmatch.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RUNS 61

static const char usage[] =
    "usage: bench [PATTERN...]            times the units (all, or those that match)\n"
    "       bench --list-exact           names of the units whose instructions are exact\n"
    "       bench --count UNIT NUMBER    runs a unit that often within bench_counted()\n";

void *bench_memory(size_t len)
{
    void *memory = calloc(1, len);
    bench_must(memory != NULL, "memory");
    return memory;
}

void bench_must(bool good, const char *what)
{
    if (!good)
    {
        fprintf(stderr, "bench: %s went wrong\n", what);
        exit(1);
    }
}

struct bench_unit *bench_add(struct bench_list *list, const struct bench_unit *unit, const char *format, ...)
{
    bench_must(list->count < BENCH_UNITS_MAX, "the number of units");
    struct bench_unit *added = &list->unit[list->count++];
    va_list args;
    *added = *unit;
    va_start(args, format);
    vsnprintf(added->name, sizeof added->name, format, args);
    va_end(args);
    return added;
}

static void start_libraries(void)
{
    char text[256] = "";
    for (size_t i = 0; ov_crypto_backends[i] != NULL; i++)
    {
        bench_must(ov_crypto_backends[i]->start(text, sizeof text) == OV_OK, ov_crypto_backends[i]->name);
    }
    bench_must(ov_crypto_null.start(text, sizeof text) == OV_OK, "null");
}

static struct bench_list *make_list(void)
{
    struct bench_list *list = bench_memory(sizeof *list);
    start_libraries();
    bench_add_aead(list);
    bench_add_data(list);
    bench_add_offload(list);
    bench_add_small(list);
    bench_add_session(list);
    return list;
}

static bool is_wanted(const char *name, int count, char **patterns)
{
    bool wanted = count == 0;
    for (int i = 0; i < count; i++)
    {
        wanted = wanted || fnmatch(patterns[i], name, 0) == 0;
    }
    return wanted;
}

static int time_units(const struct bench_list *list, int count, char **patterns)
{
    size_t done = 0;
    bench_print_head();
    for (size_t i = 0; i < list->count; i++)
    {
        if (is_wanted(list->unit[i].name, count, patterns))
        {
            bench_time(&list->unit[i], RUNS);
            done++;
        }
    }
    if (done == 0)
    {
        fprintf(stderr, "bench: no unit matches\n");
    }
    return done > 0 ? 0 : 2;
}

static int count_unit(const struct bench_list *list, const char *name, const char *number)
{
    size_t count = (size_t)strtoul(number, NULL, 10);
    for (size_t i = 0; i < list->count; i++)
    {
        const struct bench_unit *unit = &list->unit[i];
        if (strcmp(unit->name, name) == 0 && count > 0)
        {
            void *ctx = unit->open(unit);
            unit->run(ctx, count); /* lazy binding and first allocations are not what is counted */
            bench_counted(unit, ctx, count);
            unit->close(ctx);
            return 0;
        }
    }
    fprintf(stderr, "bench: no unit '%s'\n%s", name, usage);
    return 2;
}

static int list_exact(const struct bench_list *list)
{
    for (size_t i = 0; i < list->count; i++)
    {
        if (list->unit[i].exact)
        {
            printf("%s\n", list->unit[i].name);
        }
    }
    return 0;
}

int main(int argc, char **argv)
{
    if (argc > 1 && argv[1][0] == '-' && !(strcmp(argv[1], "--list-exact") == 0 && argc == 2) &&
        !(strcmp(argv[1], "--count") == 0 && argc == 4))
    {
        fputs(usage, stderr);
        return 2;
    }
    struct bench_list *list = make_list();
    int status = argc > 1 && strcmp(argv[1], "--list-exact") == 0 ? list_exact(list)
                 : argc > 1 && strcmp(argv[1], "--count") == 0    ? count_unit(list, argv[2], argv[3])
                                                                  : time_units(list, argc - 1, argv + 1);
    free(list);
    return status;
}
