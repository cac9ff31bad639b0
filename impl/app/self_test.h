#ifndef OV_APP_SELF_TEST_H
#define OV_APP_SELF_TEST_H

#include "app/program.h"

/* --test-crypto: whatever the library offers for the data channel seals and opens packets of all kinds of sizes, refuses
 * changed ones, and one line each says so. program has its config, crypto and rng. False: something is wrong. */
bool ov_self_test_run(const struct ov_program *program);

#endif
