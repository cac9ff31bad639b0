#include "app/show.h"

#include <stdio.h>

#include "app/self_test.h"
#include "net/sockaddr.h"
#include "options/values.h"
#include "tun/netif.h"

static void print_cipher(enum ov_cipher_id id)
{
    const bool for_secret = ov_cipher_mode(id) == OV_MODE_CBC || id == OV_CIPHER_NONE;
    char block[32] = "stream cipher";
    if (id == OV_CIPHER_NONE)
    {
        (void)snprintf(block, sizeof block, "nothing is encrypted");
    }
    else if (ov_cipher_block_len(id) > 1)
    {
        (void)snprintf(block, sizeof block, "%u bit block", 8 * ov_cipher_block_len(id));
    }
    (void)printf("%s  (%u bit key, %s%s%s)\n", ov_cipher_name(id), 8 * ov_cipher_key_len(id), block,
                 for_secret ? "" : ", not with 'secret'", ov_cipher_is_narrow(id) ? ", deprecated" : "");
}

static void show_ciphers(const struct ov_program *program)
{
    for (unsigned i = 0; i < OV_CIPHER_COUNT; i++)
    {
        if (ov_crypto_has_cipher(program->crypto, (enum ov_cipher_id)i))
        {
            print_cipher((enum ov_cipher_id)i);
        }
    }
}

static void show_digests(const struct ov_program *program)
{
    for (unsigned i = 0; i < OV_DIGEST_COUNT; i++)
    {
        uint8_t digest[OV_DIGEST_MAX];
        if (program->crypto->digest((enum ov_digest_id)i, NULL, 0, digest) == OV_OK)
        {
            (void)printf("%s  (%u bit digest)\n", ov_digest_name((enum ov_digest_id)i),
                         8 * ov_digest_len((enum ov_digest_id)i));
        }
    }
}

static void print_name(void *ctx, const char *text)
{
    *(unsigned *)ctx += 1;
    (void)printf("%s\n", text);
}

static void show_list(const struct ov_program *program, enum ov_crypto_list which, const char *title)
{
    unsigned count = 0;
    (void)printf("%s, %s:\n", title, program->crypto->version());
    if (program->crypto->list != NULL)
    {
        program->crypto->list(which, print_name, &count);
    }
    (void)printf("%s\n", count > 0 ? "" : "none\n");
}

static void show_tls(const struct ov_program *program)
{
    show_list(program, OV_LIST_TLS13, "Cipher suites of TLS 1.3, for --tls-ciphersuites");
    show_list(program, OV_LIST_TLS12, "Cipher suites of TLS 1.2, for --tls-cipher");
}

static void show_groups(const struct ov_program *program)
{
    show_list(program, OV_LIST_GROUPS, "Groups for the key exchange, for --tls-groups");
}

/* ---- the way out ---- */

static bool read_target(const char *text, struct ov_addr *out)
{
    uint32_t ip4;
    *out = (struct ov_addr){.family = 6};
    if (ov_value_ip6(text, out->ip))
    {
        return true;
    }
    if (!ov_value_ip4(text, &ip4))
    {
        return false;
    }
    *out = (struct ov_addr){
        .family = 4,
        .ip = {(uint8_t)(ip4 >> 24), (uint8_t)(ip4 >> 16), (uint8_t)(ip4 >> 8), (uint8_t)ip4},
    };
    return true;
}

static bool show_way(struct ov_netif *netif, uint8_t family, const struct ov_addr *target)
{
    char text[OV_NETIF_TEXT];
    const bool known = ov_netif_way_text(netif, family, target, text);
    (void)printf("IPv%u: %s\n", family, known ? text : "no way is known");
    return known;
}

static bool show_gateway(const struct ov_config *config, const struct ov_log *log)
{
    struct ov_addr target;
    struct ov_netif *netif = NULL;
    char text[OV_NETIF_TEXT] = "";
    if (config->way_to != NULL && !read_target(config->way_to, &target))
    {
        ov_logf(log, OV_LOG_ERROR, "--show-gateway: '%.60s' is not an address", config->way_to);
        return false;
    }
    if (ov_netif_new(log, &netif, text) != OV_OK)
    {
        ov_logf(log, OV_LOG_ERROR, "%s", text);
        return false;
    }
    bool known;
    if (config->way_to != NULL)
    {
        known = show_way(netif, target.family, &target);
    }
    else
    {
        const bool four = show_way(netif, 4, NULL);
        known = show_way(netif, 6, NULL) || four;
    }
    ov_netif_free(netif);
    return known;
}

/* ---- which ---- */

static const struct
{
    enum ov_wish wish;
    void (*show)(const struct ov_program *program); /* NULL: it needs no TLS library, or more of it */
} shows[] = {
    {OV_WISH_CIPHERS, show_ciphers},   {OV_WISH_DIGESTS, show_digests}, {OV_WISH_TLS_CIPHERS, show_tls},
    {OV_WISH_TLS_GROUPS, show_groups}, {OV_WISH_GATEWAY, NULL},         {OV_WISH_TEST_CRYPTO, NULL},
};

bool ov_show_wanted(enum ov_wish wish)
{
    for (size_t i = 0; i < sizeof shows / sizeof shows[0]; i++)
    {
        if (shows[i].wish == wish)
        {
            return true;
        }
    }
    return false;
}

bool ov_show_run(struct ov_program *program, const struct ov_config *config, struct ov_log log)
{
    if (config->wish == OV_WISH_GATEWAY)
    {
        return show_gateway(config, &log);
    }
    program->config = *config;
    program->log = log;
    if (!ov_program_start_crypto(program))
    {
        return false;
    }
    bool good = true;
    for (size_t i = 0; i < sizeof shows / sizeof shows[0]; i++)
    {
        if (shows[i].wish == config->wish && shows[i].show != NULL)
        {
            shows[i].show(program);
        }
    }
    if (config->wish == OV_WISH_TEST_CRYPTO)
    {
        good = ov_self_test_run(program);
    }
    ov_program_clear(program);
    return good;
}
