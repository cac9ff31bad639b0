#include "app/manage_clients_private.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/environment.h"
#include "app/manage_loop.h"
#include "base/wipe.h"
#include "options/values.h"

struct ov_guest_record *ov_guest_record_of(const struct ov_manage_clients *clients, uint32_t cid)
{
    struct ov_guest_record *at = clients->first;
    while (at != NULL && at->cid != cid)
    {
        at = at->next;
    }
    return at;
}

void ov_guest_record_drop(struct ov_manage_clients *clients, struct ov_guest_record *record)
{
    struct ov_guest_record **at = &clients->first;
    while (*at != record)
    {
        at = &(*at)->next;
    }
    *at = record->next;
    clients->count--;
    free(record->settings);
    free(record->peer_info);
    ov_wipe(record, sizeof *record);
    free(record);
}

/* ---- what is told ---- */

/* Levels of 2.x: 1 leaves only certificate fields and names of clients, 2 leaves the fields out too. */
static bool passes(uint32_t level, const char *variable)
{
    static const char *const names[] = {"username=",
                                        "password=",
                                        "X509_0_CN=",
                                        "tls_serial_0=",
                                        "session_id=",
                                        "ifconfig_pool_remote_ip=",
                                        "ifconfig_pool_netmask=",
                                        "time_duration=",
                                        "bytes_sent=",
                                        "bytes_received="};
    if (level == 0 || (level == 1 && strncmp(variable, "X509_", 5) == 0))
    {
        return true;
    }
    for (size_t i = 0; level <= 2 && i < sizeof names / sizeof names[0]; i++)
    {
        if (strncmp(variable, names[i], strlen(names[i])) == 0)
        {
            return true;
        }
    }
    return false;
}

static void tell_environment(const struct ov_manage_clients *clients, const struct ov_environment *env)
{
    struct ov_manage *manage = clients->spec.manage;
    for (size_t i = 0; i < env->count; i++)
    {
        if (strncmp(env->list[i], "PATH=", 5) != 0 && passes(clients->filter, env->list[i]))
        {
            ov_manage_say(manage, ">CLIENT:ENV,%s", env->list[i]);
        }
    }
    ov_manage_say(manage, ">CLIENT:ENV,END");
}

static void add_outer(struct ov_environment *env, const char *side, const struct ov_addr *addr)
{
    char text[INET6_ADDRSTRLEN] = "", name[24];
    const bool six = addr->family == 6;
    (void)inet_ntop(six ? AF_INET6 : AF_INET, addr->ip, text, sizeof text);
    (void)snprintf(name, sizeof name, "%s_ip%s", side, six ? "6" : "");
    ov_environment_add(env, name, text);
    (void)snprintf(name, sizeof name, "%s_port", side);
    ov_environment_number(env, name, addr->port);
}

/* What every program is told too: of server, tunnel and the client's certificates. False: out of memory. */
static bool begin_environment(const struct ov_manage_clients *clients, const struct ov_guest_record *record,
                              struct ov_environment *env)
{
    if (!ov_environment_copy(env, clients->spec.world))
    {
        return false;
    }
    if (record->has_cert)
    {
        ov_cert_seen_tell_of(clients->spec.seen, record->fingerprint, env);
    }
    return true;
}

static void tell_login(struct ov_manage_clients *clients, const struct ov_guest_record *record,
                       const struct ov_login_request *request, const char *kind)
{
    struct ov_hub_stats stats;
    struct ov_environment env;
    const bool answer = strcmp(kind, "CR_RESPONSE") == 0;
    if (!begin_environment(clients, record, &env))
    {
        return;
    }
    ov_hub_stats(clients->spec.hub, &stats);
    ov_environment_number(&env, "n_clients", stats.peers);
    if (!answer)
    {
        ov_environment_add(&env, "password", request->password); /* in clear [WP-MGMT-012] */
    }
    add_outer(&env, "untrusted", &request->addr);
    if (answer) /* its key is active */
    {
        add_outer(&env, "trusted", &request->addr);
    }
    ov_environment_add(&env, "common_name", request->common_name);
    ov_environment_add(&env, "username", request->username);
    if (request->session_state[0] != '\0')
    {
        ov_environment_add(&env, "session_id", request->session_id);
        ov_environment_add(&env, "session_state", request->session_state);
    }
    ov_environment_peer_info(&env, request->peer_info);
    ov_manage_say(clients->spec.manage, ">CLIENT:%s,%u,%u%s%s", kind, record->cid, record->kid,
                  answer ? "," : "", answer ? request->answer : "");
    tell_environment(clients, &env);
    ov_environment_clear(&env);
}

