#ifndef OV_HUB_SETTINGS_H
#define OV_HUB_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "session/settings.h"

/* What a server adds to the settings of its sessions; pool, push list, limits
 * and policies come from session.config. Never changed while a hub lives. */
struct ov_hub_settings
{
    struct ov_session_settings session; /* role OV_ROLE_SERVER */
    uint32_t max_half_open;             /* sessions in negotiation at one time, 256 */
};

/* session as given, the rest by default. */
void ov_hub_settings_init(struct ov_hub_settings *settings, const struct ov_session_settings *session);

#endif
