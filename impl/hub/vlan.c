#include "hub/private.h"

#include "wire/vlan.h"

/* VLANs, with the rules of a switch: each client is a port without tags, in one VLAN; the tap device is a port that
 * has tags as --vlan-accept says. On the wire to clients frames have none [WP-SRV-017]. */

uint16_t ov_hub_vlan_of(const struct ov_hub *hub, const struct ov_peer *peer)
{
    const struct ov_config *config = hub->settings->session.config;
    if (!config->vlan_tagging)
    {
        return 0;
    }
    return peer->client != NULL && peer->client->vlan_pvid != 0 ? peer->client->vlan_pvid : config->vlan_pvid;
}

/* A tag that has a priority alone stays, whatever --vlan-accept says: the frame is in the VLAN of the device, and the
 * client gets it with its tag. So does stock, though its manual has it otherwise [WP-SRV-017]. */
static enum ov_err take_tag(const struct ov_config *config, struct ov_datagram *dg)
{
    struct ov_vlan tag;
    const enum ov_err err = ov_vlan_read(ov_buf_data(&dg->buf), dg->buf.len, &tag);
    const bool named = tag.tagged && tag.id != 0;
    if (err != OV_OK)
    {
        return err;
    }
    if ((named && config->vlan_accept == OV_VLAN_UNTAGGED) ||
        (!tag.tagged && config->vlan_accept == OV_VLAN_TAGGED))
    {
        return OV_ERR_UNSUPPORTED;
    }
    if (tag.id > OV_VLAN_MAX)
    {
        return OV_ERR_FORMAT; /* reserved */
    }
    if (named)
    {
        ov_vlan_strip(&dg->buf);
    }
    dg->vlan = named ? tag.id : config->vlan_pvid;
    return OV_OK;
}

void ov_hub_vlan_in(struct ov_hub *hub, struct ov_datagram *dg, size_t n)
{
    const struct ov_config *config = hub->settings->session.config;
    for (size_t i = 0; i < n; i++)
    {
        dg[i].vlan = 0;
        const enum ov_err err = config->vlan_tagging ? take_tag(config, &dg[i]) : OV_OK;
        if (err != OV_OK)
        {
            ov_hub_drop_inner(hub, &dg[i], err);
        }
    }
}

enum ov_err ov_hub_vlan_check(const struct ov_hub *hub, const struct ov_peer *peer, struct ov_datagram *dg)
{
    struct ov_vlan tag = {.tagged = false};
    dg->vlan = ov_hub_vlan_of(hub, peer);
    const enum ov_err err = dg->vlan != 0 ? ov_vlan_read(ov_buf_data(&dg->buf), dg->buf.len, &tag) : OV_OK;
    return err == OV_OK && tag.tagged && tag.id != 0 ? OV_ERR_UNSUPPORTED : err;
}

void ov_hub_vlan_out(struct ov_hub *hub, struct ov_datagram *dg)
{
    const struct ov_config *config = hub->settings->session.config;
    const bool native = dg->vlan == config->vlan_pvid;
    enum ov_err err = OV_OK;
    if (dg->vlan == 0)
    {
        return;
    }
    if (config->vlan_accept == OV_VLAN_UNTAGGED)
    {
        err = native ? OV_OK : OV_ERR_ADDRESS; /* the tap device is in another VLAN */
    }
    else if (config->vlan_accept == OV_VLAN_TAGGED || !native)
    {
        err = ov_vlan_put(&dg->buf, dg->vlan);
    }
    if (err != OV_OK)
    {
        ov_hub_drop_inner(hub, dg, err);
    }
}
