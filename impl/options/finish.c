/* When all options are read: what they mean together, and what contradicts. */
#include <string.h>

#include "options/doctor.h"
#include "options/parse.h"
#include "options/values.h"

/* An error between options: it belongs to the place of one of them if there is one. */
static void point_at(struct ov_parse *parse, const char *name)
{
    const struct ov_place *place = name != NULL ? ov_parse_given(parse, name) : NULL;
    parse->file = place != NULL ? place->file : NULL;
    parse->line = place != NULL ? place->line : 0;
    parse->option = name;
}

#define SAY(say, name, ...)                                                                                  \
    do                                                                                                       \
    {                                                                                                        \
        point_at(parse, name);                                                                               \
        say(parse, __VA_ARGS__);                                                                             \
        point_at(parse, NULL);                                                                               \
    } while (0)

static bool is_given(const struct ov_parse *parse, const char *name)
{
    return ov_parse_given(parse, name) != NULL;
}

/* Point to point: both ends are told everything. */
static void be_peer(struct ov_parse *parse, enum ov_role role)
{
    struct ov_draft *draft = &parse->draft;
    parse->config->role = role;
    parse->config->p2p = true;
    parse->config->max_clients = 1;
    draft->topology = draft->topology != OV_TOPOLOGY_UNSET ? draft->topology : OV_TOPOLOGY_P2P;
}

/* "Client" is tls-client with pull; "server" is tls-server in mode server. */
static bool find_role(struct ov_parse *parse)
{
    struct ov_draft *draft = &parse->draft;
    if (is_given(parse, "server") || is_given(parse, "server-ipv6") || is_given(parse, "server-bridge"))
    {
        draft->mode_server = true;
        draft->tls_server = true;
    }
    if (ov_parse_is_static(parse))
    {
        be_peer(parse, OV_ROLE_CLIENT); /* without TLS both ends are alike */
        return ov_parse_static_alone(parse);
    }
    if (draft->tls_client && draft->tls_server)
    {
        SAY(ov_parse_error, draft->client ? "client" : "tls-client",
            "one program can't be client and server: '%s' contradicts '%s'",
            draft->client ? "client" : "tls-client",
            is_given(parse, "server")          ? "server"
            : draft->has_server6               ? "server-ipv6"
            : is_given(parse, "server-bridge") ? "server-bridge"
                                               : "tls-server");
        return false;
    }
    if (draft->tls_client && draft->pull && !draft->mode_server)
    {
        parse->config->role = OV_ROLE_CLIENT;
        return true;
    }
    if (draft->tls_server && draft->mode_server && !draft->pull)
    {
        parse->config->role = OV_ROLE_SERVER;
        return true;
    }
    if (draft->tls_client && draft->mode_server)
    {
        SAY(ov_parse_error, "mode", "'mode server' contradicts 'tls-client'");
    }
    else if (draft->tls_client || (draft->tls_server && !draft->pull))
    {
        be_peer(parse, draft->tls_client ? OV_ROLE_CLIENT : OV_ROLE_SERVER);
        return true;
    }
    else
    {
        SAY(ov_parse_error, NULL,
            "neither client nor server: add 'client', or 'server' with a network for the tunnel");
    }
    return false;
}

static void check_role_options(struct ov_parse *parse)
{
    bool server = parse->config->role == OV_ROLE_SERVER;
    const bool p2p = parse->config->p2p;
    uint16_t wrong = p2p ? OV_ONLY_SERVER : server ? OV_ONLY_CLIENT : OV_ONLY_SERVER;
    for (size_t i = 0; i < ov_option_count(); i++)
    {
        const struct ov_option *option = ov_option_at(i);
        if (parse->given[i].file != NULL && (option->scope & wrong) != 0)
        {
            SAY(ov_parse_error, option->name, "'%s' is for a %s, and this is a %s", option->name,
                server && !p2p ? "client" : "server",
                p2p      ? "peer (point to point)"
                : server ? "server"
                         : "client");
        }
    }
}

