#include "app/local.h"

#include <netdb.h>
#include <string.h>

#include "app/data_path.h"
#include "net/sockaddr.h"
#include "net/tcp.h"
#include "net/udp.h"
#include "net/udp_home.h"
#include "net/udp_socks.h"
#include "wire/tcp_frame.h"

/* What local, lport and proto say of one socket. */
static struct ov_listener only_place(const struct ov_config *config)
{
    return (struct ov_listener){config->local, config->lport, config->proto};
}

/* --local as an address. A name is looked up right here: nothing runs yet that
 * would have to wait. */
static bool resolve_local(const struct ov_program *program, const char *host, uint8_t family,
                          struct ov_addr *out)
{
    struct addrinfo hints = {
        .ai_family = family == 4   ? AF_INET
                     : family == 6 ? AF_INET6
                                   : AF_UNSPEC,
        .ai_socktype = SOCK_DGRAM,
        .ai_flags = AI_PASSIVE,
    };
    struct addrinfo *list = NULL;
    int result = getaddrinfo(host, NULL, &hints, &list);
    bool found = result == 0 && ov_addr_from_sockaddr(list->ai_addr, list->ai_addrlen, out);
    if (!found)
    {
        ov_logf(&program->log, OV_LOG_ERROR, "--local %s: %s", host,
                result != 0 ? gai_strerror(result) : "no usable address");
    }
    if (list != NULL)
    {
        freeaddrinfo(list);
    }
    return found;
}

/* Address and family of the own socket. False: the log says why. */
static bool choose_local(const struct ov_program *program, const struct ov_listener *place, uint8_t family,
                         bool *bind, uint8_t *out_family, struct ov_addr *local)
{
    const struct ov_config *config = &program->config;
    *out_family = family != 0 ? family : ov_proto_family(place->proto);
    *local = (struct ov_addr){0};
    if (place->host != NULL)
    {
        if (!resolve_local(program, place->host, *out_family, local))
        {
            return false;
        }
        *bind = true;
        *out_family = *out_family == 0 ? local->family : *out_family;
    }
    local->port = config->bind ? place->port : 0;
    *out_family = *out_family == 0 ? 4 : *out_family;
    return true;
}

/* An IPv6 socket takes IPv4 too, except where another socket of this server does at the same port. */
static bool is_v6_alone(const struct ov_config *config, const struct ov_listener *place, uint8_t family)
{
    bool alone = false;
    for (size_t i = 0; i < config->listeners_count && family == 6; i++)
    {
        const struct ov_listener *other = &config->listeners[i];
        const bool same =
            other->port == place->port && ov_proto_is_tcp(other->proto) == ov_proto_is_tcp(place->proto);
        alone = alone || (same && ov_proto_family(other->proto) != 6 &&
                          (other->host == NULL || strchr(other->host, ':') == NULL));
    }
    return alone;
}

/* Octets that a tunnel packet may have. */
static uint32_t largest(const struct ov_config *config)
{
    return ov_buf_packet_for(ov_tunnel_packet(&config->tunnel, config->tun_mtu_max));
}

static bool udp_settings(const struct ov_program *program, const struct ov_listener *place, uint8_t family,
                         struct ov_udp_settings *out)
{
    const struct ov_config *config = &program->config;
    *out = (struct ov_udp_settings){
        .bind = config->bind,
        .sndbuf = config->sndbuf,
        .rcvbuf = config->rcvbuf,
        .packet = largest(config),
        .device = config->bind_dev,
        .mtu_disc = config->mtu_disc,
        .mark = config->mark,
        .marks = config->outer.passtos,
    };
    const bool good = choose_local(program, place, family, &out->bind, &out->family, &out->local);
    out->v6_only = is_v6_alone(config, place, out->family);
    return good;
}

