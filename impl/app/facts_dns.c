#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/facts.h"

/* What --dns-updown is told, and when it is called. */

static void add_server(struct ov_environment *env, size_t n, const struct ov_dns_server *server)
{
    static const char *const dnssec[] = {NULL, "yes", "optional", "no"};
    static const char *const transport[] = {NULL, "plain", "DoH", "DoT"};
    char name[80], port[8];
    for (size_t i = 0; i < server->addresses; i++)
    {
        (void)snprintf(name, sizeof name, "dns_server_%zu_address_%zu", n, i + 1);
        ov_environment_add(env, name, server->address[i].text);
        (void)snprintf(port, sizeof port, "%u", server->address[i].port);
        (void)snprintf(name, sizeof name, "dns_server_%zu_port_%zu", n, i + 1);
        if (server->address[i].port != 0)
        {
            ov_environment_add(env, name, port);
        }
    }
    (void)snprintf(name, sizeof name, "dns_server_%zu_resolve_domain", n);
    for (size_t i = 0; i < server->domains; i++)
    {
        ov_environment_add_nth(env, name, i + 1, server->domain[i]);
    }
    const struct
    {
        const char *what;
        const char *value;
    } more[] = {{"dnssec", dnssec[server->dnssec]},
                {"transport", transport[server->transport]},
                {"sni", server->sni}};
    for (size_t i = 0; i < sizeof more / sizeof more[0]; i++)
    {
        (void)snprintf(name, sizeof name, "dns_server_%zu_%s", n, more[i].what);
        if (more[i].value != NULL)
        {
            ov_environment_add(env, name, more[i].value);
        }
    }
}

/* Behind "dhcp-option TYPE ", NULL: it is another type. */
static const char *foreign_value(const char *text, const char *type)
{
    const char start[] = "dhcp-option ";
    const size_t len = strlen(type);
    const char *at = text + sizeof start - 1;
    const bool is =
        strncmp(text, start, sizeof start - 1) == 0 && strncmp(at, type, len) == 0 && at[len] == ' ';
    return is ? at + len + 1 : NULL;
}

static const char *server_of(const char *text)
{
    const char *dns = foreign_value(text, "DNS");
    return dns != NULL ? dns : foreign_value(text, "DNS6");
}

static const char *search_of(const char *text)
{
    return foreign_value(text, "DOMAIN-SEARCH");
}

static const char *domain_of(const char *text)
{
    const char *domain = foreign_value(text, "DOMAIN");
    domain = domain != NULL ? domain : foreign_value(text, "ADAPTER_DOMAIN_SUFFIX");
    return domain != NULL ? domain : search_of(text);
}

static bool has_foreign(const struct ov_hook_options *hooks)
{
    bool has = false;
    for (size_t i = 0; i < hooks->foreign_count; i++)
    {
        has = has || server_of(hooks->foreign[i]) != NULL || domain_of(hooks->foreign[i]) != NULL;
    }
    return has;
}

/* Servers and domains of --dhcp-option, as one server, for --dns-updown. */
static void add_foreign(struct ov_environment *env, const struct ov_hook_options *hooks)
{
    size_t addresses = 0, domains = 0;
    for (size_t i = 0; i < hooks->foreign_count; i++)
    {
        const char *dns = server_of(hooks->foreign[i]);
        const char *domain = domain_of(hooks->foreign[i]);
        if (dns != NULL && addresses < OV_DNS_ADDRESSES)
        {
            ov_environment_add_nth(env, "dns_server_1_address", ++addresses, dns);
        }
        if (domain != NULL && domains < OV_DNS_DOMAINS)
        {
            ov_environment_add_nth(env, "dns_search_domain", ++domains, domain);
        }
    }
}

static void add_own(struct ov_environment *env, const struct ov_hook_options *hooks)
{
    for (size_t i = 0; i < hooks->servers_count; i++)
    {
        add_server(env, i + 1, &hooks->servers[i]);
    }
    for (size_t i = 0; i < hooks->search_count; i++)
    {
        ov_environment_add_nth(env, "dns_search_domain", i + 1, hooks->search[i]);
    }
}

/* ---- foreign_option_1, for 'up' ---- */

