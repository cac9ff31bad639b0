/* Setters: the sockets of a server, of which it may have several [WP-SRV-014]. */
#include <string.h>

#include "options/parse.h"

OV_SETTER(local)
{
    struct ov_config *config = parse->config;
    struct ov_local_line local = {.listener = {.host = line->word[1], .proto = OV_PROTO_LATER},
                                  .file = parse->file,
                                  .line = parse->line};
    if (line->word[1][0] == '\0')
    {
        ov_parse_error(parse, "local needs a host name or address, or '*' for any");
        return;
    }
    local.listener.host = strcmp(line->word[1], "*") == 0 ? NULL : line->word[1];
    local.has_port = line->count > 2;
    if ((line->count > 2 && !ov_parse_port(parse, line->word[2], 0, &local.listener.port)) ||
        (line->count > 3 && !ov_parse_proto(parse, line->word[3], &local.listener.proto, &local.tcp_role)))
    {
        return;
    }
    if (parse->draft.locals.count == OV_LISTENERS_MAX)
    {
        ov_parse_error(parse, "more than %u times 'local'", OV_LISTENERS_MAX);
        return;
    }
    config->local = local.listener.host;
    config->bind_given = true;
    (void)ov_parse_append(parse, &parse->draft.locals, &local, sizeof local);
}

static void point_at(struct ov_parse *parse, const struct ov_local_line *local)
{
    parse->file = local != NULL ? local->file : NULL;
    parse->line = local != NULL ? local->line : 0;
    parse->option = local != NULL ? "local" : NULL;
}

static bool is_same(const struct ov_listener *a, const struct ov_listener *b)
{
    const bool any = a->host == NULL && b->host == NULL;
    return (any || (a->host != NULL && b->host != NULL && strcmp(a->host, b->host) == 0)) &&
           a->proto == b->proto;
}

/* The kernel refuses a second socket at the same place, but can't say on which line it is wanted. */
static void check_twice(struct ov_parse *parse, const struct ov_local_line *lines, size_t at)
{
    for (size_t i = 0; i < at; i++)
    {
        const struct ov_listener *one = &lines[i].listener;
        if (one->port == lines[at].listener.port && one->port != 0 && is_same(one, &lines[at].listener))
        {
            point_at(parse, &lines[at]);
            ov_parse_error(parse, "this socket is there already, by line %u", lines[i].line);
            return;
        }
    }
}

static void check_tcp_role(struct ov_parse *parse, const struct ov_local_line *local)
{
    const enum ov_tcp_role wrong =
        parse->config->role == OV_ROLE_SERVER ? OV_TCP_ROLE_CLIENT : OV_TCP_ROLE_SERVER;
    if (local->tcp_role == wrong && !ov_parse_is_static(parse))
    {
        point_at(parse, local);
        ov_parse_error(parse, "this is a %s: its proto is 'tcp' or 'tcp-%s'",
                       parse->config->role == OV_ROLE_SERVER ? "server" : "client",
                       parse->config->role == OV_ROLE_SERVER ? "server" : "client");
    }
}

/* One socket: what the line says is as if lport and proto had said it. */
static void take_one(struct ov_parse *parse, const struct ov_local_line *local)
{
    struct ov_config *config = parse->config;
    config->local = local->listener.host;
    config->lport = local->has_port ? local->listener.port : config->lport;
    if (local->listener.proto != OV_PROTO_LATER)
    {
        config->proto = local->listener.proto;
        parse->draft.tcp_role = local->tcp_role;
    }
}

static void take_all(struct ov_parse *parse)
{
    struct ov_config *config = parse->config;
    const struct ov_list *list = &parse->draft.locals;
    struct ov_local_line *lines = list->items;
    const struct ov_listener only = {.host = config->local, .port = config->lport, .proto = config->proto};
    const size_t count = list->count > 0 ? list->count : 1;
    struct ov_listener *listeners = ov_arena_array(parse->arena, count, sizeof *listeners);
    if (listeners == NULL)
    {
        parse->failed = OV_ERR_NOMEM;
        return;
    }
    listeners[0] = only;
    for (size_t i = 0; i < list->count; i++)
    {
        struct ov_listener *one = &lines[i].listener;
        one->port = lines[i].has_port ? one->port : config->lport;
        one->proto = one->proto != OV_PROTO_LATER ? one->proto : config->proto;
        check_twice(parse, lines, i);
        check_tcp_role(parse, &lines[i]);
        listeners[i] = *one;
    }
    config->listeners = listeners;
    config->listeners_count = count;
    config->local = listeners[0].host;
    config->lport = listeners[0].port;
    config->proto = listeners[0].proto;
}

OV_SETTER(port_share)
{
    uint16_t port;
    if (ov_parse_port(parse, line->word[2], 1, &port))
    {
        parse->config->share_host = line->word[1];
        parse->config->share_port = line->word[2];
        parse->config->share_dir = line->count > 3 ? line->word[3] : NULL;
    }
}

void ov_parse_finish_local(struct ov_parse *parse)
{
    const struct ov_local_line *lines = parse->draft.locals.items;
    const size_t count = parse->draft.locals.count;
    const char *file = parse->file;
    const uint32_t line = parse->line;
    if (parse->config->role == OV_ROLE_SERVER && !parse->config->p2p)
    {
        take_all(parse);
    }
    else if (count > 0)
    {
        const struct ov_local_line *last = &lines[count - 1];
        for (size_t i = 0; i + 1 < count; i++)
        {
            if (!is_same(&lines[i].listener, &last->listener) ||
                lines[i].listener.port != last->listener.port)
            {
                point_at(parse, last);
                ov_parse_error(parse, "a second 'local': only a server has several sockets");
                break;
            }
        }
        take_one(parse, last);
    }
    if (parse->config->share_host != NULL && !ov_config_serves(parse->config, true))
    {
        ov_parse_point_at(parse, "port-share");
        ov_parse_error(parse, "'port-share' needs a TCP socket, and there is none");
    }
    point_at(parse, NULL);
    parse->file = file;
    parse->line = line;
}
