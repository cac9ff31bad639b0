#include "session/private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/wipe.h"
#include "options/occ.h"
#include "wire/key_method2.h"
#include "wire/peer_info.h"

/* The two halves of key derivation input have one layout and two owners (wire/ and kdf/). */
static void source_to_kdf(const struct ov_km2_source *from, struct ov_key_source *to)
{
    memcpy(to->pre_master, from->pre_master, sizeof to->pre_master);
    memcpy(to->random1, from->random1, sizeof to->random1);
    memcpy(to->random2, from->random2, sizeof to->random2);
}

static struct ov_key_source *own_source(struct ov_session *s)
{
    return s->role == OV_ROLE_CLIENT ? &s->ks.client : &s->ks.server;
}

/* ---- writing ---- */

/* Bits of what is built, and only those [WP-PI-011]. */
static uint32_t iv_proto(const struct ov_proto_flags *built, bool p2p)
{
    const uint32_t pull = OV_IV_PROTO_REQUEST_PUSH | OV_IV_PROTO_AUTH_PENDING_KW |
                          OV_IV_PROTO_AUTH_FAIL_TEMP | OV_IV_PROTO_PUSH_UPDATE | OV_IV_PROTO_DNS_OPTION |
                          OV_IV_PROTO_DNS_OPTION_V2;
    return OV_IV_PROTO_DATA_V2 | (p2p ? OV_IV_PROTO_NCP_P2P : pull) |
           (built->tls_ekm ? OV_IV_PROTO_TLS_KEY_EXPORT : 0) |
           (built->cc_exit ? OV_IV_PROTO_CC_EXIT_NOTIFY : 0) |
           (built->dyn_tls_crypt ? OV_IV_PROTO_DYN_TLS_CRYPT : 0) |
           (built->aead_epoch ? OV_IV_PROTO_DATA_EPOCH : 0);
}

static enum ov_err build_peer_info(const struct ov_session *s, char *out, size_t cap)
{
    const struct ov_session_settings *settings = s->env.settings;
    char ciphers[OV_CIPHERS_TEXT + 1];
    ov_ciphers_text(&settings->config->data_ciphers, ciphers);
    const struct ov_peer_info_own own = {
        .version = settings->version,
        .platform = settings->platform,
        .proto = iv_proto(&settings->built, ov_session_is_p2p(s)) &
                 ~(settings->without_v2 ? OV_IV_PROTO_DATA_V2 : 0),
        .mtu = settings->config->tun_mtu_max,
        .ciphers = ciphers,
        .sso = settings->sso,
        .tcp_nonlinear = true,
        .compression = ov_session_compression(s),
        .more = settings->more,
        .more_count = settings->more_count,
    };
    size_t len = 0;
    return ov_peer_info_build(&own, out, cap, &len);
}

static enum ov_err fill_source(struct ov_session *s, struct ov_km2_source *source)
{
    const struct ov_rng *rng = s->env.rng;
    enum ov_err err = ov_rng_fill(rng, source->random1, sizeof source->random1); /* [WP-KM2-002] */
    if (err == OV_OK)
    {
        err = ov_rng_fill(rng, source->random2, sizeof source->random2);
    }
    if (err == OV_OK && s->role == OV_ROLE_CLIENT)
    {
        err = ov_rng_fill(rng, source->pre_master, sizeof source->pre_master);
    }
    return err;
}

void ov_session_occ(const struct ov_session *s, struct ov_occ *out)
{
    ov_occ_from_config(s->env.settings->config, out);
    if (s->env.settings->stream)
    {
        const bool connects = s->role == OV_ROLE_CLIENT && !s->env.settings->config->listens;
        out->transport = connects ? OV_OCC_TCP_CLIENT : OV_OCC_TCP_SERVER;
    }
    /* A client that is migrated finds what it has itself [WP-COMP-012]. */
    if (s->env.settings->config->compression.migrate && s->says.occ_compressed)
    {
        out->compression = out->compression_v2 = true;
    }
}

static enum ov_err encode(struct ov_session *s, struct ov_km2 *km2, struct ov_writer *w)
{
    char options[OV_OCC_MAX] = "";
    char peer_info[1024] = "";
    struct ov_occ occ;
    ov_session_occ(s, &occ);
    enum ov_err err = ov_occ_text(&occ, options, sizeof options);
    if (err == OV_OK && (s->role == OV_ROLE_CLIENT || ov_session_is_p2p(s)))
    {
        err = build_peer_info(s, peer_info, sizeof peer_info);
    }
    if (err == OV_OK)
    {
        err = fill_source(s, &km2->source);
    }
    km2->options = options;
    km2->peer_info = peer_info;
    if (s->role == OV_ROLE_CLIENT)
    {
        ov_login_write(s, km2);
    }
    return err == OV_OK ? ov_km2_encode(s->role, km2, w) : err;
}

enum ov_err ov_exchange_write(struct ov_session *s)
{
    uint8_t message[OV_KM2_MESSAGE_MAX];
    struct ov_writer w = ov_writer_over(message, sizeof message);
    struct ov_km2 km2 = {.options = NULL};
    enum ov_err err = encode(s, &km2, &w);
    if (err == OV_OK)
    {
        source_to_kdf(&km2.source, own_source(s));
        err = ov_tls_write(&s->ks.tls, message, ov_writer_len(&w)); /* one record [WP-KM2-004] */
    }
    ov_km2_clear(&km2);
    ov_wipe(message, sizeof message);
    return err;
}