static void tell_life(struct ov_manage_clients *clients, const struct ov_guest_record *record,
                      const struct ov_hub_peer *peer, const char *kind)
{
    const struct ov_tunnel *tunnel = &clients->spec.config->tunnel;
    struct ov_hub_stats stats;
    struct ov_environment env;
    char text[OV_IP6_TEXT + 24];
    ov_manage_say(clients->spec.manage, ">CLIENT:%s,%u", kind, record->cid);
    if (!begin_environment(clients, record, &env))
    {
        ov_manage_say(clients->spec.manage, ">CLIENT:ENV,END");
        return;
    }
    ov_hub_stats(clients->spec.hub, &stats);
    if (kind[0] == 'D')
    {
        (void)snprintf(
            text, sizeof text, "%llu",
            (unsigned long long)(peer->session.data.link_octets_out + peer->session.control.octets_out));
        ov_environment_add(&env, "bytes_sent", text);
        (void)snprintf(
            text, sizeof text, "%llu",
            (unsigned long long)(peer->session.data.link_octets_in + peer->session.control.octets_in));
        ov_environment_add(&env, "bytes_received", text);
        ov_environment_number(&env, "time_duration",
                              (uint32_t)((ov_loop_now().mono_ms - record->since_ms) / 1000));
    }
    else
    {
        ov_environment_number(&env, "n_clients", stats.peers);
    }
    if (peer->ip4 != 0)
    {
        ov_environment_add(&env, "ifconfig_pool_remote_ip", ov_value_ip4_text(peer->ip4, text));
        ov_environment_add(&env, "ifconfig_pool_netmask",
                           ov_value_ip4_text(ov_value_bits4(tunnel->ip4_bits), text));
    }
    if (peer->has_ip6)
    {
        ov_environment_add(&env, "ifconfig_pool_remote_ip6", ov_value_ip6_text(peer->ip6, text));
        ov_environment_number(&env, "ifconfig_pool_ip6_netbits", tunnel->ip6_bits);
    }
    ov_environment_since(&env, record->since_s);
    add_outer(&env, "trusted", &peer->session.addr);
    add_outer(&env, "untrusted", &record->addr);
    ov_environment_add(&env, "common_name", peer->session.common_name);
    ov_environment_add(&env, "username", record->username);
    ov_environment_peer_info(&env, record->peer_info != NULL ? record->peer_info : "");
    tell_environment(clients, &env);
    ov_environment_clear(&env);
}

/* 1: its own; 0: a network behind it, IPv4 with a netmask. */
static void tell_addresses(const struct ov_manage_clients *clients, const struct ov_guest_record *record)
{
    char address[64];
    for (size_t i = 0; ov_client_hook_address(clients->spec.hook, record->client, i, address); i++)
    {
        char *slash = strchr(address, '/');
        const bool masked = slash != NULL && strchr(address, ':') == NULL;
        char mask[OV_IP4_TEXT] = "";
        if (masked)
        {
            *slash = '\0';
            (void)ov_value_ip4_text(ov_value_bits4((uint8_t)strtoul(slash + 1, NULL, 10)), mask);
        }
        ov_manage_say(clients->spec.manage, ">CLIENT:ADDRESS,%u,%s%s%s,%d", record->cid, address,
                      masked ? "/" : "", mask, slash == NULL);
    }
}

/* ---- events ---- */

/* Those whose login came to nothing. */
static void forget_lost(struct ov_manage_clients *clients, struct ov_now now)
{
    const uint64_t most_ms = UINT64_C(2000) * clients->spec.config->hand_window_s;
    struct ov_guest_record *next;
    for (struct ov_guest_record *at = clients->first; at != NULL; at = next)
    {
        struct ov_login_request request;
        struct ov_client_request client;
        next = at->next;
        if (!at->established && now.mono_ms - at->since_ms > most_ms &&
            !ov_hub_login(clients->spec.hub, at->ticket, &request) &&
            !ov_hub_client(clients->spec.hub, at->ticket, &client))
        {
            ov_guest_record_drop(clients, at);
        }
    }
}

