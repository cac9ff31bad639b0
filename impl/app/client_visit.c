#include "app/client_visit.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/client_station.h"
#include "app/environment.h"
#include "app/load_files.h"
#include "app/script.h"
#include "options/values.h"

#define SETTINGS_OCTETS (256u * 1024u)

struct ov_visit *ov_visit_new(struct ov_client_hook *hook, const struct ov_client_request *request,
                              struct ov_now now)
{
    struct ov_visit *visit = calloc(1, sizeof *visit);
    if (visit == NULL || !ov_environment_copy(&visit->facts, hook->spec.world) ||
        ov_client_options_new(hook->spec.config, &ov_file_loader, &visit->options) != OV_OK)
    {
        if (visit != NULL)
        {
            ov_environment_clear(&visit->facts);
        }
        free(visit);
        return NULL;
    }
    if (request->fingerprint != NULL)
    {
        ov_cert_seen_tell_of(hook->spec.seen, request->fingerprint, &visit->facts);
    }
    visit->hook = hook;
    visit->ticket = request->ticket;
    visit->addr = request->addr;
    visit->has_ip4 = request->has_ip4;
    visit->ip4 = request->ip4;
    visit->has_ip6 = request->has_ip6;
    memcpy(visit->ip6, request->ip6, sizeof visit->ip6);
    (void)snprintf(visit->name, sizeof visit->name, "%s", request->common_name);
    (void)snprintf(visit->username, sizeof visit->username, "%s", request->username);
    (void)snprintf(visit->peer_info, sizeof visit->peer_info, "%s", request->peer_info);
    visit->since_s = now.wall_s;
    visit->since_ms = now.mono_ms;
    visit->next = hook->first;
    hook->first = visit;
    return visit;
}

void ov_visit_drop(struct ov_visit *visit)
{
    struct ov_visit **at = &visit->hook->first;
    while (*at != visit)
    {
        at = &(*at)->next;
    }
    *at = visit->next;
    if (visit->stage == OV_VISIT_LEFT)
    {
        ov_process_release(visit->process);
    }
    else
    {
        ov_process_forget(visit->process);
    }
    ov_visit_drop_stations(visit, false);
    ov_client_options_free(visit->options);
    ov_scratch_close(&visit->files);
    ov_environment_clear(&visit->facts);
    free(visit->address);
    free(visit);
}

/* ---- settings ---- */

bool ov_visit_read(struct ov_visit *visit, const char *path, const char *name, struct ov_arena *arena)
{
    char reason[OV_LOADER_REASON] = "too large";
    struct ov_text text;
    if (ov_file_loader.load(NULL, path, SETTINGS_OCTETS, arena, &text, reason) != OV_OK)
    {
        ov_logf(visit->hook->spec.log, OV_LOG_WARN, "%s: settings in %s can't be read: %s", visit->name, path,
                reason);
        return false;
    }
    return ov_visit_add(visit, name, text.data, text.len);
}

bool ov_visit_add(struct ov_visit *visit, const char *name, const char *text, size_t len)
{
    const struct ov_log *log = visit->hook->spec.log;
    char line[OV_DIAG_LINE];
    const enum ov_err err = ov_client_options_add(visit->options, name, text, len);
    const struct ov_diag *diag =
        visit->said != NULL ? visit->said->next : ov_client_options_diags(visit->options)->first;
    for (; diag != NULL; diag = diag->next)
    {
        ov_logf(log, OV_LOG_WARN, "%s: %s", visit->name, ov_diag_line(diag, line));
        visit->said = diag;
    }
    return err == OV_OK;
}

/* ---- addresses ---- */

static size_t write_addresses(const struct ov_visit *visit, const struct ov_client_config *own,
                              char (*out)[64])
{
    char text[OV_IP6_TEXT];
    char text4[OV_IP4_TEXT];
    size_t n = 0;
    if (visit->has_ip4)
    {
        (void)snprintf(out[n++], sizeof out[0], "%s", ov_value_ip4_text(visit->ip4, text4));
    }
    if (visit->has_ip6)
    {
        (void)snprintf(out[n++], sizeof out[0], "%s", ov_value_ip6_text(visit->ip6, text));
    }
    for (size_t i = 0; i < own->iroutes4_count; i++)
    {
        (void)snprintf(out[n++], sizeof out[0], "%s/%u", ov_value_ip4_text(own->iroutes4[i].net, text4),
                       own->iroutes4[i].bits);
    }
    for (size_t i = 0; i < own->iroutes6_count; i++)
    {
        (void)snprintf(out[n++], sizeof out[0], "%s/%u", ov_value_ip6_text(own->iroutes6[i].net, text),
                       own->iroutes6[i].bits);
    }
    return n;
}

void ov_visit_set_addresses(struct ov_visit *visit, const struct ov_client_config *own)
{
    const size_t most = 2 + own->iroutes4_count + own->iroutes6_count;
    visit->has_ip4 = own->has_ip4 || (visit->has_ip4 && !own->no_ip4);
    visit->ip4 = own->has_ip4 ? own->ip4 : visit->ip4;
    visit->has_ip6 = own->has_ip6 || (visit->has_ip6 && !own->no_ip6);
    memcpy(visit->ip6, own->has_ip6 ? own->ip6 : visit->ip6, sizeof visit->ip6);
    free(visit->address);
    visit->address = calloc(most, sizeof visit->address[0]);
    visit->addresses = visit->address != NULL ? write_addresses(visit, own, visit->address) : 0;
}