static struct ov_link *opened(const struct ov_program *program, enum ov_err err, struct ov_link *link,
                              char *text)
{
    if (err != OV_OK)
    {
        ov_logf(&program->log, OV_LOG_ERROR, "%s", text);
        return NULL;
    }
    ov_logf(&program->log, OV_LOG_INFO, "%s", link->ops->describe(link, text));
    return link;
}

static struct ov_link *open_home(const struct ov_program *program, const struct ov_udp_settings *settings)
{
    struct ov_udp_settings own = *settings;
    char text[OV_LINK_TEXT] = "";
    struct ov_link *link = NULL;
    uint64_t seed;
    own.batch = program->config.data_path == OV_DATA_PATH_PLAIN ? 1 : settings->batch;
    if (ov_rng_fill(&program->rng, (uint8_t *)&seed, sizeof seed) != OV_OK)
    {
        ov_logf(&program->log, OV_LOG_ERROR, "the random generator of the TLS library fails");
        return NULL;
    }
    enum ov_err err = ov_udp_open_home(&own, seed, &link, text);
    return opened(program, err, link, text);
}

struct ov_link *ov_local_open_at(const struct ov_program *program, const struct ov_listener *place,
                                 uint8_t family)
{
    struct ov_udp_settings settings;
    if (!udp_settings(program, place, family, &settings))
    {
        return NULL;
    }
    if (program->config.multihome && program->config.role == OV_ROLE_SERVER)
    {
        return open_home(program, &settings);
    }
    return ov_data_path_link(program->config.data_path, &settings, &program->log);
}

struct ov_link *ov_local_open(const struct ov_program *program, uint8_t family)
{
    const struct ov_listener place = only_place(&program->config);
    return ov_local_open_at(program, &place, family);
}

/* ---- TCP ---- */

#define FRAME_MORE 168u /* what stock peers add to tun-mtu-max [WP-FRM-004] */

static bool tcp_settings(struct ov_program *program, const struct ov_listener *place, uint8_t family,
                         struct ov_tcp_settings *out)
{
    const struct ov_config *config = &program->config;
    *out = (struct ov_tcp_settings){
        .bind = config->bind && config->bind_given,
        .sndbuf = config->sndbuf,
        .rcvbuf = config->rcvbuf,
        .device = config->bind_dev,
        .mark = config->mark,
        .frame_max = config->tun_mtu_max + FRAME_MORE,
        .queue_octets = config->tcp_queue * (OV_TCP_FRAME_HEAD + largest(config)),
        .max_unclaimed = OV_LOCAL_HALF_OPEN,
        .max_connections = config->max_clients + 2 * OV_LOCAL_HALF_OPEN,
        .unclaimed_ms = config->hand_window_s * 1000u,
    };
    if (ov_rng_fill(&program->rng, (uint8_t *)&out->seed, sizeof out->seed) != OV_OK)
    {
        ov_logf(&program->log, OV_LOG_ERROR, "the random generator of the TLS library fails");
        return false;
    }
    const bool good = choose_local(program, place, family, &out->bind, &out->family, &out->local);
    out->v6_only = is_v6_alone(config, place, out->family);
    return good;
}

/* A client's. */
static bool connect_settings(struct ov_program *program, uint8_t family, struct ov_tcp_settings *out)
{
    const struct ov_listener place = only_place(&program->config);
    return tcp_settings(program, &place, family, out);
}

