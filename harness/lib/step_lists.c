#include "lib/step_lists.h"

#include "lib/steps.h"

const struct lab_step lab_tunnel_steps[LAB_TUNNEL_STEPS] = {
    {"no trains", 0.1, 0, lab_step_datagrams},
    {"capture", 0.1, 0, lab_step_capture},
    {"server start", 0.2, 0, lab_step_server},
    {"connect", 1.5, 0, lab_step_connect},
    {"ping", 0.6, 0, lab_step_ping4},
    {"ping IPv6", 0.3, 0, lab_step_ping6},
    {"iperf3 up", -1.05, 0, lab_step_bulk_up},
    {"iperf3 down", -1.05, 0, lab_step_bulk_down},
    {"client shutdown", 1.2, 0, lab_step_client_exit},
    {"server notices", 0.2, 0, lab_step_server_notices},
    {"server shutdown", 0.4, 0, lab_step_server_exit},
    {"end of capture", 0.3, LAB_STEP_ALWAYS, lab_step_capture_end},
    {"conformance", 0.3, LAB_STEP_ALWAYS | LAB_STEP_CONFORMANCE, lab_step_conformance},
};

const struct lab_step lab_interop_steps[LAB_INTEROP_STEPS] = {
    {"no trains", 0.1, 0, lab_step_datagrams},
    {"surroundings", 0.1, 0, lab_step_around},
    {"capture", 0.1, 0, lab_step_capture},
    {"server start", 0.3, 0, lab_step_server},
    {"connect", 0.5, 0, lab_step_connect},
    {"ping sizes", 0.7, 0, lab_step_sizes},
    {"traffic", 2.3, 0, lab_step_exchange},
    {"renegotiation", 0.2, 0, lab_step_rekeyed},
    {"event", 0.0, 0, lab_step_moved},
    {"negotiated", 0.1, 0, lab_step_negotiated},
    {"client shutdown", 1.0, 0, lab_step_client_exit},
    {"server notices", 0.1, 0, lab_step_server_notices},
    {"server shutdown", 0.6, 0, lab_step_server_exit},
    {"end of capture", 0.3, LAB_STEP_ALWAYS, lab_step_capture_end},
    {"conformance", 0.1, LAB_STEP_ALWAYS | LAB_STEP_CONFORMANCE, lab_step_conformance},
    {"wire", 0.0, LAB_STEP_CONFORMANCE, lab_step_wire},
};

const struct lab_step lab_static_steps[LAB_STATIC_STEPS] = {
    {"no trains", 0.1, 0, lab_step_datagrams},
    {"surroundings", 0.1, 0, lab_step_around},
    {"server start", 0.3, 0, lab_step_server},
    {"connect", 0.5, 0, lab_step_connect},
    {"ping sizes", 0.7, 0, lab_step_sizes},
    {"traffic", 2.3, 0, lab_step_exchange},
    {"negotiated", 0.1, 0, lab_step_negotiated},
    {"client shutdown", 1.0, 0, lab_step_client_exit},
    {"server shutdown", 0.6, 0, lab_step_server_exit},
};

const struct lab_step lab_refusal_steps[LAB_REFUSAL_STEPS] = {
    {"surroundings", 0.1, 0, lab_step_around},
    {"capture", 0.1, 0, lab_step_capture},
    {"server start", 0.3, 0, lab_step_server},
    {"refusal", 1.0, 0, lab_step_refusal},
    {"server shutdown", 0.6, 0, lab_step_server_exit},
    {"end of capture", 0.3, LAB_STEP_ALWAYS, lab_step_capture_end},
    {"conformance", 0.1, LAB_STEP_ALWAYS | LAB_STEP_CONFORMANCE, lab_step_conformance},
};