static void check_dev(struct ov_parse *parse)
{
    const char *dev = parse->config->tunnel.dev;
    if (dev == NULL)
    {
        if (!is_given(parse, "dev"))
        {
            SAY(ov_parse_error, NULL, "'dev' is missing: add 'dev tun'");
        }
        return;
    }
    if (strncmp(dev, "tun", 3) != 0 && strncmp(dev, "tap", 3) != 0 && strcmp(dev, "null") != 0 &&
        parse->draft.dev_type == NULL && !is_given(parse, "dev-type"))
    {
        SAY(ov_parse_error, "dev", "the name '%s' doesn't say what kind of device it is: add 'dev-type tun'",
            dev);
    }
    ov_parse_check_dev_options(parse);
}

static void finish_bind(struct ov_parse *parse)
{
    const struct ov_config *config = parse->config;
    static const char *const others[] = {"lport", "local", "bind"};
    ov_parse_finish_local(parse);
    if (config->bind)
    {
        return;
    }
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
    {
        if (is_given(parse, others[i]))
        {
            SAY(ov_parse_error, others[i], "'%s' contradicts 'nobind'", others[i]);
        }
    }
}

/* A container brings all three; a fingerprint makes the authority superfluous; where a login does, a client needs
 * neither certificate nor key. */
static bool is_excused(const struct ov_parse *parse, const char *name)
{
    const bool ca = strcmp(name, "ca") == 0;
    const bool by_login = parse->config->role == OV_ROLE_CLIENT && is_given(parse, "auth-user-pass") &&
                          !is_given(parse, "cert") && !is_given(parse, "key");
    const bool on_token = is_given(parse, "pkcs11-id") || is_given(parse, "pkcs11-id-management");
    const bool elsewhere = on_token || is_given(parse, strcmp(name, "cert") == 0 ? "management-external-cert"
                                                                                 : "management-external-key");
    return is_given(parse, "pkcs12") || (!ca && elsewhere) || (ca && is_given(parse, "capath")) ||
           (ca && is_given(parse, "peer-fingerprint")) || (!ca && by_login);
}

static void check_keys(struct ov_parse *parse)
{
    const struct ov_config *config = parse->config;
    const char *who = config->role == OV_ROLE_SERVER ? "server" : "client";
    const struct
    {
        const char *name;
        const struct ov_text *text;
        const char *what;
    } keys[] = {
        {"ca", &config->ca, "the certificate authority"},
        {"cert", &config->cert, "its own certificate"},
        {"key", &config->key, "its own private key"},
    };
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
    {
        /* One that is given but can't be read has its own error already. */
        if (keys[i].text->from == NULL && !is_given(parse, keys[i].name) && !is_excused(parse, keys[i].name))
        {
            SAY(ov_parse_error, NULL, "a %s needs '%s': %s, as a file name or an inline block", who,
                keys[i].name, keys[i].what);
        }
    }
}

static void check_remote_cert(struct ov_parse *parse)
{
    bool server = parse->config->role == OV_ROLE_SERVER;
    const char *given = parse->draft.remote_cert_tls;
    const char *other = server ? "client" : "server";
    if (given != NULL && strcmp(given, other) != 0)
    {
        SAY(ov_parse_error, "remote-cert-tls", "remote-cert-tls must be '%s' on a %s", other,
            server ? "server" : "client");
    }
    else if (given == NULL && !server && !is_given(parse, "remote-cert-tls"))
    {
        SAY(ov_parse_warn, NULL,
            "without 'remote-cert-tls server' every certificate of this authority can play the server");
    }
    parse->config->remote_cert_tls = given != NULL;
}

/* One thing protects the control channel; only a server may have tls-crypt-v2 and one of the others for clients
 * of both kinds [WP-TC2-014]. */
