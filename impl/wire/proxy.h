#ifndef OV_WIRE_PROXY_H
#define OV_WIRE_PROXY_H

/* Proxies on the way to a server (wire-protocol.md 10.2, 10.3): the words that options and dialogue share. */

enum ov_proxy_kind
{
    OV_PROXY_NONE = 0,
    OV_PROXY_HTTP,  /* CONNECT; TCP only */
    OV_PROXY_SOCKS5 /* CONNECT for TCP, UDP ASSOCIATE for UDP */
};

/* How to log in at an HTTP proxy. */
enum ov_proxy_auth
{
    OV_PROXY_AUTH_NONE =
        0,              /* nothing is sent unasked; a name and password that are there answer as AUTO does */
    OV_PROXY_AUTH_AUTO, /* what the proxy asks for: Digest, else Basic */
    OV_PROXY_AUTH_AUTO_NCT, /* the same without clear text: Digest */
    OV_PROXY_AUTH_BASIC,    /* with the first request */
    OV_PROXY_AUTH_DIGEST,   /* only that */
    OV_PROXY_AUTH_NTLM      /* NTLMv2 (proxy/ntlm.h) */
};

/* Room for a name or a password, with NUL; SOCKS5 has one octet for their lengths [WP-PROXY-024]. */
#define OV_PROXY_LOGIN 256u

#endif
