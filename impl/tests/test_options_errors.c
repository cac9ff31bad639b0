/* What is said about a wrong configuration: exact texts with file and line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lib/optdoc.h"

/* Options added behind line 7 of a good client: the diagnostics they give. */
static const struct
{
    const char *text;
    const char *lines;
} client_rows[] = {
    {"", ""},
    /* names */
    {"gremlin 1\n",
     "t.ovpn:8: option 'gremlin' of OpenVPN 2.x can't be used with ovref: the lab's link emulator does "
     "that, in front of any program\n"},
    {"max-routes 100\n", "t.ovpn:8: note: 'max-routes' changes nothing: the limit is 4096 of each family\n"},
    {"tls-version-min 1.0 or-highest\n", "t.ovpn:8: note: tls-version-min 1.0: ovref starts at 1.2\n"},
    {"remote-cert-tsl server\n",
     "t.ovpn:8: unknown option 'remote-cert-tsl'; did you mean 'remote-cert-tls'?\n"},
    {"http-proxy 192.0.2.1 8080\n",
     "t.ovpn:8: an HTTP proxy carries TCP only: 'http-proxy' needs 'proto tcp'\n"},
    {"http-proxy 192.0.2.1 8080\nproto tcp\n", ""},
    {"http-proxy 192.0.2.1 0\n",
     "t.ovpn:8: the port of the proxy must be a number from 1 to 65535, not '0'\n"},
    {"proto tcp\nhttp-proxy 192.0.2.1 80 auto kerberos\n",
     "t.ovpn:9: http-proxy: unknown method 'kerberos'; use none, basic, digest or ntlm2\n"},
    /* The old names of NTLM mean its second version [WP-PROXY-008]. */
    {"proto tcp\nhttp-proxy 192.0.2.1 80 auto ntlm\n", ""},
    {"proto tcp\nhttp-proxy 192.0.2.1 80 auto ntlm2\n", ""},
    {"socks-proxy 192.0.2.1\n", ""},
    /* [WP-PROXY-023] */
    {"socks-proxy 192.0.2.1\nproto udp6\n",
     "t.ovpn:8: UDP through a SOCKS5 proxy is IPv4 only: use 'proto udp4'\n"},
    {"proto tcp\nsocks-proxy 192.0.2.1\nhttp-proxy 192.0.2.1 80\n",
     "t.ovpn:10: 'http-proxy' contradicts 'socks-proxy'\n"},
    {"http-proxy-option VERSION 2.0\n", "t.ovpn:8: http-proxy-option is 'VERSION 1.0', 'VERSION 1.1', 'AGENT "
                                        "text' or 'CUSTOM-HEADER name value'\n"},
    {"http-proxy-option CUSTOM-HEADER x\n",
     "t.ovpn:8: http-proxy-option CUSTOM-HEADER needs a name and a value\n"},
    {"frobnicate\n", "t.ovpn:8: unknown option 'frobnicate'\n"},
    {"Client\n", "t.ovpn:8: unknown option 'Client'; did you mean 'client'?\n"},
    {"check-config x\n", "t.ovpn:8: option 'check-config' can't stand in a configuration file\n"},
    {"data-path fast\n", "t.ovpn:8: unknown data-path 'fast'; use plain, batch, offload, uring or auto\n"},
    {"data-path offload\n", ""},
    {"data-path uring\n", ""},
    {"mssfix\n", ""},
    {"mssfix 1400 mtu\n", ""},
    {"mssfix 1400 loose\n", "t.ovpn:8: mssfix: 'loose' is neither 'mtu' nor 'fixed'\n"},
    {"mssfix 70000\n", "t.ovpn:8: mssfix must be a number from 0 to 65535, not '70000'\n"},
    {"ns-cert-type server\n", ""},
    {"ns-cert-type both\n", "t.ovpn:8: ns-cert-type must be 'client' or 'server', not 'both'\n"},
    /* By name, and why it is not missed [WP-RPL-008]. */
    {"replay-persist file\n",
     "t.ovpn:8: option 'replay-persist' is known to OpenVPN 2.x but not built into ovref yet; with TLS every "
     "session has keys of its own\n"},
    {"keysize 128\n", "t.ovpn:8: option 'keysize' is gone from OpenVPN 2.x: ciphers have one key size now\n"},
    {"ip-win32 dynamic\n", "t.ovpn:8: note: 'ip-win32' changes nothing: it concerns Windows only\n"},
    {"peer-id 3\n", "t.ovpn:8: option 'peer-id' can't stand in a configuration file\n"},
    {"help\n", "t.ovpn:8: option 'help' can't stand in a configuration file\n"},
    {"<verb>\n3\n</verb>\n", "t.ovpn:8: option 'verb' can't be an inline block\n"},
    {"--verb 3\n", ""},
    /* several at once, in order */
    {"foo1\nverb\n\nbar2\n", "t.ovpn:8: unknown option 'foo1'\n"
                             "t.ovpn:9: option 'verb' takes 1 argument (level), not 0\n"
                             "t.ovpn:11: unknown option 'bar2'\n"},
    /* how many arguments */
    {"nobind yes\n", "t.ovpn:8: option 'nobind' takes no argument, not 1\n"},
    {"remote\n", "t.ovpn:8: option 'remote' takes 1 to 3 arguments (host [port] [proto]), not 0\n"},
    {"remote a 1 udp b\n", "t.ovpn:8: option 'remote' takes 1 to 3 arguments (host [port] [proto]), not 4\n"},
    {"keepalive 10\n", "t.ovpn:8: option 'keepalive' takes 2 arguments (interval timeout), not 1\n"},
    /* numbers */
    {"verb 12\n", "t.ovpn:8: verb must be a number from 0 to 11, not '12'\n"},
    {"verb -1\n", "t.ovpn:8: verb must be a number from 0 to 11, not '-1'\n"},
    {"verb 3x\n", "t.ovpn:8: verb must be a number from 0 to 11, not '3x'\n"},
    {"verb \"\"\n", "t.ovpn:8: verb must be a number from 0 to 11, not ''\n"},
    {"sndbuf 18446744073709551617\n",
     "t.ovpn:8: sndbuf must be a number from 0 to 1073741824, not '18446744073709551617'\n"},
    {"reneg-bytes 18446744073709551616\n",
     "t.ovpn:8: reneg-bytes must be a number, not '18446744073709551616'\n"},
    {"port 0\n", "t.ovpn:8: port must be a number from 1 to 65535, not '0'\n"},
    {"rport 65536\n", "t.ovpn:8: port must be a number from 1 to 65535, not '65536'\n"},
    {"remote a http\n", "t.ovpn:8: port must be a number from 1 to 65535, not 'http'\n"},
    {"tun-mtu 67\n", "t.ovpn:8: tun-mtu must be a number from 68 to 9000, not '67'\n"},
    {"tun-mtu 65536\n", "t.ovpn:8: tun-mtu must be a number from 68 to 9000, not '65536'\n"},
    {"tun-mtu 9000\n", ""},
    {"fragment 67\n", "t.ovpn:8: fragment must be a number from 68 to 65535, not '67'\n"},
    {"fragment 600 outer\n", "t.ovpn:8: fragment: 'outer' is not 'mtu'\n"},
    {"fragment 600 mtu\n", ""},
    {"proto tcp\nfragment 600\n", "t.ovpn:9: 'fragment' can only be used with proto udp\n"},
    {"compress zip\n", "t.ovpn:8: compress: 'zip' is not stub, stub-v2, lz4, lz4-v2, lzo or migrate\n"},
    {"compress migrate\n", "t.ovpn:8: 'compress migrate' is for a server, and this is a client\n"},
    {"comp-lzo always\n", "t.ovpn:8: comp-lzo: 'always' is not yes, no or adaptive\n"},
    {"allow-compression perhaps\n",
     "t.ovpn:8: allow-compression: 'perhaps' is not yes, no, asym or stub-only\n"},
    {"allow-compression no\ncompress lz4\n", "t.ovpn:9: 'compress lz4' contradicts 'allow-compression no'\n"
                                             "t.ovpn:9: warning: compression lets whoever can put text into "
                                             "the tunnel guess what else is in it (this "
                                             "end only expands what comes)\n"},
    {"comp-lzo\nallow-compression yes\n",
     "t.ovpn:8: warning: compression lets whoever can put text into the tunnel guess what else is in it\n"},
    {"compress stub-v2\nallow-compression no\n", ""},
    {"replay-window 65537\n",
     "t.ovpn:8: the size of replay-window must be a number from 0 to 65536, not '65537'\n"},
    {"replay-window 64 601\n",
     "t.ovpn:8: the time of replay-window must be a number from 0 to 600, not '601'\n"},
    {"tls-timeout 0\n", "t.ovpn:8: tls-timeout must be a number from 1 to 3600, not '0'\n"},
    {"connect-retry 0\n", "t.ovpn:8: connect-retry must be a number from 1 to 65535, not '0'\n"},
    {"resolv-retry never\n",
     "t.ovpn:8: resolv-retry (if not 'infinite') must be a number from 0 to 86400, not 'never'\n"},
    {"reneg-sec 60 61\n", "t.ovpn:8: the minimum of reneg-sec must be a number from 0 to 60, not '61'\n"},
    {"keepalive 10 19\n",
     "t.ovpn:8: keepalive 10 19: the timeout must be at least twice the interval, or one lost "
     "ping ends the connection\n"},
    /* words */
    {"proto tcp6-server\n", "t.ovpn:8: this is a client: its proto is 'tcp' or 'tcp-client'\n"},
    {"proto sctp\n", "t.ovpn:8: unknown proto 'sctp'; use udp, udp4, udp6, tcp, tcp4 or tcp6\n"},
    {"remote a 1194 tcp4-server\n",
     "t.ovpn:8: remote with proto 'tcp4-server': the other side listens; use 'tcp4'\n"},
    {"socket-flags TCP_NODELAY TCP_CORK\n",
     "t.ovpn:8: unknown socket flag 'TCP_CORK'; TCP_NODELAY is known\n"},
    {"remote \"\"\n", "t.ovpn:8: remote needs a host name or address\n"},
    {"mode both\n", "t.ovpn:8: mode must be 'server' or 'p2p', not 'both'\n"},
    {"topology net30\n", ""},
    {"topology star\n", "t.ovpn:8: unknown topology 'star'; use subnet, net30 or p2p\n"},
    {"topology p2p\nifconfig 10.8.0.2 10.8.0.1\n", ""},
    {"topology p2p\nifconfig 10.8.0.2 255.255.255.0\n",
     "t.ovpn:9: ifconfig: '255.255.255.0' is a netmask, not the address of the other end (topology is "
     "p2p)\n"},
    {"dev tap0\n", ""},
    {"dev null\n", ""},
    {"dev tun/../x\n",
     "t.ovpn:8: dev 'tun/../x' can't be the name of an interface (1 to 15 characters, no slash, no "
     "space)\n"},
    {"dev tun0123456789012\n", "t.ovpn:8: dev 'tun0123456789012' can't be the name of an interface (1 to 15 "
                               "characters, no slash, no space)\n"},
    {"dev vpn0\n", "t.ovpn:8: the name 'vpn0' doesn't say what kind of device it is: add 'dev-type tun'\n"},
    {"dev vpn0\ndev-type tun\n", ""},
    {"dev-type tap\n", ""},
    {"dev-type tub\n", "t.ovpn:8: unknown dev-type 'tub'; use tun or tap\n"},
    {"bind ipv6only\n", "t.ovpn:8: bind ipv6only is not built into ovref yet; 'bind' alone is\n"},
    /* [WP-SRV-014] */
    {"local a\nlocal b\n", "t.ovpn:9: a second 'local': only a server has several sockets\n"},
    {"tls-version-min 1.4\n", "t.ovpn:8: tls-version-min must be 1.2 or 1.3, not '1.4'\n"},
    {"tls-version-max 1.1\n", "t.ovpn:8: tls-version-max: TLS 1.1 is too old; ovref does 1.2 and 1.3\n"},
    /* protection of the control channel */
    {"tls-auth ta.key\n", ""},
    {"tls-auth ta.key 0\n", ""},
    {"tls-auth ta.key 1\nauth SHA256\n", ""},
    {"tls-auth ta.key 2\n", "t.ovpn:8: tls-auth: the direction must be 0 or 1, not '2'\n"},
    {"key-direction bidirectional\n",
     "t.ovpn:8: key-direction: the direction must be 0 or 1, not 'bidirectional'\n"},
    {"tls-auth ta.key 1 2\n",
     "t.ovpn:8: option 'tls-auth' takes 1 to 2 arguments (file [direction]), not 3\n"},
    {"tls-auth none\n", "t.ovpn:8: tls-auth: can't read 'none': No such file or directory\n"},
    /* tls-auth needs a digest; tls-crypt has its own [WP-TLA-006, WP-TLC-006] */
    {"auth none\ntls-auth ta.key 1\n",
     "t.ovpn:9: 'tls-auth' needs a digest, and 'auth none' takes it away\n"},
    {"auth none\ntls-crypt ta.key\n", ""},
    {"tls-crypt tc.key\ntls-auth ta.key\n", "t.ovpn:9: 'tls-auth' contradicts 'tls-crypt'\n"},
    {"tls-crypt tc.key\ntls-crypt-v2 v2.key\n",
     "t.ovpn:9: on a client 'tls-crypt-v2' contradicts 'tls-crypt'\n"},
    {"tls-auth ta.key\ntls-crypt-v2 v2.key\n",
     "t.ovpn:9: on a client 'tls-crypt-v2' contradicts 'tls-auth'\n"},
    {"tls-crypt-v2 v2.key allow-noncookie\n", ""},
    {"tls-crypt-v2 v2.key no-cookie\n",
     "t.ovpn:8: tls-crypt-v2: 'no-cookie' is neither 'force-cookie' nor 'allow-noncookie'\n"},
    {"tls-crypt-v2-verify program\n",
     "configuration: 'tls-crypt-v2-verify' is for a server, and this is a client\n"},
    {"tls-crypt-v2-max-age 30\ntls-crypt-v2 v2.key\n",
     "t.ovpn:8: 'tls-crypt-v2-max-age' is for a server, and this is a client\n"},
    {"genkey secret x\n", "t.ovpn:8: option 'genkey' can't stand in a configuration file\n"},
    {"tls-version-min 1.2 lowest\n",
     "t.ovpn:8: tls-version-min: the second argument can only be 'or-highest', not 'lowest'\n"},
    {"tls-version-min 1.3\ntls-version-max 1.2\n",
     "t.ovpn:9: 'tls-version-max' is below 'tls-version-min'\n"},
    /* ciphers */
    {"data-ciphers FOO\n", "t.ovpn:8: data-ciphers: unknown cipher 'FOO'\n"},
    {"data-ciphers AES-256-GCM:BF-CBC:AES-256-CFB\n", ""}, /* whether the library has them is seen later */
    {"data-ciphers AES-256-CTR\n", "t.ovpn:8: data-ciphers: unknown cipher 'AES-256-CTR'\n"},
    {"data-ciphers AES-256-GCM:AES-256-CBC:AES-192-GCM\n", ""},
    {"data-ciphers AES-256-GCM:AES-256-CBC\nauth none\n",
     "t.ovpn:8: warning: with 'auth none' nobody notices changes to what AES-256-CBC encrypts\n"},
    {"data-ciphers AES-256-GCM\nauth none\n", ""},
    {"data-ciphers none\n", "t.ovpn:8: warning: 'none' lets peers agree on sending everything in clear, "
                            "though still with an HMAC ('auth')\n"},
    {"auth none\ndata-ciphers none\n", "t.ovpn:9: warning: 'none' lets peers agree on sending everything in "
                                       "clear, and with 'auth none' nobody notices changes either\n"},
    {"cipher AES-256-CBC\ndata-ciphers AES-256-CBC\n", ""},
    {"data-ciphers-fallback AES-256-CBC\n", ""},
    {"data-ciphers-fallback none\n", ""},
    {"ncp-ciphers AES-256-GCM::\n",
     "t.ovpn:8: ncp-ciphers: the list 'AES-256-GCM::' has an empty entry, or nothing that is built\n"},
    {"data-ciphers-fallback BF-CTR\n", "t.ovpn:8: data-ciphers-fallback: unknown cipher 'BF-CTR'\n"},
    {"cipher ROT13\n", "t.ovpn:8: cipher: unknown cipher 'ROT13'\n"},
    {"cipher AES-256-CBC\n",
     "t.ovpn:8: warning: cipher 'AES-256-CBC' is not in data-ciphers "
     "(AES-256-GCM:AES-128-GCM:CHACHA20-POLY1305) and will not be used; only the options "
     "string names it\n"},
    {"cipher aes-256-gcm\n", ""},
    {"auth MD17\n", "t.ovpn:8: auth: unknown digest 'MD17'\n"},
    /* addresses and routes (bad-inputs.md no. 39) */
    {"ifconfig 10.8.0.2\n",
     "t.ovpn:8: option 'ifconfig' takes 2 arguments (address netmask|remote), not 1\n"},
    {"ifconfig 10.8.0.2 foo\n", "t.ovpn:8: ifconfig: 'foo' is not an IPv4 address\n"},
    {"ifconfig 10.8.0.2 10.8.0.1\n",
     "t.ovpn:8: ifconfig: '10.8.0.1' is not a netmask (topology is subnet)\n"},
    {"ifconfig-ipv6 fd00::2\n",
     "t.ovpn:8: ifconfig-ipv6: 'fd00::2' is not an IPv6 address with a prefix length (address/0..128)\n"},
    {"ifconfig-ipv6 fd00::2/129\n",
     "t.ovpn:8: ifconfig-ipv6: 'fd00::2/129' is not an IPv6 address with a prefix length (address/0..128)\n"},
    {"ifconfig-ipv6 fd00::2/64 x\n", "t.ovpn:8: ifconfig-ipv6: 'x' is not an IPv6 address\n"},
    {"route 0.0.0.0/33\n", "t.ovpn:8: route: '0.0.0.0/33' is not an IPv4 address\n"},
    {"route 10.0.0.0 255.0.255.0\n", "t.ovpn:8: route: '255.0.255.0' is not a netmask\n"},
    {"route 10.1.2.3 255.255.0.0\n",
     "t.ovpn:8: route: 10.1.2.3/16 has bits behind its netmask; the network is 10.1.0.0\n"},
    {"redirect-gateway def2\n", "t.ovpn:8: redirect-gateway: unknown flag 'def2'\n"},
    {"redirect-private x\n", "t.ovpn:8: redirect-private: unknown flag 'x'\n"},
    {"route-delay soon\n", "t.ovpn:8: route-delay must be a number from 0 to 3600, not 'soon'\n"},
    {"route 10.0.0.0 255.0.0.0 gw\n", "t.ovpn:8: route: gateway 'gw' is not an IPv4 address\n"},
    {"route 10.0.0.0 255.0.0.0 default -5\n",
     "t.ovpn:8: the metric of route must be a number from 0 to 2147483647, not '-5'\n"},
    {"route-ipv6 fd00::/129\n",
     "t.ovpn:8: route-ipv6: 'fd00::/129' is not an IPv6 network (address/0..128)\n"},
    {"route-ipv6 fd00::1/64\n", "t.ovpn:8: route-ipv6: 'fd00::1/64' has bits behind its prefix length\n"},
    {"route-ipv6 fd00::/64 gw\n", "t.ovpn:8: route-ipv6: gateway 'gw' is not an IPv6 address\n"},
    {"route-gateway dhcp\n", "t.ovpn:8: route-gateway 'dhcp': ovref takes no gateway from DHCP; a DHCP "
                             "client on the tap device sets the "
                             "routes\n"},
    {"route-gateway here\n", "t.ovpn:8: route-gateway: 'here' is not an IPv4 address\n"},
    /* together */
    {"nobind\nlport 5\n", "t.ovpn:9: 'lport' contradicts 'nobind'\n"},
    {"local 192.0.2.1\nnobind\n", "t.ovpn:8: 'local' contradicts 'nobind'\n"},
    {"nobind\nport 1195\n", ""},
    {"max-clients 5\n", "t.ovpn:8: 'max-clients' is for a server, and this is a client\n"},
    {"push \"route 10.0.0.0\"\n", "t.ovpn:8: 'push' is for a server, and this is a client\n"},
    {"tls-server\n", "t.ovpn:1: one program can't be client and server: 'client' contradicts 'tls-server'\n"},
    {"server 10.8.0.0 255.255.255.0\n",
     "t.ovpn:1: one program can't be client and server: 'client' contradicts 'server'\n"},
    {"mode server\n", "t.ovpn:8: 'mode server' contradicts 'tls-client'\n"},
    {"remote-cert-tls client\n", "t.ovpn:8: remote-cert-tls must be 'server' on a client\n"},
    {"remote-cert-tls me\n", "t.ovpn:8: remote-cert-tls must be 'server' or 'client', not 'me'\n"},
    /* accepted, and what that means */
    {"persist-key\n",
     "t.ovpn:8: note: 'persist-key' changes nothing: key files are read once at start and kept\n"},
    {"dh dh2048.pem\n",
     "t.ovpn:8: warning: dh: the parameters are not read; ovref only does ECDHE, as with 'dh none'\n"},
    {"dh none\n", ""},
    {"ignore-unknown-option foo gremlin\nfoo 1 2\ngremlin 1\nbar\n",
     "t.ovpn:9: note: option 'foo' is left out, as 'ignore-unknown-option' says\n"
     "t.ovpn:10: note: option 'gremlin' is left out, as 'ignore-unknown-option' says\n"
     "t.ovpn:11: unknown option 'bar'\n"},
    /* files */
    {"ca nowhere\n", "t.ovpn:8: ca: can't read 'nowhere': No such file or directory\n"},
    {"<ca>\n</ca>\n", "t.ovpn:8: ca: the inline block is empty\n"},
    {"<ca>\nPEM\n", "t.ovpn:8: inline block <ca> is opened here but never closed by </ca>\n"},
    {"config nowhere\n", "t.ovpn:8: config: can't read 'nowhere': No such file or directory\n"},
    {"a \"b\n", "t.ovpn:8: a double quote is opened but not closed\n"},
    {"evil\x1b[2J\n", "t.ovpn:8: control character 0x1b\n"},
    {"1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17\n", "t.ovpn:8: more than 16 words in one line\n"},
};