static void check_control_keys(struct ov_parse *parse)
{
    const struct ov_config *config = parse->config;
    const bool v2 = is_given(parse, "tls-crypt-v2");
    if (is_given(parse, "tls-auth") && is_given(parse, "tls-crypt"))
    {
        SAY(ov_parse_error, "tls-auth", "'tls-auth' contradicts 'tls-crypt'");
    }
    if (v2 && config->role == OV_ROLE_CLIENT && (is_given(parse, "tls-auth") || is_given(parse, "tls-crypt")))
    {
        SAY(ov_parse_error, "tls-crypt-v2", "on a client 'tls-crypt-v2' contradicts '%s'",
            is_given(parse, "tls-auth") ? "tls-auth" : "tls-crypt");
    }
    if (is_given(parse, "tls-auth") && config->auth_none) /* [WP-TLA-006] */
    {
        SAY(ov_parse_error, "tls-auth", "'tls-auth' needs a digest, and 'auth none' takes it away");
    }
    if (is_given(parse, "tls-crypt-v2-max-age") && !v2)
    {
        SAY(ov_parse_error, "tls-crypt-v2-max-age", "'tls-crypt-v2-max-age' needs 'tls-crypt-v2'");
    }
}

static void finish_tls(struct ov_parse *parse)
{
    struct ov_config *config = parse->config;
    config->reneg_bytes_given = is_given(parse, "reneg-bytes");
    if (config->tls_version_min != OV_TLS_VERSION_DEFAULT &&
        config->tls_version_max != OV_TLS_VERSION_DEFAULT &&
        config->tls_version_min > config->tls_version_max)
    {
        SAY(ov_parse_error, "tls-version-max", "'tls-version-max' is below 'tls-version-min'");
    }
    if (!parse->draft.has_reneg_min)
    {
        /* A server draws from the last tenth, so that clients that came together
         * don't come again together [WP-STATE-023]. */
        config->reneg_min_s =
            config->role == OV_ROLE_SERVER ? config->reneg_s - config->reneg_s / 10 : config->reneg_s;
    }
}

static void finish_remotes(struct ov_parse *parse)
{
    struct ov_config *config = parse->config;
    struct ov_remote *remotes = parse->draft.remotes.items;
    if (config->role == OV_ROLE_CLIENT && parse->draft.remotes.count == 0 && !is_given(parse, "remote") &&
        !is_given(parse, "connection"))
    {
        SAY(ov_parse_error, NULL, "a client needs 'remote': where is the server?");
    }
    for (size_t i = 0; i < parse->draft.remotes.count; i++)
    {
        remotes[i].port = remotes[i].port != 0 ? remotes[i].port : config->rport;
        remotes[i].proto = remotes[i].proto != OV_PROTO_LATER ? remotes[i].proto : config->proto;
    }
    point_at(parse, config->proxy.kind == OV_PROXY_HTTP ? "http-proxy" : "socks-proxy");
    for (size_t i = 0; i < parse->draft.remotes.count && parse->draft.connections.count == 0; i++)
    {
        ov_parse_check_proxy(parse, remotes[i].proto);
    }
    point_at(parse, NULL);
    ov_parse_force_proto(parse);
    config->remotes = remotes;
    config->remotes_count = parse->draft.remotes.count;
}

/* Names such as tcp-server say which end this is. */
static void check_proto(struct ov_parse *parse)
{
    const bool server = parse->config->role == OV_ROLE_SERVER;
    if (ov_parse_is_static(parse))
    {
        return; /* both ends have the same role */
    }
    if (parse->draft.tcp_role == (server ? OV_TCP_ROLE_CLIENT : OV_TCP_ROLE_SERVER))
    {
        SAY(ov_parse_error, "proto", "this is a %s: its proto is 'tcp' or 'tcp-%s'",
            server ? "server" : "client", server ? "server" : "client");
    }
}

