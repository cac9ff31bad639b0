/* The server's side of a push reply. */
#include "options/push.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "options/values.h"
#include "wire/pem.h"

/* Messages are closed when the next option would reach into the last 84
 * octets; that room is for the continuation mark [WP-PUSH-013]. */
#define PART_MAX (OV_PUSH_MESSAGE - 84u)

struct composer
{
    const char *start; /* of every part */
    char text[OV_PUSH_MESSAGE];
    size_t len;
    bool split; /* an earlier part was sent */
    enum ov_err err;
    enum ov_err (*message)(void *ctx, const char *text, size_t len);
    void *ctx;
};

static void begin_part(struct composer *c)
{
    c->len = strlen(c->start);
    memcpy(c->text, c->start, c->len + 1);
}

static void send_part(struct composer *c, const char *mark)
{
    size_t room = sizeof(c->text) - c->len;
    int len = snprintf(c->text + c->len, room, "%s", mark);
    if (len < 0 || (size_t)len >= room)
    {
        c->err = OV_ERR_LIMIT;
        return;
    }
    c->err = c->message(c->ctx, c->text, c->len + (size_t)len);
    c->split = true;
    begin_part(c);
}

static void add_option(struct composer *c, const char *option)
{
    size_t len = strlen(option);
    if (c->err != OV_OK)
    {
        return;
    }
    if (len == 0 || len > OV_PUSH_OPTION || strchr(option, ',') != NULL)
    {
        c->err = OV_ERR_LIMIT;
        return;
    }
    if (c->len + 1 + len > PART_MAX)
    {
        send_part(c, ",push-continuation 2");
    }
    c->len += (size_t)snprintf(c->text + c->len, sizeof(c->text) - c->len, ",%s", option);
}