/* ---- reading ---- */

/* Which cipher? */
static enum ov_err negotiate(struct ov_session *s)
{
    const struct ov_config *config = s->env.settings->config;
    struct ov_client_says *says = &s->says;
    const struct ov_ncp_peer peer = {
        .iv_ciphers = says->has_ciphers ? says->ciphers : NULL,
        .iv_ncp = says->ncp,
        .occ_cipher = says->occ_cipher[0] != '\0' ? says->occ_cipher : NULL,
    };
    return ov_ncp_server(&config->data_ciphers, config->has_fallback ? &config->fallback : NULL, &peer,
                         &s->agreed.cipher, &says->push_cipher);
}

static void refuse_ciphers(struct ov_session *s, enum ov_err err)
{
    if (err != OV_OK && s->says.refusal == OV_OK)
    {
        s->says.refusal = err;
        s->says.farewell = OV_NCP_NO_SHARED;
    }
}

void ov_session_adapt(struct ov_session *s, const struct ov_session_settings *settings)
{
    s->env.settings = settings;
    s->agreed.keepalive = settings->config->keepalive;
    refuse_ciphers(s, negotiate(s));
}

/* Server: can we serve this client at all? It is told once it can read it. */
static void judge_client(struct ov_session *s, const struct ov_km2 *km2, const struct ov_peer_info *info)
{
    const struct ov_config *config = s->env.settings->config;
    s->says = (struct ov_client_says){.heard = true,
                                      .iv_proto = info->proto,
                                      .has_mtu = info->has_mtu,
                                      .occ_compressed = ov_occ_compressed(km2->options),
                                      .compression = info->compression,
                                      .has_ciphers = info->has_ciphers,
                                      .ncp = info->ncp};
    (void)snprintf(s->says.ciphers, sizeof s->says.ciphers, "%s", info->ciphers);
    if (ov_occ_cipher(km2->options, s->says.occ_cipher, sizeof s->says.occ_cipher) != OV_OK)
    {
        s->says.occ_cipher[0] = '\0';
    }
    const enum ov_err err = negotiate(s);
    refuse_ciphers(s, s->env.settings->adapts ? OV_OK : err);
    ov_session_verify_options(s, km2->options);
    if (config->force_ekm && (info->proto & OV_IV_PROTO_TLS_KEY_EXPORT) == 0)
    {
        s->says.refusal = OV_ERR_UNSUPPORTED;
        s->says.farewell = "AUTH_FAILED,This server wants data keys from the TLS exporter"; /* [WP-KDF-005] */
    }
    if (km2->credentials_too_long)
    {
        s->says.refusal = OV_ERR_LIMIT;
        s->says.farewell = "AUTH_FAILED,Username or password is too long. Maximum length is 128 bytes";
    }
}

static void hear_client(struct ov_session *s, const struct ov_km2 *km2)
{
    struct ov_peer_info info;
    if (s->says.heard)
    {
        return; /* what was agreed first holds for every later key [WP-NCP-008] */
    }
    if (ov_session_is_p2p(s))
    {
        ov_p2p_hear(s, km2);
        return;
    }
    ov_peer_info_parse(km2->peer_info, strlen(km2->peer_info), &info);
    ov_session_log(s, OV_LOG_INFO, "peer info: IV_VER=%s IV_PLAT=%s IV_PROTO=%u IV_CIPHERS=%s", info.version,
                   info.platform, info.proto, info.ciphers);
    judge_client(s, km2, &info);
}

static void hear_server(struct ov_session *s, const struct ov_km2 *km2)
{
    if (ov_session_is_p2p(s))
    {
        ov_p2p_hear(s, km2);
        return;
    }
    if (ov_occ_cipher(km2->options, s->pull.server_cipher, sizeof s->pull.server_cipher) != OV_OK)
    {
        s->pull.server_cipher[0] = '\0';
    }
}

enum ov_err ov_exchange_read(struct ov_session *s)
{
    uint8_t record[OV_TLS_RECORD_MAX];
    size_t len = 0;
    const enum ov_role sender = s->role == OV_ROLE_CLIENT ? OV_ROLE_SERVER : OV_ROLE_CLIENT;
    enum ov_err err = ov_tls_read(&s->ks.tls, record, &len);
    if (err != OV_OK)
    {
        return err;
    }
    struct ov_km2 km2;
    err = ov_km2_decode(sender, record, len, &km2);
    if (err == OV_OK)
    {
        source_to_kdf(&km2.source, sender == OV_ROLE_CLIENT ? &s->ks.client : &s->ks.server);
        (sender == OV_ROLE_CLIENT ? hear_client : hear_server)(s, &km2);
        err = sender == OV_ROLE_CLIENT ? ov_guest_hear(s, &km2) : OV_OK;
    }
    else
    {
        ov_session_log(s, OV_LOG_ERROR, "TLS Error: malformed key method message: %s", ov_err_name(err));
    }
    ov_km2_clear(&km2);
    ov_wipe(record, sizeof record);
    return err;
}
