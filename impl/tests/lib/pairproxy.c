#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/proxy.h"
#include "tests/lib/pairplan.h"

/* A proxy as far as a client sees one: what it wants to hear on each connection, and what it answers. */

#define HTTP_200   "HTTP/1.1 200 Connection established\r\n\r\n"
#define HTTP_407   "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: "
#define NTLM_TYPE2 "TlRMTVNTUAACAAAAAAAAADAAAAACAgAAASNFZ4mrze8AAAAAAAAAAAAAAAAwAAAA"
#define OCTETS(s)  s, sizeof(s) - 1

/* One answer; close: the client has to come anew. */
struct answer
{
    const char *wants; /* in what the client said; "": anything */
    const char *says;
    size_t len;
    bool close;
};

static const struct imitation
{
    enum ov_proxy_kind kind;
    enum ov_proxy_auth auth;
    bool login;
    struct answer answers[4]; /* ended by says NULL */
} imitations[OV_PLAN_PROXIES] = {
    [OV_PLAN_HTTP] = {OV_PROXY_HTTP, OV_PROXY_AUTH_NONE, false, {{"CONNECT ", OCTETS(HTTP_200), false}}},
    [OV_PLAN_HTTP_BASIC] = {OV_PROXY_HTTP,
                            OV_PROXY_AUTH_AUTO,
                            true,
                            {{"CONNECT ", OCTETS(HTTP_407 "Basic realm=\"x\"\r\n\r\n"), true},
                             {"Basic YWxpY2U6c2VjcmV0\r\n", OCTETS(HTTP_200), false}}},
    [OV_PLAN_HTTP_DIGEST] =
        {OV_PROXY_HTTP,
         OV_PROXY_AUTH_DIGEST,
         true,
         {{"CONNECT ", OCTETS(HTTP_407 "Digest realm=\"r\", nonce=\"n\", qop=\"auth\"\r\n\r\n"), true},
          {"Digest username=\"alice\", realm=\"r\", nonce=\"n\"", OCTETS(HTTP_200), false}}},
    [OV_PLAN_HTTP_NTLM] = {OV_PROXY_HTTP,
                           OV_PROXY_AUTH_NTLM,
                           true,
                           {{"NTLM TlRMTVNTUAABAAAAAgIAAA==\r\n",
                             OCTETS(HTTP_407 "NTLM " NTLM_TYPE2 "\r\nContent-Length: 3\r\n\r\nno!"), false},
                            {"NTLM TlRMTVNTUAADAAAA", OCTETS(HTTP_200), false}}},
    [OV_PLAN_SOCKS] = {OV_PROXY_SOCKS5,
                       OV_PROXY_AUTH_NONE,
                       false,
                       {{"\5\1", OCTETS("\5\0"), false}, {"\5\1", OCTETS("\5\0\0\1\0\0\0\0\0\0"), false}}},
    [OV_PLAN_SOCKS_LOGIN] = {OV_PROXY_SOCKS5,
                             OV_PROXY_AUTH_NONE,
                             true,
                             {{"\5\1\2", OCTETS("\5\2"), false},
                              {"\1\5alice\6secret", OCTETS("\1\0"), false},
                              {"\5\1", OCTETS("\5\0\0\3\4name\0\1"), false}}},
    [OV_PLAN_SOCKS_UDP] = {OV_PROXY_SOCKS5,
                           OV_PROXY_AUTH_NONE,
                           false,
                           {{"\5\1", OCTETS("\5\0"), false},
                            {"\5\3", OCTETS("\5\0\0\1\313\0\161\11\4\252"), false}}},
};

/* The answer in pieces of any size; how it ends. */
static enum ov_proxy_step hand_in(struct ov_proxy *proxy, const struct answer *answer,
                                  struct ov_test_random *random)
{
    enum ov_proxy_step step = OV_PROXY_MORE;
    proxy->out_len = 0; /* heard */
    for (size_t at = 0; at < answer->len && step == OV_PROXY_MORE;)
    {
        const size_t piece = 1 + ov_test_below(random, (uint32_t)(answer->len - at));
        uint8_t *copy = ov_test_copy(answer->says + at, piece);
        size_t used = 0;
        step = ov_proxy_take(proxy, copy, piece, &used);
        free(copy);
        assert_true(used == piece || step != OV_PROXY_MORE);
        at += used;
    }
    return step;
}

void ov_plan_pass_proxy(const struct ov_plan *plan, struct ov_test_random *random)
{
    static struct ov_proxy proxy;
    const struct imitation *as = &imitations[plan->proxy];
    const struct ov_rng rng = ov_test_rng(random);
    const struct ov_proxy_task task = {.kind = as->kind,
                                       .auth = as->auth,
                                       .udp = plan->proxy == OV_PLAN_SOCKS_UDP,
                                       .host = "203.0.113.1",
                                       .port = 1194,
                                       .username = as->login ? "alice" : NULL,
                                       .password = "secret",
                                       .crypto = plan->client.crypto,
                                       .rng = &rng,
                                       .unix_s = 0x60000000};
    enum ov_proxy_step step = OV_PROXY_AGAIN;
    assert_int_equal(ov_proxy_init(&proxy, &task), OV_OK);
    for (const struct answer *answer = as->answers; answer->says != NULL; answer++)
    {
        if (step == OV_PROXY_AGAIN)
        {
            assert_int_equal(ov_proxy_open(&proxy), OV_PROXY_MORE);
        }
        assert_true(proxy.out_len < sizeof proxy.out);
        if (memmem(proxy.out, proxy.out_len, answer->wants, strlen(answer->wants)) == NULL)
        {
            fail_msg("the proxy hears '%.*s', not '%s'", (int)proxy.out_len, (char *)proxy.out,
                     answer->wants);
        }
        step = hand_in(&proxy, answer, random);
        assert_int_equal(step, answer->close            ? OV_PROXY_AGAIN
                               : answer[1].says != NULL ? OV_PROXY_MORE
                                                        : OV_PROXY_DONE);
    }
    if (task.udp)
    {
        char text[OV_ADDR_TEXT];
        assert_string_equal(ov_addr_text(&proxy.relay, text), "203.0.113.9:1194");
    }
    ov_proxy_clear(&proxy);
}