static void add_format(struct composer *c, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add_format(struct composer *c, const char *format, ...)
{
    char option[OV_PUSH_OPTION + 1];
    va_list args;
    va_start(args, format);
    vsnprintf(option, sizeof(option), format, args);
    va_end(args);
    add_option(c, option);
}

static void add_addresses(struct composer *c, const struct ov_config *config,
                          const struct ov_push_client *client)
{
    char ip6[OV_IP6_TEXT], gateway6[OV_IP6_TEXT], ip4[OV_IP4_TEXT], second[OV_IP4_TEXT];
    const struct ov_tunnel *tunnel = &config->tunnel;
    const struct ov_client_config *own = client->own;
    if (client->has_ip6)
    {
        const bool fixed = own != NULL && own->has_ip6;
        add_format(c, "ifconfig-ipv6 %s/%u %s", ov_value_ip6_text(client->ip6, ip6),
                   fixed ? own->ip6_bits : tunnel->ip6_bits,
                   ov_value_ip6_text(fixed && own->has_ip6_remote ? own->ip6_remote : tunnel->ip6, gateway6));
    }
    if (client->has_ip4)
    {
        const bool alias = own != NULL && own->has_alias;
        add_format(c, "ifconfig %s %s", ov_value_ip4_text(alias ? own->alias : client->ip4, ip4),
                   ov_value_ip4_text(client->ip4_second, second));
    }
}

/* Clients without the cc-exit bit don't read protocol-flags, except for the
 * flags that are newer than the bit [WP-FLAG-001, WP-FLAG-005]. */
static void add_flags(struct composer *c, const struct ov_push_client *client)
{
    const struct ov_proto_flags *flags = &client->flags;
    bool reads_flags = (client->iv_proto & OV_IV_PROTO_CC_EXIT_NOTIFY) != 0;
    if (!reads_flags && flags->tls_ekm)
    {
        add_option(c, "key-derivation tls-ekm");
    }
    bool tls_ekm = reads_flags && flags->tls_ekm;
    if (flags->cc_exit || tls_ekm || flags->dyn_tls_crypt || flags->aead_epoch)
    {
        add_format(c, "protocol-flags%s%s%s%s", flags->cc_exit ? " cc-exit" : "", tls_ekm ? " tls-ekm" : "",
                   flags->dyn_tls_crypt ? " dyn-tls-crypt" : "", flags->aead_epoch ? " aead-epoch" : "");
    }
}

struct ov_proto_flags ov_push_flags(uint32_t iv_proto, const struct ov_proto_flags *built)
{
    return (struct ov_proto_flags){
        .cc_exit = built->cc_exit && (iv_proto & OV_IV_PROTO_CC_EXIT_NOTIFY) != 0,
        .tls_ekm = built->tls_ekm && (iv_proto & OV_IV_PROTO_TLS_KEY_EXPORT) != 0,
        .dyn_tls_crypt = built->dyn_tls_crypt && (iv_proto & OV_IV_PROTO_DYN_TLS_CRYPT) != 0,
        .aead_epoch = built->aead_epoch && (iv_proto & OV_IV_PROTO_DATA_EPOCH) != 0 &&
                      (iv_proto & OV_IV_PROTO_DATA_V2) != 0,
    };
}

/* With its token the client logs in by the name that it was given. */
static void add_token_user(struct composer *c, const char *name)
{
    char text[OV_PUSH_OPTION];
    if (ov_base64_encode(name, strlen(name), text, sizeof text) == OV_OK)
    {
        add_format(c, "auth-token-user %s", text);
    }
}

enum ov_err ov_push_compose(const struct ov_config *config, const struct ov_push_client *client,
                            enum ov_err (*message)(void *ctx, const char *text, size_t len), void *ctx)
{
    /* With nothing behind it it is a reply too [WP-PUSH-012]. */
    struct composer c = {.start = "PUSH_REPLY", .err = OV_OK, .message = message, .ctx = ctx};
    begin_part(&c);
    const bool own = client->own != NULL;
    const char *const *push = own ? client->own->push : config->push;
    const size_t push_count = own ? client->own->push_count : config->push_count;
    for (size_t i = 0; i < push_count; i++)
    {
        add_option(&c, push[i]);
    }
    add_addresses(&c, config, client);
    if (client->has_peer_id)
    {
        add_format(&c, "peer-id %u", client->peer_id);
    }
    if (client->auth_token != NULL)
    {
        add_format(&c, "auth-token %s", client->auth_token);
    }
    if (client->token_user != NULL)
    {
        add_token_user(&c, client->token_user);
    }
    if (client->has_cipher)
    {
        add_format(&c, "cipher %s", ov_cipher_name(client->cipher));
    }
    add_flags(&c, client);
    if (client->compression != NULL)
    {
        add_option(&c, client->compression);
    }
    if (client->has_tun_mtu)
    {
        add_format(&c, "tun-mtu %u", config->tunnel.mtu);
    }
    if (c.err == OV_OK)
    {
        send_part(&c, c.split ? ",push-continuation 1" : "");
    }
    return c.err;
}

/* "-name", "?name value", "-?name" and without prefix; what a client can't update is refused here rather than by
 * the client, which would start over [WP-PUSH-031, 033]. */
static bool is_update(const char *option, const char **name, size_t *name_len, bool *removes)
{
    *removes = option[0] == '-';
    const bool optional = option[*removes] == '?';
    *name = option + *removes + optional;
    *name_len = strcspn(*name, " ");
    return (optional || ov_push_updatable(*name, *name_len)) && *name_len > 0 &&
           strchr("-?", **name) == NULL && !(*removes && (*name)[*name_len] != '\0') &&
           !(*name_len == strlen("push-continuation") && memcmp(*name, "push-", 5) == 0);
}

enum ov_err ov_push_update(const char *options,
                           enum ov_err (*option)(void *ctx, const struct ov_push_change *change),
                           enum ov_err (*message)(void *ctx, const char *text, size_t len), void *ctx)
{
    struct composer c = {.start = "PUSH_UPDATE", .err = OV_OK, .message = message, .ctx = ctx};
    const char *at = options;
    begin_part(&c);
    while (c.err == OV_OK && *at != '\0')
    {
        char one[OV_PUSH_OPTION + 1];
        struct ov_push_change change;
        at += strspn(at, " ,");
        const size_t len = strcspn(at, ",");
        if (len > OV_PUSH_OPTION)
        {
            return OV_ERR_LIMIT;
        }
        memcpy(one, at, len);
        one[len] = '\0';
        at += len;
        if (len == 0)
        {
            continue;
        }
        if (!is_update(one, &change.name, &change.name_len, &change.removes))
        {
            return OV_ERR_OPTION;
        }
        c.err = option != NULL ? option(ctx, &change) : OV_OK;
        if (message != NULL)
        {
            add_option(&c, one);
        }
    }
    if (c.err == OV_OK && message != NULL)
    {
        c.err = c.len == strlen(c.start) && !c.split ? OV_ERR_OPTION : OV_OK;
        if (c.err == OV_OK)
        {
            send_part(&c, c.split ? ",push-continuation 1" : "");
        }
    }
    return c.err;
}
