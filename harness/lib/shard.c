#include "lib/shard.h"

#include "lib/args.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SHARD_MAX 4096

static const struct
{
    const char *index;
    const char *first; /* variable that holds the lowest index; NULL: it is `from` */
    const char *count;
    unsigned from;
} engines[] = {
    {"TEST_SHARD_INDEX", NULL, "TEST_TOTAL_SHARDS", 0},
    {"CI_NODE_INDEX", NULL, "CI_NODE_TOTAL", 1},
    {"SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_MIN", "SLURM_ARRAY_TASK_COUNT", 0},
    {"JOB_COMPLETION_INDEX", NULL, "JOB_COMPLETIONS", 0},
};

static bool variable(const char *name, uint64_t *value)
{
    const char *text = name != NULL ? getenv(name) : NULL;
    return text != NULL && lab_arg_number(text, UINT32_MAX, value);
}

/* The test protocol of Bazel: a program that shards says so by making this file. */
static void say_sharded(void)
{
    const char *path = getenv("TEST_SHARD_STATUS_FILE");
    int fd = path != NULL ? open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644) : -1;
    if (fd >= 0)
    {
        close(fd);
    }
}

static enum lab_err from_environment(uint64_t *index, uint64_t *count, struct lab_why *why)
{
    for (size_t i = 0; i < sizeof engines / sizeof engines[0]; i++)
    {
        uint64_t first = engines[i].from;
        if (!variable(engines[i].index, index))
        {
            continue;
        }
        (void)variable(engines[i].first, &first);
        if (*count == 0 && !variable(engines[i].count, count))
        {
            return lab_why_set(why, LAB_ERR_USAGE, "%s is set, but not %s: say --shard auto/N",
                               engines[i].index, engines[i].count);
        }
        if (*index < first)
        {
            return lab_why_set(why, LAB_ERR_USAGE, "%s is %llu, but counts from %llu", engines[i].index,
                               (unsigned long long)*index, (unsigned long long)first);
        }
        *index = *index - first + 1;
        say_sharded();
        return LAB_OK;
    }
    return lab_why_set(why, LAB_ERR_USAGE,
                       "--shard auto: none of TEST_SHARD_INDEX, CI_NODE_INDEX, SLURM_ARRAY_TASK_ID and "
                       "JOB_COMPLETION_INDEX is set");
}

enum lab_err lab_shard_parse(const char *text, struct lab_shard *shard, struct lab_why *why)
{
    char index_text[16];
    uint64_t index = 0;
    uint64_t count = 0;
    const char *slash = strchr(text, '/');
    snprintf(index_text, sizeof index_text, "%.*s", (int)strcspn(text, "/"), text);
    bool by_name = strcmp(index_text, "auto") == 0;
    if ((slash != NULL && (!lab_arg_number(slash + 1, SHARD_MAX, &count) || count == 0)) ||
        (!by_name && (slash == NULL || !lab_arg_number(index_text, SHARD_MAX, &index))))
    {
        return lab_why_set(why, LAB_ERR_USAGE, "--shard wants K/N, auto or auto/N, not '%.60s'", text);
    }
    enum lab_err err = by_name ? from_environment(&index, &count, why) : LAB_OK;
    if (err == LAB_OK && (index == 0 || index > count || count > SHARD_MAX))
    {
        err = lab_why_set(why, LAB_ERR_USAGE, "there is no shard %llu of %llu", (unsigned long long)index,
                          (unsigned long long)count);
    }
    *shard = err == LAB_OK ? (struct lab_shard){(unsigned)index, (unsigned)count} : (struct lab_shard){0, 0};
    return err;
}

struct weighed
{
    const struct lab_case *item;
    double seconds;
    unsigned shard;
};

static int heavier_first(const void *left, const void *right)
{
    const struct weighed *a = left;
    const struct weighed *b = right;
    if (a->seconds != b->seconds)
    {
        return a->seconds < b->seconds ? 1 : -1;
    }
    return strcmp(a->item->id, b->item->id);
}

static void deal(struct weighed *list, size_t count, unsigned shards, double *load)
{
    for (size_t i = 0; i < count; i++)
    {
        unsigned least = 0;
        for (unsigned shard = 1; shard < shards; shard++)
        {
            least = load[shard] < load[least] ? shard : least;
        }
        load[least] += list[i].seconds;
        list[i].shard = least + 1;
    }
}

void lab_shard_keep(const struct lab_shard *shard, unsigned bulk_seconds, struct lab_case *cases,
                    size_t *case_count)
{
    size_t kept = 0;
    struct weighed *list = calloc(*case_count + 1, sizeof *list);
    double *load = calloc(shard->count + 1, sizeof *load);
    bool *mine = calloc(*case_count + 1, sizeof *mine);
    if (list == NULL || load == NULL || mine == NULL || shard->index == 0)
    {
        *case_count = shard->index == 0 ? *case_count : 0;
    }
    else
    {
        for (size_t i = 0; i < *case_count; i++)
        {
            list[i] = (struct weighed){&cases[i], lab_case_seconds(cases[i].def, bulk_seconds), 0};
        }
        qsort(list, *case_count, sizeof *list, heavier_first);
        deal(list, *case_count, shard->count, load);
        for (size_t i = 0; i < *case_count; i++)
        {
            mine[list[i].item - cases] = list[i].shard == shard->index;
        }
        for (size_t i = 0; i < *case_count; i++)
        {
            if (mine[i])
            {
                cases[kept++] = cases[i];
            }
        }
        *case_count = kept;
    }
    free(list);
    free(load);
    free(mine);
}