/* As 2.6 has it: --dns takes the place of what --dhcp-option says of the same. */
static size_t add_converted(struct ov_environment *env, const struct ov_hook_options *hooks, size_t n)
{
    char text[320];
    for (size_t i = 0; i < hooks->servers_count; i++)
    {
        for (size_t k = 0; k < hooks->servers[i].addresses; k++)
        {
            const char *address = hooks->servers[i].address[k].text;
            (void)snprintf(text, sizeof text, "dhcp-option %s %s",
                           strchr(address, ':') != NULL ? "DNS6" : "DNS", address);
            ov_environment_add_nth(env, "foreign_option", ++n, text);
        }
    }
    for (size_t i = 0; i < hooks->search_count; i++)
    {
        (void)snprintf(text, sizeof text, "dhcp-option DOMAIN-SEARCH %s", hooks->search[i]);
        ov_environment_add_nth(env, "foreign_option", ++n, text);
    }
    return n;
}

/* told: --dns-updown sets the name servers; as 2.7 has it, 'up' then hears nothing of them. */
static void add_options(struct ov_environment *env, const struct ov_hook_options *hooks, bool told)
{
    size_t n = 0;
    for (size_t i = 0; i < hooks->foreign_count; i++)
    {
        const char *text = hooks->foreign[i];
        const bool replaced = (hooks->servers_count > 0 && server_of(text) != NULL) ||
                              (hooks->search_count > 0 && search_of(text) != NULL);
        const bool kept_back = told && (server_of(text) != NULL || domain_of(text) != NULL);
        if (!replaced && !kept_back)
        {
            ov_environment_add_nth(env, "foreign_option", ++n, text);
        }
    }
    if (!told)
    {
        (void)add_converted(env, hooks, n);
    }
}

/* ---- who sets them ---- */

/* Is there anything that the script below could tell? Otherwise 'up' had better hear of name servers. */
static bool has_resolver(void)
{
    static const char *const paths[] = {"/usr/bin/resolvectl", "/bin/resolvectl", "/usr/sbin/resolvconf",
                                        "/sbin/resolvconf", "/usr/bin/resolvconf"};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
    {
        if (access(paths[i], X_OK) == 0)
        {
            return true;
        }
    }
    return false;
}

/* The one that lies beside the program. */
static bool own_path(char path[static 4096])
{
    static const char name[] = "ovref-dns-updown";
    const ssize_t len = readlink("/proc/self/exe", path, 4096 - sizeof name - 1);
    if (len <= 0)
    {
        return false;
    }
    path[len] = '\0';
    char *slash = strrchr(path, '/');
    if (slash == NULL)
    {
        return false;
    }
    memcpy(slash + 1, name, sizeof name);
    return access(path, X_OK) == 0;
}

/* Of the same life as env. */
static bool find_command(struct ov_environment *env, const struct ov_hook_options *hooks,
                         struct ov_command *command)
{
    char path[4096];
    if (hooks->dns_updown.count > 0)
    {
        *command = hooks->dns_updown;
        return true;
    }
    const char **word = has_resolver() && own_path(path) ? ov_arena_array(env->arena, 2, sizeof *word) : NULL;
    const char *copy = word != NULL ? ov_arena_strdup(env->arena, path) : NULL;
    if (copy == NULL)
    {
        return false;
    }
    word[0] = copy;
    *command = (struct ov_command){word, 1};
    return true;
}

/* The one that belongs to the program leaves --dhcp-option to an 'up' that there is, which may read
 * foreign_option_1: both would be one too many. */
bool ov_facts_dns(struct ov_environment *env, const struct ov_program *program,
                  const struct ov_config *effective, struct ov_command *command)
{
    const struct ov_hook_options *hooks = &effective->hooks;
    const bool own = hooks->servers_count + hooks->search_count > 0;
    const bool some = own || has_foreign(hooks);
    const bool wanted = hooks->dns_updown.count > 0 || hooks->dns_mode == OV_DNS_UPDOWN_FORCE;
    const bool told =
        some && hooks->dns_mode != OV_DNS_UPDOWN_DISABLE && (own || wanted || hooks->up.count == 0) &&
        program->config.login.script_security >= OV_SCRIPT_SECURITY_USER && find_command(env, hooks, command);
    if (own)
    {
        add_own(env, hooks);
    }
    else if (told)
    {
        add_foreign(env, hooks);
    }
    add_options(env, hooks, told);
    if (some && !told && hooks->up.count == 0)
    {
        ov_logf(&program->log, OV_LOG_WARN,
                "name servers are given, and nobody sets them: 'dns-updown' or 'up' with 'script-security 2' "
                "may");
    }
    return told;
}
