/* Static key mode as options: what 'secret' needs and what it contradicts, its options string as stock 2.6.14 writes
 * it, and how differences between two such strings are told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "options/occ.h"
#include "tests/lib/optdoc.h"

#define ALLOWED "dev tun\nallow-deprecated-insecure-static-crypto\n"
#define BASE    ALLOWED "secret s.key 1\ncipher AES-256-CBC\n"
#define GOOD                                                                                                 \
    "t.ovpn:3: warning: one static key for good: whoever gets hold of it reads all that was ever sent, and " \
    "OpenVPN 2.8 won't know 'secret' any more; 'tls-client' and 'tls-server' with 'peer-fingerprint' are "   \
    "as simple\n"

/* ---- what goes together ---- */

static const struct
{
    const char *text;
    const char *lines;
} rows[] = {
    {BASE, GOOD},
    {BASE "remote vpn.example.org\nnobind\n", GOOD},
    {BASE "proto tcp-server\n", GOOD},
    {BASE "proto tcp4-server\nremote 192.0.2.1\n", GOOD},
    {BASE "proto tcp6-client\nremote vpn.example.org\n", GOOD},
    {ALLOWED "<secret>\nkey\n</secret>\nkey-direction 0\ncipher AES-128-CBC\n", GOOD},
    {"dev tun\nsecret s.key\ncipher AES-256-CBC\n",
     "t.ovpn:2: 'secret' is insecure and deprecated, and wants 'allow-deprecated-insecure-static-crypto' "
     "beside it, as in OpenVPN 2.7; better: 'tls-client' and 'tls-server' with 'peer-fingerprint'\n"},
    {BASE "client\n", "t.ovpn:5: 'client' contradicts 'secret', which is for two ends without TLS\n"},
    {BASE "tls-server\n", "t.ovpn:5: 'tls-server' contradicts 'secret', which is for two ends without TLS\n"},
    {BASE "server 10.8.0.0 255.255.255.0\n",
     "t.ovpn:5: 'server' contradicts 'secret', which is for two ends without TLS\n"},
    {BASE "mode server\n", "t.ovpn:5: 'mode' contradicts 'secret', which is for two ends without TLS\n"},
    {BASE "pull\n", "t.ovpn:5: 'pull' contradicts 'secret', which is for two ends without TLS\n"},
    {BASE "ca ca.crt\nreneg-sec 60\n",
     GOOD "t.ovpn:5: 'ca' is for TLS, and with 'secret' there is none\n"
          "t.ovpn:6: 'reneg-sec' is for TLS, and with 'secret' there is none\n"},
    {BASE "data-ciphers AES-256-GCM\n",
     GOOD "t.ovpn:5: 'data-ciphers' is for TLS, and with 'secret' there is none; 'cipher' says the cipher\n"},
    {BASE "cipher AES-256-GCM\n",
     GOOD "t.ovpn:5: cipher 'AES-256-GCM' can't be used with 'secret': it takes CBC ciphers or none\n"},
    {BASE "cipher AES-256-CFB\n",
     GOOD "t.ovpn:5: cipher 'AES-256-CFB' can't be used with 'secret': it takes CBC ciphers or none\n"},
    {BASE "cipher AES-256-CTR\n", "t.ovpn:5: cipher: unknown cipher 'AES-256-CTR'\n" GOOD},
    {BASE "cipher none\nauth none\n",
     GOOD "t.ovpn:5: warning: cipher none: everything is sent in clear\n"
          "t.ovpn:6: warning: with 'auth none' nobody notices changes, and anybody can send packets\n"},
    {BASE "cipher DES-EDE3-CBC\n", GOOD
     "t.ovpn:5: warning: DES-EDE3-CBC has blocks of 64 bits: after some gigabytes under one key parts of "
     "the text show (SWEET32), and a static key is never changed\n"},
    {ALLOWED "secret s.key\n", GOOD "t.ovpn:3: warning: without 'cipher' it is BF-CBC, as both ends of old "
                                    "set-ups have it; AES-256-CBC is better "
                                    "and faster\n"
                                    "t.ovpn:3: warning: BF-CBC has blocks of 64 bits: after some gigabytes "
                                    "under one key parts of the text show "
                                    "(SWEET32), and a static key is never changed\n"},
    {BASE "proto tcp\n", GOOD "t.ovpn:5: which end connects, and which one waits? With 'secret', proto is "
                              "'tcp-client' or 'tcp-server'\n"},
    {BASE "proto tcp-client\n",
     GOOD "t.ovpn:5: a peer with 'proto tcp-client' needs 'remote': where is the other end?\n"},
    {BASE "nobind\n",
     GOOD "t.ovpn:5: 'nobind' lets the kernel choose a port, and without 'remote' nobody would find it\n"},
    {BASE "proto tcp-server\nremote 192.0.2.1\nnobind\n", GOOD
     "t.ovpn:7: 'nobind' lets the kernel choose a port, and with 'proto tcp-server' nobody would find it\n"},
    {ALLOWED "secret s.key 2\ncipher AES-256-CBC\n",
     "t.ovpn:3: secret: the direction must be 0 or 1, not '2'\n" GOOD},
    {ALLOWED "secret\ncipher none\ncipher AES-256-CBC\n",
     "t.ovpn:3: option 'secret' takes 1 to 2 arguments (file [direction]), not 0\n" GOOD},
    {ALLOWED "secret nofile\ncipher AES-256-CBC\n",
     "t.ovpn:3: secret: can't read 'nofile': No such file or directory\n" GOOD},
    {BASE "duplicate-cn\n",
     "t.ovpn:5: 'duplicate-cn' is for a server, and this is a peer (point to point)\n" GOOD},
};