static struct ov_guest_record *note(struct ov_manage_clients *clients, const struct ov_login_request *request,
                                    struct ov_now now)
{
    struct ov_guest_record *record = ov_guest_record_of(clients, ov_hub_ticket_cid(request->ticket));
    if (record == NULL)
    {
        forget_lost(clients, now);
        record = clients->count < RECORDS ? calloc(1, sizeof *record) : NULL;
        if (record == NULL)
        {
            return NULL;
        }
        record->next = clients->first;
        clients->first = record;
        clients->count++;
        record->cid = ov_hub_ticket_cid(request->ticket);
        record->client = request->ticket;
        record->since_ms = now.mono_ms;
        record->since_s = now.wall_s;
        record->peer_info = strdup(request->peer_info);
    }
    record->ticket = request->ticket;
    record->kid = ov_hub_ticket_kid(request->ticket);
    record->addr = request->addr;
    record->has_cert = request->fingerprint != NULL;
    memcpy(record->fingerprint, record->has_cert ? request->fingerprint : record->fingerprint,
           sizeof record->fingerprint);
    (void)snprintf(record->username, sizeof record->username, "%s", request->username);
    return record;
}

bool ov_manage_clients_decide(struct ov_manage_clients *clients, uint64_t ticket,
                              const struct ov_verdict *verdict)
{
    const bool good = ov_hub_verdict(clients->spec.hub, ticket, verdict, ov_loop_now()) == OV_OK;
    clients->spec.changed(clients->spec.ctx);
    return good;
}

static void on_login(struct ov_manage_clients *clients, const struct ov_event *event, struct ov_now now)
{
    static const struct ov_verdict refuse = {.kind = OV_VERDICT_REFUSE};
    struct ov_login_request request;
    if (!ov_hub_login(clients->spec.hub, event->ticket, &request))
    {
        return; /* gone meanwhile */
    }
    const struct ov_guest_record *record = note(clients, &request, now);
    if (record == NULL)
    {
        ov_logf(clients->spec.log, OV_LOG_ERROR, "management-client-auth: too many clients");
        (void)ov_manage_clients_decide(clients, event->ticket, &refuse);
        return;
    }
    tell_login(clients, record, &request,
               event->kind == OV_EVENT_ANSWER ? "CR_RESPONSE"
               : request.renegotiation        ? "REAUTH"
                                              : "CONNECT");
}

static void on_connected(struct ov_manage_clients *clients, const struct ov_event *event)
{
    struct ov_hub_peer peer;
    for (uint32_t at = 0; ov_hub_next_peer(clients->spec.hub, &at, &peer);)
    {
        struct ov_guest_record *record = peer.session.peer_id == event->peer_id
                                             ? ov_guest_record_of(clients, (uint32_t)peer.number)
                                             : NULL;
        if (record != NULL && !record->established)
        {
            record->established = true;
            tell_addresses(clients, record);
            tell_life(clients, record, &peer, "ESTABLISHED");
            return;
        }
    }
}

void ov_manage_clients_event(struct ov_manage_clients *clients, const struct ov_event *event,
                             struct ov_now now)
{
    if (event->kind == OV_EVENT_LOGIN || event->kind == OV_EVENT_ANSWER)
    {
        on_login(clients, event, now);
    }
    else if (event->kind == OV_EVENT_CONNECTED)
    {
        on_connected(clients, event);
    }
}

void ov_manage_clients_left(struct ov_manage_clients *clients, uint64_t ticket,
                            const struct ov_hub_peer *last)
{
    struct ov_guest_record *record = ov_guest_record_of(clients, ov_hub_ticket_cid(ticket));
    if (record != NULL)
    {
        tell_life(clients, record, last, "DISCONNECT");
        ov_guest_record_drop(clients, record);
    }
}

const char *ov_manage_clients_given(const struct ov_manage_clients *clients, uint64_t ticket)
{
    const struct ov_guest_record *record = ov_guest_record_of(clients, ov_hub_ticket_cid(ticket));
    return record != NULL ? record->settings : NULL;
}
