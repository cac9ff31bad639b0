/* Options string and its link-mtu (wire-protocol.md 4.3, 8.6). */
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

#define BASE .key_direction = -1, .tun_mtu = 1400

/* The table of section 8.6, row by row. */
static const struct
{
    struct ov_occ occ;
    uint32_t link_mtu;
} mtus[] = {
    {{BASE, .cipher = "none", .auth_none = true}, 1400},
    {{BASE, .secret = true, .cipher = "none", .auth_none = true}, 1408},
    {{BASE, .secret = true, .cipher = "AES-128-CBC", .auth_none = true}, 1440},
    {{BASE, .secret = true, .cipher = "none", .auth = OV_DIGEST_SHA256}, 1440},
    {{BASE, .secret = true, .cipher = "BF-CBC", .auth = OV_DIGEST_SHA1}, 1444},
    {{BASE, .secret = true, .transport = OV_OCC_TCP_CLIENT, .cipher = "BF-CBC", .auth = OV_DIGEST_SHA1},
     1446},
    {{BASE, .secret = true, .compression = true, .cipher = "BF-CBC", .auth = OV_DIGEST_SHA1}, 1445},
    {{BASE, .secret = true, .compression = true, .fragment = true, .cipher = "BF-CBC",
      .auth = OV_DIGEST_SHA1},
     1449},
    {{BASE, .tls = true, .cipher = "none", .auth_none = true}, 1405},
    {{BASE, .tls = true, .cipher = "AES-128-CBC", .auth = OV_DIGEST_SHA1}, 1457},
    {{BASE, .tls = true, .cipher = "AES-256-GCM", .auth = OV_DIGEST_SHA1}, 1449},
    {{BASE, .tls = true, .compression = true, .fragment = true, .cipher = "AES-256-GCM",
      .auth = OV_DIGEST_SHA1},
     1454},
    {{BASE, .tls = true, .compression = true, .fragment = true, .socks = true, .cipher = "AES-256-GCM",
      .auth = OV_DIGEST_SHA1},
     1464},
    {{.tun_mtu = 1500, .tls = true, .cipher = "BF-CBC", .auth = OV_DIGEST_SHA1}, 1541},
    /* tap: section 14 */
    {{.tun_mtu = 1500, .tls = true, .tap = true, .mtu_extra = 32, .cipher = "BF-CBC", .auth = OV_DIGEST_SHA1},
     1573},
};

/* [WP-MTU-010, WP-MTU-011] */
static void test_link_mtu_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(mtus) / sizeof(mtus[0]); i++)
    {
        uint32_t link_mtu = 0;
        assert_int_equal(ov_occ_link_mtu(&mtus[i].occ, &link_mtu), OV_OK);
        if (link_mtu != mtus[i].link_mtu)
        {
            fail_msg("row %zu: link-mtu %u, expected %u", i, link_mtu, mtus[i].link_mtu);
        }
    }
}

