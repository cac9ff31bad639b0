#include "app/cert_verify.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/script.h"
#include "wire/pem.h"

static struct ov_cert_case *case_of(const struct ov_cert_guard *guard, const void *handshake)
{
    struct ov_cert_case *at = guard->cases;
    while (at != NULL && at->handshake != handshake)
    {
        at = at->next;
    }
    return at;
}

struct ov_cert_chain *ov_cert_verify_chain(struct ov_cert_guard *guard, const struct ov_tls_cert *cert)
{
    if (!ov_cert_guard_waits(guard->config))
    {
        return &guard->chain;
    }
    struct ov_cert_case *known = case_of(guard, cert->handshake);
    if (known == NULL)
    {
        known = calloc(1, sizeof *known);
        if (known == NULL)
        {
            return NULL;
        }
        known->guard = guard;
        known->handshake = cert->handshake;
        known->next = guard->cases;
        guard->cases = known;
    }
    return &known->chain;
}

static void remove_exported(struct ov_cert_case *known)
{
    if (known->exported[0] != '\0')
    {
        (void)unlink(known->exported);
        known->exported[0] = '\0';
    }
}

void ov_cert_verify_left(void *ctx, const void *handshake)
{
    struct ov_cert_guard *guard = ctx;
    struct ov_cert_case **at = &guard->cases;
    while (*at != NULL && (*at)->handshake != handshake)
    {
        at = &(*at)->next;
    }
    struct ov_cert_case *gone = *at;
    if (gone == NULL)
    {
        return;
    }
    *at = gone->next;
    ov_process_forget(gone->process);
    remove_exported(gone);
    ov_environment_clear(&gone->chain.env);
    free(gone);
}

/* ---- the program ---- */

/* --tls-export-cert. False: it can't be written; the log says why. */
static bool export_cert(struct ov_cert_case *known, const struct ov_tls_cert *cert)
{
    const char *dir = known->guard->config->certs.export_dir;
    const size_t cap = 2 * cert->der_len + 256;
    char *text = malloc(cap);
    const int len = snprintf(known->exported, sizeof known->exported, "%s/ovref_cert_XXXXXX", dir);
    bool good = text != NULL && len > 0 && (size_t)len < sizeof known->exported &&
                ov_pem_encode("CERTIFICATE", cert->der, cert->der_len, text, cap) == OV_OK;
    const int fd = good ? mkostemp(known->exported, O_CLOEXEC) : -1;
    good = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    if (!good)
    {
        ov_logf(known->guard->log, OV_LOG_ERROR, "--tls-export-cert: cannot write into %s: %s", dir,
                strerror(errno));
    }
    if (fd >= 0)
    {
        (void)close(fd);
    }
    else
    {
        known->exported[0] = '\0'; /* there is no such file */
    }
    free(text);
    return good;
}

static void on_end(void *ctx, int status)
{
    struct ov_cert_case *known = ctx;
    const struct ov_cert_guard *guard = known->guard;
    known->process = NULL;
    known->answer = status == 0 ? OV_CERT_GOOD : OV_CERT_BAD;
    remove_exported(known);
    guard->answered(guard->ctx);
}

static bool start(struct ov_cert_case *known, const struct ov_tls_cert *cert)
{
    const struct ov_cert_guard *guard = known->guard;
    char depth[12];
    struct ov_environment env;
    (void)snprintf(depth, sizeof depth, "%d", cert->depth);
    const char *const more[] = {depth, cert->subject, NULL};
    const struct ov_script script = {.type = "tls-verify",
                                     .command = &guard->config->certs.verify,
                                     .more = more,
                                     .env = &env,
                                     .done = on_end,
                                     .ctx = known};
    if (guard->loop == NULL || !ov_cert_guard_environment(guard, &env))
    {
        return false;
    }
    ov_environment_merge(&env, &known->chain.env);
    bool good = true;
    if (guard->config->certs.export_dir != NULL)
    {
        good = export_cert(known, cert);
        ov_environment_add(&env, "peer_cert", known->exported);
    }
    good = good && ov_script_start(guard->loop, guard->config, guard->log, &script, &known->process);
    ov_environment_clear(&env);
    if (!good)
    {
        remove_exported(known);
    }
    return good;
}

bool ov_cert_verify_answer(struct ov_cert_guard *guard, const struct ov_tls_cert *cert, enum ov_err *err,
                           char why[static OV_TLS_JUDGE_TEXT])
{
    const struct ov_cert_case *known = case_of(guard, cert->handshake);
    if (known == NULL || known->answer == OV_CERT_UNASKED || known->depth != cert->depth)
    {
        return false;
    }
    *err = known->answer == OV_CERT_ASKED  ? OV_ERR_AGAIN
           : known->answer == OV_CERT_GOOD ? OV_OK
                                           : OV_ERR_CERT;
    (void)snprintf(why, OV_TLS_JUDGE_TEXT, "--tls-verify refuses it");
    return true;
}

enum ov_err ov_cert_verify_ask(struct ov_cert_guard *guard, const struct ov_tls_cert *cert,
                               char why[static OV_TLS_JUDGE_TEXT])
{
    struct ov_cert_case *known = case_of(guard, cert->handshake);
    known->depth = cert->depth;
    known->answer = start(known, cert) ? OV_CERT_ASKED : OV_CERT_BAD;
    (void)snprintf(why, OV_TLS_JUDGE_TEXT, "--tls-verify can't be called");
    return known->answer == OV_CERT_ASKED ? OV_ERR_AGAIN : OV_ERR_CERT;
}
