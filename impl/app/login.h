#ifndef OV_APP_LOGIN_H
#define OV_APP_LOGIN_H

#include <stdbool.h>

#include "app/dialogue.h"
#include "base/log.h"
#include "options/config.h"
#include "session/login.h"

/* Where a client's name and password come from: file, inline block or
 * terminal; and what is asked again after a refusal. */

/* What the options say at the start: is a login wanted, is there a token already? False: the log says why. */
bool ov_login_start(struct ov_login *login, const struct ov_config *config, const struct ov_log *log);

/* Who is asked at the terminal, and the log. */
struct ov_login_asker
{
    struct ov_dialogue *dialogue;
    const struct ov_log *log;
};

/* Fill name and password if they are missing: files are read again each time, so nothing but login keeps
 * them. May ask at the terminal. OV_ERR_AGAIN: call again when the dialogue has an answer. OV_ERR_AUTH: there are none;
 * the log says why. */
OV_MUST_USE enum ov_err ov_login_fill(struct ov_login *login, const struct ov_config *config,
                                      const struct ov_login_asker *asker);

/* After a refusal that the client survives: with --auth-retry interact name and password are forgotten; a
 * challenge is asked at the terminal and its answer becomes the password [WP-AUTH-002, WP-AUTH-005]. Errors as
 * ov_login_fill. */
OV_MUST_USE enum ov_err ov_login_after_refusal(struct ov_login *login, const struct ov_config *config,
                                               const struct ov_login_asker *asker);

/* --askpass: the password of the private key, from its file or the terminal. False: the log says why. */
bool ov_login_passphrase(const struct ov_config *config, const struct ov_log *log, char *out, size_t cap);

/* Name and password come from the management interface. */
bool ov_login_by_management(const struct ov_config *config);

/* Questions that can be answered here, for IV_SSO; NULL: none. */
const char *ov_login_sso(const struct ov_config *config);

#endif
