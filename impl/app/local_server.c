#include "app/local_server.h"

#include "app/local.h"
#include "net/bundle.h"

static struct ov_link *open_one(struct ov_program *program, const struct ov_listener *place)
{
    return ov_proto_is_tcp(place->proto) ? ov_local_listen_at(program, place)
                                         : ov_local_open_at(program, place, 0);
}

/* Point to point there is only one. */
static struct ov_link *open_only(struct ov_program *program)
{
    return ov_proto_is_tcp(program->config.proto) ? ov_local_listen(program) : ov_local_open(program, 0);
}

struct ov_link *ov_local_serve(struct ov_program *program, struct ov_hub_settings *settings)
{
    const struct ov_config *config = &program->config;
    struct ov_link *links[OV_BUNDLE_MAX] = {NULL};
    struct ov_link *bundle = NULL;
    char text[OV_LINK_TEXT] = "";
    if (config->listeners_count < 2)
    {
        return open_only(program);
    }
    for (size_t i = 0; i < config->listeners_count && i < OV_BUNDLE_MAX; i++)
    {
        links[i] = open_one(program, &config->listeners[i]);
        if (links[i] == NULL)
        {
            while (i-- > 0)
            {
                links[i]->ops->close(links[i]);
            }
            return NULL;
        }
        settings->stream_ways |= (uint32_t)ov_proto_is_tcp(config->listeners[i].proto) << i;
    }
    settings->session.stream = settings->stream_ways != 0; /* else all are for datagrams */
    if (ov_bundle_open(links, config->listeners_count, &bundle, text) != OV_OK)
    {
        ov_logf(&program->log, OV_LOG_ERROR, "%s", text);
    }
    return bundle;
}