bool ov_visit_address(const struct ov_visit *visit, size_t n, char out[static 64])
{
    if (n >= visit->addresses)
    {
        return false;
    }
    memcpy(out, visit->address[n], sizeof visit->address[n]);
    return true;
}

/* ---- what programs are told ---- */

static void add_outer(struct ov_environment *env, const struct ov_addr *addr)
{
    static const char *const sides[] = {"trusted", "untrusted"};
    char text[INET6_ADDRSTRLEN] = "";
    char name[24];
    const bool six = addr->family == 6;
    (void)inet_ntop(six ? AF_INET6 : AF_INET, addr->ip, text, sizeof text);
    for (size_t i = 0; i < 2; i++)
    {
        (void)snprintf(name, sizeof name, "%s_ip%s", sides[i], six ? "6" : "");
        ov_environment_add(env, name, text);
        (void)snprintf(name, sizeof name, "%s_port", sides[i]);
        ov_environment_number(env, name, addr->port);
    }
}

static void add_inner(struct ov_environment *env, const struct ov_visit *visit)
{
    const struct ov_tunnel *tunnel = &visit->hook->spec.config->tunnel;
    char text4[OV_IP4_TEXT];
    char text6[OV_IP6_TEXT];
    if (visit->has_ip4)
    {
        ov_environment_add(env, "ifconfig_pool_remote_ip", ov_value_ip4_text(visit->ip4, text4));
        ov_environment_add(env, "ifconfig_pool_netmask",
                           ov_value_ip4_text(ov_value_bits4(tunnel->ip4_bits), text4));
    }
    if (visit->has_ip6)
    {
        ov_environment_add(env, "ifconfig_pool_remote_ip6", ov_value_ip6_text(visit->ip6, text6));
        ov_environment_number(env, "ifconfig_pool_ip6_netbits", tunnel->ip6_bits);
        ov_environment_add(env, "ifconfig_pool_local_ip6", ov_value_ip6_text(tunnel->ip6, text6));
    }
}

static void add_times(struct ov_environment *env, const struct ov_visit *visit)
{
    char text[24];
    ov_environment_since(env, visit->since_s);
    if (visit->stage == OV_VISIT_LEFT)
    {
        (void)snprintf(text, sizeof text, "%llu", (unsigned long long)visit->octets_in);
        ov_environment_add(env, "bytes_received", text);
        (void)snprintf(text, sizeof text, "%llu", (unsigned long long)visit->octets_out);
        ov_environment_add(env, "bytes_sent", text);
        const uint64_t passed_ms = ov_loop_now().mono_ms - visit->since_ms;
        ov_environment_number(env, "time_duration", (uint32_t)(passed_ms / 1000));
    }
}

static bool fill_environment(struct ov_environment *env, const struct ov_visit *visit)
{
    if (!ov_environment_copy(env, &visit->facts))
    {
        return false;
    }
    ov_environment_add(env, "common_name", visit->name);
    if (visit->username[0] != '\0')
    {
        ov_environment_add(env, "username", visit->username);
    }
    add_outer(env, &visit->addr);
    add_inner(env, visit);
    add_times(env, visit);
    if (visit->stage == OV_VISIT_CONNECT)
    {
        ov_environment_add(env, "client_connect_config_file",
                           ov_scratch_path(&visit->files, OV_SCRATCH_SETTINGS));
        ov_environment_add(env, "client_connect_deferred_file",
                           ov_scratch_path(&visit->files, OV_SCRATCH_DEFERRED));
    }
    ov_environment_peer_info(env, visit->peer_info);
    return true;
}

/* ---- programs ---- */

static bool start(const struct ov_visit *visit, struct ov_script *script, struct ov_process **out)
{
    const struct ov_client_hook_spec *spec = &visit->hook->spec;
    struct ov_environment env;
    script->env = &env;
    const bool good =
        fill_environment(&env, visit) && ov_script_start(spec->loop, spec->config, spec->log, script, out);
    ov_environment_clear(&env);
    return good;
}

bool ov_visit_run(struct ov_visit *visit, const struct ov_command *command, const char *const *more,
                  const char *script_type, void (*done)(void *ctx, int status))
{
    struct ov_script script = {script_type, command, more, NULL, done, visit};
    return start(visit, &script, &visit->process);
}

bool ov_visit_run_for(const struct ov_visit *visit, const struct ov_command *command, const char *const *more,
                      const char *script_type, void (*done)(void *ctx, int status), void *ctx,
                      struct ov_process **out)
{
    struct ov_script script = {script_type, command, more, NULL, done, ctx};
    return start(visit, &script, out);
}

void ov_visit_run_alone(const struct ov_visit *visit, const struct ov_command *command,
                        const char *const *more, const char *script_type)
{
    struct ov_script script = {script_type, command, more, NULL, NULL, NULL};
    struct ov_process *process;
    (void)start(visit, &script, &process);
}
