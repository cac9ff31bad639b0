#include "app/persist.h"

#include "app/privileges.h"
#include "tun/tun.h"

bool ov_persist_run(const struct ov_config *config, const struct ov_log *log)
{
    const struct ov_tun_spec spec = {config->tunnel.dev, config->tunnel.tap, OV_BUF_PACKET,
                                     config->tunnel.node};
    const bool stays = config->wish == OV_WISH_MKTUN;
    struct ov_identity_wanted user = {0};
    char name[IFNAMSIZ] = "";
    char text[OV_TUN_TEXT] = "";
    enum ov_err err = ov_privileges_lookup(config->user, config->group, &user, text, sizeof text);
    if (err == OV_OK)
    {
        err = ov_tun_persist(&spec, stays, user.has_user ? (int64_t)user.uid : -1,
                             user.has_group ? (int64_t)user.gid : -1, name, text);
    }
    if (err != OV_OK)
    {
        ov_logf(log, OV_LOG_ERROR, "%s", text);
        return false;
    }
    ov_logf(log, OV_LOG_INFO, "Persist state of %s set to: %s", name, stays ? "ON" : "OFF");
    return true;
}
