#ifndef OV_APP_KEY_VERIFY_H
#define OV_APP_KEY_VERIFY_H

#include "app/cert_guard.h"
#include "app/scratch.h"
#include "hub/settings.h"

/* --tls-crypt-v2-verify: a program judges the metadata of a client's key. That client waits, nobody else does
 * [WP-TC2-007]. */

/* A newcomer whose key the program is asked about. */
struct ov_key_case
{
    struct ov_key_case *next;
    struct ov_cert_guard *guard;
    struct ov_newcomer who;
    struct ov_process *process; /* NULL: it has ended */
    bool good;
    struct ov_scratch files;
};

/* The judge of struct ov_hub_settings, and what follows it; ctx is the guard. */
enum ov_err ov_key_verify_judge(void *ctx, const struct ov_newcomer *who,
                                const struct ov_wkc_metadata *metadata, char why[static OV_TLS_JUDGE_TEXT]);
void ov_key_verify_left(void *ctx, const struct ov_newcomer *who);

#endif