/* [WP-DATA-059] */
static void what_goes_together(void **state)
{
    (void)state;
    unsigned wrong = 0;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        enum ov_err err;
        struct ov_options *options = optdoc_parse(rows[i].text, NULL, &err);
        char *lines = optdoc_lines(ov_options_diags(options));
        if (strcmp(lines, rows[i].lines) != 0)
        {
            print_error("%ssays:\n%sexpected:\n%s\n", rows[i].text, lines, rows[i].lines);
            wrong++;
        }
        free(lines);
        ov_options_free(options);
    }
    assert_int_equal(wrong, 0);
}

static void what_it_means(void **state)
{
    (void)state;
    static const struct
    {
        const char *text;
        enum ov_cipher_id cipher;
        int8_t direction;
        bool listens;
        const char *host; /* NULL: whoever comes */
    } cases[] = {
        {BASE, OV_CIPHER_AES_256_CBC, 1, false, NULL},
        {BASE "key-direction 0\nremote a.example\n", OV_CIPHER_AES_256_CBC, 0, false, "a.example"},
        {BASE "proto tcp-server\n", OV_CIPHER_AES_256_CBC, 1, true, NULL},
        {BASE "proto tcp-server\nremote a.example\n", OV_CIPHER_AES_256_CBC, 1, true, "a.example"},
        {BASE "proto tcp-client\nremote a.example\n", OV_CIPHER_AES_256_CBC, 1, false, "a.example"},
        {ALLOWED "secret s.key\n", OV_CIPHER_BF_CBC, -1, false, NULL},
        {ALLOWED "secret s.key\ncipher camellia-128-cbc\n", OV_CIPHER_CAMELLIA_128_CBC, -1, false, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    {
        enum ov_err err;
        struct ov_options *options = optdoc_parse(cases[i].text, NULL, &err);
        const struct ov_config *c = ov_options_config(options);
        assert_non_null(c);
        assert_true(c->p2p && c->role == OV_ROLE_CLIENT && c->secret.from != NULL && c->static_allowed);
        assert_int_equal(c->static_cipher, cases[i].cipher);
        assert_int_equal(c->key_direction, cases[i].direction);
        assert_int_equal(c->listens, cases[i].listens);
        assert_int_equal(c->remotes_count, 1);
        assert_true(cases[i].host == NULL ? c->remotes[0].host == NULL
                                          : strcmp(c->remotes[0].host, cases[i].host) == 0);
        ov_options_free(options);
    }
}

/* ---- options strings, as openvpn 2.6.14 --verb 7 writes them ---- */

#define AT        "ifconfig 10.9.0.1 10.9.0.2\n"
#define TLS       "dev tun\ntls-server\nca c.crt\ncert s.crt\nkey s.key\nremote-cert-tls client\n"
#define PEER      AT "ifconfig-ipv6 fd00::1/64 fd00::2\n"
#define HEAD(mtu) "V4,dev-type tun,link-mtu " mtu ",tun-mtu 1500,proto UDPv4,"
#define ENDS      "ifconfig 10.9.0.2 10.9.0.1,"

#define SECRET(mtu, cipher, shown, auth, bits)                                                               \
    {                                                                                                        \
        BASE AT "cipher " cipher "\nauth " auth "\n",                                                        \
            HEAD(mtu) ENDS "keydir 1,cipher " shown ",auth " auth ",keysize " bits ",secret"                 \
    }
#define TLS_PEER(mtu, cipher, auth, bits)                                                                    \
    {                                                                                                        \
        TLS PEER "data-ciphers " cipher "\ncipher " cipher "\n",                                             \
            HEAD(mtu) "tun-ipv6," ENDS "cipher " cipher ",auth " auth ",keysize " bits                       \
                      ",key-method 2,tls-server"                                                             \
    }

static const struct
{
    const char *text;
    const char *string;
} strings[] = {
    SECRET("1544", "BF-CBC", "BF-CBC", "SHA1", "128"),
    SECRET("1544", "DES-CBC", "DES-CBC", "SHA1", "64"),
    SECRET("1544", "DESX-CBC", "DESX-CBC", "SHA1", "192"),
    SECRET("1544", "RC2-40-CBC", "RC2-40-CBC", "SHA1", "40"),
    SECRET("1544", "CAST5-CBC", "CAST5-CBC", "SHA1", "128"),
    SECRET("1560", "AES-192-CBC", "AES-192-CBC", "SHA1", "192"),
    SECRET("1560", "SEED-CBC", "SEED-CBC", "SHA1", "128"),
    SECRET("1544", "DES-EDE3-CBC", "DES-EDE3-CBC", "SHA1", "192"),
    SECRET("1528", "none", "[null-cipher]", "SHA1", "0"),
    SECRET("1604", "AES-256-CBC", "AES-256-CBC", "BLAKE2b512", "256"),
    SECRET("1572", "AES-256-CBC", "AES-256-CBC", "SHA3-256", "256"),
    SECRET("1560", "AES-256-CBC", "AES-256-CBC", "RIPEMD160", "256"),
    SECRET("1576", "AES-256-CBC", "AES-256-CBC", "MD5-SHA1", "256"),
    SECRET("1572", "AES-256-CBC", "AES-256-CBC", "SM3", "256"),
    SECRET("1572", "AES-256-CBC", "AES-256-CBC", "SHA512-256", "256"),
    SECRET("1604", "AES-256-CBC", "AES-256-CBC", "WHIRLPOOL", "256"),
    SECRET("1556", "AES-256-CBC", "AES-256-CBC", "MD4", "256"),
    TLS_PEER("1561", "AES-128-CFB", "SHA1", "128"),
    TLS_PEER("1561", "AES-256-OFB", "SHA1", "256"),
    TLS_PEER("1561", "AES-192-CFB8", "SHA1", "192"),
    TLS_PEER("1545", "DES-EDE3-CFB", "SHA1", "192"),
    TLS_PEER("1545", "BF-OFB", "SHA1", "128"),
    TLS_PEER("1545", "CAST5-CFB", "SHA1", "128"),
    TLS_PEER("1549", "ARIA-256-GCM", "[null-digest]", "256"),
    TLS_PEER("1557", "ARIA-128-CBC", "SHA1", "128"),
    TLS_PEER("1534", "CHACHA20-POLY1305", "[null-digest]", "256"),
    TLS_PEER("1561", "CAMELLIA-256-CFB1", "SHA1", "256"),
    TLS_PEER("1541", "RC2-64-CBC", "SHA1", "64"),
    {TLS "topology subnet\nifconfig 10.9.0.1 255.255.255.0\n",
     HEAD("1541") "ifconfig 10.9.0.0 255.255.255.0,cipher BF-CBC,auth SHA1,keysize 128,key-method "
                  "2,tls-server"},
};

static void strings_of_stock(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof strings / sizeof strings[0]; i++)
    {
        enum ov_err err;
        char text[OV_OCC_MAX];
        struct ov_occ occ;
        struct ov_options *options = optdoc_parse(strings[i].text, NULL, &err);
        assert_int_equal(err, OV_OK);
        ov_occ_from_config(ov_options_config(options), &occ);
        assert_int_equal(ov_occ_text(&occ, text, sizeof text), OV_OK);
        assert_string_equal(text, strings[i].string);
        ov_options_free(options);
    }
}

/* What stock expects of the other end (its "Expected Remote Options String"). */
static void the_peer_of_a_string(void **state)
{
    (void)state;
    enum ov_err err;
    char text[OV_OCC_MAX];
    struct ov_occ occ;
    struct ov_options *options = optdoc_parse(BASE AT "proto tcp-server\n", NULL, &err);
    ov_occ_from_config(ov_options_config(options), &occ);
    occ.transport = OV_OCC_TCP_SERVER;
    const struct ov_occ peer = ov_occ_of_peer(&occ);
    assert_int_equal(ov_occ_text(&peer, text, sizeof text), OV_OK);
    assert_string_equal(text,
                        "V4,dev-type tun,link-mtu 1562,tun-mtu 1500,proto TCPv4_CLIENT,ifconfig 10.9.0.1 "
                        "10.9.0.2,keydir 0,cipher AES-256-CBC,auth SHA1,keysize 256,secret");
    ov_options_free(options);
}

/* ---- differences ---- */

struct heard
{
    char lines[4096];
    unsigned count;
};

static void hear(void *ctx, const char *text)
{
    struct heard *heard = ctx;
    const size_t len = strlen(heard->lines);
    (void)snprintf(heard->lines + len, sizeof heard->lines - len, "%s\n", text);
    heard->count++;
}

/* [WP-OPT-003] */
static void differences_are_told(void **state)
{
    (void)state;
    static const struct
    {
        const char *expected, *theirs, *lines;
    } cases[] = {
        {"V4,auth SHA1,secret", "V4,auth SHA1,secret", ""},
        {"V4,auth SHA1,secret", "V4,auth SHA256,secret",
         "'auth' is used inconsistently: 'auth SHA1' expected, the peer has 'auth SHA256'\n"},
        {"V4,comp-lzo,secret", "V4,secret", "'comp-lzo' is missing at the peer: 'comp-lzo' expected\n"},
        {"V4,secret", "V4,keydir 1,secret", "'keydir' is missing here: the peer has 'keydir 1'\n"},
        {"V4,link-mtu 1541", "V4,link-mtu 1600", ""}, /* follows from others */
        {"V4", "", "'V4' is missing at the peer: 'V4' expected\n"},
        {"V4", "V4,", ""},
        {"V4", "V4,x\x01y\xff", "'x?y?' is missing here: the peer has 'x?y?'\n"},
        {"V4", ",,V4", "'' is missing here: the peer has ''\n'' is missing here: the peer has ''\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    {
        struct heard heard = {.count = 0};
        ov_occ_compare(cases[i].expected, cases[i].theirs, hear, &heard);
        assert_string_equal(heard.lines, cases[i].lines);
    }
}

/* However long and odd: so many lines and no more, each cut. */
static void differences_are_bounded(void **state)
{
    (void)state;
    char theirs[OV_OCC_MAX];
    for (unsigned each = 1; each < 200; each++)
    {
        struct heard heard = {.count = 0};
        for (size_t i = 0; i < sizeof theirs - 1; i++)
        {
            theirs[i] = i % each == 0 ? ',' : (char)(1 + i % 255);
        }
        theirs[sizeof theirs - 1] = '\0';
        ov_occ_compare("V4,a,b,c", theirs, hear, &heard);
        assert_in_range(heard.count, 1, OV_OCC_FINDINGS);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_goes_together),   cmocka_unit_test(what_it_means),
        cmocka_unit_test(strings_of_stock),     cmocka_unit_test(the_peer_of_a_string),
        cmocka_unit_test(differences_are_told), cmocka_unit_test(differences_are_bounded),
    };
    return cmocka_run_group_tests_name("options_static", tests, NULL, NULL);
}
