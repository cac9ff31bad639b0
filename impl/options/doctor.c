#include "options/doctor.h"

#include <string.h>

#include "options/parse.h"

static bool given(const struct ov_parse *parse, const char *name)
{
    return ov_parse_given(parse, name) != NULL;
}

static bool is_client(const struct ov_parse *parse)
{
    return parse->config->role == OV_ROLE_CLIENT;
}

static bool any_tcp(const struct ov_parse *parse)
{
    const struct ov_config *config = parse->config;
    bool found = !is_client(parse) && ov_config_serves(config, true);
    for (size_t i = 0; i < config->remotes_count; i++)
    {
        found = found || ov_proto_is_tcp(config->remotes[i].proto);
    }
    return found;
}

/* 393216 is the value that circulates in forums since the days of 64 KiB defaults. */
#define FOLKLORE_OCTETS 393216u

static bool folklore(const struct ov_parse *parse)
{
    const struct ov_config *config = parse->config;
    return config->sndbuf == FOLKLORE_OCTETS || config->rcvbuf == FOLKLORE_OCTETS;
}

static bool small_buffer(const struct ov_parse *parse)
{
    const struct ov_config *config = parse->config;
    return !folklore(parse) && ((config->sndbuf != 0 && config->sndbuf < FOLKLORE_OCTETS) ||
                                (config->rcvbuf != 0 && config->rcvbuf < FOLKLORE_OCTETS));
}

/* Real compression is warned of at every start; here it is about the framing that is left over. */
static bool idle_framing(const struct ov_parse *parse)
{
    const struct ov_compression *compression = &parse->config->compression;
    return compression->mode != OV_COMP_OFF && !compression->expands && !compression->compresses &&
           !compression->migrate;
}

static bool uses_comp_lzo(const struct ov_parse *parse)
{
    return given(parse, "comp-lzo") && idle_framing(parse);
}

static bool uses_compress(const struct ov_parse *parse)
{
    return given(parse, "compress") && idle_framing(parse);
}

static bool has_cipher(const struct ov_parse *parse, enum ov_cipher_id wanted)
{
    const struct ov_ciphers *list = &parse->config->data_ciphers;
    for (uint8_t i = 0; i < list->count; i++)
    {
        if (list->id[i] == (uint8_t)wanted)
        {
            return true;
        }
    }
    return false;
}

static bool none_with_hmac(const struct ov_parse *parse)
{
    return has_cipher(parse, OV_CIPHER_NONE) && !parse->config->auth_none;
}

static bool is_static(const struct ov_parse *parse)
{
    return parse->config->secret.from != NULL;
}

static bool static_both_ways(const struct ov_parse *parse)
{
    return is_static(parse) && parse->config->key_direction < 0;
}

static bool static_without_ping(const struct ov_parse *parse)
{
    return is_static(parse) && parse->config->keepalive.ping_s == 0;
}

static bool narrow_cipher(const struct ov_parse *parse)
{
    const struct ov_ciphers *list = &parse->config->data_ciphers;
    for (uint8_t i = 0; i < list->count; i++)
    {
        if (ov_cipher_is_narrow((enum ov_cipher_id)list->id[i]))
        {
            return true;
        }
    }
    return false;
}

static bool cbc_first(const struct ov_parse *parse)
{
    const struct ov_ciphers *list = &parse->config->data_ciphers;
    const enum ov_cipher_id first = list->count > 0 ? (enum ov_cipher_id)list->id[0] : OV_CIPHER_NONE;
    return first != OV_CIPHER_NONE && !ov_cipher_is_aead(first);
}

static bool tls_auth_both_ways(const struct ov_parse *parse)
{
    return parse->config->tls_auth.from != NULL && parse->config->key_direction < 0;
}

static bool bare_control_channel(const struct ov_parse *parse)
{
    const struct ov_config *config = parse->config;
    return config->tls_auth.from == NULL && config->tls_crypt.from == NULL &&
           config->tls_crypt_v2.from == NULL && !is_static(parse);
}

static bool server_without_keepalive(const struct ov_parse *parse)
{
    return !is_client(parse) && parse->config->keepalive.ping_s == 0;
}