/* The end of a TCP connection is notice enough [WP-CLI-012]. */
static void finish_exit_notify(struct ov_parse *parse)
{
    struct ov_config *config = parse->config;
    bool any_udp = config->role == OV_ROLE_SERVER && ov_config_serves(config, false);
    for (size_t i = 0; i < config->remotes_count; i++)
    {
        any_udp = any_udp || !ov_proto_is_tcp(config->remotes[i].proto);
    }
    if (config->exit_notify > 0 && !any_udp && parse->draft.connections.count == 0)
    {
        SAY(ov_parse_warn, "explicit-exit-notify", "'explicit-exit-notify' is ignored with proto tcp");
        config->exit_notify = 0;
    }
}

static void finish_server(struct ov_parse *parse)
{
    const struct ov_config *config = parse->config;
    if (config->role != OV_ROLE_SERVER || config->p2p)
    {
        return;
    }
    const bool own4 = is_given(parse, "ifconfig");
    const bool own6 = is_given(parse, "ifconfig-ipv6");
    if (!is_given(parse, "server") && !is_given(parse, "server-ipv6") && !own4 && !own6 &&
        !is_given(parse, "server-bridge") && !config->tunnel.tap)
    {
        SAY(ov_parse_error, NULL, "a server needs 'server network netmask': the addresses of the tunnel");
    }
    if ((own4 && is_given(parse, "server")) || (own6 && is_given(parse, "server-ipv6")))
    {
        const char *name = own4 && is_given(parse, "server") ? "ifconfig" : "ifconfig-ipv6";
        const char *helper = name[8] == '\0' ? "server" : "server-ipv6";
        SAY(ov_parse_error, name, "'%s' contradicts '%s', which sets the server's own address", name, helper);
    }
    ov_parse_check_bridge(parse);
    if (parse->draft.has_pool4 && is_given(parse, "server") && !parse->draft.nopool)
    {
        SAY(ov_parse_error, "ifconfig-pool",
            "'ifconfig-pool' contradicts 'server' without 'nopool', which has a pool");
    }
    if (parse->draft.has_pool6 && is_given(parse, "server-ipv6"))
    {
        SAY(ov_parse_error, "ifconfig-ipv6-pool",
            "'ifconfig-ipv6-pool' contradicts 'server-ipv6', which has a pool");
    }
    if (config->exit_notify > 2)
    {
        SAY(ov_parse_error, "explicit-exit-notify",
            "explicit-exit-notify must be 0, 1 or 2 on a server, not %u", config->exit_notify);
    }
}

static void finish_keepalive(struct ov_parse *parse)
{
    struct ov_keepalive *keepalive = &parse->config->keepalive;
    static const char *const timers[] = {"keepalive", "ping-restart", "ping-exit"};
    bool given = false;
    for (size_t i = 0; i < sizeof(timers) / sizeof(timers[0]); i++)
    {
        given = given || is_given(parse, timers[i]);
    }
    if (parse->config->role == OV_ROLE_CLIENT && !parse->config->p2p && !given)
    {
        keepalive->ping_restart_s = 120; /* [WP-PING-004] */
    }
}

/* What the second word of ifconfig is depends on the topology [WP-PUSH-020]. */
static bool finish_ifconfig(struct ov_parse *parse)
{
    struct ov_tunnel *tunnel = &parse->config->tunnel;
    const char *const *word = parse->draft.ifconfig;
    const bool subnet =
        tunnel->tap || tunnel->topology == OV_TOPOLOGY_SUBNET || tunnel->topology == OV_TOPOLOGY_UNSET;
    uint32_t second = 0;
    uint8_t bits = 0;
    const bool read = ov_value_ip4(word[0], &tunnel->ip4) && ov_value_ip4(word[1], &second);
    const bool mask = read && ov_value_mask4(second, &bits) && bits > 0;
    if (!read || subnet != mask)
    {
        ov_parse_fatal(parse, "ifconfig: '%.60s' is %s (topology is %s)", word[1],
                       mask ? "a netmask, not the address of the other end" : "not a netmask",
                       tunnel->tap ? "that of a tap device" : ov_topology_name(tunnel->topology));
        return false;
    }
    tunnel->has_ip4 = true;
    tunnel->ip4_bits = subnet ? bits : 32;
    tunnel->has_ip4_remote = !subnet;
    tunnel->ip4_remote = subnet ? 0 : second;
    return true;
}

