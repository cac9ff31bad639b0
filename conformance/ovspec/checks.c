/* The table of checks: a new check is a file and a line here. */
#include "ovspec/check.h"

extern const struct ovs_check ovs_check_stream, ovs_check_opcode, ovs_check_sid, ovs_check_ack,
    ovs_check_message, ovs_check_retransmit, ovs_check_tls, ovs_check_handshake, ovs_check_wrapid,
    ovs_check_wkc, ovs_check_size, ovs_check_rekey, ovs_check_datakey, ovs_check_dataid, ovs_check_datalen;

const struct ovs_check *const ovs_checks[] = {
    &ovs_check_stream,  &ovs_check_opcode,     &ovs_check_sid,     &ovs_check_ack,
    &ovs_check_message, &ovs_check_retransmit, &ovs_check_tls,     &ovs_check_handshake,
    &ovs_check_wrapid,  &ovs_check_wkc,        &ovs_check_size,    &ovs_check_rekey,
    &ovs_check_datakey, &ovs_check_dataid,     &ovs_check_datalen, NULL,
};
