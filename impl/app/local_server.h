#ifndef OV_APP_LOCAL_SERVER_H
#define OV_APP_LOCAL_SERVER_H

#include "app/program.h"
#include "hub/settings.h"
#include "net/link.h"

/* Every socket that a server's configuration names, as one link; settings learn which of them have connections
 * [WP-SRV-014]. NULL: the log says why. */
struct ov_link *ov_local_serve(struct ov_program *program, struct ov_hub_settings *settings);

#endif
