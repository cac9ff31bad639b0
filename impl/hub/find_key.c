#include "hub/private.h"

#include <inttypes.h>
#include <string.h>

#include "wire/control.h"
#include "wrap/client_key.h"

#define DAY_S UINT64_C(86400)

static enum ov_err find_static(const struct ov_hub *hub, struct ov_hub_key *out)
{
    const struct ov_control_keys *keys = hub->settings->session.keys;
    /* With tls-crypt-v2 alone, a client without protection must not get in by the side door. */
    if (keys->has_server_key && keys->wrap.kind == OV_WRAP_PLAIN)
    {
        return OV_ERR_UNSUPPORTED;
    }
    out->key = &keys->wrap;
    out->wrap = &hub->wrap;
    return OV_OK;
}

/* --tls-crypt-v2-max-age: a key that doesn't say how old it is is too old [WP-TC2-007]. */
static enum ov_err check_age(const struct ov_hub *hub, const struct ov_wkc_metadata *metadata,
                             struct ov_now now)
{
    const uint32_t max_days = hub->settings->session.config->tls_crypt_v2_max_age_days;
    struct ov_wkc_meaning says;
    if (max_days == 0)
    {
        return OV_OK;
    }
    if (ov_wkc_metadata_read(metadata, &says) != OV_OK || says.type != OV_WKC_TYPE_TIME)
    {
        return OV_ERR_FORMAT;
    }
    return now.wall_s > says.created_s && now.wall_s - says.created_s > max_days * DAY_S ? OV_ERR_LIMIT
                                                                                         : OV_OK;
}

static enum ov_err unwrap(const struct ov_hub *hub, const struct ov_buf *packet, struct ov_now now,
                          struct ov_hub_key *out)
{
    const struct ov_session_settings *session = &hub->settings->session;
    const uint8_t *wkc = ov_buf_data(packet) + packet->len - out->wkc_len;
    out->own_key.kind = OV_WRAP_TLS_CRYPT; /* [WP-TC2-008] */
    enum ov_err err = ov_client_key_unwrap(session->crypto, &session->keys->server_key, wkc, out->wkc_len,
                                           &out->own_key.key, &out->metadata);
    if (err == OV_OK)
    {
        err = check_age(hub, &out->metadata, now);
    }
    return err == OV_OK ? ov_wrap_init(&out->own_wrap, session->crypto, &out->own_key, OV_ROLE_SERVER) : err;
}

enum ov_err ov_hub_find_key(const struct ov_hub *hub, const struct ov_buf *packet, struct ov_now now,
                            struct ov_hub_key *out)
{
    memset(out, 0, sizeof *out);
    if (!ov_opcode_has_wkc(ov_opcode_of(ov_buf_data(packet)[0])))
    {
        return find_static(hub, out);
    }
    if (!hub->settings->session.keys->has_server_key)
    {
        return OV_ERR_UNSUPPORTED;
    }
    enum ov_err err = ov_wkc_find(ov_buf_data(packet), packet->len, OV_CONTROL_HEAD_LEN, &out->wkc_len);
    if (err == OV_OK)
    {
        err = unwrap(hub, packet, now, out);
    }
    out->key = &out->own_key;
    out->wrap = &out->own_wrap;
    out->is_v2 = true;
    return err;
}

/* ---- log ---- */

#define SHOWN_MAX 64u

/* Only the holder of the server key writes metadata, but what the user put into it need not be text. */
static void printable(const uint8_t *data, size_t len, char out[static SHOWN_MAX + 1])
{
    size_t i = 0;
    for (; i < len && i < SHOWN_MAX; i++)
    {
        out[i] = data[i] >= ' ' && data[i] < 0x7f ? (char)data[i] : '_';
    }
    out[i] = '\0';
}

void ov_hub_log_metadata(const struct ov_hub *hub, const char *name, const struct ov_wkc_metadata *metadata,
                         struct ov_now now)
{
    struct ov_wkc_meaning says;
    char text[SHOWN_MAX + 1];
    enum ov_err err = ov_wkc_metadata_read(metadata, &says);
    if (err == OV_OK && says.type == OV_WKC_TYPE_TIME)
    {
        const uint64_t age_s = now.wall_s > says.created_s ? now.wall_s - says.created_s : 0;
        ov_logf(hub->log, OV_LOG_INFO,
                "%s tls-crypt-v2 client key: made at %" PRIu64 " (seconds since 1970), %" PRIu64 " days ago",
                name, says.created_s, age_s / DAY_S);
    }
    else if (err == OV_OK && says.type == OV_WKC_TYPE_USER)
    {
        printable(says.rest, says.rest_len, text);
        ov_logf(hub->log, OV_LOG_INFO, "%s tls-crypt-v2 client key: %zu octets of user data: '%s'", name,
                says.rest_len, text);
    }
    else
    {
        ov_logf(hub->log, OV_LOG_INFO, "%s tls-crypt-v2 client key: %s", name,
                err == OV_ERR_AGAIN ? "without metadata" : "with metadata of an unknown kind");
    }
}
