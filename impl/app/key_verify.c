#include "app/key_verify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/facts.h"
#include "app/script.h"

/* The link that leads to it, or the last one. */
static struct ov_key_case **link_of(struct ov_cert_guard *guard, const struct ov_newcomer *who)
{
    struct ov_key_case **at = &guard->keys;
    while (*at != NULL &&
           !(ov_sid_equal(&(*at)->who.sid, &who->sid) && ov_addr_equal(&(*at)->who.addr, &who->addr)))
    {
        at = &(*at)->next;
    }
    return at;
}

static void on_end(void *ctx, int status)
{
    struct ov_key_case *known = ctx;
    const struct ov_cert_guard *guard = known->guard;
    known->process = NULL;
    known->good = status == 0;
    guard->answered(guard->ctx); /* it may be gone afterwards */
}

static bool fill_environment(const struct ov_key_case *known, const struct ov_wkc_metadata *metadata,
                             struct ov_environment *env)
{
    if (!ov_cert_guard_environment(known->guard, env))
    {
        return false;
    }
    ov_facts_peer(env, "untrusted", &known->who.addr);
    ov_environment_number(env, "metadata_type", metadata->octets[0]);
    ov_environment_add(env, "metadata_file", ov_scratch_path(&known->files, OV_SCRATCH_METADATA));
    return true;
}

static bool start(struct ov_key_case *known, const struct ov_wkc_metadata *metadata)
{
    static const char *const nothing[] = {NULL};
    const struct ov_cert_guard *guard = known->guard;
    struct ov_environment env;
    const struct ov_script script = {.type = "tls-crypt-v2-verify",
                                     .command = &guard->config->certs.key_verify,
                                     .more = nothing,
                                     .env = &env,
                                     .done = on_end,
                                     .ctx = known};
    if (guard->loop == NULL || !ov_scratch_open(&known->files, guard->config->login.tmp_dir, guard->log))
    {
        return false;
    }
    bool good = ov_scratch_write_octets(&known->files, OV_SCRATCH_METADATA, metadata->octets + 1,
                                        metadata->len - 1u) &&
                fill_environment(known, metadata, &env);
    if (good)
    {
        good = ov_script_start(guard->loop, guard->config, guard->log, &script, &known->process);
        ov_environment_clear(&env);
    }
    return good;
}

void ov_key_verify_left(void *ctx, const struct ov_newcomer *who)
{
    struct ov_key_case **at = link_of(ctx, who);
    struct ov_key_case *gone = *at;
    if (gone != NULL)
    {
        *at = gone->next;
        ov_process_forget(gone->process);
        ov_scratch_close(&gone->files);
        free(gone);
    }
}

enum ov_err ov_key_verify_judge(void *ctx, const struct ov_newcomer *who,
                                const struct ov_wkc_metadata *metadata, char why[static OV_TLS_JUDGE_TEXT])
{
    struct ov_cert_guard *guard = ctx;
    struct ov_key_case *known = *link_of(guard, who);
    (void)snprintf(why, OV_TLS_JUDGE_TEXT, "--tls-crypt-v2-verify refuses it");
    if (known != NULL)
    {
        return known->process != NULL ? OV_ERR_AGAIN : known->good ? OV_OK : OV_ERR_AUTH;
    }
    /* Nothing to be judged by: refused, as 2.x does where a program is configured [WP-TC2-006]. */
    (void)snprintf(why, OV_TLS_JUDGE_TEXT, "it has no metadata");
    known = metadata->len > 0 ? calloc(1, sizeof *known) : NULL;
    if (known == NULL)
    {
        return metadata->len > 0 ? OV_ERR_NOMEM : OV_ERR_AUTH;
    }
    *known = (struct ov_key_case){.next = guard->keys, .guard = guard, .who = *who};
    guard->keys = known;
    if (!start(known, metadata))
    {
        (void)snprintf(why, OV_TLS_JUDGE_TEXT, "--tls-crypt-v2-verify can't be called");
        ov_key_verify_left(guard, who);
        return OV_ERR_AUTH;
    }
    return OV_ERR_AGAIN;
}
