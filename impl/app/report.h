#ifndef OV_APP_REPORT_H
#define OV_APP_REPORT_H

#include "app/counters.h"
#include "app/pump.h"
#include "base/log.h"
#include "session/status.h"

/* What SIGUSR2 asks for: counters, in lines at OV_LOG_ERROR so that they are
 * seen at any --verb. link and tun may be NULL. */
void ov_report_devices(const struct ov_log *log, const struct ov_link *link, const struct ov_tun *tun);
/* What buffers were asked for and granted, and where packets went missing. link may be NULL. */
void ov_report_drops(const struct ov_log *log, const struct ov_link *link,
                     const struct ov_counters *counters);
/* One line for a peer; tunnel_addr such as "10.8.0.2", "" for none. */
void ov_report_session(const struct ov_log *log, const struct ov_session_status *status,
                       const char *tunnel_addr);

/* Failures of the system calls that the data path counts silently. */
struct ov_trouble
{
    uint64_t seen;     /* failures that were reported */
    uint64_t next_ms;  /* not before then again */
    uint64_t overflow; /* datagrams without room in the receive buffer that were reported */
    uint64_t overflow_next_ms;
    int ring_errno; /* why io_uring was given up, as it was reported */
};

/* At most one warning in ten seconds. */
void ov_report_trouble(const struct ov_log *log, struct ov_trouble *trouble, const struct ov_pump *pump,
                       struct ov_now now);

#endif
