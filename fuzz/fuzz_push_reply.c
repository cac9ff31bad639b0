/* The client's side of a push. Input: messages, separated by NUL. */
#include "lib/fuzz.h"
#include "options/options.h"
#include "options/push.h"

static enum ov_err any_file(void *ctx, const char *path, size_t max, struct ov_arena *arena,
                            struct ov_text *out, char reason[static OV_LOADER_REASON])
{
    (void)ctx;
    (void)max;
    (void)arena;
    (void)reason;
    out->from = path;
    out->data = "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n";
    out->len = strlen(out->data);
    return OV_OK;
}

static const char client[] = "client\ndev tun\nproto udp\nremote 192.0.2.1 1194\nca ca.pem\ncert cert.pem\n"
                             "key key.pem\n";

static void check_result(const struct ov_pulled *pulled)
{
    const struct ov_tunnel *tunnel = &pulled->effective.tunnel;
    FUZZ_CHECK(!pulled->has_peer_id || pulled->peer_id <= 16777214);
    FUZZ_CHECK(!pulled->has_cipher || ov_ciphers_has(&pulled->effective.data_ciphers, pulled->cipher));
    FUZZ_CHECK(tunnel->routes4_count <= OV_ROUTES_MAX && tunnel->routes6_count <= OV_ROUTES_MAX);
    FUZZ_CHECK(tunnel->ip4_bits <= 32 && tunnel->ip6_bits <= 128);
    for (size_t i = 0; i < tunnel->routes4_count; i++)
    {
        const struct ov_route4 *route = &tunnel->routes4[i];
        uint32_t host_bits =
            route->bits == 0 ? UINT32_MAX : (uint32_t)((UINT64_C(1) << (32 - route->bits)) - 1);
        FUZZ_CHECK(route->bits <= 32 && (route->net & host_bits) == 0);
    }
    for (size_t i = 0; i < tunnel->routes6_count; i++)
    {
        FUZZ_CHECK(tunnel->routes6[i].bits <= 128);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct ov_loader loader = {.load = any_file};
    const struct ov_proto_flags announced = {.cc_exit = true, .tls_ekm = true};
    struct ov_options *options = NULL;
    struct ov_pull *pull = NULL;
    FUZZ_CHECK(ov_options_from_text("client", client, strlen(client), &loader, &options) == OV_OK);
    FUZZ_CHECK(ov_pull_new(ov_options_config(options), &announced, &pull) == OV_OK);
    char *text = (char *)fuzz_copy(data, size);
    enum ov_err err = OV_ERR_AGAIN;
    for (size_t at = 0; at <= size && err != OV_OK;)
    {
        size_t len = strnlen(text + at, size - at);
        err = ov_pull_message(pull, text + at, len);
        FUZZ_CHECK(err == OV_OK || err == OV_ERR_AGAIN || err == OV_ERR_FORMAT || err == OV_ERR_OPTION ||
                   err == OV_ERR_LIMIT);
        at += len + 1;
    }
    /* What follows a complete reply may be updates. */
    for (size_t at = 0; err == OV_OK && at <= size;)
    {
        size_t len = strnlen(text + at, size - at);
        const enum ov_err update = ov_pull_update(pull, text + at, len);
        FUZZ_CHECK(update == OV_OK || update == OV_ERR_AGAIN || update == OV_ERR_FORMAT ||
                   update == OV_ERR_OPTION || update == OV_ERR_LIMIT);
        at += len + 1;
    }
    free(text); /* the result must not borrow from it */
    if (err == OV_OK)
    {
        check_result(ov_pull_result(pull));
    }
    ov_pull_free(pull);
    ov_options_free(options);
    return 0;
}