static bool client_without_nobind(const struct ov_parse *parse)
{
    return is_client(parse) && !is_static(parse) && parse->config->bind && !parse->config->bind_given &&
           !any_tcp(parse);
}

static bool no_mssfix(const struct ov_parse *parse)
{
    return given(parse, "mssfix") && parse->config->mssfix.octets == 0 && !any_tcp(parse) &&
           parse->config->tunnel.mtu >= 1400;
}

static bool odd_mtu(const struct ov_parse *parse)
{
    return given(parse, "tun-mtu") && parse->config->tunnel.mtu < 1500;
}

static bool never_renegotiates(const struct ov_parse *parse)
{
    return parse->config->reneg_s == 0;
}

static bool talkative(const struct ov_parse *parse)
{
    return parse->config->verb > 4;
}

static bool short_queue(const struct ov_parse *parse)
{
    const uint32_t len = parse->config->tunnel.queue_len;
    return len > 0 && len <= 100;
}

static bool uses_tap(const struct ov_parse *parse)
{
    return parse->config->tunnel.tap;
}

static bool tap_with_topology(const struct ov_parse *parse)
{
    return uses_tap(parse) && given(parse, "topology");
}

static bool duplicate_cn(const struct ov_parse *parse)
{
    return parse->config->duplicate_cn;
}

static bool no_fallback_limit(const struct ov_parse *parse)
{
    return parse->config->has_fallback && !ov_cipher_is_aead(parse->config->fallback);
}

static bool many_remotes_long_wait(const struct ov_parse *parse)
{
    return is_client(parse) && parse->config->remotes_count > 1 && parse->config->connect_timeout_s >= 120 &&
           !parse->config->remote_random;
}

static bool narrow_replay_window(const struct ov_parse *parse)
{
    return given(parse, "replay-window") && parse->config->replay_window < 64;
}

static bool digest_without_use(const struct ov_parse *parse)
{
    const struct ov_ciphers *list = &parse->config->data_ciphers;
    for (uint8_t i = 0; i < list->count; i++)
    {
        if (!ov_cipher_is_aead((enum ov_cipher_id)list->id[i]))
        {
            return false;
        }
    }
    return given(parse, "auth") && !is_static(parse) && list->count > 0 &&
           parse->config->tls_auth.from == NULL && !parse->config->has_fallback;
}

