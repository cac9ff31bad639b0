#include "app/client.h"
#include "app/local.h"

/* Static key mode: two ends of which either may wait for the other. */

bool ov_client_is_peer(const struct ov_client *client)
{
    return client->program->config.secret.from != NULL;
}

bool ov_client_waits_for_call(const struct ov_client *client)
{
    return client->program->config.listens || ov_remotes_entry(&client->remotes)->host == NULL;
}

void ov_client_await(struct ov_client *client, const struct ov_addr *from, struct ov_now now)
{
    struct ov_program *program = client->program;
    struct ov_addr peer = {0};
    if (from != NULL)
    {
        peer = *from;
        peer.port = 0; /* a connection comes from any */
    }
    program->settings.stream = program->config.listens;
    program->settings.outer_more = 0;
    client->link = program->config.listens ? ov_local_listen(program) : ov_local_open(program, 0);
    if (client->link == NULL)
    {
        ov_client_finish(client, OV_OUTCOME_FAILED);
        return;
    }
    ov_logf(client->log, OV_LOG_INFO, "waiting for the peer");
    ov_client_begin(client, &peer, now);
}
