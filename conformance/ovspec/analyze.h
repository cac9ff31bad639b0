/* From a capture file to sessions and findings. */
#ifndef OV_OVSPEC_ANALYZE_H
#define OV_OVSPEC_ANALYZE_H

#include "ovspec/capture.h"
#include "ovspec/check.h"

struct ovs_analysis
{
    struct ovs_capture capture;
    struct ovs_session_list sessions;
    struct ovs_finding_list findings; /* in order of frames */
    size_t packet_count;              /* OpenVPN packets */
    size_t ignored_count;             /* packets of flows that are not OpenVPN */
    size_t suppressed_count;          /* findings beyond OVS_FINDINGS_PER_RULE */
    size_t violation_count;           /* suppressed ones included */
};

enum
{
    /* More of the same in one session are counted, not listed. */
    OVS_FINDINGS_PER_RULE = 20
};

/*
 * False: the input is unusable and `error` says why: not a capture, cut short,
 * no OpenVPN traffic in it, no memory. Clear the analysis in any case.
 */
__attribute__((warn_unused_result)) bool ovs_analyze(const struct ovs_options *options,
                                                     struct ovs_analysis *analysis, struct ovs_error *error);
void ovs_analysis_clear(struct ovs_analysis *analysis);

#endif
