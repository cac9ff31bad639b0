#ifndef OV_APP_FACTS_H
#define OV_APP_FACTS_H

#include <netinet/in.h>

#include "app/environment.h"
#include "app/interface.h"
#include "app/program.h"
#include "base/addr.h"

/* What programs are told by their environment, in the words of the manual of 2.x. */

#define OV_FACTS_IP INET6_ADDRSTRLEN

/* Of the configuration: config, verb, daemon..., proto_1, remote_1, ..., and the variables of --setenv. */
void ov_facts_config(struct ov_environment *env, const struct ov_config *config);
/* The same, and daemon_start_time. */
void ov_facts_program(struct ov_environment *env, const struct ov_program *program);
/* side "trusted" or "untrusted": trusted_ip (or trusted_ip6) and trusted_port. */
void ov_facts_peer(struct ov_environment *env, const char *side, const struct ov_addr *addr);
/* Of the tunnel: dev, tun_mtu, ifconfig_local, ..., route_network_1, ... */
void ov_facts_tunnel(struct ov_environment *env, const struct ov_config *effective,
                     const struct ov_interface *iface);
/* facts_routes.c: redirect_gateway, route_net_gateway, route_network_1, ... */
void ov_facts_routes(struct ov_environment *env, const struct ov_tunnel *tunnel,
                     const struct ov_interface *iface);
/* facts_dns.c: name servers, and foreign_option_1, ... True: *command is to be told, and not 'up'. */
bool ov_facts_dns(struct ov_environment *env, const struct ov_program *program,
                  const struct ov_config *effective, struct ov_command *command);

void ov_facts_ip(const struct ov_addr *addr, char out[static OV_FACTS_IP]);
/* "SIGTERM[hard,]" is "sigterm". */
void ov_facts_signal(const char *name, char *out, size_t cap);

#endif
