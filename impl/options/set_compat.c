/* Setters: defaults of older programs, and choices among remotes. */
#include <string.h>

#include "options/parse.h"
#include "options/values.h"

/* "2.4" or "2.4.8". */
OV_SETTER(compat_mode)
{
    uint32_t part[3] = {0, 0, 0};
    const char *at = line->word[1];
    char number[8];
    bool good = true;
    size_t parts = 0;
    for (; good && parts < 3 && *at != '\0'; parts++)
    {
        const size_t len = strcspn(at, ".");
        good = len > 0 && len < sizeof number;
        memcpy(number, at, good ? len : 0);
        number[good ? len : 0] = '\0';
        good = good && ov_value_u32(number, &part[parts]) && part[parts] < 100;
        at += len + (at[len] == '.');
    }
    if (!good || parts < 2 || *at != '\0')
    {
        ov_parse_error(parse, "compat-mode: '%.40s' is not a version such as 2.4.0", line->word[1]);
        return;
    }
    parse->draft.compat = 10000 * part[0] + 100 * part[1] + part[2];
}

OV_SETTER(proto_force)
{
    if (strcmp(line->word[1], "udp") != 0 && strcmp(line->word[1], "tcp") != 0)
    {
        ov_parse_error(parse, "proto-force must be 'udp' or 'tcp', not '%.40s'", line->word[1]);
        return;
    }
    parse->draft.proto_force = line->word[1];
}

OV_SETTER(mtu_disc)
{
    static const char *const names[] = {"no", "maybe", "yes"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    {
        if (strcmp(line->word[1], names[i]) == 0)
        {
            parse->config->mtu_disc = (enum ov_mtu_disc)(OV_MTU_DISC_NO + i);
            return;
        }
    }
    ov_parse_error(parse, "mtu-disc must be 'no', 'maybe' or 'yes', not '%.40s'", line->word[1]);
}

/* ---- when everything is read ---- */

void ov_parse_finish_compat(struct ov_parse *parse)
{
    struct ov_config *config = parse->config;
    const uint32_t compat = parse->draft.compat;
    enum ov_cipher_id id;
    if (compat == 0)
    {
        return;
    }
    if (compat < 20600 && config->compression.allow == OV_COMP_ALLOW_DEFAULT)
    {
        config->compression.allow = OV_COMP_ALLOW_ASYM;
    }
    if (compat >= 20500 || !parse->draft.has_occ_cipher)
    {
        return;
    }
    if (ov_cipher_by_name(config->occ_cipher, &id) != OV_OK)
    {
        ov_parse_warn(parse, "compat-mode: cipher '%.40s' isn't built, so it is not added to data-ciphers",
                      config->occ_cipher);
        return;
    }
    if (ov_ciphers_add(&config->data_ciphers, id) != OV_OK)
    {
        ov_parse_warn(parse, "compat-mode: data-ciphers is full");
    }
    if (compat < 20400 && !config->has_fallback)
    {
        config->has_fallback = true;
        config->fallback = id;
    }
}

void ov_parse_force_proto(struct ov_parse *parse)
{
    const char *wanted = parse->draft.proto_force;
    struct ov_remote *remotes = parse->draft.remotes.items;
    size_t kept = 0;
    for (size_t i = 0; wanted != NULL && i < parse->draft.remotes.count; i++)
    {
        if (ov_proto_is_tcp(remotes[i].proto) == (wanted[0] == 't'))
        {
            remotes[kept++] = remotes[i];
        }
    }
    if (wanted != NULL && kept == 0 && parse->draft.remotes.count > 0)
    {
        ov_parse_point_at(parse, "proto-force");
        ov_parse_error(parse, "proto-force: no remote has protocol %s", wanted);
        ov_parse_point_at(parse, NULL);
    }
    parse->draft.remotes.count = wanted != NULL ? kept : parse->draft.remotes.count;
}
