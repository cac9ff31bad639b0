/* The dialogue with HTTP proxies (wire-protocol.md 10.2). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "proxy/digest.h"
#include "proxy/proxy.h"
#include "tests/lib/octets.h"
#include "tests/lib/vectors.h"

static const char *const custom[] = {"X-A: b"};
static struct ov_test_random chance = {7};
static struct ov_rng rng;
static struct ov_proxy proxy;

static struct ov_proxy_task task_of(enum ov_proxy_auth auth, const char *username)
{
    rng = ov_test_rng(&chance);
    return (struct ov_proxy_task){.kind = OV_PROXY_HTTP,
                                  .auth = auth,
                                  .host = "198.51.100.7",
                                  .port = 443,
                                  .username = username,
                                  .password = "secret",
                                  .crypto = ov_crypto_backends[0],
                                  .rng = &rng};
}

static void begin(const struct ov_proxy_task *task)
{
    ov_assert_err(ov_proxy_init(&proxy, task), OV_OK);
    assert_int_equal(ov_proxy_open(&proxy), OV_PROXY_MORE);
}

/* In memory that ends where the text does. */
static enum ov_proxy_step take(const char *text, size_t len, size_t *used)
{
    uint8_t *copy = ov_test_copy(text, len);
    enum ov_proxy_step step = OV_PROXY_MORE;
    *used = 0;
    while (step == OV_PROXY_MORE && *used < len)
    {
        size_t taken;
        proxy.out_len = 0; /* sent */
        step = ov_proxy_take(&proxy, copy + *used, len - *used, &taken);
        *used += taken;
    }
    free(copy);
    return step;
}

static void said(const char *text)
{
    proxy.out[proxy.out_len] = '\0';
    assert_string_equal((const char *)proxy.out, text);
}

/* [WP-PROXY-001] */
static void test_requests(void **state)
{
    (void)state;
    struct ov_proxy_task task = task_of(OV_PROXY_AUTH_BASIC, "alice");
    task.headers = custom;
    task.headers_count = 1;
    task.agent = "Foo/1";
    begin(&task);
    said("CONNECT 198.51.100.7:443 HTTP/1.0\r\nX-A: b\r\nHost: 198.51.100.7\r\nUser-Agent: Foo/1\r\n"
         "Proxy-Authorization: Basic YWxpY2U6c2VjcmV0\r\n\r\n");
    task = task_of(OV_PROXY_AUTH_NONE, NULL);
    task.http_1_1 = true;
    begin(&task);
    said("CONNECT 198.51.100.7:443 HTTP/1.1\r\nHost: 198.51.100.7\r\n\r\n");
}

/* [WP-PROXY-004] */
static void test_digest_vector(void **state)
{
    (void)state;
    struct ov_vec_file *file = ov_vec_load("proxy");
    const struct ov_vec_section *s = ov_vec_section(file, "http-digest");
    struct ov_http_challenge challenge = {0};
    const char *text = "Digest realm=\"r\", nonce=\"abc\", qop=\"auth-int, auth\"";
    char response[OV_HTTP_RESPONSE];
    ov_http_challenge_add(&challenge, text, strlen(text));
    assert_true(challenge.has_digest);
    for (size_t i = 0; ov_crypto_backends[i] != NULL; i++)
    {
        ov_assert_err(ov_http_digest_response(ov_crypto_backends[i], &challenge.digest,
                                              ov_vec_text(s, "username"), ov_vec_text(s, "password"),
                                              ov_vec_text(s, "uri"), ov_vec_text(s, "cnonce"), response),
                      OV_OK);
        assert_string_equal(response, ov_vec_text(s, "response"));
    }
    ov_vec_free(file);
}

