#include "app/load_ciphers.h"

#include <string.h>

#include "crypto/engine.h"

bool ov_program_load_providers(const struct ov_program *program)
{
    const struct ov_config *config = &program->config;
    if (program->crypto->load == NULL)
    {
        if (config->providers_count > 0)
        {
            /* What is missing in consequence is missed where it is needed. */
            ov_logf(&program->log, OV_LOG_INFO, "--providers: %s has none", program->crypto->version());
        }
        return true;
    }
    for (size_t i = 0; i < config->providers_count; i++)
    {
        char reason[256] = "";
        if (program->crypto->load(config->providers[i], reason, sizeof reason) != OV_OK)
        {
            ov_logf(&program->log, OV_LOG_ERROR, "--providers %s: %s: %s", config->providers[i],
                    program->crypto->version(), reason);
            return false;
        }
    }
    return true;
}

/* Does it do all AEAD ciphers that may be agreed on? */
static bool engine_suffices(const struct ov_config *config, const struct ov_aead_engine *engine)
{
    const struct ov_ciphers *list = &config->data_ciphers;
    for (uint8_t i = 0; i < list->count; i++)
    {
        const enum ov_cipher_id id = (enum ov_cipher_id)list->id[i];
        if (ov_cipher_is_aead(id) && !engine->aead.has((enum ov_aead_id)id))
        {
            return false;
        }
    }
    return !config->has_fallback || !ov_cipher_is_aead(config->fallback) ||
           engine->aead.has((enum ov_aead_id)config->fallback);
}

bool ov_program_choose_engine(struct ov_program *program)
{
    const char *name = program->config.data_engine;
    bool is_auto = name == NULL || strcmp(name, "auto") == 0;
    if ((!is_auto && strcmp(name, "none") == 0) || program->config.secret.from != NULL)
    {
        return true;
    }
    for (size_t i = 0; ov_aead_engines[i] != NULL; i++)
    {
        const struct ov_aead_engine *engine = ov_aead_engines[i];
        char reason[256] =
            "it lacks a cipher of --data-ciphers, or its results differ from the TLS library's";
        if ((!is_auto && strcmp(name, engine->name) != 0))
        {
            continue;
        }
        if (engine->start(reason, sizeof reason) == OV_OK && engine_suffices(&program->config, engine) &&
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

/* What the user may try where a cipher is missing. */
static const char *cipher_hint(const struct ov_program *program)
{
    return program->crypto->load != NULL && program->config.providers_count == 0
               ? "; 'providers legacy default' adds what OpenSSL 3 keeps apart"
               : "";
}

static bool lacks(const struct ov_program *program, const char *option, enum ov_cipher_id cipher)
{
    ov_logf(&program->log, OV_LOG_ERROR, "--%s: %s does not have %s%s", option, program->crypto->version(),
            ov_cipher_name(cipher), cipher_hint(program));
    return false;
}

bool ov_program_limit_ciphers(struct ov_program *program)
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
    if (config->secret.from != NULL)
    {
        return ov_crypto_has_cipher(program->crypto, config->static_cipher) ||
               lacks(program, "cipher", config->static_cipher);
    }
    if (config->has_fallback && !ov_crypto_has_cipher(program->crypto, config->fallback))
    {
        return lacks(program, "data-ciphers-fallback", config->fallback);
    }
    return ov_ciphers_limit(&program->config.data_ciphers, program->crypto, &missing) == OV_OK ||
           lacks(program, "data-ciphers", missing);
}
