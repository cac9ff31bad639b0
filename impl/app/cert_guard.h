#ifndef OV_APP_CERT_GUARD_H
#define OV_APP_CERT_GUARD_H

#include <stdbool.h>
#include <sys/types.h>
#include <time.h>

#include "app/cert_seen.h"
#include "base/log.h"
#include "options/config.h"
#include "tls/cert_rules.h"
#include "wire/wkc.h"

/* Rules about certificates and client keys that need files and programs: revocation lists that
 * change, a folder of serial numbers, --tls-verify, --tls-crypt-v2-verify. */

struct ov_cert_guard
{
    const struct ov_config *config;
    const struct ov_log *log;
    struct ov_cert_rules rules;
    struct ov_tls_conf *tls;  /* gets new lists; NULL until it is made */
    struct timespec crl_time; /* of the file that was read last */
    off_t crl_size;
    struct ov_cert_seen seen;
    const struct ov_environment *world; /* what programs are told; NULL: of the configuration alone */
};

void ov_cert_guard_init(struct ov_cert_guard *guard, const struct ov_config *config,
                        const struct ov_crypto *crypto, const struct ov_log *log);
void ov_cert_guard_clear(struct ov_cert_guard *guard);
/* The judge of struct ov_tls_settings; ctx is the guard. */
enum ov_err ov_cert_guard_judge(void *ctx, const struct ov_tls_cert *cert,
                                char why[static OV_TLS_JUDGE_TEXT]);
/* The judge of struct ov_hub_settings, for --tls-crypt-v2-verify; ctx is the guard. */
enum ov_err ov_cert_guard_judge_key(void *ctx, const struct ov_wkc_metadata *metadata,
                                    char why[static OV_TLS_JUDGE_TEXT]);
/* Before a handshake: has the file of --crl-verify changed? One that can't be read leaves the old lists in
 * force, with a warning. ctx is the guard. */
void ov_cert_guard_refresh(void *ctx);

#endif
