/* One part of a suite's cases, so that several machines share a matrix. The parts follow from the cases alone (ids
 * and estimated times), never from the seed or the machine: whoever asks for part k of n gets the same. */
#ifndef OV_LAB_SHARD_H
#define OV_LAB_SHARD_H

#include "lib/err.h"
#include "lib/scenario.h"

struct lab_shard
{
    unsigned index; /* 1 .. count; 0: all cases, no shard */
    unsigned count;
};

/* "k/n"; or "auto", which takes both from the environment, or "auto/n", which takes k alone. LAB_ERR_USAGE also when
 * the environment has nothing: a part that silently becomes the whole would be counted twice. Looks, in this
 * order, at TEST_SHARD_INDEX and TEST_TOTAL_SHARDS (from 0; Bazel and Meson-like runners, whose
 * TEST_SHARD_STATUS_FILE is made), CI_NODE_INDEX and CI_NODE_TOTAL (from 1), SLURM_ARRAY_TASK_ID less
 * SLURM_ARRAY_TASK_MIN and SLURM_ARRAY_TASK_COUNT, JOB_COMPLETION_INDEX (from 0; Kubernetes does not tell the
 * count: "auto/n", or JOB_COMPLETIONS). */
LAB_MUST_USE enum lab_err lab_shard_parse(const char *text, struct lab_shard *shard, struct lab_why *why);

/* Keeps the cases of the shard, in their order. The longest goes first to the shard with least to do. */
void lab_shard_keep(const struct lab_shard *shard, unsigned bulk_seconds, struct lab_case *cases,
                    size_t *case_count);

#endif
