#include "app/facts.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "options/values.h"

void ov_facts_ip(const struct ov_addr *addr, char out[static OV_FACTS_IP])
{
    out[0] = '\0';
    (void)inet_ntop(addr->family == 6 ? AF_INET6 : AF_INET, addr->ip, out, OV_FACTS_IP);
}

void ov_facts_signal(const char *name, char *out, size_t cap)
{
    size_t i = 0;
    for (; name[i] != '\0' && name[i] != '[' && i + 1 < cap; i++)
    {
        out[i] = (char)tolower((unsigned char)name[i]);
    }
    out[i] = '\0';
}

/* ---- the configuration ---- */

static const char *proto_name(enum ov_proto proto, enum ov_role role)
{
    static const char *const udp[] = {"udp", "udp4", "udp6"};
    static const char *const tcp[2][3] = {{"tcp-client", "tcp4-client", "tcp6-client"},
                                          {"tcp-server", "tcp4-server", "tcp6-server"}};
    return ov_proto_is_tcp(proto) ? tcp[role == OV_ROLE_SERVER][proto - OV_PROTO_TCP] : udp[proto];
}

static void add_number_nth(struct ov_environment *env, const char *name, size_t n, uint32_t value)
{
    char text[12];
    (void)snprintf(text, sizeof text, "%u", value);
    ov_environment_add_nth(env, name, n, text);
}

static void add_connection(struct ov_environment *env, const struct ov_config *config, size_t n,
                           const struct ov_remote *remote)
{
    ov_environment_add_nth(env, "proto", n,
                           proto_name(remote != NULL ? remote->proto : config->proto, config->role));
    if (remote != NULL && remote->host != NULL) /* none: it is waited for */
    {
        ov_environment_add_nth(env, "remote", n, remote->host);
    }
    add_number_nth(env, "remote_port", n, remote != NULL ? remote->port : config->rport);
    if (config->bind)
    {
        add_number_nth(env, "local_port", n, config->lport);
    }
    if (config->local != NULL)
    {
        ov_environment_add_nth(env, "local", n, config->local);
    }
}

/* The sockets after the first one [WP-SRV-014]. */
static void add_listeners(struct ov_environment *env, const struct ov_config *config)
{
    for (size_t i = 1; i < config->listeners_count; i++)
    {
        const struct ov_listener *one = &config->listeners[i];
        ov_environment_add_nth(env, "proto", i + 1, proto_name(one->proto, OV_ROLE_SERVER));
        add_number_nth(env, "local_port", i + 1, one->port);
        if (one->host != NULL)
        {
            ov_environment_add_nth(env, "local", i + 1, one->host);
        }
    }
}

void ov_facts_program(struct ov_environment *env, const struct ov_program *program)
{
    ov_facts_config(env, program->base);
    ov_environment_number(env, "daemon_start_time", program->started_s);
}

void ov_facts_config(struct ov_environment *env, const struct ov_config *config)
{
    const struct ov_hook_options *hooks = &config->hooks;
    ov_environment_number(env, "verb", config->verb);
    if (hooks->config_file != NULL)
    {
        ov_environment_add(env, "config", hooks->config_file);
    }
    ov_environment_number(env, "daemon", config->process.daemon);
    ov_environment_number(env, "daemon_log_redirect", config->process.log_file != NULL);
    ov_environment_number(env, "daemon_pid", (uint64_t)getpid());
    for (size_t i = 0; i < config->remotes_count; i++)
    {
        const struct ov_config *own = config->remotes[i].config;
        add_connection(env, own != NULL ? own : config, i + 1, &config->remotes[i]);
    }
    if (config->remotes_count == 0)
    {
        add_connection(env, config, 1, NULL);
    }
    add_listeners(env, config);
    for (size_t i = 0; i < hooks->variables_count; i++)
    {
        ov_environment_add(env, hooks->variables[i].name, hooks->variables[i].value);
    }
}

void ov_facts_peer(struct ov_environment *env, const char *side, const struct ov_addr *addr)
{
    char ip[OV_FACTS_IP], name[24];
    ov_facts_ip(addr, ip);
    (void)snprintf(name, sizeof name, "%s_ip%s", side, addr->family == 6 ? "6" : "");
    ov_environment_add(env, name, ip);
    (void)snprintf(name, sizeof name, "%s_port", side);
    ov_environment_number(env, name, addr->port);
}

/* ---- the tunnel ---- */

static void add_ip4(struct ov_environment *env, const char *name, uint32_t ip)
{
    char text[OV_IP4_TEXT];
    ov_environment_add(env, name, ov_value_ip4_text(ip, text));
}

static void add_addresses(struct ov_environment *env, const struct ov_tunnel *tunnel)
{
    char text[OV_IP6_TEXT];
    if (tunnel->has_ip4)
    {
        add_ip4(env, "ifconfig_local", tunnel->ip4);
        add_ip4(env, tunnel->has_ip4_remote ? "ifconfig_remote" : "ifconfig_netmask",
                tunnel->has_ip4_remote ? tunnel->ip4_remote : ov_value_bits4(tunnel->ip4_bits));
    }
    if (tunnel->has_ip6)
    {
        ov_environment_add(env, "ifconfig_ipv6_local", ov_value_ip6_text(tunnel->ip6, text));
        ov_environment_number(env, "ifconfig_ipv6_netbits", tunnel->ip6_bits);
        if (tunnel->has_ip6_remote)
        {
            ov_environment_add(env, "ifconfig_ipv6_remote", ov_value_ip6_text(tunnel->ip6_remote, text));
        }
    }
}

void ov_facts_tunnel(struct ov_environment *env, const struct ov_config *effective,
                     const struct ov_interface *iface)
{
    const struct ov_tunnel *tunnel = &effective->tunnel;
    const struct ov_hook_options *hooks = &effective->hooks;
    ov_environment_add(env, "dev", iface->tun != NULL ? iface->tun->name : tunnel->dev);
    ov_environment_add(env, "dev_type", tunnel->tap ? "tap" : "tun");
    ov_environment_number(env, "tun_mtu", tunnel->mtu);
    add_addresses(env, tunnel);
    /* Pushed ones too. */
    for (size_t i = 0; i < hooks->variables_count; i++)
    {
        ov_environment_add(env, hooks->variables[i].name, hooks->variables[i].value);
    }
    ov_facts_routes(env, tunnel, iface);
}