/* Says what differs and goes on, so that one run shows all rows; rows_failed is checked at the end. */
static unsigned rows_failed;

static void check_lines(const char *config, const struct optdoc_file *files, const char *expected)
{
    enum ov_err err;
    struct ov_options *options = optdoc_parse(config, files, &err);
    char *lines = optdoc_lines(ov_options_diags(options));
    if (strcmp(lines, expected) != 0)
    {
        print_error("configuration:\n%ssays:\n%sexpected:\n%s\n", config, lines, expected);
        rows_failed++;
    }
    free(lines);
    ov_options_free(options);
}

static void test_client_errors(void **state)
{
    (void)state;
    rows_failed = 0;
    for (size_t i = 0; i < sizeof(client_rows) / sizeof(client_rows[0]); i++)
    {
        char config[1000];
        snprintf(config, sizeof(config), "%s%s", OPTDOC_CLIENT, client_rows[i].text);
        check_lines(config, NULL, client_rows[i].lines);
    }
    assert_int_equal(rows_failed, 0);
}

/* The same behind line 5 of a good server. */
static const struct
{
    const char *text;
    const char *lines;
} server_rows[] = {
    {"tls-crypt-v2 v2.key force-cookie\ntls-auth ta.key 0\ntls-crypt-v2-max-age 30\n", ""},
    {"tls-crypt-v2 v2.key\ntls-crypt tc.key\n", ""},
    {"tls-crypt-v2 v2.key\ntls-crypt-v2-verify 'program arg'\nscript-security 2\n", ""},
    {"tls-crypt-v2 v2.key\ntls-crypt-v2-verify program\n",
     "configuration: 'tls-crypt-v2-verify' needs 'script-security 2': every client would be refused\n"},
    {"tls-crypt-v2-max-age 30\n", "t.ovpn:6: 'tls-crypt-v2-max-age' needs 'tls-crypt-v2'\n"},
    {"tls-crypt-v2 v2.key\ntls-crypt-v2-max-age 0\n",
     "t.ovpn:7: tls-crypt-v2-max-age must be a number from 1 to 36500, not '0'\n"},
    {"", ""},
    {"server 10.8.0.0 255.255.255.0 nopool\n", ""},
    {"ifconfig-pool 10.8.0.9 10.8.0.3\n",
     "t.ovpn:6: ifconfig-pool: '10.8.0.9 10.8.0.3' is not a range of at most 65536 IPv4 addresses\n"},
    {"ifconfig-pool 10.0.0.0 10.1.0.0\n",
     "t.ovpn:6: ifconfig-pool: '10.0.0.0 10.1.0.0' is not a range of at most 65536 IPv4 addresses\n"},
    {"ifconfig-pool 10.8.0.3 10.8.0.9 255.0.255.0\n",
     "t.ovpn:6: ifconfig-pool: '255.0.255.0' is not a netmask\n"},
    {"ifconfig-pool 10.8.0.3 10.8.0.9\n",
     "t.ovpn:6: 'ifconfig-pool' contradicts 'server' without 'nopool', which has a pool\n"},
    {"ifconfig-ipv6-pool fd00::5\n",
     "t.ovpn:6: ifconfig-ipv6-pool: 'fd00::5' is not an IPv6 address with /64 to /124\n"},
    {"server-ipv6 fd00::/64\nifconfig-ipv6-pool fd00::5/64\n",
     "t.ovpn:7: 'ifconfig-ipv6-pool' contradicts 'server-ipv6', which has a pool\n"},
    {"server 10.8.0.0 255.255.255.0 dry\n",
     "t.ovpn:6: server: the third argument can only be 'nopool', not 'dry'\n"},
    {"server 10.8.0.1 255.255.255.0\n",
     "t.ovpn:6: server: 10.8.0.1/24 has bits behind its netmask; the network is 10.8.0.0\n"},
    {"server 10.8.0.0 255.255.255.252\n", "t.ovpn:6: server: the netmask must be from 255.255.0.0 (/16) to "
                                          "255.255.255.248 (/29), not 255.255.255.252\n"},
    {"server 10.0.0.0 255.254.0.0\n", "t.ovpn:6: server: the netmask must be from 255.255.0.0 (/16) to "
                                      "255.255.255.248 (/29), not 255.254.0.0\n"},
    {"server 10.8.0.0 255.255.0.255\n", "t.ovpn:6: server: the netmask must be from 255.255.0.0 (/16) to "
                                        "255.255.255.248 (/29), not 255.255.0.255\n"},
    {"server a b\n", "t.ovpn:6: server: 'a b' is not an IPv4 network and netmask\n"},
    {"server-ipv6 fd00::/63\n", "t.ovpn:6: server-ipv6: the prefix must be from /64 to /124, not /63\n"},
    {"server-ipv6 fd00::/125\n", "t.ovpn:6: server-ipv6: the prefix must be from /64 to /124, not /125\n"},
    {"server-ipv6 fd00::\n", "t.ovpn:6: server-ipv6: the prefix must be from /64 to /124, not /128\n"},
    {"server-ipv6 fd00::5/64\n", "t.ovpn:6: server-ipv6: 'fd00::5/64' has bits behind its prefix length\n"},
    {"server-ipv6 x/64\n", "t.ovpn:6: server-ipv6: 'x/64' is not an IPv6 network (address/64..124)\n"},
    {"push \"\"\n", "t.ovpn:6: push: the option is empty\n"},
    {"push \"dhcp-option DOMAIN a,b\"\n",
     "t.ovpn:6: push: an option with a comma can't be pushed, the comma ends it\n"},
    {"remote a\n", "t.ovpn:6: 'remote' is for a client, and this is a server\n"},
    {"explicit-exit-notify 3\n", "t.ovpn:6: explicit-exit-notify must be 0, 1 or 2 on a server, not 3\n"},
    {"ifconfig 10.8.0.1 255.255.255.0\n",
     "t.ovpn:6: 'ifconfig' contradicts 'server', which sets the server's own address\n"},
    {"remote-cert-tls server\n", "t.ovpn:6: remote-cert-tls must be 'client' on a server\n"},
    {"max-clients 0\n", "t.ovpn:6: max-clients must be a number from 1 to 16777214, not '0'\n"},
    {"max-clients 16777215\n", "t.ovpn:6: max-clients must be a number from 1 to 16777214, not '16777215'\n"},
};