static void test_challenges(void **state)
{
    static const struct
    {
        const char *text;
        bool basic, ntlm, digest, sess, qop;
        uint32_t len; /* of the digest */
    } rows[] = {
        {"Basic realm=\"x, Digest nonce=1\"", true, false, false, false, false, 0},
        {"Basic realm=x, Digest realm=\"r\", nonce=\"n\"", true, false, true, false, false, 16},
        {"Digest nonce=n,algorithm=MD5-sess,qop=auth", false, false, true, true, true, 16},
        {"Digest nonce=n,algorithm=MD5, Digest nonce=m, algorithm=SHA-256", false, false, true, false, false,
         32},
        {"Digest nonce=n,algorithm=SHA-256, Digest nonce=m", false, false, true, false, false, 32},
        {"Digest realm=\"no nonce\"", false, false, false, false, false, 0},
        {"Digest nonce=n, qop=\"auth-int\"", false, false, false, false, false, 0},
        {"Digest nonce=n, algorithm=SHA-512-256", false, false, false, false, false, 0},
        {"Digest nonce=\"n", false, false, false, false, false, 0},
        {"Digest nonce=\"a\\\"b\"", false, false, true, false, false, 16},
        {"NTLM", false, true, false, false, false, 0},
        {"NTLM TlRM==, Basic realm=\"x\"", true, true, false, false, false, 0},
        {"Negotiate YWE=", false, false, false, false, false, 0},
        {"=,= \"", false, false, false, false, false, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        struct ov_http_challenge challenge = {0};
        ov_http_challenge_add(&challenge, rows[i].text, strlen(rows[i].text));
        print_message("%s\n", rows[i].text);
        assert_int_equal(challenge.basic, rows[i].basic);
        assert_int_equal(challenge.ntlm, rows[i].ntlm);
        assert_int_equal(challenge.has_digest, rows[i].digest);
        if (rows[i].digest)
        {
            assert_int_equal(challenge.digest.sess, rows[i].sess);
            assert_int_equal(challenge.digest.has_qop, rows[i].qop);
            assert_int_equal(ov_digest_len(challenge.digest.digest), rows[i].len);
        }
    }
}

/* What a proxy answers to the first request, and what follows [WP-PROXY-002, WP-PROXY-003]. */
static void test_answers(void **state)
{
    static const struct
    {
        enum ov_proxy_auth auth;
        const char *username;
        const char *text;
        enum ov_proxy_step step;
        const char *reason;
    } rows[] = {
        {OV_PROXY_AUTH_NONE, NULL, "HTTP/1.0 200 OK\r\n\r\n", OV_PROXY_DONE, ""},
        {OV_PROXY_AUTH_NONE, NULL, "HTTP/1.1 200\nA: b\n\n", OV_PROXY_DONE, ""},
        {OV_PROXY_AUTH_NONE, NULL, "HTTP/1.1 100 Wait\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", OV_PROXY_DONE, ""},
        {OV_PROXY_AUTH_NONE, NULL, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", OV_PROXY_DONE,
         ""},
        {OV_PROXY_AUTH_NONE, NULL, "HTTP/1.1 403 No\r\n\r\n", OV_PROXY_FAILED,
         "the proxy refuses with status 403"},
        {OV_PROXY_AUTH_NONE, NULL, "SSH-2.0-x\r\n", OV_PROXY_FAILED, "the proxy's answer is no HTTP"},
        {OV_PROXY_AUTH_NONE, NULL, "HTTP/1.1 2000 OK\r\n", OV_PROXY_FAILED, "the proxy's answer is no HTTP"},
        {OV_PROXY_AUTH_NONE, NULL, "HTTP/1.1 407 Login\r\nProxy-Authenticate: Basic realm=\"x\"\r\n\r\n",
         OV_PROXY_FAILED, "the proxy wants a login (http-proxy-user-pass)"},
        {OV_PROXY_AUTH_NONE, "alice", "HTTP/1.1 407 Login\r\nProxy-Authenticate: Basic realm=\"x\"\r\n\r\n",
         OV_PROXY_AGAIN, ""},
        {OV_PROXY_AUTH_AUTO_NCT, "alice",
         "HTTP/1.1 407 Login\r\nProxy-Authenticate: Basic realm=\"x\"\r\n\r\n", OV_PROXY_FAILED,
         "the proxy wants a login that is not allowed or not known here (it offers:)"},
        {OV_PROXY_AUTH_BASIC, "alice", "HTTP/1.1 407 Login\r\nProxy-Authenticate: Basic realm=\"x\"\r\n\r\n",
         OV_PROXY_FAILED, "the proxy refuses name and password"},
        {OV_PROXY_AUTH_AUTO, "alice", "HTTP/1.1 407 Login\r\nProxy-Authenticate: Digest realm=\"x\"\r\n\r\n",
         OV_PROXY_FAILED, "the proxy wants a login that is not allowed or not known here (it offers:)"},
        {OV_PROXY_AUTH_DIGEST, "alice", "HTTP/1.1 407 L\r\nproxy-authenticate:Digest nonce=n\r\n\r\n",
         OV_PROXY_AGAIN, ""},
        {OV_PROXY_AUTH_NTLM, "alice", "HTTP/1.1 407 L\r\nProxy-Authenticate: NTLM\r\n\r\n", OV_PROXY_FAILED,
         "the proxy sends no NTLM challenge on an open connection"},
        {OV_PROXY_AUTH_NTLM, "alice", "HTTP/1.1 407 L\r\nContent-Length: 99999\r\n\r\n", OV_PROXY_FAILED,
         "the proxy's answer has more than 65536 octets"},
        {OV_PROXY_AUTH_NTLM, "alice", "HTTP/1.1 407 L\r\nContent-Length: -1\r\n\r\n", OV_PROXY_FAILED,
         "the proxy's answer has no sensible length: '-1'"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        const struct ov_proxy_task task = task_of(rows[i].auth, rows[i].username);
        const size_t len = strlen(rows[i].text);
        size_t used;
        /* Whole, then cut at every place: the same. */
        for (size_t cut = 0; cut < len; cut++)
        {
            begin(&task);
            enum ov_proxy_step step = take(rows[i].text, cut, &used);
            if (step == OV_PROXY_MORE)
            {
                assert_int_equal(used, cut);
                step = take(rows[i].text + cut, len - cut, &used);
            }
            assert_int_equal(step, rows[i].step);
            assert_string_equal(proxy.reason, rows[i].reason);
        }
    }
}

/* What comes behind the header is not touched. */
static void test_rest_is_left(void **state)
{
    (void)state;
    const struct ov_proxy_task task = task_of(OV_PROXY_AUTH_NONE, NULL);
    size_t used;
    begin(&task);
    assert_int_equal(take("HTTP/1.0 200 OK\r\n\r\n\0\1x", 22, &used), OV_PROXY_DONE);
    assert_int_equal(used, 19);
}

static void test_digest_dialogue(void **state)
{
    (void)state;
    const struct ov_proxy_task task = task_of(OV_PROXY_AUTH_AUTO, "al\"ice");
    const char *text = "HTTP/1.1 407 L\r\nProxy-Authenticate: Basic realm=b\r\n"
                       "Proxy-Authenticate: Digest realm=\"r\", nonce=\"abc\", qop=auth, stale=true\r\n\r\n";
    size_t used;
    begin(&task);
    assert_int_equal(take(text, strlen(text), &used), OV_PROXY_AGAIN);
    assert_int_equal(ov_proxy_open(&proxy), OV_PROXY_MORE);
    proxy.out[proxy.out_len] = '\0';
    assert_non_null(strstr((char *)proxy.out, "Digest username=\"al\\\"ice\", realm=\"r\", nonce=\"abc\", "
                                              "uri=\"198.51.100.7:443\", qop=auth, nc=00000001, cnonce=\""));
    /* Stale again and again: not for ever. */
    assert_int_equal(take(text, strlen(text), &used), OV_PROXY_AGAIN);
    assert_int_equal(ov_proxy_open(&proxy), OV_PROXY_MORE);
    assert_int_equal(take(text, strlen(text), &used), OV_PROXY_AGAIN);
    assert_int_equal(ov_proxy_open(&proxy), OV_PROXY_FAILED);
    assert_string_equal(proxy.reason, "the proxy asks for a login again and again");
}

/* Negotiation and answer go on one connection, behind the body of the 407 between them [WP-PROXY-005]. */
static void test_ntlm_dialogue(void **state)
{
    (void)state;
    const struct ov_proxy_task task = task_of(OV_PROXY_AUTH_NTLM, "DOM\\alice");
    const char *text = "HTTP/1.1 407 L\r\nProxy-Authenticate: NTLM "
                       "TlRMTVNTUAACAAAAAAAAADAAAAACAgAAASNFZ4mrze8AAAAAAAAAAAAAAAAwAAAA\r\n"
                       "Content-Length: 5\r\n\r\nhello";
    size_t used;
    begin(&task);
    proxy.out[proxy.out_len] = '\0';
    assert_non_null(strstr((char *)proxy.out, "\r\nProxy-Connection: Keep-Alive\r\n"
                                              "Proxy-Authorization: NTLM TlRMTVNTUAABAAAAAgIAAA==\r\n\r\n"));
    assert_int_equal(take(text, strlen(text), &used), OV_PROXY_MORE);
    assert_int_equal(used, strlen(text));
    proxy.out[proxy.out_len] = '\0';
    assert_non_null(strstr((char *)proxy.out, "CONNECT 198.51.100.7:443 HTTP/1.0\r\n"));
    /* "NTLMSSP", 3, an empty LM answer at the end of 120 octets, 48 octets of NTLM answer. */
    assert_non_null(strstr((char *)proxy.out, "\r\nProxy-Authorization: NTLM "
                                              "TlRMTVNTUAADAAAAAAAAAHgAAAAwADAAQAAA"));
    text = "HTTP/1.1 200 OK\r\n\r\n";
    assert_int_equal(take(text, strlen(text), &used), OV_PROXY_DONE);
}

static void test_limits(void **state)
{
    (void)state;
    const struct ov_proxy_task task = task_of(OV_PROXY_AUTH_NONE, NULL);
    const size_t len = 1000000;
    char *text = malloc(len);
    size_t used;
    memset(text, 'a', len);
    begin(&task);
    assert_int_equal(take(text, len, &used), OV_PROXY_FAILED);
    assert_int_equal(used, OV_PROXY_LINE);
    for (size_t i = 0; i < len; i += 100)
    {
        text[i] = '\n';
    }
    memcpy(text, "HTTP/1.1 200 OK", 15);
    begin(&task);
    assert_int_equal(take(text, len, &used), OV_PROXY_FAILED);
    assert_string_equal(proxy.reason, "the header of the proxy's answer has more than 65536 octets");
    free(text);
}

static void test_wrong_tasks(void **state)
{
    (void)state;
    static char long_name[300];
    struct ov_proxy_task task = task_of(OV_PROXY_AUTH_NONE, NULL);
    task.host = "a\r\nb";
    ov_assert_err(ov_proxy_init(&proxy, &task), OV_ERR_ARG);
    task.host = "";
    ov_assert_err(ov_proxy_init(&proxy, &task), OV_ERR_ARG);
    memset(long_name, 'x', sizeof long_name - 1);
    task.host = long_name;
    ov_assert_err(ov_proxy_init(&proxy, &task), OV_ERR_LIMIT);
    task = task_of(OV_PROXY_AUTH_NONE, long_name);
    ov_assert_err(ov_proxy_init(&proxy, &task), OV_ERR_LIMIT);
}

static int start(void **state)
{
    char reason[256];
    (void)state;
    for (size_t i = 0; ov_crypto_backends[i] != NULL; i++)
    {
        ov_assert_err(ov_crypto_backends[i]->start(reason, sizeof reason), OV_OK);
    }
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_requests),      cmocka_unit_test(test_digest_vector),
        cmocka_unit_test(test_challenges),    cmocka_unit_test(test_answers),
        cmocka_unit_test(test_rest_is_left),  cmocka_unit_test(test_digest_dialogue),
        cmocka_unit_test(test_ntlm_dialogue), cmocka_unit_test(test_limits),
        cmocka_unit_test(test_wrong_tasks),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
