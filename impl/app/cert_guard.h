#ifndef OV_APP_CERT_GUARD_H
#define OV_APP_CERT_GUARD_H

#include <stdbool.h>
#include <sys/types.h>
#include <time.h>

#include "app/cert_seen.h"
#include "base/log.h"
#include "options/config.h"
#include "tls/cert_rules.h"

/* Rules about certificates and client keys that need files and programs: revocation lists that
 * change, a folder of serial numbers, --tls-verify (cert_verify.h), --tls-crypt-v2-verify (key_verify.h). They come
 * before the login is looked at [WP-SRV-020]. */

struct ov_loop;

struct ov_cert_guard
{
    const struct ov_config *config;
    const struct ov_log *log;
    struct ov_cert_rules rules;
    struct ov_tls_conf *tls;  /* gets new lists; NULL until it is made */
    struct timespec crl_time; /* of the file that was read last */
    off_t crl_size;
    struct ov_cert_seen seen;
    struct ov_cert_chain chain;         /* of the handshake that is going on, where no program holds it up */
    struct ov_cert_case *cases;         /* handshakes that a program is asked about */
    struct ov_key_case *keys;           /* client keys that a program is asked about */
    struct ov_loop *loop;               /* runs the programs; NULL: there can be none */
    const struct ov_environment *world; /* what they are told; NULL: of the configuration alone */
    void (*answered)(void *ctx);        /* one has answered: let handshakes go on */
    void *ctx;
};

void ov_cert_guard_init(struct ov_cert_guard *guard, const struct ov_config *config,
                        const struct ov_crypto *crypto, const struct ov_log *log);
/* After the TLS connections are gone. */
void ov_cert_guard_clear(struct ov_cert_guard *guard);
/* Who runs the programs, while loop lives; loop NULL: nobody from now on. All of it is borrowed. */
void ov_cert_guard_serve(struct ov_cert_guard *guard, struct ov_loop *loop,
                         const struct ov_environment *world, void (*answered)(void *ctx), void *ctx);
/* Is somebody told of certificates: programs, management? */
bool ov_cert_guard_tells(const struct ov_config *config);
/* Is there a program that a handshake waits for? */
bool ov_cert_guard_waits(const struct ov_config *config);
/* The judge of struct ov_tls_settings; ctx is the guard. */
enum ov_err ov_cert_guard_judge(void *ctx, const struct ov_tls_cert *cert,
                                char why[static OV_TLS_JUDGE_TEXT]);
/* Before a handshake: has the file of --crl-verify changed? One that can't be read leaves the old lists in
 * force, with a warning. ctx is the guard. */
void ov_cert_guard_refresh(void *ctx);
/* What every program is told. False: out of memory. */
bool ov_cert_guard_environment(const struct ov_cert_guard *guard, struct ov_environment *env);

#endif
