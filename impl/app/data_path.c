#include "app/data_path.h"

#include <string.h>

static bool wants_offload(enum ov_data_path path)
{
    return path == OV_DATA_PATH_AUTO || path == OV_DATA_PATH_OFFLOAD || path == OV_DATA_PATH_URING;
}

/* May a simpler variant stand in after this error? */
static bool falls_back(enum ov_data_path path, enum ov_err err, const char *text, const struct ov_log *log)
{
    if (path == OV_DATA_PATH_OFFLOAD || err != OV_ERR_UNSUPPORTED)
    {
        return false;
    }
    ov_logf(log, OV_LOG_INFO, "%s; going on without it", text);
    return true;
}

struct ov_link *ov_data_path_link(enum ov_data_path path, const struct ov_udp_settings *settings,
                                  const struct ov_log *log)
{
    struct ov_udp_settings own = *settings;
    struct ov_link *link = NULL;
    char text[OV_LINK_TEXT] = "";
    enum ov_err err = OV_ERR_UNSUPPORTED;
    own.batch = path == OV_DATA_PATH_PLAIN ? 1 : settings->batch;
    if (wants_offload(path))
    {
        err = ov_udp_open_gso(&own, &link, text);
    }
    if (!wants_offload(path) || falls_back(path, err, text, log))
    {
        err = ov_udp_open(&own, &link, text);
    }
    if (err != OV_OK)
    {
        ov_logf(log, OV_LOG_ERROR, "%s", text);
        return NULL;
    }
    ov_logf(log, OV_LOG_INFO, "%s", link->ops->describe(link, text));
    return link;
}

/* The way that was asked for, or what stands in for it. */
static enum ov_err open_device(enum ov_data_path path, const struct ov_tun_spec *spec,
                               const struct ov_log *log, struct ov_tun **out, char text[static OV_TUN_TEXT])
{
    enum ov_err err = OV_ERR_UNSUPPORTED;
    if (path == OV_DATA_PATH_URING)
    {
        err = ov_tun_open_uring_for(spec, out, text);
        path = falls_back(path, err, text, log) ? OV_DATA_PATH_AUTO : path;
    }
    if (path == OV_DATA_PATH_AUTO || path == OV_DATA_PATH_OFFLOAD)
    {
        err = ov_tun_open_offload_for(spec, out, text);
        path = falls_back(path, err, text, log) ? OV_DATA_PATH_PLAIN : path;
    }
    if (path == OV_DATA_PATH_PLAIN || path == OV_DATA_PATH_BATCH)
    {
        err = ov_tun_open_plain_for(spec, out, text);
    }
    return err;
}

struct ov_tun *ov_data_path_tun(enum ov_data_path path, const struct ov_tun_spec *spec,
                                const struct ov_log *log)
{
    struct ov_tun *tun = NULL;
    char text[OV_TUN_TEXT] = "";
    const bool null = strcmp(spec->dev, "null") == 0;
    const enum ov_err err = null ? ov_tun_open_null(&tun, text) : open_device(path, spec, log, &tun, text);
    if (err != OV_OK)
    {
        ov_logf(log, OV_LOG_ERROR, "%s", text);
        return NULL;
    }
    ov_logf(log, OV_LOG_INFO, "TUN/TAP device %s opened, %s", tun->name, tun->ops->name);
    return tun;
}
