#ifndef OV_OPTIONS_PARSE_H
#define OV_OPTIONS_PARSE_H

/* Inside of options/ only: the state of reading one configuration or push
 * reply, and the verbs that the setters of the table use. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "options/client.h"
#include "options/config.h"
#include "options/diag.h"
#include "options/lexer.h"
#include "options/push.h"
#include "options/table.h"

#define OV_CONFIG_DEPTH  10u                  /* config inside config */
#define OV_CONFIG_OCTETS (4u * 1024u * 1024u) /* largest configuration file */
#define OV_KEY_OCTETS    (1024u * 1024u)      /* largest certificate or key file or block */

/* --server: what its netmask may be. */
#define OV_SERVER_BITS_MIN 16
#define OV_SERVER_BITS_MAX 29 /* one more with tap */
#define OV_SERVER_MASK_TEXT                                                                                  \
    "server: the netmask must be from 255.255.0.0 (/%d) to 255.255.255.248 (/%d), not %s"

/* A growing array in the arena. */
struct ov_list
{
    void *items;
    size_t count;
    size_t cap;
};

/* Values that become settings only when everything has been read. */
/* Which end of TCP the name of a proto stands for. */
enum ov_tcp_role
{
    OV_TCP_ROLE_ANY = 0,
    OV_TCP_ROLE_CLIENT,
    OV_TCP_ROLE_SERVER
};

struct ov_draft
{
    enum ov_tcp_role tcp_role;
    bool client, tls_client, tls_server, pull, mode_server;
    bool has_server;
    bool has_bridge;  /* --server-bridge ... */
    bool bridge_dhcp; /* ... without addresses: those are DHCP's ... */
    bool bridge_nogw; /* ... and its gateway is nobody's */
    uint32_t bridge_gateway, bridge_mask, bridge_first, bridge_last;
    bool has_mtu_extra;
    bool nopool;
    bool has_pool4, has_pool6;
    uint32_t pool_first, pool_last, pool_mask; /* mask 0: none given */
    uint8_t pool6[16];
    uint8_t pool6_bits;
    uint32_t server_net;
    uint8_t server_bits;
    bool has_server6;
    uint8_t server6[16];
    uint8_t server6_bits;
    bool has_keepalive;
    uint32_t keepalive_ping_s, keepalive_restart_s;
    enum ov_topology topology;
    const char *dev_type;
    const char *ifconfig[2]; /* as written; the second one's meaning depends on topology */
    const char *remote_cert_tls;
    bool has_occ_cipher;
    uint32_t compat;         /* 20400 for 2.4.0; 0: as now */
    const char *proto_force; /* "udp", "tcp"; NULL: any */
    bool has_reneg_min;
    uint32_t connect_timeout_s; /* 0: not given */
    uint32_t server_poll_s;
    enum ov_proxy_kind proxy;   /* given here, not by what a <connection> block is based on */
    struct ov_list locals;      /* struct ov_local_line */
    struct ov_list remotes;     /* struct ov_remote; port 0: take rport, proto OV_PROTO_COUNT: take proto */
    struct ov_list connections; /* <connection> blocks; connection.c knows their shape */
    struct ov_list routes4;     /* struct ov_route4; metric OV_INFINITE: take route-metric */
    struct ov_list routes6;
    struct ov_list fingerprints; /* struct ov_fingerprint */
    struct ov_list pull_filters; /* struct ov_pull_filter */
    struct ov_list push;         /* const char * */
    struct ov_list ignored;      /* const char *: names of ignore-unknown-option */
    struct ov_list variables;    /* struct ov_variable */
    struct ov_list echoes;       /* struct ov_echo */
    struct ov_list foreign;      /* const char *: dhcp-option */
    struct ov_list dns_servers;  /* struct ov_dns_server, by number */
    struct ov_list dns_search;   /* const char * */
    struct ov_list nat;          /* struct ov_nat_rule */
    uint32_t link_mtu;           /* --link-mtu; 0: not given */
    const char *remote_hint;     /* --ip-remote-hint; NULL: none */
    bool has_override;           /* --http-proxy-override: this one instead of all others */
    struct ov_proxy_options override;
};

/* One `local`: what it leaves open is what lport and proto say, wherever they stand. */
struct ov_local_line
{
    struct ov_listener listener; /* proto OV_PROTO_LATER: not said */
    bool has_port;
    enum ov_tcp_role tcp_role;
    const char *file;
    uint32_t line;
};