/* What OpenVPN 2.6.14 writes for these options (its "Local Options String" at verb 8), with --dev tun. */
static const struct
{
    const char *options;
    const char *text;
} strings[] = {
    {"",
     "V4,dev-type tun,link-mtu 1541,tun-mtu 1500,proto UDPv4,auth SHA1,keysize 128,key-method 2,tls-client"},
    {"cipher AES-256-GCM\n", "V4,dev-type tun,link-mtu 1549,tun-mtu 1500,proto UDPv4,cipher AES-256-GCM,auth "
                             "[null-digest],keysize 256,key-method 2,tls-client"},
    {"cipher aes-256-gcm\n", "V4,dev-type tun,link-mtu 1549,tun-mtu 1500,proto UDPv4,cipher AES-256-GCM,auth "
                             "[null-digest],keysize 256,key-method 2,tls-client"},
    {"cipher CHACHA20-POLY1305\n",
     "V4,dev-type tun,link-mtu 1534,tun-mtu 1500,proto UDPv4,cipher CHACHA20-POLY1305,"
     "auth [null-digest],keysize 256,key-method 2,tls-client"},
    {"cipher AES-256-CBC\n",
     "V4,dev-type tun,link-mtu 1557,tun-mtu 1500,proto UDPv4,auth SHA1,keysize 256,key-method 2,tls-client"},
    {"cipher none\n",
     "V4,dev-type tun,link-mtu 1525,tun-mtu 1500,proto UDPv4,auth SHA1,keysize 0,key-method 2,tls-client"},
    {"auth none\n", "V4,dev-type tun,link-mtu 1521,tun-mtu 1500,proto UDPv4,auth [null-digest],keysize 128,"
                    "key-method 2,tls-client"},
    {"auth SHA256\n", "V4,dev-type tun,link-mtu 1553,tun-mtu 1500,proto UDPv4,auth SHA256,keysize "
                      "128,key-method 2,tls-client"},
    {"tun-mtu 1400\n",
     "V4,dev-type tun,link-mtu 1441,tun-mtu 1400,proto UDPv4,auth SHA1,keysize 128,key-method 2,tls-client"},
    {"tun-mtu 1400 1300\n",
     "V4,dev-type tun,link-mtu 1441,tun-mtu 1300,proto UDPv4,auth SHA1,keysize 128,key-method 2,tls-client"},
    {"cipher DES-EDE3-CBC\n",
     "V4,dev-type tun,link-mtu 1541,tun-mtu 1500,proto UDPv4,auth SHA1,keysize 192,key-method 2,tls-client"},
    {"cipher AES-128-CFB\n",
     "V4,dev-type tun,link-mtu 1561,tun-mtu 1500,proto UDPv4,auth SHA1,keysize 128,key-method 2,tls-client"},
    {"cipher CAMELLIA-256-CBC\n",
     "V4,dev-type tun,link-mtu 1557,tun-mtu 1500,proto UDPv4,auth SHA1,keysize 256,key-method 2,tls-client"},
    /* What is said of tls-auth and its direction, and that tls-crypt is not named [WP-TLA-005] */
    {"tls-auth ta.key 1\n",
     "V4,dev-type tun,link-mtu 1541,tun-mtu 1500,proto UDPv4,keydir 1,auth SHA1,keysize "
     "128,tls-auth,key-method 2,tls-client"},
    {"<tls-auth>\nkey\n</tls-auth>\n", "V4,dev-type tun,link-mtu 1541,tun-mtu 1500,proto UDPv4,auth SHA1,"
                                       "keysize 128,tls-auth,key-method 2,tls-client"},
    {"auth SHA512\n<tls-auth>\nkey\n</tls-auth>\nkey-direction 0\n",
     "V4,dev-type tun,link-mtu 1585,tun-mtu 1500,proto UDPv4,keydir 0,auth SHA512,keysize 128,tls-auth,"
     "key-method 2,tls-client"},
    {"tls-crypt tc.key\nkey-direction 1\n", "V4,dev-type tun,link-mtu 1541,tun-mtu 1500,proto UDPv4,keydir 1,"
                                            "auth SHA1,keysize 128,key-method 2,tls-client"},
    {"tls-crypt-v2 tc.key\n",
     "V4,dev-type tun,link-mtu 1541,tun-mtu 1500,proto UDPv4,auth SHA1,keysize 128,key-method 2,tls-client"},
    /* One item for any framing, one octet for those of the first kind [WP-COMP-015] */
    {"compress stub\n",
     "V4,dev-type tun,link-mtu 1542,tun-mtu 1500,proto UDPv4,comp-lzo,auth SHA1,keysize 128,"
     "key-method 2,tls-client"},
    {"compress stub-v2\n",
     "V4,dev-type tun,link-mtu 1541,tun-mtu 1500,proto UDPv4,comp-lzo,auth SHA1,keysize "
     "128,key-method 2,tls-client"},
    {"compress lz4\n",
     "V4,dev-type tun,link-mtu 1542,tun-mtu 1500,proto UDPv4,comp-lzo,auth SHA1,keysize 128,"
     "key-method 2,tls-client"},
    {"compress lz4-v2\n", "V4,dev-type tun,link-mtu 1541,tun-mtu 1500,proto UDPv4,comp-lzo,auth SHA1,keysize "
                          "128,key-method 2,tls-client"},
    {"comp-lzo no\n", "V4,dev-type tun,link-mtu 1542,tun-mtu 1500,proto UDPv4,comp-lzo,auth SHA1,keysize 128,"
                      "key-method 2,tls-client"},
    {"comp-lzo\n", "V4,dev-type tun,link-mtu 1542,tun-mtu 1500,proto UDPv4,comp-lzo,auth SHA1,keysize 128,"
                   "key-method 2,tls-client"},
    {"fragment 600\n", "V4,dev-type tun,link-mtu 1545,tun-mtu 1500,proto UDPv4,mtu-dynamic,auth SHA1,keysize "
                       "128,key-method 2,tls-client"},
    {"fragment 1300 mtu\ncompress lz4\n",
     "V4,dev-type tun,link-mtu 1546,tun-mtu 1500,proto UDPv4,comp-lzo,mtu-dynamic,auth SHA1,keysize 128,"
     "key-method 2,tls-client"},
    {"tun-mtu 9000\n",
     "V4,dev-type tun,link-mtu 9041,tun-mtu 9000,proto UDPv4,auth SHA1,keysize 128,key-method 2,tls-client"},
    {"cipher AES-192-OFB\n",
     "V4,dev-type tun,link-mtu 1561,tun-mtu 1500,proto UDPv4,auth SHA1,keysize 192,key-method 2,tls-client"},
};

