/* Setters: name servers and other things that are for programs to set. */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "options/parse.h"
#include "options/values.h"

/* Names end up in programs and files of resolvers: nothing but letters, digits and '-', '_', '.', as 2.7 has it;
 * letters of other alphabets too. */
static bool is_domain(const char *text)
{
    for (const char *p = text; *p != '\0'; p++)
    {
        const bool plain = (*p >= 'a' && *p <= 'z') || (*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9');
        if (!plain && *p != '-' && *p != '_' && *p != '.' && (unsigned char)*p < 0x80)
        {
            return false;
        }
    }
    return text[0] != '\0';
}

static bool are_domains(struct ov_parse *parse, const struct ov_line *line, size_t from)
{
    for (size_t i = from; i < line->count; i++)
    {
        if (!is_domain(line->word[i]))
        {
            ov_parse_error(parse, "%s: '%.60s' is not the name of a domain", line->word[0], line->word[i]);
            return false;
        }
    }
    return true;
}

/* ---- dhcp-option: handed to programs as it is ---- */

/* The line as it was, its words parted by one space. */
static char *join(struct ov_parse *parse, const struct ov_line *line)
{
    size_t len = 0;
    for (size_t i = 0; i < line->count; i++)
    {
        len += strlen(line->word[i]) + 1;
    }
    char *text = ov_arena_alloc(parse->arena, len);
    if (text == NULL)
    {
        parse->failed = OV_ERR_NOMEM;
        return NULL;
    }
    for (size_t i = 0, at = 0; i < line->count; i++)
    {
        at += (size_t)snprintf(text + at, len - at, "%s%s", i > 0 ? " " : "", line->word[i]);
    }
    return text;
}

/* --route-nopull keeps name servers out too, as in 2.x. */
static bool is_kept_out(struct ov_parse *parse, const char *option)
{
    const bool out = parse->pulled != NULL && parse->config->route_nopull;
    if (out)
    {
        ov_parse_note(parse, "%s from the server is left out, as 'route-nopull' says", option);
    }
    return out;
}

OV_SETTER(dhcp_option)
{
    if (is_kept_out(parse, option->name))
    {
        return;
    }
    static const char *const with_address[] = {"DNS", "DNS6", "WINS", "NTP", "NBDD"};
    uint8_t ip[16];
    uint32_t ip4;
    for (size_t i = 0; i < sizeof with_address / sizeof with_address[0]; i++)
    {
        if (strcmp(line->word[1], with_address[i]) == 0 &&
            (line->count != 3 || (!ov_value_ip4(line->word[2], &ip4) && !ov_value_ip6(line->word[2], ip))))
        {
            ov_parse_error(parse, "dhcp-option %s: '%.60s' is not one address", line->word[1],
                           line->count > 2 ? line->word[2] : "");
            return;
        }
    }
    static const char *const with_domain[] = {"DOMAIN", "DOMAIN-SEARCH", "ADAPTER_DOMAIN_SUFFIX"};
    for (size_t i = 0; i < sizeof with_domain / sizeof with_domain[0]; i++)
    {
        if (strcmp(line->word[1], with_domain[i]) == 0 && !are_domains(parse, line, 2))
        {
            return;
        }
    }
    if (parse->draft.foreign.count >= OV_FOREIGN_MAX)
    {
        ov_parse_error(parse, "more than %u dhcp-options", OV_FOREIGN_MAX);
        return;
    }
    const char *text = join(parse, line);
    if (text != NULL)
    {
        (void)ov_parse_append(parse, &parse->draft.foreign, &text, sizeof text);
    }
}

/* ---- dns ---- */

/* "192.0.2.1", "192.0.2.1:53", "2001:db8::1", "[2001:db8::1]:53" */
static bool read_address(struct ov_parse *parse, const char *text, struct ov_dns_address *out)
{
    char copy[INET6_ADDRSTRLEN + 10];
    const size_t len = strlen(text);
    const bool brackets = text[0] == '[';
    uint8_t ip6[16];
    uint32_t ip4, port = 0;
    if (len >= sizeof copy)
    {
        return false;
    }
    memcpy(copy, text, len + 1);
    char *colon = brackets ? strchr(copy, ']') : strchr(copy, ':');
    const bool six = !brackets && colon != NULL && strchr(colon + 1, ':') != NULL;
    if (brackets && colon == NULL)
    {
        return false;
    }
    if (colon != NULL && !six)
    {
        const char *number = brackets ? colon + 1 + (colon[1] == ':') : colon + 1;
        const bool bare = brackets && colon[1] == '\0';
        *colon = '\0';
        if (!bare && (!ov_value_u32(number, &port) || port == 0 || port > 65535))
        {
            return false;
        }
    }
    const char *address = copy + brackets;
    const bool good = brackets || six ? ov_value_ip6(address, ip6) : ov_value_ip4(address, &ip4);
    *out = (struct ov_dns_address){good ? ov_arena_strdup(parse->arena, address) : NULL, (uint16_t)port};
    return out->text != NULL;
}

/* A server that is pushed takes the place of the configuration's. */
static struct ov_dns_server *find_server(struct ov_parse *parse, int32_t number)
{
    const bool pushed = parse->pulled != NULL;
    struct ov_list *list = &parse->draft.dns_servers;
    struct ov_dns_server *all = list->items;
    const struct ov_dns_server fresh = {.number = number, .pushed = pushed};
    size_t at = 0;
    while (at < list->count && all[at].number < number)
    {
        at++;
    }
    if (at < list->count && all[at].number == number)
    {
        if (all[at].pushed != pushed)
        {
            all[at] = fresh;
        }
        return &all[at];
    }
    if (list->count >= OV_DNS_SERVERS_MAX)
    {
        ov_parse_error(parse, "more than %u dns servers", OV_DNS_SERVERS_MAX);
        return NULL;
    }
    if (!ov_parse_append(parse, list, &fresh, sizeof fresh))
    {
        return NULL;
    }
    all = list->items;
    memmove(&all[at + 1], &all[at], (list->count - 1 - at) * sizeof all[0]);
    all[at] = fresh;
    return &all[at];
}

static bool read_number(struct ov_parse *parse, const char *text, int32_t *out)
{
    const bool negative = text[0] == '-';
    uint32_t value;
    if (!ov_value_u32(text + negative, &value) || value > (negative ? 128u : 127u) ||
        (negative && parse->pulled != NULL))
    {
        ov_parse_error(parse, "dns server: the number must be from %d to 127, not '%.40s'",
                       parse->pulled != NULL ? 0 : -128, text);
        return false;
    }
    *out = negative ? -(int32_t)value : (int32_t)value;
    return true;
}

static void add_addresses(struct ov_parse *parse, struct ov_dns_server *server, const struct ov_line *line)
{
    for (size_t i = 4; i < line->count; i++)
    {
        struct ov_dns_address address;
        if (server->addresses >= OV_DNS_ADDRESSES || !read_address(parse, line->word[i], &address))
        {
            ov_parse_error(parse, "dns server %d: '%.60s' is %s", server->number, line->word[i],
                           server->addresses >= OV_DNS_ADDRESSES ? "one address too many"
                                                                 : "not an address with or without port");
            return;
        }
        server->address[server->addresses++] = address;
    }
}

static void add_domains(struct ov_parse *parse, struct ov_dns_server *server, const struct ov_line *line)
{
    if (!are_domains(parse, line, 4))
    {
        return;
    }
    for (size_t i = 4; i < line->count; i++)
    {
        if (server->domains >= OV_DNS_DOMAINS)
        {
            ov_parse_error(parse, "dns server %d: more than %u domains", server->number, OV_DNS_DOMAINS);
            return;
        }
        server->domain[server->domains++] = line->word[i];
    }
}

/* Index of word[4] among names, which end with NULL; -1: an error is said. */
static int choice(struct ov_parse *parse, const struct ov_line *line, const char *const *names)
{
    for (int i = 0; names[i] != NULL; i++)
    {
        if (line->count == 5 && strcmp(line->word[4], names[i]) == 0)
        {
            return i;
        }
    }
    ov_parse_error(parse, "dns server: '%.40s' can't be the %s", line->word[4], line->word[3]);
    return -1;
}

static void set_server(struct ov_parse *parse, const struct ov_line *line)
{
    static const char *const dnssec[] = {"yes", "optional", "no", NULL};
    static const char *const transport[] = {"plain", "DoH", "DoT", NULL};
    const char *what = line->count > 3 ? line->word[3] : "";
    struct ov_dns_server *server;
    int32_t number;
    int index;
    if (line->count < 5)
    {
        ov_parse_error(parse, "dns server: the number, what is meant, and its value are wanted");
        return;
    }
    if (!read_number(parse, line->word[2], &number) || (server = find_server(parse, number)) == NULL)
    {
        return;
    }
    if (strcmp(what, "address") == 0)
    {
        add_addresses(parse, server, line);
    }
    else if (strcmp(what, "resolve-domains") == 0)
    {
        add_domains(parse, server, line);
    }
    else if (strcmp(what, "dnssec") == 0)
    {
        index = choice(parse, line, dnssec);
        server->dnssec = index >= 0 ? (enum ov_dnssec)(OV_DNSSEC_YES + index) : server->dnssec;
    }
    else if (strcmp(what, "transport") == 0)
    {
        index = choice(parse, line, transport);
        server->transport =
            index >= 0 ? (enum ov_dns_transport)(OV_DNS_TRANSPORT_PLAIN + index) : server->transport;
    }
    else if (strcmp(what, "sni") == 0)
    {
        server->sni = are_domains(parse, line, 4) ? line->word[4] : server->sni;
    }
    else
    {
        ov_parse_error(parse, "dns server: '%.40s' is not address, resolve-domains, dnssec, transport or sni",
                       what);
    }
}

OV_SETTER(dns)
{
    struct ov_list *search = &parse->draft.dns_search;
    if (is_kept_out(parse, option->name))
    {
        return;
    }
    if (strcmp(line->word[1], "server") == 0)
    {
        set_server(parse, line);
        return;
    }
    if (strcmp(line->word[1], "search-domains") != 0)
    {
        ov_parse_error(parse, "dns: '%.40s' is neither 'server' nor 'search-domains'", line->word[1]);
        return;
    }
    if (!are_domains(parse, line, 2))
    {
        return;
    }
    for (size_t i = 2; i < line->count; i++)
    {
        if (search->count >= OV_DNS_DOMAINS)
        {
            ov_parse_error(parse, "dns: more than %u search-domains", OV_DNS_DOMAINS);
            return;
        }
        (void)ov_parse_append(parse, search, &line->word[i], sizeof line->word[i]);
    }
}

OV_SETTER(dns_updown)
{
    struct ov_hook_options *hooks = &parse->config->hooks;
    if (line->count == 2 && strcmp(line->word[1], "disable") == 0)
    {
        hooks->dns_mode = OV_DNS_UPDOWN_DISABLE;
    }
    else if (line->count == 2 && strcmp(line->word[1], "force") == 0)
    {
        hooks->dns_mode = OV_DNS_UPDOWN_FORCE;
    }
    else if (line->count == 2)
    {
        hooks->dns_mode = hooks->dns_mode == OV_DNS_UPDOWN_DISABLE ? OV_DNS_UPDOWN_DEFAULT : hooks->dns_mode;
        (void)ov_parse_command(parse, option->name, line->word[1], &hooks->dns_updown);
    }
}

/* A server without an address is of no use to any resolver. */
void ov_parse_finish_dns(struct ov_parse *parse)
{
    const struct ov_dns_server *all = parse->draft.dns_servers.items;
    ov_parse_point_at(parse, "dns");
    for (size_t i = 0; i < parse->draft.dns_servers.count; i++)
    {
        if (all[i].addresses == 0 && parse->diags->error_count == 0)
        {
            ov_parse_error(parse, "dns server %d has no address", all[i].number);
        }
    }
    ov_parse_point_at(parse, NULL);
}
