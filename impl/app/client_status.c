#include "app/client.h"
#include "app/status_text.h"

/* What a client tells of itself. */

static bool has_session(const struct ov_client *client)
{
    return client->state == OV_CLIENT_RUNNING && client->pump.ctx != NULL;
}

void ov_client_counters(const struct ov_client *client, struct ov_counters *counters)
{
    *counters = (struct ov_counters){0};
    ov_counters_link(counters, client->link);
    ov_counters_tun(counters, &client->iface, &client->pump);
    if (has_session(client))
    {
        struct ov_session_status status;
        ov_session_status(&client->session, &status);
        struct ov_drops in = status.data.open;
        ov_drops_add(&in, &status.control.in);
        ov_counters_drops(counters, &in, &status.data.seal);
    }
}

void ov_client_status_text(const struct ov_client *client, FILE *file)
{
    struct ov_counters counters;
    struct ov_status_octets octets = {0};
    ov_client_counters(client, &counters);
    if (client->iface.tun != NULL)
    {
        octets.tun_read = client->iface.tun->stats.rx_octets;
        octets.tun_written = client->iface.tun->stats.tx_octets;
    }
    if (client->link != NULL)
    {
        octets.link_read = client->link->stats.rx_octets;
        octets.link_written = client->link->stats.tx_octets;
    }
    if (has_session(client))
    {
        const struct ov_pulled *pulled = ov_session_pulled(&client->session);
        struct ov_session_status status;
        ov_session_status(&client->session, &status);
        octets.authenticated = status.data.tun_octets_out;
        octets.compression = pulled != NULL && pulled->effective.compression.mode != OV_COMP_OFF;
        octets.compressed_in = status.framing.compressed_in;
        octets.compressed_out = status.framing.compressed_out;
        octets.expanded_in = status.framing.expanded_in;
        octets.expanded_out = status.framing.expanded_out;
    }
    ov_status_text_client(file, &octets, &counters, ov_loop_now());
}

static void status_text(void *ctx, FILE *file)
{
    ov_client_status_text(ctx, file);
}

uint64_t ov_client_keep_status(struct ov_client *client, struct ov_now now)
{
    if (now.mono_ms >= ov_status_file_deadline(&client->status))
    {
        ov_status_file_write(&client->status, status_text, client, client->log, now);
    }
    return ov_status_file_deadline(&client->status);
}
