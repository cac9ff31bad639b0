#include <string.h>

#include "options/occ.h"
#include "session/private.h"

/* --opt-verify: a server refuses clients whose options string is not what its own settings let it expect. What matters
 * is negotiated nowadays, so this is for set-ups that want both files to be alike [WP-OPT-003]. */

static void log_difference(void *ctx, const char *text)
{
    ov_session_log(ctx, OV_LOG_WARN, "options of the client: %s", text);
}

void ov_session_verify_options(struct ov_session *s, const char *theirs)
{
    char expected[OV_OCC_MAX] = "";
    struct ov_occ own;
    if (!s->env.settings->config->opt_verify || s->says.refusal != OV_OK)
    {
        return;
    }
    ov_session_occ(s, &own);
    const struct ov_occ peer = ov_occ_of_peer(&own);
    if (ov_occ_text(&peer, expected, sizeof expected) != OV_OK || strcmp(theirs, expected) != 0)
    {
        ov_occ_compare(expected, theirs, log_difference, s);
        ov_session_log(s, OV_LOG_ERROR, "the options of the client differ, and opt-verify refuses it");
        s->says.refusal = OV_ERR_AUTH;
        s->says.farewell = "AUTH_FAILED";
    }
}
