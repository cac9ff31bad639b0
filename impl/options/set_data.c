/* Setters: data channel. */
#include <string.h>
#include <strings.h>

#include "options/occ.h"
#include "options/parse.h"

static void refuse_cipher(struct ov_parse *parse, const char *option, const char *name)
{
    ov_parse_error(parse, "%s: unknown cipher '%.40s'", option, name);
}

OV_SETTER(data_ciphers)
{
    char bad[OV_CIPHERS_TEXT + 1];
    struct ov_ciphers list;
    enum ov_err err = ov_ciphers_parse(line->word[1], &list, bad, sizeof(bad));
    if (err == OV_OK)
    {
        parse->config->data_ciphers = list;
    }
    else if (err == OV_ERR_UNSUPPORTED)
    {
        refuse_cipher(parse, option->name, bad);
    }
    else if (err == OV_ERR_LIMIT)
    {
        ov_parse_error(parse, "%s: the list has more than %d octets", option->name, OV_CIPHERS_TEXT);
    }
    else
    {
        ov_parse_error(parse, "%s: the list '%.127s' has an empty entry, or nothing that is built",
                       option->name, line->word[1]);
    }
}

OV_SETTER(fallback)
{
    if (ov_cipher_by_name(line->word[1], &parse->config->fallback) != OV_OK)
    {
        refuse_cipher(parse, option->name, line->word[1]);
        return;
    }
    parse->config->has_fallback = true;
}

static void set_pushed_cipher(struct ov_parse *parse, const char *name)
{
    char list[OV_CIPHERS_TEXT + 1];
    if (!ov_ciphers_has_name(&parse->config->data_ciphers, name, &parse->pulled->cipher))
    {
        ov_ciphers_text(&parse->config->data_ciphers, list);
        ov_parse_fatal(parse, "the server wants cipher '%.40s', which is not in data-ciphers (%s)", name,
                       list);
        return;
    }
    parse->pulled->has_cipher = true;
}

/* In a configuration the name only stands in the options string since 2.6. */
OV_SETTER(cipher)
{
    enum ov_cipher_id id;
    const char *name = line->word[1];
    if (parse->pulled != NULL)
    {
        set_pushed_cipher(parse, name);
        return;
    }
    if (parse->own != NULL)
    {
        /* A client that negotiates gets one of data-ciphers; what is left is the fallback, where there is one. */
        if (ov_cipher_by_name(name, &parse->config->fallback) != OV_OK)
        {
            refuse_cipher(parse, option->name, name);
        }
        return;
    }
    if (!ov_occ_knows_cipher(name))
    {
        refuse_cipher(parse, option->name, name);
        return;
    }
    parse->config->occ_cipher = ov_cipher_by_name(name, &id) == OV_OK ? ov_cipher_name(id) : name;
    parse->draft.has_occ_cipher = true;
}

OV_SETTER(auth)
{
    const char *name = line->word[1];
    parse->config->auth_none = strcasecmp(name, "none") == 0;
    if (!parse->config->auth_none && ov_digest_by_name(name, &parse->config->auth) != OV_OK)
    {
        ov_parse_error(parse, "auth: unknown digest '%.40s'", name);
    }
}

OV_SETTER(replay_window)
{
    uint32_t window, seconds = parse->config->replay_time_s;
    if (!ov_parse_number(parse, "the size of replay-window", line->word[1], 0, 65536, &window) ||
        (line->count > 2 &&
         !ov_parse_number(parse, "the time of replay-window", line->word[2], 0, 600, &seconds)))
    {
        return;
    }
    parse->config->replay_window = window;
    parse->config->replay_time_s = seconds;
}

OV_SETTER(mssfix)
{
    uint32_t octets = 1492;
    enum ov_mssfix_mode mode = line->count > 1 ? OV_MSSFIX_PAYLOAD : OV_MSSFIX_MTU;
    if (line->count > 1 && !ov_parse_number(parse, "mssfix", line->word[1], 0, 65535, &octets))
    {
        return;
    }
    if (line->count > 2)
    {
        mode = strcmp(line->word[2], "fixed") == 0 ? OV_MSSFIX_FIXED : OV_MSSFIX_MTU;
        if (mode == OV_MSSFIX_MTU && strcmp(line->word[2], "mtu") != 0)
        {
            ov_parse_error(parse, "mssfix: '%.40s' is neither 'mtu' nor 'fixed'", line->word[2]);
            return;
        }
    }
    parse->config->mssfix = (struct ov_mssfix){mode, octets};
}

OV_SETTER(data_path)
{
    static const char *const names[] = {
        [OV_DATA_PATH_AUTO] = "auto",       [OV_DATA_PATH_PLAIN] = "plain", [OV_DATA_PATH_BATCH] = "batch",
        [OV_DATA_PATH_OFFLOAD] = "offload", [OV_DATA_PATH_URING] = "uring",
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    {
        if (strcmp(line->word[1], names[i]) == 0)
        {
            parse->config->data_path = (enum ov_data_path)i;
            return;
        }
    }
    ov_parse_error(parse, "unknown data-path '%.40s'; use plain, batch, offload, uring or auto",
                   line->word[1]);
}

OV_SETTER(data_threads)
{
    static const char *const names[] = {
        [OV_DATA_THREADS_OFF] = "off",
        [OV_DATA_THREADS_AUTO] = "auto",
        [OV_DATA_THREADS_TWO] = "2",
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    {
        if (strcmp(line->word[1], names[i]) == 0)
        {
            parse->config->data_threads = (enum ov_data_threads)i;
            return;
        }
    }
    ov_parse_error(parse, "unknown data-threads '%.40s'; use off, auto or 2", line->word[1]);
}

OV_SETTER(tun_mtu)
{
    struct ov_config *config = parse->config;
    if (parse->pulled != NULL)
    {
        (void)ov_parse_vital_number(parse, "the tun-mtu that the server wants (see tun-mtu-max)",
                                    line->word[1], OV_TUN_MTU_MIN, config->tun_mtu_max, &config->tunnel.mtu);
        return;
    }
    if (ov_parse_number(parse, "tun-mtu", line->word[1], OV_TUN_MTU_MIN, OV_TUN_MTU_LIMIT,
                        &config->tunnel.mtu) &&
        line->count > 2)
    {
        (void)ov_parse_number(parse, "the second argument of tun-mtu", line->word[2], OV_TUN_MTU_MIN, 65535,
                              &config->occ_mtu);
    }
}
