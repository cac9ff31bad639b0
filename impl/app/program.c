#include "app/program.h"

#include <string.h>
#include <unistd.h>

#include "app/load_keys.h"
#include "app/pidfile.h"
#include "app/process.h"
#include "app/version.h"
#include "base/wipe.h"
#include "crypto/engine.h"

bool ov_program_start_crypto(struct ov_program *program)
{
    const char *name = program->config.tls_backend;
    program->crypto = name == NULL ? ov_crypto_backends[0] : ov_crypto_by_name(name);
    if (program->crypto == NULL)
    {
        ov_logf(&program->log, OV_LOG_ERROR, "--tls-backend %s: this program was built without it",
                name == NULL ? "(any)" : name);
        return false;
    }
    char reason[256] = "";
    if (program->crypto->start(reason, sizeof reason) != OV_OK)
    {
        ov_logf(&program->log, OV_LOG_ERROR, "%s does not start: %s", program->crypto->version(), reason);
        return false;
    }
    program->rng = (struct ov_rng){program->crypto->random, NULL};
    return true;
}

/* A data channel engine that starts here and agrees with the TLS library octet
 * by octet takes over its AEAD. One that was named and can't is an error. */
static bool choose_engine(struct ov_program *program)
{
    const char *name = program->config.data_engine;
    bool is_auto = name == NULL || strcmp(name, "auto") == 0;
    if (!is_auto && strcmp(name, "none") == 0)
    {
        return true;
    }
    for (size_t i = 0; ov_aead_engines[i] != NULL; i++)
    {
        const struct ov_aead_engine *engine = ov_aead_engines[i];
        char reason[256] = "its results differ from the TLS library's";
        if ((!is_auto && strcmp(name, engine->name) != 0))
        {
            continue;
        }
        if (engine->start(reason, sizeof reason) == OV_OK &&
            ov_aead_engine_agrees(&engine->aead, &program->crypto->aead) == OV_OK)
        {
            program->with_engine = *program->crypto;
            program->with_engine.aead = engine->aead;
            program->crypto = &program->with_engine;
            ov_logf(&program->log, OV_LOG_INFO, "data channel cipher: %s %s", engine->name,
                    engine->version());
            return true;
        }
        ov_logf(&program->log, is_auto ? OV_LOG_INFO : OV_LOG_ERROR, "data channel cipher: not %s: %s",
                engine->name, reason);
        if (!is_auto)
        {
            return false;
        }
    }
    if (!is_auto)
    {
        ov_logf(&program->log, OV_LOG_ERROR, "--data-engine %s: this program was built without it", name);
    }
    return is_auto;
}

static bool limit_ciphers(struct ov_program *program)
{
    const struct ov_config *config = &program->config;
    enum ov_cipher_id missing;
    uint8_t digest[OV_DIGEST_MAX];
    if (!config->auth_none && program->crypto->digest(config->auth, NULL, 0, digest) != OV_OK)
    {
        ov_logf(&program->log, OV_LOG_ERROR, "--auth: %s does not have %s", program->crypto->version(),
                ov_digest_name(config->auth));
        return false;
    }
    if (ov_ciphers_limit(&program->config.data_ciphers, program->crypto, &missing) != OV_OK)
    {
        ov_logf(&program->log, OV_LOG_ERROR, "--data-ciphers: %s does not have %s",
                program->crypto->version(), ov_cipher_name(missing));
        return false;
    }
    return true;
}

static struct ov_pem pem_of(const struct ov_text *text)
{
    struct ov_pem pem = {text->data, text->len};
    return pem;
}

/* A reason that starts with the name of a file's option gets that file's name. */
static void log_tls_reason(const struct ov_program *program, const char *reason)
{
    const struct
    {
        const char *start;
        const char *option;
        const struct ov_text *text;
    } files[] = {
        {"ca: ", "--ca", &program->config.ca},
        {"cert: ", "--cert", &program->config.cert},
        {"key: ", "--key", &program->config.key},
    };
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
    {
        size_t len = strlen(files[i].start);
        if (strncmp(reason, files[i].start, len) == 0 && files[i].text->from != NULL)
        {
            ov_logf(&program->log, OV_LOG_ERROR, "%s %s: %s", files[i].option, files[i].text->from,
                    reason + len);
            return;
        }
    }
    ov_logf(&program->log, OV_LOG_ERROR, "cannot set up TLS: %s", reason);
}

static bool load_tls(struct ov_program *program)
{
    const struct ov_config *config = &program->config;
    struct ov_tls_settings settings = {
        .role = config->role,
        .ca = pem_of(&config->ca),
        .cert = pem_of(&config->cert),
        .key = pem_of(&config->key),
        .version_min = config->tls_version_min,
        .version_max = config->tls_version_max,
        .check_remote_usage = config->remote_cert_tls,
    };
    char reason[OV_TLS_ERROR_TEXT] = "";
    enum ov_err err = program->crypto->tls->conf_new(&settings, &program->tls, reason);
    if (err != OV_OK && config->tls_version_min_or_highest)
    {
        /* --tls-version-min VERSION or-highest: the library's highest will do.
         * If something else was wrong, it still is, and its reason comes again. */
        settings.version_min = OV_TLS_VERSION_1_2;
        err = program->crypto->tls->conf_new(&settings, &program->tls, reason);
    }
    if (err == OV_OK)
    {
        return true;
    }
    log_tls_reason(program, reason[0] != '\0' ? reason : ov_err_name(err));
    return false;
}

static bool look_up_identity(struct ov_program *program)
{
    char reason[160];
    if (ov_privileges_lookup(program->config.user, program->config.group, &program->identity, reason,
                             sizeof reason) != OV_OK)
    {
        ov_logf(&program->log, OV_LOG_ERROR, "%s", reason);
        return false;
    }
    return true;
}

bool ov_program_init(struct ov_program *program, const struct ov_config *config, struct ov_log log)
{
    ov_program_clear(program);
    program->config = *config;
    program->log = log;
    if (!look_up_identity(program) || !ov_program_start_crypto(program) || !choose_engine(program) ||
        !limit_ciphers(program) || !load_tls(program) ||
        !ov_control_keys_load(&program->config, &program->log, &program->keys))
    {
        ov_program_clear(program);
        return false;
    }
    ov_session_settings_init(&program->settings, &program->config, program->crypto, program->tls,
                             &program->keys, OV_VERSION);
    return true;
}

void ov_program_clear(struct ov_program *program)
{
    if (program->tls != NULL)
    {
        program->crypto->tls->conf_free(program->tls);
    }
    bool background = program->background;
    bool settled = program->settled;
    bool leave_hard = program->leave_hard;
    ov_wipe(program, sizeof *program);
    program->background = background;
    program->settled = settled;
    program->leave_hard = leave_hard;
}

bool ov_program_settle_in(struct ov_program *program)
{
    char reason[256];
    const char *path = program->config.writepid;
    if (program->settled)
    {
        return true;
    }
    if ((path != NULL && ov_pidfile_write(path, getpid(), reason, sizeof reason) != OV_OK) ||
        ov_process_lock_in(&program->config.process, reason, sizeof reason) != OV_OK ||
        ov_privileges_drop(&program->identity, reason, sizeof reason) != OV_OK)
    {
        ov_logf(&program->log, OV_LOG_ERROR, "%s", reason);
        return false;
    }
    program->settled = true;
    return true;
}
