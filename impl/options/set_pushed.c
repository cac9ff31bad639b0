/* Setters: options that only a push reply has. */
#include <string.h>

#include "options/parse.h"

#define PEER_ID_MAX 16777214u /* 0xffffff means none */

/* Whoever skips the peer-id would send packets in a format that the server doesn't expect. */
OV_SETTER(peer_id)
{
    uint32_t id;
    if (!ov_parse_vital_number(parse, "the peer-id that the server gives", line->word[1], 0, PEER_ID_MAX,
                               &id))
    {
        return;
    }
    parse->pulled->peer_id = id;
    parse->pulled->has_peer_id = true;
}

/* A flag that we know but didn't announce would switch the server to something
 * we don't do; one that nobody knows is skipped as 2.x does [WP-FLAG-003]. */
static void set_flag(struct ov_parse *parse, const char *name, bool announced, bool *flag)
{
    if (!announced)
    {
        ov_parse_fatal(parse, "the server wants '%s', which this client didn't offer", name);
        return;
    }
    *flag = true;
}

OV_SETTER(protocol_flags)
{
    struct ov_proto_flags *flags = &parse->pulled->flags;
    const struct ov_proto_flags *announced = parse->announced;
    *flags = (struct ov_proto_flags){.tls_ekm = flags->tls_ekm};
    for (size_t i = 1; i < line->count; i++)
    {
        const char *name = line->word[i];
        if (strcmp(name, "cc-exit") == 0)
        {
            set_flag(parse, name, announced->cc_exit, &flags->cc_exit);
        }
        else if (strcmp(name, "tls-ekm") == 0)
        {
            set_flag(parse, name, announced->tls_ekm, &flags->tls_ekm);
        }
        else if (strcmp(name, "dyn-tls-crypt") == 0)
        {
            set_flag(parse, name, announced->dyn_tls_crypt, &flags->dyn_tls_crypt);
        }
        else if (strcmp(name, "aead-epoch") == 0)
        {
            set_flag(parse, name, announced->aead_epoch, &flags->aead_epoch);
        }
        else
        {
            ov_parse_error(parse, "protocol-flags: unknown flag '%.40s'", name);
        }
    }
}

OV_SETTER(key_derivation)
{
    if (strcmp(line->word[1], "tls-ekm") != 0)
    {
        ov_parse_fatal(parse, "the server wants key-derivation '%.40s', which is unknown", line->word[1]);
        return;
    }
    set_flag(parse, "key-derivation tls-ekm", parse->announced->tls_ekm, &parse->pulled->flags.tls_ekm);
}

OV_SETTER(continuation)
{
    (void)ov_parse_number(parse, "push-continuation", line->word[1], 1, 2, &parse->continuation);
}
