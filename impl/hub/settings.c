#include "hub/settings.h"

void ov_hub_settings_init(struct ov_hub_settings *settings, const struct ov_session_settings *session)
{
    *settings = (struct ov_hub_settings){
        .session = *session,
        .max_half_open = 256,
    };
}
