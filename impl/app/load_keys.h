#ifndef OV_APP_LOAD_KEYS_H
#define OV_APP_LOAD_KEYS_H

#include <stdbool.h>

#include "base/log.h"
#include "options/config.h"
#include "session/settings.h"

/* Keys of the control channel from the files and blocks of --tls-auth, --tls-crypt and --tls-crypt-v2.
 * False: something is wrong with one; the log says what. A secret in either case: wipe it. */
bool ov_control_keys_load(const struct ov_config *config, const struct ov_log *log,
                          struct ov_control_keys *out);

/* Only the server key of --tls-crypt-v2. */
bool ov_server_key_load(const struct ov_config *config, const struct ov_log *log, struct ov_key_half *out);

#endif
