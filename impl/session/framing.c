#include "data/framing.h"
#include "session/private.h"

/* Compression framing and fragments: what is announced, agreed, and set. */

uint32_t ov_session_compression(const struct ov_session *s)
{
    const struct ov_session_settings *settings = s->env.settings;
    uint32_t bits = OV_PEER_COMP_STUB | OV_PEER_COMP_STUB_V2;
    const bool expands = settings->config->compression.expands;
    if (expands && ov_compressor_find(settings->compressors, OV_COMP_ALG_LZ4) != NULL)
    {
        bits |= OV_PEER_COMP_LZ4 | OV_PEER_COMP_LZ4_V2;
    }
    const bool lzo = expands && ov_compressor_find(settings->compressors, OV_COMP_ALG_LZO) != NULL;
    return bits | (lzo ? OV_PEER_COMP_LZO : OV_PEER_COMP_LZO_STUB);
}

enum ov_err ov_session_set_framing(struct ov_session *s, enum ov_comp_mode mode)
{
    const struct ov_config *config = s->env.settings->config;
    const enum ov_comp_alg alg = ov_comp_mode_alg(mode);
    const struct ov_data_framing_spec spec = {
        .comp = mode,
        .compressor = ov_compressor_find(s->env.settings->compressors, alg),
        .compresses = config->compression.compresses && alg != OV_COMP_ALG_NONE,
        .fragments = config->fragment.octets > 0,
    };
    if (alg != OV_COMP_ALG_NONE && spec.compressor == NULL)
    {
        ov_session_log(s, OV_LOG_ERROR, "%s: this program was built without %s", ov_comp_mode_name(mode),
                       ov_comp_alg_name(alg));
        return OV_ERR_UNSUPPORTED;
    }
    if (mode != OV_COMP_OFF || spec.fragments)
    {
        ov_session_log(s, OV_LOG_INFO, "Data Channel: framing '%s'%s%s", ov_comp_mode_name(mode),
                       spec.compresses ? ", compresses what it sends" : "",
                       spec.fragments ? ", fragments" : "");
    }
    return ov_data_set_framing(&s->data, &spec);
}

/* A client whose options string has comp-lzo is told to keep nothing of it but, at most, one octet
 * [WP-COMP-012]. */
enum ov_comp_mode ov_session_client_framing(const struct ov_session *s, const char **option)
{
    const struct ov_compression *own = &s->env.settings->config->compression;
    *option = NULL;
    if (!own->migrate || !s->says.occ_compressed)
    {
        return own->mode;
    }
    const bool v2 = (s->says.compression & OV_PEER_COMP_STUB_V2) != 0;
    const enum ov_comp_mode mode = v2 ? OV_COMP_STUB_V2 : OV_COMP_LZO_STUB;
    *option = ov_comp_mode_name(mode);
    return mode;
}

void ov_session_set_fragment(struct ov_session *s)
{
    const struct ov_fragmenting *fragment = &s->env.settings->config->fragment;
    const bool v2 = s->data.peer_id != OV_PEER_ID_NONE;
    const uint32_t outer = fragment->mtu ? ov_session_outer_len(s) : 0;
    if (fragment->octets > outer)
    {
        ov_data_set_fragment(&s->data,
                             ov_data_key_fits(&s->data.key[OV_DATA_CURRENT], v2, fragment->octets - outer));
    }
}
