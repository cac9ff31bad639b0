/* Dialogues with proxies: however an answer is cut into reads, it means the same. Input: one octet of choices
 * (0x07 way to log in, 0x08 SOCKS5, 0x10 UDP, 0x20 a login, 0x40 read as a relay's datagram too), one of read
 * size, then what the proxy says. */
#include "crypto/null/null.h"
#include "lib/fuzz.h"
#include "proxy/proxy.h"
#include "wire/socks_udp.h"

static enum ov_err fill(void *ctx, uint8_t *out, size_t len)
{
    (void)ctx;
    memset(out, 0x5a, len);
    return OV_OK;
}

static const struct ov_rng rng = {fill, NULL};

struct outcome
{
    enum ov_proxy_step step;
    size_t used;
    uint64_t digest; /* of all that was said */
};

static void note_out(struct outcome *outcome, struct ov_proxy *proxy)
{
    FUZZ_CHECK(proxy->out_len <= sizeof proxy->out);
    for (size_t i = 0; i < proxy->out_len; i++)
    {
        outcome->digest = (outcome->digest ^ proxy->out[i]) * 0x100000001b3u;
    }
    proxy->out_len = 0;
}

static struct outcome run(struct ov_proxy *proxy, const struct ov_proxy_task *task, const uint8_t *data,
                          size_t size, size_t read_size)
{
    struct outcome outcome = {OV_PROXY_MORE, 0, 0};
    FUZZ_CHECK(ov_proxy_init(proxy, task) == OV_OK);
    outcome.step = ov_proxy_open(proxy);
    while (outcome.used < size && outcome.step == OV_PROXY_MORE)
    {
        const size_t left = size - outcome.used;
        const size_t n = read_size < left ? read_size : left;
        uint8_t *copy = fuzz_copy(data + outcome.used, n);
        size_t used = 0;
        note_out(&outcome, proxy);
        outcome.step = ov_proxy_take(proxy, copy, n, &used);
        free(copy);
        FUZZ_CHECK(used >= 1 && used <= n &&
                   (used == n || outcome.step != OV_PROXY_MORE || proxy->out_len > 0));
        outcome.used += used;
        /* A new connection: the same proxy goes on talking. */
        outcome.step = outcome.step == OV_PROXY_AGAIN ? ov_proxy_open(proxy) : outcome.step;
        FUZZ_CHECK((outcome.step == OV_PROXY_FAILED) == (proxy->reason[0] != '\0'));
    }
    note_out(&outcome, proxy);
    return outcome;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct ov_proxy proxy;
    struct fuzz_in in = {data, size};
    const uint8_t choices = fuzz_u8(&in);
    const size_t read_size = 1u + fuzz_u8(&in);
    const struct ov_proxy_task task = {
        .kind = (choices & 0x08) != 0 ? OV_PROXY_SOCKS5 : OV_PROXY_HTTP,
        .auth = (enum ov_proxy_auth)((choices & 0x07) % (OV_PROXY_AUTH_NTLM + 1)),
        .udp = (choices & 0x18) == 0x18,
        .host = "vpn.example",
        .port = 1194,
        .username = (choices & 0x20) != 0 ? "DOM\\alice" : NULL,
        .password = "secret",
        .crypto = &ov_crypto_null,
        .rng = &rng,
    };
    const struct outcome whole = run(&proxy, &task, in.at, in.left, in.left + 1);
    const struct outcome cut = run(&proxy, &task, in.at, in.left, read_size);
    FUZZ_CHECK(whole.step == cut.step && whole.used == cut.used && whole.digest == cut.digest);
    if ((choices & 0x40) != 0)
    {
        struct ov_addr from;
        uint8_t head[OV_SOCKS_UDP_HEAD];
        uint8_t *copy = fuzz_copy(in.at, in.left);
        if (ov_socks_udp_read(copy, in.left, &from) == OV_OK)
        {
            FUZZ_CHECK(ov_socks_udp_write(&from, head) == OV_OK);
            FUZZ_CHECK(memcmp(head + 2, copy + 2, sizeof head - 2) == 0);
        }
        free(copy);
    }
    return 0;
}
