#ifndef OV_CRYPTO_PAUSE_H
#define OV_CRYPTO_PAUSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crypto/tls.h"

/* A handshake that waits for somebody else: for a signature, or for a program that judges a certificate. TLS libraries
 * want either as the value of a function; so that nothing else waits for it, the handshake runs on a stack of its own
 * and pauses in the middle of that function: a packet path goes on, and the next attempt continues where it was. One
 * thread; no signals, no clock. */

/* Of one connection. All-zero: nothing runs, and there is no stack yet. */
struct ov_pause
{
    struct ov_fiber *fiber;
    bool given_up; /* whatever waits is refused */
};

/* Run work(ctx) on its own stack, or go on with what paused there. True: it has ended, *result is its value. False:
 * it waits; call again later with the same arguments. OV_ERR_NOMEM goes to *err. */
bool ov_pause_run(struct ov_pause *pause, int (*work)(void *ctx), void *ctx, int *result, enum ov_err *err);

/* What waits is run to its end, with a refusal; frees the stack. All-zero is fine. */
void ov_pause_clear(struct ov_pause *pause);

/* From inside of the work: step aside, until the next ov_pause_run. False: there is no use in asking again, because
 * nobody would come back to it or the work is given up. pause NULL: it can't wait. */
OV_MUST_USE bool ov_pause_wait(struct ov_pause *pause);

/* From inside of the work: the signer's answer, however long it takes. pause NULL: it can't wait. OV_ERR_CRYPTO:
 * refused or given up. */
OV_MUST_USE enum ov_err ov_pause_sign(struct ov_pause *pause, const struct ov_tls_signer *signer,
                                      const struct ov_sign_request *request, uint8_t *out, size_t cap,
                                      size_t *out_len);

#endif
