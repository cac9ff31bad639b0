/* What a result was measured on: env.json of a record. */
#ifndef OV_LAB_ENVINFO_H
#define OV_LAB_ENVINFO_H

#include "lib/err.h"
#include "lib/loop.h"
#include "lib/paths.h"
#include "lib/subject.h"
#include "lib/topology.h"

#include <jansson.h>
#include <stddef.h>

#define LAB_VERSION "0.1.0"

/* Short commit with "-dirty" when the tree differs from it, or "nogit". */
void lab_env_commit(struct lab_loop *loop, const char *root, char *commit, size_t size);

/* Kernel, processor, memory, tools, libraries, subjects. New reference. */
json_t *lab_env_collect(struct lab_loop *loop, const struct lab_subject *subjects, size_t subject_count);

/* Offload flags of the lab's two end interfaces; the topology must be up. */
json_t *lab_env_interfaces(struct lab_loop *loop, const struct lab_topology *topology);

/* Load and pressure now. New reference. */
json_t *lab_env_load(void);

#endif
