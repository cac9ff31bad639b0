#ifndef OV_APP_STATUS_HUB_H
#define OV_APP_STATUS_HUB_H

#include "app/status_text.h"

/* The status text of a server's hub, which lists stations where its clients are Ethernets (tap). */
void ov_status_hub_write(FILE *file, uint32_t version, const char *title, const struct ov_hub *hub,
                         const struct ov_config *config, const struct ov_counters *counters,
                         struct ov_now now);

#endif
