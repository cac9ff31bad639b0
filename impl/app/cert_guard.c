#include "app/cert_guard.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/environment.h"
#include "app/facts.h"
#include "app/load_files.h"
#include "app/scratch.h"
#include "base/arena.h"
#include "wire/pem.h"

#define EXPORT_PATH 512
#define CRL_OCTETS  (8u * 1024u * 1024u)

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

/* ---- --tls-verify ---- */

/* The TLS library wants its answer at once, so this waits, as 2.x does. */
static int run_and_wait(const char *const *args, const struct ov_environment *env)
{
    int status = -1;
    const pid_t pid = fork();
    if (pid == 0)
    {
        (void)execve(args[0], (char *const *)(uintptr_t)args, (char *const *)(uintptr_t)env->list);
        _exit(127);
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
    {
        return -1;
    }
    return WEXITSTATUS(status);
}

/* --tls-export-cert: a file that lives as long as the program runs. False: it can't be written; the log says why. */
static bool export_cert(const struct ov_cert_guard *guard, const struct ov_tls_cert *cert,
                        char path[static EXPORT_PATH])
{
    const char *dir = guard->config->certs.export_dir;
    const size_t cap = 2 * cert->der_len + 256;
    char *text = malloc(cap);
    path[0] = '\0';
    const int len = snprintf(path, EXPORT_PATH, "%s/ovref_cert_XXXXXX", dir);
    bool good = text != NULL && len > 0 && (size_t)len < EXPORT_PATH &&
                ov_pem_encode("CERTIFICATE", cert->der, cert->der_len, text, cap) == OV_OK;
    const int fd = good ? mkostemp(path, O_CLOEXEC) : -1;
    good = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    if (!good)
    {
        ov_logf(guard->log, OV_LOG_ERROR, "--tls-export-cert: cannot write into %s: %s", dir,
                strerror(errno));
    }
    if (fd >= 0)
    {
        (void)close(fd);
    }
    free(text);
    return good;
}

static enum ov_err ask_program(const struct ov_cert_guard *guard, const struct ov_tls_cert *cert,
                               char why[static OV_TLS_JUDGE_TEXT])
{
    const struct ov_command *command = &guard->config->certs.verify;
    const char *args[20];
    char depth[12], path[EXPORT_PATH];
    struct ov_environment env;
    if (command->count == 0)
    {
        return OV_OK;
    }
    bool good = command->count + 3 <= sizeof args / sizeof args[0] && ov_environment_init(&env);
    if (good)
    {
        (void)snprintf(depth, sizeof depth, "%d", cert->depth);
        memcpy(args, command->word, command->count * sizeof args[0]);
        args[command->count] = depth;
        args[command->count + 1] = cert->subject;
        args[command->count + 2] = NULL;
        ov_environment_add(&env, "script_type", "tls-verify");
        ov_facts_config(&env, guard->config);
        if (guard->world != NULL)
        {
            ov_environment_merge(&env, guard->world);
        }
        ov_cert_seen_tell(&guard->seen, &env);
        const bool exported = guard->config->certs.export_dir != NULL;
        good = !exported || export_cert(guard, cert, path);
        if (exported)
        {
            ov_environment_add(&env, "peer_cert", path);
        }
        good = good && run_and_wait(args, &env) == 0;
        if (exported && path[0] != '\0')
        {
            (void)unlink(path);
        }
        ov_environment_clear(&env);
    }
    (void)snprintf(why, OV_TLS_JUDGE_TEXT, "--tls-verify refuses it");
    return good ? OV_OK : OV_ERR_CERT;
}

enum ov_err ov_cert_guard_judge(void *ctx, const struct ov_tls_cert *cert, char why[static OV_TLS_JUDGE_TEXT])
{
    struct ov_cert_guard *guard = ctx;
    if (guard->config->login.script_security >= OV_SCRIPT_SECURITY_USER)
    {
        ov_cert_seen_note(&guard->seen, guard->rules.crypto, cert);
    }
    enum ov_err err = ov_cert_rules_judge(&guard->rules, cert, why);
    if (err == OV_OK)
    {
        err = check_dir(guard, cert, why);
    }
    return err == OV_OK ? ask_program(guard, cert, why) : err;
}

/* ---- --tls-crypt-v2-verify ---- */

static bool fill_metadata(const struct ov_cert_guard *guard, const struct ov_wkc_metadata *metadata,
                          struct ov_scratch *files, struct ov_environment *env)
{
    if (!ov_scratch_open(files, guard->config->login.tmp_dir, guard->log))
    {
        return false;
    }
    if (!ov_scratch_write_octets(files, OV_SCRATCH_METADATA, metadata->octets + 1, metadata->len - 1u) ||
        !ov_environment_init(env))
    {
        ov_scratch_close(files);
        return false;
    }
    ov_environment_add(env, "script_type", "tls-crypt-v2-verify");
    ov_environment_number(env, "metadata_type", metadata->octets[0]);
    ov_environment_add(env, "metadata_file", ov_scratch_path(files, OV_SCRATCH_METADATA));
    return true;
}

enum ov_err ov_cert_guard_judge_key(void *ctx, const struct ov_wkc_metadata *metadata,
                                    char why[static OV_TLS_JUDGE_TEXT])
{
    const struct ov_cert_guard *guard = ctx;
    const struct ov_command *command = &guard->config->certs.key_verify;
    const char *args[20];
    struct ov_scratch files = {.dir = ""};
    struct ov_environment env;
    /* Nothing to be judged by: refused, as 2.x does where a program is configured [WP-TC2-006]. */
    (void)snprintf(why, OV_TLS_JUDGE_TEXT, "it has no metadata");
    if (metadata->len == 0)
    {
        return OV_ERR_AUTH;
    }
    (void)snprintf(why, OV_TLS_JUDGE_TEXT, "--tls-crypt-v2-verify can't be called");
    if (command->count + 1 > sizeof args / sizeof args[0] || !fill_metadata(guard, metadata, &files, &env))
    {
        return OV_ERR_AUTH;
    }
    memcpy(args, command->word, command->count * sizeof args[0]);
    args[command->count] = NULL;
    const bool good = run_and_wait(args, &env) == 0;
    ov_environment_clear(&env);
    ov_scratch_close(&files);
    (void)snprintf(why, OV_TLS_JUDGE_TEXT, "--tls-crypt-v2-verify refuses it");
    return good ? OV_OK : OV_ERR_AUTH;
}
