#ifndef OV_PROXY_PROXY_H
#define OV_PROXY_PROXY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/rng.h"
#include "crypto/crypto.h"
#include "proxy/challenge.h"
#include "wire/proxy.h"

/* The dialogue with a proxy (wire-protocol.md 10.2, 10.3): octets in, octets out. Whoever has the socket opens a
 * connection, says so, sends what stands in out, and hands in what comes. */

#define OV_PROXY_OUT    8192u  /* longest request */
#define OV_PROXY_LINE   4096u  /* longest line of an answer, with NUL */
#define OV_PROXY_HEADER 65536u /* longest header of an answer */
#define OV_PROXY_BODY   65536u /* longest body that is read over */
#define OV_PROXY_ROUNDS 3u     /* connections for one dialogue */

enum ov_proxy_step
{
    OV_PROXY_MORE,  /* send out, then hand in what comes */
    OV_PROXY_AGAIN, /* close this connection, make a new one and say so */
    OV_PROXY_DONE, /* what follows on this connection is the server's (SOCKS5 with UDP: keep it, see relay) */
    OV_PROXY_FAILED /* reason says why */
};

/* What is wanted. Everything is borrowed while the dialogue lasts. */
struct ov_proxy_task
{
    enum ov_proxy_kind kind;
    enum ov_proxy_auth auth; /* HTTP */
    bool udp;                /* SOCKS5: a relay for datagrams; host is not used */
    bool http_1_1;
    const char *host; /* of the server: name or address, as in remote */
    uint16_t port;
    const char *agent; /* NULL: none */
    const char *const *headers;
    size_t headers_count;
    const char *username; /* NULL: no login */
    const char *password;
    const struct ov_crypto *crypto; /* digests */
    const struct ov_rng *rng;       /* client nonces */
    uint32_t unix_s;                /* NTLM */
};

struct ov_proxy
{
    struct ov_proxy_task task;
    uint8_t state;
    uint8_t rounds;   /* connections so far */
    bool answered;    /* credentials have been sent */
    bool wants_login; /* failed only because there is no name and password */
    char reason[160];
    uint8_t out[OV_PROXY_OUT];
    size_t out_len; /* 0 once the owner has sent it */
    struct ov_addr relay;

    /* of an answer */
    uint8_t line[OV_PROXY_LINE];
    size_t line_len;
    size_t line_want; /* SOCKS5: octets of the part that is being read */
    size_t header_len;
    uint64_t body_len;
    uint32_t status;
    bool keeps; /* HTTP: the connection stays open behind this answer */
    struct ov_http_challenge challenge;
};

/* OV_ERR_ARG: the host or a header can't stand in a request, OV_ERR_LIMIT: something is too long; reason says
 * what. */
OV_MUST_USE enum ov_err ov_proxy_init(struct ov_proxy *proxy, const struct ov_proxy_task *task);
/* A connection to the proxy is made. */
enum ov_proxy_step ov_proxy_open(struct ov_proxy *proxy);
/* len octets came; *used of them are taken: all, unless the dialogue is done or failed, or something has to be sent
 * before the rest is handed in again. */
enum ov_proxy_step ov_proxy_take(struct ov_proxy *proxy, const uint8_t *data, size_t len, size_t *used);
/* Wipes: requests hold passwords. */
void ov_proxy_clear(struct ov_proxy *proxy);

#endif
