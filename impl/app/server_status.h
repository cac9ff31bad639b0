#ifndef OV_APP_SERVER_STATUS_H
#define OV_APP_SERVER_STATUS_H

#include <stdio.h>

#include "app/counters.h"
#include "app/interface.h"
#include "app/pump.h"
#include "hub/hub.h"

/* What a server tells of itself. All borrowed. */
struct ov_server_view
{
    const struct ov_hub *hub;
    const struct ov_link *link;
    const struct ov_interface *iface;
    const struct ov_pump *pump;
    const struct ov_config *config;
};

/* Where packets went missing, those of clients that are gone included. */
void ov_server_counters(const struct ov_server_view *view, struct ov_counters *counters);
/* Counters of devices, hub and sessions, into the log. */
void ov_server_report(const struct ov_server_view *view, const struct ov_log *log);
/* The status file's text, in format 1 to 3. */
void ov_server_status_write(const struct ov_server_view *view, uint32_t version, FILE *file);

#endif
