/* Measuring tools (ping, iperf3) run inside a case: they end early when a subject
 * under them dies, because what they would say then is the wrong reason. */
#ifndef OV_LAB_TOOL_H
#define OV_LAB_TOOL_H

#include "lib/cell.h"

/* Runs a tool in the client's namespace, its output in the case's log file log_name,
 * and returns that output (caller frees; NULL unless LAB_OK).
 * LAB_ERR_EXITED when client or server ended meanwhile, which has been noted as
 * FAIL; LAB_ERR_TIMEOUT, LAB_ERR_INTERRUPTED, LAB_ERR_ABSENT, LAB_ERR_SYSTEM. */
LAB_MUST_USE enum lab_err lab_tool_run(struct lab_cell *cell, const char *const *argv, const char *log_name,
                                       uint64_t timeout_ms, char **output, struct lab_why *why);

/* Notes as FAIL that a subject ended where it should run: how, and its last words. */
void lab_tool_note_ended(struct lab_cell *cell, const char *role, const struct lab_proc *proc,
                         const char *when);

#endif