static void test_server_errors(void **state)
{
    (void)state;
    rows_failed = 0;
    for (size_t i = 0; i < sizeof(server_rows) / sizeof(server_rows[0]); i++)
    {
        char config[1000];
        snprintf(config, sizeof(config), "%s%s", OPTDOC_SERVER, server_rows[i].text);
        check_lines(config, NULL, server_rows[i].lines);
    }
    assert_int_equal(rows_failed, 0);
}

/* Whole configurations that lack something. */
static const struct
{
    const char *text;
    const char *lines;
} whole_rows[] = {
    {"",
     "configuration: neither client nor server: add 'client', or 'server' with a network for the tunnel\n"},
    {"pull\n",
     "configuration: neither client nor server: add 'client', or 'server' with a network for the tunnel\n"},
    {"tls-client\ndev tun\nca a.crt\ncert a.crt\nkey a.key\nremote-cert-tls server\n",
     "configuration: a client needs 'remote': where is the server?\n"},
    {"tls-server\ndev tun\nca a.crt\ncert a.crt\nkey a.key\nifconfig 10.0.0.1 10.0.0.2\n", ""},
    {"tls-server\ndev tun\nca a.crt\ncert a.crt\nkey a.key\nduplicate-cn\n",
     "t.ovpn:6: 'duplicate-cn' is for a server, and this is a peer (point to point)\n"},
    {"client\n",
     "configuration: 'dev' is missing: add 'dev tun'\n"
     "configuration: a client needs 'ca': the certificate authority, as a file name or an inline block\n"
     "configuration: a client needs 'cert': its own certificate, as a file name or an inline block\n"
     "configuration: a client needs 'key': its own private key, as a file name or an inline block\n"
     "configuration: warning: without 'remote-cert-tls server' every certificate of this authority can "
     "play the server\n"
     "configuration: a client needs 'remote': where is the server?\n"},
    {"mode server\ntls-server\ndev tun\nca a.crt\ncert a.crt\nkey a.key\n",
     "configuration: a server needs 'server network netmask': the addresses of the tunnel\n"},
    {"server-ipv6 fd00::/64\ndev tun\nca a.crt\ncert a.crt\nkey a.key\n", ""},
    {"server 10.8.0.0\ndev tun\nca a.crt\ncert a.crt\nkey a.key\n",
     "t.ovpn:1: option 'server' takes 2 to 3 arguments (network netmask [nopool]), not 1\n"},
};

