#include "app/local.h"

#include <netdb.h>

#include "app/data_path.h"
#include "net/sockaddr.h"
#include "net/udp.h"

/* --local as an address. A name is looked up right here: nothing runs yet that
 * would have to wait. */
static bool resolve_local(const struct ov_program *program, uint8_t family, struct ov_addr *out)
{
    const char *host = program->config.local;
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

/* Family of a server's socket before --local is looked at; 0: not said. */
static uint8_t family_of(enum ov_proto proto)
{
    return proto == OV_PROTO_UDP4 ? 4 : proto == OV_PROTO_UDP6 ? 6 : 0;
}

struct ov_link *ov_local_open(const struct ov_program *program, uint8_t family)
{
    const struct ov_config *config = &program->config;
    struct ov_udp_settings settings = {
        .family = family != 0 ? family : family_of(config->proto),
        .bind = config->bind,
        .sndbuf = config->sndbuf,
        .rcvbuf = config->rcvbuf,
    };
    if (config->local != NULL)
    {
        if (!resolve_local(program, settings.family, &settings.local))
        {
            return NULL;
        }
        settings.bind = true;
        settings.family = settings.family == 0 ? settings.local.family : settings.family;
    }
    settings.local.port = config->bind ? config->lport : 0;
    settings.family = settings.family == 0 ? 4 : settings.family;
    return ov_data_path_link(config->data_path, &settings, &program->log);
}