static void assert_occ(const char *config, const char *expected)
{
    enum ov_err err;
    struct ov_options *options = optdoc_parse(config, NULL, &err);
    struct ov_occ occ;
    char text[OV_OCC_MAX];
    assert_int_equal(err, OV_OK);
    ov_occ_from_config(ov_options_config(options), &occ);
    assert_int_equal(ov_occ_text(&occ, text, sizeof(text)), OV_OK);
    assert_string_equal(text, expected);

    /* A buffer that is too small is refused at every length. */
    for (size_t cap = 1; cap <= strlen(expected); cap++)
    {
        char *cut = malloc(cap);
        assert_int_equal(ov_occ_text(&occ, cut, cap), OV_ERR_NOSPACE);
        free(cut);
    }
    ov_options_free(options);
}

static void test_strings_of_stock(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++)
    {
        char config[400];
        snprintf(config, sizeof(config), "%s%s", OPTDOC_CLIENT, strings[i].options);
        assert_occ(config, strings[i].text);
    }
}

/* [WP-OPT-001] */
static void test_server_string(void **state)
{
    (void)state;
    assert_occ(OPTDOC_SERVER, "V4,dev-type tun,link-mtu 1541,tun-mtu 1500,proto UDPv4,auth SHA1,keysize "
                              "128,key-method 2,tls-server");
}

/* Items in the order of section 4.3, also those of modes that aren't built. */
static void test_order_of_items(void **state)
{
    (void)state;
    struct ov_occ occ = {.tls = true,
                         .tls_auth = true,
                         .role = OV_ROLE_SERVER,
                         .transport = OV_OCC_TCP_SERVER,
                         .tap = true,
                         .mtu_extra = 32,
                         .compression = true,
                         .fragment = true,
                         .key_direction = 0,
                         .tun_mtu = 1500,
                         .cipher = "AES-128-CBC",
                         .cipher_shown = true,
                         .auth = OV_DIGEST_SHA512};
    char text[OV_OCC_MAX];
    assert_int_equal(ov_occ_text(&occ, text, sizeof(text)), OV_OK);
    assert_string_equal(
        text, "V4,dev-type tap,link-mtu 1640,tun-mtu 1500,proto TCPv4_SERVER,comp-lzo,mtu-dynamic,"
              "keydir 0,cipher AES-128-CBC,auth SHA512,keysize 128,tls-auth,key-method 2,tls-server");
    occ.cipher = "ROT13";
    assert_int_equal(ov_occ_text(&occ, text, sizeof(text)), OV_ERR_UNSUPPORTED);
}

static const struct
{
    const char *text;
    enum ov_err err;
    const char *cipher;
    bool compressed;
} peers[] = {
    {"", OV_ERR_FORMAT, "", false},
    {"V4,dev-type tun,cipher AES-256-GCM,auth SHA1", OV_OK, "AES-256-GCM", false},
    {"V4,comp-lzo,cipher BF-CBC", OV_OK, "BF-CBC", true},
    {"cipher BF-CBC", OV_OK, "BF-CBC", false},
    /* [WP-OPT-004] */
    {"V4,cipher [null-cipher],auth SHA1", OV_OK, "none", false},
    {"V4,mycipher AES-256-GCM,auth SHA1", OV_ERR_FORMAT, "", false},
    {"V4,cipher ,auth SHA1", OV_ERR_FORMAT, "", false},
    {"V4,cipher", OV_ERR_FORMAT, "", false},
    {"V4,cipher 0123456789012345678901234567890,auth SHA1", OV_OK, "0123456789012345678901234567890", false},
    {"V4,cipher 01234567890123456789012345678901,auth SHA1", OV_ERR_NOSPACE, "", false},
    {"V4,comp-lzo-like,x", OV_ERR_FORMAT, "", false},
    {",,,", OV_ERR_FORMAT, "", false},
};

static void test_reading_a_peer(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(peers) / sizeof(peers[0]); i++)
    {
        char cipher[32] = "";
        assert_int_equal(ov_occ_cipher(peers[i].text, cipher, sizeof(cipher)), peers[i].err);
        assert_string_equal(cipher, peers[i].cipher);
        assert_int_equal(ov_occ_compressed(peers[i].text), peers[i].compressed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_link_mtu_table), cmocka_unit_test(test_strings_of_stock),
        cmocka_unit_test(test_server_string),  cmocka_unit_test(test_order_of_items),
        cmocka_unit_test(test_reading_a_peer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
