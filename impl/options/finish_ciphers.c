/* Lists of ciphers: what is odd about them, and what hardly anybody wants. */
#include "options/parse.h"

static void finish_cipher(struct ov_parse *parse)
{
    const struct ov_config *config = parse->config;
    char list[OV_CIPHERS_TEXT + 1];
    enum ov_cipher_id id;
    if (parse->draft.has_occ_cipher && !ov_ciphers_has_name(&config->data_ciphers, config->occ_cipher, &id))
    {
        ov_ciphers_text(&config->data_ciphers, list);
        ov_parse_point_at(parse, "cipher");
        ov_parse_warn(
            parse,
            "cipher '%s' is not in data-ciphers (%s) and will not be used; only the options string names it",
            config->occ_cipher, list);
    }
}

/* What a list allows that hardly anybody wants. */
static void warn_of_weak(struct ov_parse *parse)
{
    const struct ov_config *config = parse->config;
    ov_parse_point_at(parse, "data-ciphers");
    for (uint8_t i = 0; i < config->data_ciphers.count; i++)
    {
        const enum ov_cipher_id id = (enum ov_cipher_id)config->data_ciphers.id[i];
        if (id == OV_CIPHER_NONE)
        {
            ov_parse_warn(parse, "'none' lets peers agree on sending everything in clear, %s",
                          config->auth_none ? "and with 'auth none' nobody notices changes either"
                                            : "though still with an HMAC ('auth')");
        }
        else if (config->auth_none && !ov_cipher_is_aead(id))
        {
            ov_parse_warn(parse, "with 'auth none' nobody notices changes to what %s encrypts",
                          ov_cipher_name(id));
        }
    }
}

void ov_parse_finish_ciphers(struct ov_parse *parse)
{
    finish_cipher(parse);
    warn_of_weak(parse);
    ov_parse_point_at(parse, NULL);
}
