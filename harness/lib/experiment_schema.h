/* The shape of an experiment file, for libcyaml and for messages that say what is allowed. */
#ifndef OV_LAB_EXPERIMENT_SCHEMA_H
#define OV_LAB_EXPERIMENT_SCHEMA_H

#include <cyaml/cyaml.h>

extern const cyaml_schema_value_t lab_experiment_schema;

#endif