/* Addresses and routes: the same for a configuration and for a push reply. */
void ov_parse_finish_tunnel(struct ov_parse *parse)
{
    struct ov_tunnel *tunnel = &parse->config->tunnel;
    struct ov_route4 *routes4 = parse->draft.routes4.items;
    struct ov_route6 *routes6 = parse->draft.routes6.items;
    tunnel->topology = tunnel->tap ? OV_TOPOLOGY_SUBNET : parse->draft.topology;
    if (parse->draft.ifconfig[0] != NULL && !finish_ifconfig(parse))
    {
        return;
    }
    for (size_t i = 0; i < parse->draft.routes4.count; i++)
    {
        routes4[i].metric =
            routes4[i].metric != OV_INFINITE ? routes4[i].metric : parse->config->route_metric;
    }
    for (size_t i = 0; i < parse->draft.routes6.count; i++)
    {
        routes6[i].metric =
            routes6[i].metric != OV_INFINITE ? routes6[i].metric : parse->config->route_metric;
    }
    tunnel->routes4 = routes4;
    tunnel->routes4_count = parse->draft.routes4.count;
    tunnel->routes6 = routes6;
    tunnel->routes6_count = parse->draft.routes6.count;
    ov_parse_take_hooks(parse);
}

void ov_parse_finish(struct ov_parse *parse)
{
    struct ov_config *config = parse->config;
    if (parse->failed == OV_OK && (config->wish == OV_WISH_MKTUN || config->wish == OV_WISH_RMTUN))
    {
        ov_parse_finish_dev(parse);
    }
    if (parse->failed != OV_OK || (config->wish != OV_WISH_RUN && config->wish != OV_WISH_CHECK))
    {
        return;
    }
    parse->scope = 0;
    point_at(parse, NULL);
    ov_parse_finish_dev(parse);
    if (!find_role(parse))
    {
        return;
    }
    config->topology_given = parse->draft.topology != OV_TOPOLOGY_UNSET;
    check_role_options(parse);
    check_dev(parse);
    finish_bind(parse);
    ov_parse_finish_compat(parse);
    if (ov_parse_is_static(parse))
    {
        ov_parse_finish_static(parse);
    }
    else
    {
        check_keys(parse);
        check_remote_cert(parse);
        check_control_keys(parse);
        ov_parse_finish_ciphers(parse);
    }
    finish_tls(parse);
    ov_parse_timers(parse);
    finish_remotes(parse);
    finish_server(parse);
    check_proto(parse);
    finish_exit_notify(parse);
    ov_parse_finish_framing(parse);
    finish_keepalive(parse);
    ov_parse_finish_login(parse);
    ov_parse_finish_certs(parse);
    ov_parse_finish_management(parse);
    ov_parse_finish_pkcs11(parse);
    ov_parse_expand(parse);
    point_at(parse, "ifconfig");
    ov_parse_finish_tunnel(parse);
    point_at(parse, NULL);
    ov_parse_finish_hooks(parse);
    ov_parse_finish_dns(parse);
    config->tun_mtu_max = config->tun_mtu_max > config->tunnel.mtu ? config->tun_mtu_max : config->tunnel.mtu;
    if (config->role == OV_ROLE_CLIENT && parse->draft.connections.count > 0)
    {
        ov_parse_connections(parse);
        finish_remotes(parse);
    }
    if (config->wish == OV_WISH_CHECK)
    {
        ov_doctor_examine(parse);
    }
}
