#ifndef OV_APP_CERT_VERIFY_H
#define OV_APP_CERT_VERIFY_H

#include "app/cert_guard.h"

/* --tls-verify: a program judges each certificate of a chain. Its handshake waits, nothing else does; the time limit is
 * that of the handshake, and a program that nobody waits for any more is ended. */

#define OV_EXPORT_PATH 512u

/* A handshake that the program is asked about. */
struct ov_cert_case
{
    struct ov_cert_case *next;
    struct ov_cert_guard *guard;
    const void *handshake;
    struct ov_cert_chain chain;
    enum ov_cert_answer
    {
        OV_CERT_UNASKED = 0,
        OV_CERT_ASKED,
        OV_CERT_GOOD,
        OV_CERT_BAD
    } answer; /* about the certificate at depth */
    int depth;
    struct ov_process *process; /* NULL: none runs */
    char exported
        [OV_EXPORT_PATH]; /* --tls-export-cert: a file that lives as long as the program runs; "": none */
};

/* Has the program been asked about this certificate? Then *err is its answer, or OV_ERR_AGAIN. */
bool ov_cert_verify_answer(struct ov_cert_guard *guard, const struct ov_tls_cert *cert, enum ov_err *err,
                           char why[static OV_TLS_JUDGE_TEXT]);
/* Where the chain of this certificate is noted. NULL: out of memory. */
struct ov_cert_chain *ov_cert_verify_chain(struct ov_cert_guard *guard, const struct ov_tls_cert *cert);
/* Ask it, once its chain is noted: OV_ERR_AGAIN, or OV_ERR_CERT where it can't be called. */
enum ov_err ov_cert_verify_ask(struct ov_cert_guard *guard, const struct ov_tls_cert *cert,
                               char why[static OV_TLS_JUDGE_TEXT]);
/* judge_left of struct ov_tls_settings; ctx is the guard. */
void ov_cert_verify_left(void *ctx, const void *handshake);

#endif