/* Settings of one client while they are being read. */
struct ov_client_draft
{
    struct ov_client_config config; /* all but its lists */
    struct ov_list iroutes4;        /* struct ov_route4 */
    struct ov_list iroutes6;
};

#define OV_PROTO_LATER ((enum ov_proto)(OV_PROTO_TCP6 + 1))

/* Where an option was given last; line 0 and file NULL: never. */
struct ov_place
{
    const char *file;
    uint32_t line;
};

struct ov_parse
{
    struct ov_arena *arena;
    struct ov_diags *diags;
    const struct ov_loader *loader; /* NULL: nothing can be loaded */
    struct ov_config *config;       /* being filled */
    struct ov_pulled *pulled;       /* push reply only, else NULL */
    const struct ov_proto_flags *announced;
    struct ov_client_draft *own; /* settings of one client only, else NULL */
    struct ov_draft draft;
    uint16_t scope;      /* OV_IN_FILE, OV_IN_ARGS, OV_IN_PUSH or OV_IN_CLIENT: what is being read */
    uint16_t file_scope; /* what files are: OV_IN_FILE or OV_IN_CLIENT */
    const char *file;
    uint32_t line;
    const char *option;
    uint32_t depth;
    const char *files[OV_CONFIG_DEPTH]; /* open now, outermost first */
    struct ov_place *given;             /* one for each row of the table */
    uint32_t continuation;              /* push reply: 0 none, 1, 2 */
    enum ov_err failed; /* OV_ERR_NOMEM, OV_ERR_LIMIT or a fatal push option: reading is over */
};

void ov_config_defaults(struct ov_config *config);
/* False: out of memory (noted in .failed). */
bool ov_parse_init(struct ov_parse *parse, struct ov_arena *arena, struct ov_diags *diags,
                   const struct ov_loader *loader, struct ov_config *config);

/* Say what is wrong with the option being read. In a push reply that only
 * skips the option [WP-PUSH-016]. */
