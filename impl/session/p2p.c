#include "session/private.h"

#include <string.h>

#include "wire/key_method2.h"
#include "wire/peer_info.h"

/* Two ends of which none is a server of many: nobody pushes. Each computes the same from its own settings and what
 * the other one said of itself [WP-NCP-009, WP-NCP-010]. */

#define PEER_ID_LABEL   "EXPORTER-OpenVPN-p2p-peerid"
#define PEER_ID_DEFAULT 0x76706Eu /* "vpn" */

bool ov_session_is_p2p(const struct ov_session *s)
{
    return s->env.settings->config->p2p;
}

static bool list_has(const char *list, const char *name)
{
    const size_t len = strlen(name);
    while (list != NULL && *list != '\0')
    {
        const size_t item = strcspn(list, ":");
        if (item == len && memcmp(list, name, len) == 0)
        {
            return true;
        }
        list += item + (list[item] == ':');
    }
    return false;
}

/* The order of the TLS server's list counts. */
static enum ov_err first_shared(const struct ov_session *s, const char *theirs, enum ov_cipher_id *cipher)
{
    const struct ov_ciphers *own = &s->env.settings->config->data_ciphers;
    for (uint8_t i = 0; s->role == OV_ROLE_SERVER && i < own->count; i++)
    {
        if (list_has(theirs, ov_cipher_name((enum ov_cipher_id)own->id[i])))
        {
            *cipher = (enum ov_cipher_id)own->id[i];
            return OV_OK;
        }
    }
    while (s->role == OV_ROLE_CLIENT && *theirs != '\0')
    {
        char name[32] = "";
        const size_t len = strcspn(theirs, ":");
        if (len < sizeof name)
        {
            memcpy(name, theirs, len);
        }
        if (ov_ciphers_has_name(own, name, cipher))
        {
            return OV_OK;
        }
        theirs += len + (theirs[len] == ':');
    }
    return OV_ERR_NEGOTIATION;
}

/* Nothing in common: then what both are configured to, each for itself. */
static enum ov_err own_cipher(const struct ov_config *config, enum ov_cipher_id *cipher)
{
    if (config->has_fallback)
    {
        *cipher = config->fallback;
        return OV_OK;
    }
    return ov_ciphers_has_name(&config->data_ciphers, config->occ_cipher, cipher) ? OV_OK
                                                                                  : OV_ERR_NEGOTIATION;
}

void ov_p2p_hear(struct ov_session *s, const struct ov_km2 *km2)
{
    const struct ov_config *config = s->env.settings->config;
    struct ov_peer_info info;
    if (s->says.heard)
    {
        return; /* what was agreed first holds for every later key [WP-NCP-008] */
    }
    ov_peer_info_parse(km2->peer_info, strlen(km2->peer_info), &info);
    ov_session_log(s, OV_LOG_INFO, "peer info: IV_VER=%s IV_PLAT=%s IV_PROTO=%u IV_CIPHERS=%s", info.version,
                   info.platform, info.proto, info.ciphers);
    s->says = (struct ov_client_says){.heard = true, .iv_proto = info.proto};
    s->says.refusal = OV_ERR_NEGOTIATION;
    if ((info.proto & OV_IV_PROTO_NCP_P2P) != 0 && info.has_ciphers)
    {
        s->says.refusal = first_shared(s, info.ciphers, &s->agreed.cipher);
    }
    if (s->says.refusal != OV_OK)
    {
        s->says.refusal = own_cipher(config, &s->agreed.cipher);
    }
}

static enum ov_err find_peer_id(struct ov_session *s)
{
    uint8_t id[3];
    s->data.peer_id = (s->says.iv_proto & OV_IV_PROTO_DATA_V2) != 0 ? PEER_ID_DEFAULT : OV_PEER_ID_NONE;
    if (s->data.peer_id == OV_PEER_ID_NONE || !s->agreed.flags.tls_ekm)
    {
        return OV_OK;
    }
    enum ov_err err = ov_tls_export(&s->ks.tls, PEER_ID_LABEL, id, sizeof id);
    s->data.peer_id = err == OV_OK ? (uint32_t)id[0] << 16 | (uint32_t)id[1] << 8 | id[2] : OV_PEER_ID_NONE;
    return err;
}

enum ov_err ov_p2p_agree(struct ov_session *s)
{
    const struct ov_config *config = s->env.settings->config;
    if (s->says.refusal != OV_OK)
    {
        ov_session_log(s, OV_LOG_ERROR, "Options error: no data channel cipher in common with the peer");
        return s->says.refusal;
    }
    s->agreed.flags = ov_push_flags(s->says.iv_proto, &s->env.settings->built);
    s->agreed.flags.aead_epoch &= ov_cipher_is_aead(s->agreed.cipher);
    s->agreed.keepalive = config->keepalive;
    enum ov_err err = find_peer_id(s);
    return err == OV_OK ? ov_session_set_framing(s, config->compression.mode) : err;
}

/* Nothing is pulled: what holds is what is configured. */
enum ov_err ov_p2p_begin(struct ov_session *s)
{
    static const char nothing[] = "PUSH_REPLY";
    enum ov_err err = ov_p2p_agree(s);
    if (err == OV_OK && !s->pull.complete)
    {
        err = ov_pull_message(s->pull.pull, nothing, sizeof nothing - 1);
        s->pull.complete = err == OV_OK;
    }
    return err;
}
