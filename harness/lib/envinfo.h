/* What a result was measured on: env.json of a record. */
#ifndef OV_LAB_ENVINFO_H
#define OV_LAB_ENVINFO_H

#include "lib/err.h"
#include "lib/loop.h"
#include "lib/place.h"
#include "lib/subject.h"
#include "lib/topology.h"

#include <jansson.h>
#include <stddef.h>

#define LAB_VERSION "0.1.0"

/* Short commit with "-dirty" when the tree differs from it, or "nogit". */
void lab_env_commit(struct lab_loop *loop, const char *root, char *commit, size_t size);

/* All of it before anything is measured: identity of the run, kernel, processor, memory, tools,
 * libraries, subjects, offload flags of the lab's two end interfaces, load. The topology must be
 * up. New reference. */
json_t *lab_env_collect(struct lab_loop *loop, const struct lab_place *place,
                        const struct lab_subject *subjects, size_t subject_count,
                        const struct lab_topology *topology);

/* Writes env to env.json in the record's directory. */
LAB_MUST_USE enum lab_err lab_env_write(const json_t *env, const struct lab_place *place,
                                        struct lab_why *why);

/* Adds the load after the measurements, and writes it again. */
LAB_MUST_USE enum lab_err lab_env_finish(json_t *env, const struct lab_place *place, struct lab_why *why);

#endif