const struct ov_doctor_rule ov_doctor_rules[] = {
    {"sndbuf", folklore,
     "393216 is folklore from the time of 64 KiB defaults; it limits TCP transport to 31 Mbit/s at 100 ms "
     "round "
     "trip",
     "leave sndbuf and rcvbuf out: the system's defaults, or what ovref asks for, are larger"},
    {"sndbuf", small_buffer,
     "a fixed buffer caps what may be under way: 64 KiB is 5 Mbit/s of TCP transport at 100 ms, and bursts "
     "of UDP "
     "are lost",
     "leave sndbuf and rcvbuf out"},
    {"comp-lzo", uses_comp_lzo,
     "framing for compression that is never done costs every packet an octet and copies",
     "remove 'comp-lzo' at both ends; a server that must keep old clients says 'compress migrate'"},
    {"compress", uses_compress,
     "framing for compression that is never done costs every packet an octet or more",
     "remove 'compress' at both ends; a server that must keep old clients says 'compress migrate'"},
    {"data-ciphers", none_with_hmac,
     "cipher none still authenticates every packet with an HMAC, which is slower than AES-256-GCM and hides "
     "nothing",
     "use AES-256-GCM or, without AES instructions, CHACHA20-POLY1305"},
    {"data-ciphers", cbc_first,
     "CBC with HMAC goes over every octet twice and adds some 50 octets a packet where GCM adds 20",
     "put AES-256-GCM, AES-128-GCM or CHACHA20-POLY1305 first"},
    {"data-ciphers", narrow_cipher,
     "blocks of 64 bits begin to show parts of the text after some gigabytes (SWEET32), so keys change every "
     "64 MiB",
     "use AES-256-GCM, and such ciphers only for peers that know nothing else"},
    {"secret", static_both_ways,
     "without a direction both ends use one half of the key, and a packet can be reflected to its sender",
     "add 0 behind the file's name at one end and 1 at the other"},
    {"secret", static_without_ping,
     "nobody notices a peer that is gone, and NAT on the way forgets an idle one", "add 'keepalive 10 60'"},
    {"data-ciphers-fallback", no_fallback_limit,
     "peers that can't negotiate get a cipher of the old kind, at half the speed or less",
     "update those peers and drop 'data-ciphers-fallback'"},
    {"auth", digest_without_use, "'auth' has no effect: AEAD ciphers authenticate by themselves",
     "remove 'auth', or keep it only for peers that compare options"},
    {"tls-auth", tls_auth_both_ways,
     "without a direction both sides use one half of the key, and a packet can be reflected to its sender",
     "add 'key-direction 0' on the server and 1 on clients, or use 'tls-crypt'"},
    {NULL, bare_control_channel,
     "the control channel is open to everybody: anyone may make the server start a TLS handshake",
     "add 'tls-crypt' or 'tls-crypt-v2' with a key made by --genkey"},
    {"proto", any_tcp,
     "TCP inside TCP: on a path that loses packets both retransmit, and throughput collapses (ovlab run "
     "tcp-over-tcp)",
     "use 'proto udp', and TCP only where UDP does not pass"},
    {"tun-mtu", odd_mtu, "a smaller tun-mtu only adds packets, and both ends must agree on it",
     "leave tun-mtu at 1500 and let mssfix shrink TCP segments"},
    {"mssfix", no_mssfix,
     "with mssfix 0 full TCP segments leave as two fragments each, where they pass at all",
     "remove 'mssfix 0', or measure the path and set 'mssfix SIZE mtu'"},
    {"reneg-sec", never_renegotiates,
     "keys never change by time: one that leaks opens everything since the start",
     "remove 'reneg-sec 0'; if both ends have to stay for hours, 'reneg-sec 36000'"},
    {"replay-window", narrow_replay_window,
     "a window below 64 drops packets that the network merely reordered, logged as replays",
     "remove 'replay-window'; on paths with much reordering take 1024"},
    {NULL, server_without_keepalive,
     "nobody notices a client that is gone, and NAT on the way forgets idle clients",
     "add 'keepalive 10 60'"},
    {NULL, client_without_nobind, "the client binds port 1194, so a second one on this host can't start",
     "add 'nobind'"},
    {"remote", many_remotes_long_wait, "each silent server costs 120 seconds before the next is tried",
     "add 'server-poll-timeout 10', and 'remote-random' to spread clients"},
    {"txqueuelen", short_queue,
     "a queue of 100 packets, the default before OpenVPN 2.5, drops packets of every fast sender (tun TX "
     "drops)",
     "remove 'txqueuelen', or take 1000"},
    {"dev", uses_tap,
     "Ethernet costs every packet 14 octets more and sends every broadcast to every client; OpenVPN Connect "
     "and "
     "the apps "
     "for Android and iOS have no tap, and no kernel offload (DCO) carries it",
     "use 'dev tun', unless something other than IP has to pass, or both ends must be one Ethernet"},
    {"topology", tap_with_topology, "'topology' has no effect with 'dev tap': everybody shares one network",
     "remove 'topology'"},
    {"duplicate-cn", duplicate_cn,
     "clients that share a certificate can't be told apart, and one that leaks opens the door for good",
     "give every client its own certificate"},
    {"verb", talkative, "above 4 every packet writes a line: throughput falls and disks fill",
     "use 'verb 3'; raise it for minutes only"},
};

const size_t ov_doctor_rules_count = sizeof(ov_doctor_rules) / sizeof(ov_doctor_rules[0]);

void ov_doctor_examine(struct ov_parse *parse)
{
    for (size_t i = 0; i < ov_doctor_rules_count; i++)
    {
        const struct ov_doctor_rule *rule = &ov_doctor_rules[i];
        if (!rule->finds(parse))
        {
            continue;
        }
        const struct ov_place *place = rule->option != NULL ? ov_parse_given(parse, rule->option) : NULL;
        ov_diags_add(parse->diags, OV_DIAG_WARNING, place != NULL ? place->file : NULL,
                     place != NULL ? place->line : 0, rule->option, "%s; %s", rule->what, rule->instead);
    }
}
