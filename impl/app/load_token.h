#ifndef OV_APP_LOAD_TOKEN_H
#define OV_APP_LOAD_TOKEN_H

#include <stdbool.h>

#include "base/log.h"
#include "base/rng.h"
#include "options/config.h"
#include "session/auth_token.h"

/* The key of --auth-gen-token: from --auth-gen-token-secret, else a random one that ends with the process
 * [WP-TOK-003]. False: the log says why. A secret: wipe it. */
bool ov_token_key_load(const struct ov_config *config, const struct ov_rng *rng, const struct ov_log *log,
                       uint8_t out[static OV_TOKEN_KEY]);

#endif