static void test_incomplete(void **state)
{
    (void)state;
    rows_failed = 0;
    for (size_t i = 0; i < sizeof(whole_rows) / sizeof(whole_rows[0]); i++)
    {
        check_lines(whole_rows[i].text, NULL, whole_rows[i].lines);
    }
    assert_int_equal(rows_failed, 0);
}

/* An include loop, and a chain that is too deep; errors name the file they are in. */
static void test_includes(void **state)
{
    (void)state;
    rows_failed = 0;
    static const struct optdoc_file files[] = {
        {"a", "verb 99\nconfig b\n"}, {"b", "config a\n"},   {"c1", "config c2\n"},  {"c2", "config c3\n"},
        {"c3", "config c4\n"},        {"c4", "config c5\n"}, {"c5", "config c6\n"},  {"c6", "config c7\n"},
        {"c7", "config c8\n"},        {"c8", "config c9\n"}, {"c9", "config c10\n"}, {"c10", "verb 3\n"},
        {"self", "config t.ovpn\n"},  {NULL, NULL},
    };
    check_lines(OPTDOC_CLIENT "config a\nverb 77\n", files,
                "a:1: verb must be a number from 0 to 11, not '99'\n"
                "b:1: config: 'a' includes itself\n"
                "t.ovpn:9: verb must be a number from 0 to 11, not '77'\n");
    check_lines(OPTDOC_CLIENT "config c1\n", files, "c9:1: config: 'c10' is nested deeper than 10 files\n");
    check_lines(OPTDOC_CLIENT "config self\n", files, "self:1: config: 't.ovpn' includes itself\n");
    assert_int_equal(rows_failed, 0);
}

static void test_many_errors_are_bounded(void **state)
{
    (void)state;
    char *config = calloc(1, 5 * 1000 + 1);
    for (size_t i = 0; i < 1000; i++)
    {
        memcpy(config + 5 * i, "oops\n", 5);
    }
    enum ov_err err;
    struct ov_options *options = optdoc_parse(config, NULL, &err);
    const struct ov_diags *diags = ov_options_diags(options);
    assert_int_equal(err, OV_ERR_OPTION);
    assert_int_equal(diags->kept, OV_DIAGS_MAX);
    assert_int_equal(diags->error_count, 1001);
    assert_int_equal(diags->left_out, 1001 - OV_DIAGS_MAX);
    ov_options_free(options);
    free(config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_client_errors),
        cmocka_unit_test(test_server_errors),
        cmocka_unit_test(test_incomplete),
        cmocka_unit_test(test_includes),
        cmocka_unit_test(test_many_errors_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
