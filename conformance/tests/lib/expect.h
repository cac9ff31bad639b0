/* Runs ovspec's analysis over a capture in memory and compares what it finds. */
#ifndef OV_TESTS_EXPECT_H
#define OV_TESTS_EXPECT_H

#include "ovspec/analyze.h"
#include "tests/lib/cap.h"

/*
 * The set of ids found must be exactly `ids`, separated by spaces, "" for none.
 * A '~' before an id marks a note. On difference the test fails and all findings are printed.
 */
void expect_ids(const struct cap *cap, const struct ovs_options *options, const char *ids, const char *what);

/* Analysis that must succeed; clear it with ovs_analysis_clear. */
void expect_analysis(const struct cap *cap, const struct ovs_options *options, struct ovs_analysis *analysis);

#endif
