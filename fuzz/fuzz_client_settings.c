/* A server's settings for one client, from a file or a program. Input: texts, separated by NUL. */
#include "lib/fuzz.h"
#include "options/client.h"
#include "options/options.h"

static const char server[] =
    "server 10.8.0.0 255.255.255.0\ndev tap\nvlan-tagging\npush \"route 10.0.0.0 255.0.0.0\"\n"
    "<ca>\nx\n</ca>\n<cert>\nx\n</cert>\n<key>\nx\n</key>\n";

static void check_result(const struct ov_client_config *own)
{
    FUZZ_CHECK(own != NULL);
    FUZZ_CHECK(own->ip6_bits <= 128);
    FUZZ_CHECK(own->iroutes4_count <= OV_ROUTES_MAX && own->iroutes6_count <= OV_ROUTES_MAX);
    for (size_t i = 0; i < own->iroutes4_count; i++)
    {
        FUZZ_CHECK(own->iroutes4[i].bits <= 32);
    }
    for (size_t i = 0; i < own->iroutes6_count; i++)
    {
        FUZZ_CHECK(own->iroutes6[i].bits <= 128);
    }
    FUZZ_CHECK(own->vlan_pvid <= 4094 && own->most_routes <= 65536);
    FUZZ_CHECK(own->config->data_ciphers.count >= 1 && own->config->data_ciphers.count <= OV_CIPHERS_MAX);
    FUZZ_CHECK(own->config->keepalive.ping_restart_s == 0 || own->config->keepalive.ping_exit_s == 0);
    FUZZ_CHECK(!own->config->compression.migrate);
    for (size_t i = 0; i < own->push_count; i++)
    {
        const size_t len = strlen(own->push[i]);
        FUZZ_CHECK(len > 0 && len <= 255 && strchr(own->push[i], ',') == NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ov_options *options = NULL;
    struct ov_client_options *client = NULL;
    FUZZ_CHECK(ov_options_from_text("server", server, strlen(server), NULL, &options) == OV_OK);
    FUZZ_CHECK(ov_client_options_new(ov_options_config(options), NULL, &client) == OV_OK);
    char *text = (char *)fuzz_copy(data, size);
    for (size_t at = 0; at <= size;)
    {
        const size_t len = strnlen(text + at, size - at);
        FUZZ_CHECK(ov_client_options_add(client, "fuzz", text + at, len) == OV_OK);
        check_result(ov_client_options_result(client));
        at += len + 1;
    }
    free(text); /* the result must not borrow from it */
    check_result(ov_client_options_result(client));
    ov_client_options_free(client);
    ov_options_free(options);
    return 0;
}
