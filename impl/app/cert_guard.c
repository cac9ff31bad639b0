#include "app/cert_guard.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/cert_verify.h"
#include "app/facts.h"
#include "app/key_verify.h"
#include "app/load_files.h"
#include "base/arena.h"

#define CRL_OCTETS (8u * 1024u * 1024u)

static void note_file(struct ov_cert_guard *guard, const struct stat *info)
{
    guard->crl_time = info->st_mtim;
    guard->crl_size = info->st_size;
}

void ov_cert_guard_init(struct ov_cert_guard *guard, const struct ov_config *config,
                        const struct ov_crypto *crypto, const struct ov_log *log)
{
    struct stat info;
    *guard = (struct ov_cert_guard){.config = config, .log = log, .rules = {&config->certs, crypto}};
    if (config->certs.crl_path != NULL && stat(config->certs.crl_path, &info) == 0)
    {
        note_file(guard, &info);
    }
}

void ov_cert_guard_clear(struct ov_cert_guard *guard)
{
    while (guard->cases != NULL)
    {
        ov_cert_verify_left(guard, guard->cases->handshake);
    }
    while (guard->keys != NULL)
    {
        ov_key_verify_left(guard, &guard->keys->who);
    }
    ov_environment_clear(&guard->chain.env);
    ov_cert_seen_clear(&guard->seen);
}

/* ---- revocation ---- */

void ov_cert_guard_refresh(void *ctx)
{
    struct ov_cert_guard *guard = ctx;
    const char *path = guard->config->certs.crl_path;
    char text[OV_TLS_ERROR_TEXT] = "out of memory";
    char reason[OV_LOADER_REASON] = "";
    struct ov_text file;
    struct stat info;
    if (path == NULL || guard->tls == NULL || stat(path, &info) != 0)
    {
        if (path != NULL)
        {
            ov_logf(guard->log, OV_LOG_WARN, "--crl-verify %s is gone; the lists read before go on", path);
        }
        return;
    }
    if (info.st_size == guard->crl_size && info.st_mtim.tv_sec == guard->crl_time.tv_sec &&
        info.st_mtim.tv_nsec == guard->crl_time.tv_nsec)
    {
        return;
    }
    struct ov_arena *arena = ov_arena_new();
    enum ov_err err =
        arena == NULL ? OV_ERR_NOMEM : ov_file_loader.load(NULL, path, CRL_OCTETS, arena, &file, reason);
    if (err == OV_OK)
    {
        const struct ov_pem crl = {file.data, file.len};
        err = guard->rules.crypto->tls->conf_set_crl(guard->tls, &crl, text);
    }
    if (err == OV_OK)
    {
        note_file(guard, &info);
        ov_logf(guard->log, OV_LOG_INFO, "--crl-verify %s: new revocation lists", path);
    }
    else
    {
        ov_logf(guard->log, OV_LOG_WARN, "--crl-verify %s: %s; the lists read before go on", path,
                reason[0] != '\0' ? reason : text);
    }
    ov_arena_free(arena);
}

static enum ov_err check_dir(const struct ov_cert_guard *guard, const struct ov_tls_cert *cert,
                             char why[static OV_TLS_JUDGE_TEXT])
{
    const char *dir = guard->config->certs.crl_dir;
    char path[512];
    if (dir == NULL)
    {
        return OV_OK;
    }
    const int len = snprintf(path, sizeof path, "%s/%s", dir, cert->serial);
    if (cert->serial[0] == '\0' || len < 0 || (size_t)len >= sizeof path)
    {
        (void)snprintf(why, OV_TLS_JUDGE_TEXT, "serial number can't be looked up");
        return OV_ERR_CERT;
    }
    if (access(path, F_OK) == 0)
    {
        (void)snprintf(why, OV_TLS_JUDGE_TEXT, "certificate has been revoked (serial %.80s)", cert->serial);
        return OV_ERR_CERT;
    }
    return OV_OK;
}

/* ---- the judge ---- */

enum ov_err ov_cert_guard_judge(void *ctx, const struct ov_tls_cert *cert, char why[static OV_TLS_JUDGE_TEXT])
{
    struct ov_cert_guard *guard = ctx;
    enum ov_err err = OV_OK;
    if (ov_cert_guard_waits(guard->config) && ov_cert_verify_answer(guard, cert, &err, why))
    {
        return err; /* everything else was looked at when the program was called */
    }
    struct ov_cert_chain *chain = ov_cert_verify_chain(guard, cert);
    if (chain == NULL)
    {
        return OV_ERR_NOMEM;
    }
    if (ov_cert_guard_tells(guard->config))
    {
        ov_cert_seen_note(&guard->seen, chain, guard->rules.crypto, cert);
    }
    err = ov_cert_rules_judge(&guard->rules, cert, why);
    if (err == OV_OK)
    {
        err = check_dir(guard, cert, why);
    }
    return err == OV_OK && ov_cert_guard_waits(guard->config) ? ov_cert_verify_ask(guard, cert, why) : err;
}

bool ov_cert_guard_tells(const struct ov_config *config)
{
    return config->login.script_security >= OV_SCRIPT_SECURITY_USER || config->management.judges ||
           config->management.up_down;
}

bool ov_cert_guard_waits(const struct ov_config *config)
{
    return config->certs.verify.count > 0;
}

void ov_cert_guard_serve(struct ov_cert_guard *guard, struct ov_loop *loop,
                         const struct ov_environment *world, void (*answered)(void *ctx), void *ctx)
{
    guard->loop = loop;
    guard->world = world;
    guard->answered = answered;
    guard->ctx = ctx;
}

bool ov_cert_guard_environment(const struct ov_cert_guard *guard, struct ov_environment *env)
{
    if (!ov_environment_init(env))
    {
        return false;
    }
    ov_facts_config(env, guard->config);
    if (guard->world != NULL)
    {
        ov_environment_merge(env, guard->world);
    }
    return true;
}
