/* Setters: VLANs of a server with a tap device. */
#include <string.h>

#include "options/parse.h"
#include "wire/vlan.h"

OV_SETTER(vlan_accept)
{
    static const char *const words[] = {
        [OV_VLAN_ALL] = "all", [OV_VLAN_TAGGED] = "tagged", [OV_VLAN_UNTAGGED] = "untagged"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
    {
        if (strcmp(line->word[1], words[i]) == 0)
        {
            parse->config->vlan_accept = (enum ov_vlan_accept)i;
            return;
        }
    }
    ov_parse_error(parse, "vlan-accept: '%.40s' is not all, tagged or untagged", line->word[1]);
}

OV_SETTER(vlan_pvid)
{
    uint32_t id;
    if (parse->own != NULL && !parse->config->vlan_tagging)
    {
        ov_parse_error(parse, "'vlan-pvid' for a client needs 'vlan-tagging' on the server");
        return;
    }
    if (ov_parse_number(parse, "vlan-pvid", line->word[1], 1, OV_VLAN_MAX, &id))
    {
        *(parse->own != NULL ? &parse->own->config.vlan_pvid : &parse->config->vlan_pvid) = (uint16_t)id;
    }
}

void ov_parse_check_vlan(struct ov_parse *parse)
{
    const struct ov_config *config = parse->config;
    static const char *const others[] = {"vlan-accept", "vlan-pvid"};
    if (config->vlan_tagging && !config->tunnel.tap)
    {
        ov_parse_point_at(parse, "vlan-tagging");
        ov_parse_error(parse, "'vlan-tagging' is for 'dev tap', and this is a tun device");
    }
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
    {
        if (!config->vlan_tagging && ov_parse_given(parse, others[i]) != NULL)
        {
            ov_parse_point_at(parse, others[i]);
            ov_parse_error(parse, "'%s' needs 'vlan-tagging'", others[i]);
        }
    }
    if (config->vlan_accept == OV_VLAN_TAGGED && ov_parse_given(parse, "vlan-pvid") != NULL)
    {
        ov_parse_point_at(parse, "vlan-pvid");
        ov_parse_warn(
            parse, "with 'vlan-accept tagged' every frame of the tap device has a tag: 'vlan-pvid' is only "
                   "that of clients without their own");
    }
    ov_parse_point_at(parse, NULL);
}
