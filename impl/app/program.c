#include "app/program.h"

#include <string.h>
#include <unistd.h>

#include "app/cert_verify.h"
#include "app/load_capath.h"
#include "app/load_ciphers.h"
#include "app/load_keys.h"
#include "app/load_token.h"
#include "app/login.h"
#include "app/pidfile.h"
#include "app/process.h"
#include "app/version.h"
#include "base/arena.h"
#include "base/wipe.h"
#include "compress/compress.h"
#include "wire/pem.h"

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
    if (program->config.fresh_entropy && program->crypto->random_reseeds != NULL)
    {
        program->crypto->random_reseeds();
    }
    else if (program->config.fresh_entropy)
    {
        ov_logf(
            &program->log, OV_LOG_WARN,
            "use-prediction-resistance has no effect: the generator of %s decides by itself when to reseed",
            program->crypto->version());
    }
    program->rng = (struct ov_rng){program->crypto->random, NULL};
    return ov_program_load_providers(program);
}

/* An algorithm that is configured has to be there; one that a server pushes is refused then. */
static bool check_compression(const struct ov_program *program)
{
    const enum ov_comp_mode mode = program->config.compression.mode;
    const enum ov_comp_alg alg = ov_comp_mode_alg(mode);
    if (alg != OV_COMP_ALG_NONE && ov_compressor_find(ov_compressors, alg) == NULL)
    {
        ov_logf(&program->log, OV_LOG_ERROR, "--%s: this program was built without %s",
                ov_comp_mode_name(mode), ov_comp_alg_name(alg));
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
        {"pkcs12: ", "--pkcs12", &program->config.certs.pkcs12},
        {"extra-certs: ", "--extra-certs", &program->config.certs.extra},
        {"crl-verify: ", "--crl-verify", &program->config.certs.crl},
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

/* An inline container is base64. */
static bool unpack_pkcs12(const struct ov_program *program, struct ov_arena *arena, struct ov_pem *out)
{
    const struct ov_text *text = &program->config.certs.pkcs12;
    *out = pem_of(text);
    if (text->from == NULL || strcmp(text->from, "[inline]") != 0)
    {
        return true;
    }
    uint8_t *octets = ov_arena_alloc(arena, text->len);
    if (octets == NULL || ov_base64_decode(text->data, text->len, octets, text->len, &out->len) != OV_OK)
    {
        ov_logf(&program->log, OV_LOG_ERROR, "--pkcs12 [inline]: not base64");
        return false;
    }
    out->text = (const char *)octets;
    return true;
}

static enum ov_err make_conf(struct ov_program *program, struct ov_tls_settings *settings, char *reason)
{
    const struct ov_config *config = &program->config;
    const struct ov_tls_ops *tls = program->crypto->tls;
    enum ov_err err = tls->conf_new(settings, &program->tls, reason);
    if (err != OV_OK && settings->passphrase == NULL && strstr(reason, "there is no passphrase") != NULL)
    {
        char passphrase[OV_LOGIN_TEXT] = "";
        const bool asks = config->management.query_passwords && config->certs.askpass_path == NULL &&
                          program->control != NULL;
        if (asks ? ov_control_password(program->control, "Private Key", passphrase, sizeof passphrase)
                 : ov_login_passphrase(config, &program->log, passphrase, sizeof passphrase))
        {
            settings->passphrase = passphrase;
            err = tls->conf_new(settings, &program->tls, reason);
            settings->passphrase = NULL;
            if (asks && err != OV_OK)
            {
                ov_manage_say(program->manage, ">PASSWORD:Verification Failed: 'Private Key'");
            }
        }
        ov_wipe(passphrase, sizeof passphrase);
    }
    return err;
}

static struct ov_tls_settings tls_settings(struct ov_program *program)
{
    const struct ov_config *config = &program->config;
    const struct ov_cert_options *certs = &config->certs;
    const bool judged = ov_cert_guard_tells(config) || ov_cert_rules_exist(certs) || certs->crl_dir != NULL ||
                        certs->verify.count > 0;
    return (struct ov_tls_settings){
        .role = config->role,
        .ca = pem_of(&config->ca),
        .cert = pem_of(&config->cert),
        .key = pem_of(&config->key),
        .extra = pem_of(&certs->extra),
        .crl = pem_of(&certs->crl),
        .profile = certs->profile,
        .name_field = certs->username_field,
        .judge = judged ? ov_cert_guard_judge : NULL,
        .judge_ctx = &program->guard,
        .judge_waits = ov_cert_guard_waits(config),
        .judge_left = ov_cert_verify_left,
        .trust_judge =
            certs->fingerprints_count > 0 && certs->fingerprints_depth == 0 && config->ca.from == NULL,
        .ciphers = certs->ciphers,
        .ciphersuites = certs->ciphersuites,
        .groups = certs->groups,
        .version_min = config->tls_version_min,
        .version_max = config->tls_version_max,
        .check_remote_usage = config->remote_cert_tls,
        .client_cert = (enum ov_tls_client_cert)config->login.client_cert,
    };
}

/* Only for --check-config: nobody is asked for a signature then. */
static enum ov_err refuse_to_sign(void *ctx, const struct ov_sign_request *request, uint8_t *out, size_t cap,
                                  size_t *out_len)
{
    (void)ctx;
    (void)request;
    (void)out;
    (void)cap;
    (void)out_len;
    return OV_ERR_CRYPTO;
}

static const struct ov_tls_signer nobody = {refuse_to_sign, NULL, UINT32_MAX};

/* Certificate and key that somebody else keeps. False: the log says why. */
static bool find_keeper(struct ov_program *program, struct ov_tls_settings *settings)
{
    const struct ov_cert_options *certs = &program->config.certs;
    const char *hint = program->config.management.cert_hint;
    if ((certs->pkcs11.id != NULL || certs->pkcs11.id_management) && program->control != NULL)
    {
        struct ov_card_desk *card = &program->control->card;
        if (!ov_card_desk_open(card, program->control, program->base, &program->log))
        {
            return false;
        }
        settings->signer = &card->signer;
        settings->cert = (struct ov_pem){card->cert, strlen(card->cert)};
    }
    if (certs->external_key)
    {
        settings->signer = program->control != NULL ? &program->control->desk.signer : &nobody;
    }
    if (hint != NULL && program->control != NULL)
    {
        const char *lines = ov_control_certificate(program->control, hint);
        if (lines == NULL)
        {
            ov_logf(&program->log, OV_LOG_ERROR, "management gave no certificate for '%s'", hint);
            return false;
        }
        settings->cert = (struct ov_pem){lines, strlen(lines)};
    }
    return true;
}

static bool load_tls(struct ov_program *program)
{
    char reason[OV_TLS_ERROR_TEXT] = "";
    struct ov_arena *arena = ov_arena_new();
    ov_cert_guard_init(&program->guard, &program->config, program->crypto, &program->log);
    struct ov_tls_settings settings = tls_settings(program);
    const char *capath = program->config.certs.capath;
    bool good = arena != NULL && unpack_pkcs12(program, arena, &settings.pkcs12) &&
                find_keeper(program, &settings) &&
                (capath == NULL || ov_capath_load(capath, arena, &program->log, &settings.ca));
    enum ov_err err = good ? make_conf(program, &settings, reason) : OV_ERR_CERT;
    if (good && err != OV_OK && program->config.tls_version_min_or_highest)
    {
        /* --tls-version-min VERSION or-highest: the library's highest will do.
         * If something else was wrong, it still is, and its reason comes again. */
        settings.version_min = OV_TLS_VERSION_1_2;
        err = make_conf(program, &settings, reason);
    }
    ov_arena_free(arena);
    if (good && err != OV_OK)
    {
        log_tls_reason(program, reason[0] != '\0' ? reason : ov_err_name(err));
    }
    program->guard.tls = program->tls;
    return err == OV_OK;
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

static void init_settings(struct ov_program *program)
{
    struct ov_session_settings *settings = &program->settings;
    const struct ov_login_options *login = &program->config.login;
    ov_session_settings_init(settings, &program->config, program->crypto, program->tls, &program->keys,
                             OV_VERSION);
    settings->compressors = ov_compressors;
    settings->before_tls = ov_cert_guard_refresh;
    settings->before_tls_ctx = &program->guard;
    if (program->config.role == OV_ROLE_CLIENT)
    {
        settings->login = &program->login;
        settings->sso =
            ov_login_by_management(&program->config) ? "webauth,crtext" : ov_login_sso(&program->config);
        for (size_t i = 0; i < program->self.count; i++)
        {
            settings->sso = strcmp(program->self.line[i].name, "IV_SSO") == 0 ? NULL : settings->sso;
        }
        settings->more = program->self.line;
        settings->more_count = program->self.count;
        return;
    }
    settings->judged = login->verify.count > 0 || program->config.management.judges;
    settings->token_key = login->gen_token ? program->token_key : NULL;
}

/* Who logs in, or who judges. */
static bool set_up_login(struct ov_program *program)
{
    if (program->config.role == OV_ROLE_CLIENT)
    {
        struct ov_dialogue now = {.loop = NULL};
        const struct ov_login_asker asker = {&now, &program->log};
        return ov_login_start(&program->login, &program->config, &program->log) &&
               (ov_login_by_management(&program->config) ||
                ov_login_fill(&program->login, &program->config, &asker) == OV_OK);
    }
    if (program->config.login.gen_token)
    {
        return ov_token_key_load(&program->config, &program->rng, &program->log, program->token_key);
    }
    return true;
}

/* Everything but who logs in. */
static bool prepare(struct ov_program *program, const struct ov_config *config, struct ov_log log)
{
    ov_program_clear(program);
    program->base = config;
    program->config = *config;
    program->log = log;
    if (!look_up_identity(program) || !ov_program_start_crypto(program) ||
        !ov_program_choose_engine(program) || !ov_program_limit_ciphers(program) ||
        !check_compression(program) || (config->secret.from == NULL && !load_tls(program)) ||
        !ov_control_keys_load(&program->config, &program->log, &program->keys))
    {
        return false;
    }
    init_settings(program);
    return true;
}

bool ov_program_init(struct ov_program *program, const struct ov_config *config, struct ov_log log)
{
    if (!prepare(program, config, log) || !set_up_login(program))
    {
        ov_program_clear(program);
        return false;
    }
    return true;
}

bool ov_program_check(struct ov_program *program, const struct ov_config *config, struct ov_log log)
{
    const bool good = prepare(program, config, log);
    ov_program_clear(program);
    return good;
}

bool ov_program_select(struct ov_program *program, const struct ov_config *block)
{
    const struct ov_ciphers ciphers = program->config.data_ciphers; /* limited to what the library has */
    program->config = block != NULL ? *block : *program->base;
    program->config.data_ciphers = ciphers;
    ov_wipe(&program->keys, sizeof program->keys);
    if (!ov_control_keys_load(&program->config, &program->log, &program->keys))
    {
        return false;
    }
    init_settings(program);
    return true;
}

void ov_program_clear(struct ov_program *program)
{
    if (program->tls != NULL)
    {
        program->crypto->tls->conf_free(program->tls);
    }
    struct ov_control *control = program->control;
    struct ov_manage *manage = program->manage;
    ov_cert_guard_clear(&program->guard);
    bool background = program->background;
    bool has_pid_file = program->has_pid_file;
    bool settled = program->settled;
    bool leave_hard = program->leave_hard;
    uint32_t started_s = program->started_s;
    ov_wipe(program, sizeof *program);
    program->control = control;
    program->manage = manage;
    program->background = background;
    program->has_pid_file = has_pid_file;
    program->settled = settled;
    program->leave_hard = leave_hard;
    program->started_s = started_s;
}

bool ov_program_write_pid(struct ov_program *program)
{
    char reason[256];
    const char *path = program->config.writepid;
    if (path == NULL || program->has_pid_file)
    {
        return true;
    }
    if (ov_pidfile_write(path, getpid(), reason, sizeof reason) != OV_OK)
    {
        ov_logf(&program->log, OV_LOG_ERROR, "%s", reason);
        return false;
    }
    program->has_pid_file = true;
    return true;
}

bool ov_program_settle_in(struct ov_program *program)
{
    char reason[256];
    if (program->settled)
    {
        return true;
    }
    if (!ov_program_write_pid(program))
    {
        return false;
    }
    if (ov_process_lock_in(&program->config.process, reason, sizeof reason) != OV_OK ||
        ov_privileges_drop(&program->identity, reason, sizeof reason) != OV_OK)
    {
        ov_logf(&program->log, OV_LOG_ERROR, "%s", reason);
        return false;
    }
    program->settled = true;
    return true;
}