/* --port-share. False: the log says why. */
static bool open_share(const struct ov_program *program, struct ov_share **out)
{
    const struct ov_config *config = &program->config;
    const struct addrinfo hints = {
        .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
    struct ov_share_settings settings = {.dir = config->share_dir};
    struct addrinfo *list = NULL;
    char text[OV_LINK_TEXT] = "";
    *out = NULL;
    if (config->share_host == NULL)
    {
        return true;
    }
    const int result = getaddrinfo(config->share_host, config->share_port, &hints, &list);
    bool good = result == 0 && ov_addr_from_sockaddr(list->ai_addr, list->ai_addrlen, &settings.target);
    if (!good)
    {
        ov_logf(&program->log, OV_LOG_ERROR, "--port-share %s: %s", config->share_host,
                result != 0 ? gai_strerror(result) : "no usable address");
    }
    else if (ov_share_open(&settings, out, text) != OV_OK)
    {
        ov_logf(&program->log, OV_LOG_ERROR, "%s", text);
        good = false;
    }
    if (list != NULL)
    {
        freeaddrinfo(list);
    }
    return good;
}

struct ov_link *ov_local_listen_at(struct ov_program *program, const struct ov_listener *place)
{
    struct ov_tcp_settings settings;
    char text[OV_LINK_TEXT] = "";
    struct ov_link *link = NULL;
    if (!tcp_settings(program, place, 0, &settings) || !open_share(program, &settings.share))
    {
        return NULL;
    }
    enum ov_err err = ov_tcp_listen(&settings, &link, text);
    return opened(program, err, link, text);
}

struct ov_link *ov_local_listen(struct ov_program *program)
{
    const struct ov_listener place = only_place(&program->config);
    return ov_local_listen_at(program, &place);
}

struct ov_link *ov_local_connect(struct ov_program *program, const struct ov_addr *server)
{
    struct ov_tcp_settings settings;
    char text[OV_LINK_TEXT] = "";
    struct ov_link *link = NULL;
    if (!connect_settings(program, server->family, &settings))
    {
        return NULL;
    }
    enum ov_err err = ov_tcp_connect(&settings, server, &link, text);
    return opened(program, err, link, text);
}

/* ---- proxies ---- */

struct ov_dial *ov_local_dial(struct ov_program *program, const struct ov_addr *proxy,
                              const struct ov_proxy_task *task)
{
    struct ov_tcp_settings settings;
    char text[OV_LINK_TEXT] = "";
    struct ov_dial *dial = NULL;
    if (!connect_settings(program, proxy->family, &settings))
    {
        return NULL;
    }
    settings.bind = settings.bind && !task->udp; /* there the port is the relay socket's */
    if (ov_dial_open(&settings, proxy, task, &dial, text) != OV_OK)
    {
        ov_logf(&program->log, OV_LOG_ERROR, "proxy: %s", text);
        return NULL;
    }
    return dial;
}

struct ov_link *ov_local_adopt(struct ov_program *program, struct ov_dial *dial, const struct ov_addr *proxy)
{
    struct ov_tcp_settings settings;
    char text[OV_LINK_TEXT] = "";
    struct ov_link *link = NULL;
    if (!connect_settings(program, proxy->family, &settings))
    {
        return NULL;
    }
    enum ov_err err = ov_tcp_adopt(&settings, ov_dial_take(dial), proxy, &link, text);
    return opened(program, err, link, text);
}

struct ov_link *ov_local_relay(const struct ov_program *program, const struct ov_dial *dial)
{
    const struct ov_listener place = only_place(&program->config);
    struct ov_udp_settings settings;
    char text[OV_LINK_TEXT] = "";
    struct ov_link *link = NULL;
    if (!udp_settings(program, &place, 4, &settings))
    {
        return NULL;
    }
    settings.batch = program->config.data_path == OV_DATA_PATH_PLAIN ? 1 : 0;
    enum ov_err err = ov_udp_open_socks(&settings, ov_dial_relay(dial), &link, text);
    return opened(program, err, link, text);
}

void ov_local_grow(const struct ov_program *program, struct ov_link *link, uint32_t peers)
{
    const uint32_t wanted = ov_sockbuf_for_peers(peers);
    if (program->config.rcvbuf == 0 && ov_config_serves(&program->config, false) &&
        wanted > link->buffer[OV_SOCKBUF_RECEIVE].asked)
    {
        (void)link->ops->buffer(link, OV_SOCKBUF_RECEIVE, wanted);
    }
}