void ov_parse_error(struct ov_parse *parse, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The same, but a push reply is over too. */
void ov_parse_fatal(struct ov_parse *parse, const char *format, ...) __attribute__((format(printf, 2, 3)));
void ov_parse_warn(struct ov_parse *parse, const char *format, ...) __attribute__((format(printf, 2, 3)));
void ov_parse_note(struct ov_parse *parse, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A number with an error message of its own; what names the value. */
bool ov_parse_number(struct ov_parse *parse, const char *what, const char *text, uint32_t low, uint32_t high,
                     uint32_t *out);
/* The same with ov_parse_fatal. */
bool ov_parse_vital_number(struct ov_parse *parse, const char *what, const char *text, uint32_t low,
                           uint32_t high, uint32_t *out);
/* Words that stand for an address in a route; OV_ROUTE_ADDRESS: none of them. */
enum ov_route_word ov_parse_route_word(const char *text);
/* What --pull-filter says of an option as it was pushed. True: it is not to be taken. */
bool ov_parse_filtered(struct ov_parse *parse, const char *text, size_t len);
bool ov_parse_append(struct ov_parse *parse, struct ov_list *list, const void *item, size_t size);

/* The file that word[1] names, or the block. False: the error is said. */
bool ov_parse_file(struct ov_parse *parse, const struct ov_line *line, struct ov_text *out);

/* One option: word[0] is its name, the rest its arguments. */
void ov_parse_option(struct ov_parse *parse, const struct ov_line *line);
/* A whole file's text; a loaded one is included by the setter of --config. */
void ov_parse_text(struct ov_parse *parse, const char *name, const char *text, size_t len);
void ov_parse_include(struct ov_parse *parse, const char *path);

const struct ov_place *ov_parse_given(const struct ov_parse *parse, const char *name);

/* What is said next belongs to where this option was given last; NULL: to the configuration as a whole. */
void ov_parse_point_at(struct ov_parse *parse, const char *name);
/* When everything is read: what options say together. */
void ov_parse_finish(struct ov_parse *parse);
/* Resolve what both a configuration and a push reply leave open (ifconfig, metrics). */
void ov_parse_finish_tunnel(struct ov_parse *parse);
/* Without 'secret': the name of --cipher, and lists that allow too much. */
void ov_parse_finish_ciphers(struct ov_parse *parse);
/* finish_static.c: a 'secret' was given, whatever it was worth; nothing contradicts it, else the error is said; what
 * it means. */
bool ov_parse_is_static(const struct ov_parse *parse);
bool ov_parse_static_alone(struct ov_parse *parse);
void ov_parse_finish_static(struct ov_parse *parse);
/* The sockets that --local, --lport and --proto describe (set_local.c). */
void ov_parse_finish_local(struct ov_parse *parse);
/* --compress, --comp-lzo, --allow-compression and --fragment together (set_compress.c). */
void ov_parse_finish_framing(struct ov_parse *parse);
/* Is the device tun or tap, and what follows from that (set_tap.c). */
void ov_parse_finish_dev(struct ov_parse *parse);
/* Which of the options that only one kind of device has are there for the other. */
void ov_parse_check_dev_options(struct ov_parse *parse);
/* vlan-tagging and what belongs to it (set_vlan.c). */
void ov_parse_check_vlan(struct ov_parse *parse);
/* --server-bridge beside other options. */
void ov_parse_check_bridge(struct ov_parse *parse);
void ov_parse_expand_bridge(struct ov_parse *parse);
/* An option for the push list, made as printf does. */
void ov_parse_push(struct ov_parse *parse, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* --server, --server-ipv6, --keepalive as 2.x expands them, and the push list. */
void ov_parse_expand(struct ov_parse *parse);
/* <connection> blocks become remotes; to be called when everything else is settled. */
void ov_parse_connections(struct ov_parse *parse);
/* connect-timeout and server-poll-timeout, where one was given. */
void ov_parse_timers(struct ov_parse *parse);

/* --compat-mode; --proto-force (set_compat.c). */
void ov_parse_finish_compat(struct ov_parse *parse);
void ov_parse_force_proto(struct ov_parse *parse);
/* Does the proxy carry this protocol? (set_proxy.c) */
void ov_parse_check_proxy(struct ov_parse *parse, enum ov_proto proto);

/* --http-proxy-override and --ip-remote-hint, once it is known where remotes are (set_remote.c). */
void ov_parse_override(struct ov_parse *parse);
/* --link-mtu as a tun-mtu; --shaper and its like (set_outer.c). */
void ov_parse_link_mtu(struct ov_parse *parse);
void ov_parse_finish_outer(struct ov_parse *parse);

/* What options of one job say together (set_login.c). */
void ov_parse_finish_login(struct ov_parse *parse);
void ov_parse_finish_certs(struct ov_parse *parse);
void ov_parse_finish_management(struct ov_parse *parse);
void ov_parse_finish_pkcs11(struct ov_parse *parse);
/* Programs for the tunnel and what they are told (set_hooks.c, set_dns.c). */
void ov_parse_finish_hooks(struct ov_parse *parse);
void ov_parse_finish_dns(struct ov_parse *parse);
/* The lists of the draft become the configuration's; a pull begins with those of the configuration. */
void ov_parse_take_hooks(struct ov_parse *parse);
void ov_parse_copy_hooks(struct ov_parse *parse, const struct ov_hook_options *hooks);
/* A program to call, with arguments in the same text. False: the error is said. */
bool ov_parse_command(struct ov_parse *parse, const char *option, const char *text, struct ov_command *out);

/* Words of options about sockets (set_link.c). False: the error is said. */
bool ov_parse_proto(struct ov_parse *parse, const char *text, enum ov_proto *out, enum ov_tcp_role *role);
bool ov_parse_port(struct ov_parse *parse, const char *text, uint32_t low, uint16_t *out);

/* Setters used by the table. */
#define OV_SETTER(name)                                                                                      \
    void ov_set_##name(struct ov_parse *parse, const struct ov_option *option __attribute__((unused)),       \
                       const struct ov_line *line __attribute__((unused)))
OV_SETTER(config);
OV_SETTER(cd);
OV_SETTER(connect_timeout);
OV_SETTER(connection);
OV_SETTER(check_config);
OV_SETTER(daemon);
OV_SETTER(log);
OV_SETTER(nice);
OV_SETTER(remap_usr1);
OV_SETTER(show_ciphers);
OV_SETTER(show_digests);
OV_SETTER(syslog);
OV_SETTER(help);
OV_SETTER(man);
OV_SETTER(version);
OV_SETTER(genkey);
OV_SETTER(status);
OV_SETTER(ignore_unknown);
OV_SETTER(mode);
OV_SETTER(client);
OV_SETTER(tls_client);
OV_SETTER(tls_server);
OV_SETTER(pull);
OV_SETTER(proto);
OV_SETTER(local);
OV_SETTER(port_share);
OV_SETTER(port);
OV_SETTER(lport);
OV_SETTER(rport);
OV_SETTER(nobind);
OV_SETTER(bind);
OV_SETTER(remote);
OV_SETTER(socket_flags);
OV_SETTER(resolv_retry);
OV_SETTER(connect_retry);
OV_SETTER(exit_notify);
OV_SETTER(ping_restart);
OV_SETTER(ping_exit);
OV_SETTER(inactive);
OV_SETTER(keepalive);
OV_SETTER(dh);
OV_SETTER(remote_cert_tls);
OV_SETTER(tls_auth);
OV_SETTER(secret);
OV_SETTER(providers);
OV_SETTER(key_direction);
OV_SETTER(tls_crypt_v2);
OV_SETTER(tls_version);
OV_SETTER(reneg);
OV_SETTER(data_ciphers);
OV_SETTER(fallback);
OV_SETTER(cipher);
OV_SETTER(auth);
OV_SETTER(replay_window);
OV_SETTER(mssfix);
OV_SETTER(allow_compression);
OV_SETTER(comp_lzo);
OV_SETTER(compress);
OV_SETTER(fragment);
OV_SETTER(data_path);
OV_SETTER(data_threads);
OV_SETTER(tun_mtu);
OV_SETTER(dev);
OV_SETTER(dev_type);
OV_SETTER(lladdr);
OV_SETTER(mtu_extra);
OV_SETTER(mktun);
OV_SETTER(rmtun);
OV_SETTER(server_bridge);
OV_SETTER(stale_routes);
OV_SETTER(max_routes);
OV_SETTER(vlan_accept);
OV_SETTER(vlan_pvid);
OV_SETTER(topology);
OV_SETTER(ifconfig);
OV_SETTER(ifconfig6);
OV_SETTER(route);
OV_SETTER(route6);
OV_SETTER(route_gateway);
OV_SETTER(redirect);
OV_SETTER(management);
OV_SETTER(external_key);
OV_SETTER(pkcs11_providers);
OV_SETTER(pkcs11_protected);
OV_SETTER(pkcs11_cert_private);
OV_SETTER(pkcs11_private_mode);
OV_SETTER(show_pkcs11_ids);
OV_SETTER(pull_filter);
OV_SETTER(route_delay);
OV_SETTER(server);
OV_SETTER(server6);
OV_SETTER(push);
OV_SETTER(connect_freq);
OV_SETTER(pool4);
OV_SETTER(pool6);
OV_SETTER(connect_freq_initial);
OV_SETTER(peer_id);
OV_SETTER(protocol_flags);
OV_SETTER(key_derivation);
OV_SETTER(continuation);
OV_SETTER(auth_user_pass);
OV_SETTER(auth_retry);
OV_SETTER(auth_token);
OV_SETTER(auth_token_user);
OV_SETTER(static_challenge);
OV_SETTER(auth_verify);
OV_SETTER(cr_response);
OV_SETTER(gen_token);
OV_SETTER(client_cert);
OV_SETTER(crl_verify);
OV_SETTER(verify_name);
OV_SETTER(fingerprint);
OV_SETTER(askpass);
OV_SETTER(cert_profile);
OV_SETTER(username_field);
OV_SETTER(tls_verify);
OV_SETTER(key_verify);
OV_SETTER(http_proxy);
OV_SETTER(http_proxy_login);
OV_SETTER(http_proxy_option);
OV_SETTER(socks_proxy);
OV_SETTER(disable);
OV_SETTER(push_reset);
OV_SETTER(override_username);
OV_SETTER(push_remove);
OV_SETTER(ifconfig_push);
OV_SETTER(ifconfig6_push);
OV_SETTER(iroute);
OV_SETTER(iroute6);
OV_SETTER(client_connect);
OV_SETTER(client_disconnect);
OV_SETTER(learn_address);
OV_SETTER(cert_usage);
OV_SETTER(ns_cert_type);
OV_SETTER(mtu_disc);
OV_SETTER(proto_force);
OV_SETTER(route6_gateway);
OV_SETTER(push_constraint);
OV_SETTER(compat_mode);
OV_SETTER(pool_persist);
OV_SETTER(hook);
OV_SETTER(setenv);
OV_SETTER(echo);
OV_SETTER(setenv_safe);
OV_SETTER(dhcp_option);
OV_SETTER(dns);
OV_SETTER(dns_updown);
OV_SETTER(override_username);
OV_SETTER(dev_node);
OV_SETTER(client_nat);
OV_SETTER(link_mtu);
OV_SETTER(remote_hint);
OV_SETTER(http_proxy_override);
OV_SETTER(show_tls);
OV_SETTER(show_groups);
OV_SETTER(show_gateway);
OV_SETTER(test_crypto);

#endif
