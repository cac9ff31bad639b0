#include "wire/comp_frame.h"

#include <string.h>

/* V1: one octet in front. */
#define V1_PLAIN      0xFAu /* [WP-COMP-003] */
#define V1_PLAIN_SWAP 0xFBu
#define V1_LZO        0x66u
#define V1_LZO_SWAP   0x67u /* historic, openvpn3 */
#define V1_SNAPPY     0x68u
#define V1_LZ4        0x69u

/* V2: two octets, only where they are needed. */
#define V2_ESCAPE    0x50u
#define V2_PLAIN     0x00u
#define V2_LZ4       0x01u
#define V2_LZO       0x02u /* reserved, never used */
#define V2_SNAPPY    0x03u
#define V2_PLAIN_BUG 0x0Au /* what stock senders write instead of V2_PLAIN [WP-COMP-005] */

enum shape
{
    SHAPE_NONE,
    SHAPE_V1,
    SHAPE_V1_SWAP,
    SHAPE_V2
};

static const struct mode
{
    const char *name;
    const char *arg; /* of --compress */
    enum shape shape;
    enum ov_comp_alg alg;
} modes[OV_COMP_MODES] = {
    [OV_COMP_OFF] = {"off", NULL, SHAPE_NONE, OV_COMP_ALG_NONE},
    [OV_COMP_LZO_STUB] = {"comp-lzo no", NULL, SHAPE_V1, OV_COMP_ALG_NONE},
    [OV_COMP_LZO] = {"compress lzo", "lzo", SHAPE_V1, OV_COMP_ALG_LZO},
    [OV_COMP_STUB] = {"compress stub", "stub", SHAPE_V1_SWAP, OV_COMP_ALG_NONE},
    [OV_COMP_LZ4] = {"compress lz4", "lz4", SHAPE_V1_SWAP, OV_COMP_ALG_LZ4},
    [OV_COMP_STUB_V2] = {"compress stub-v2", "stub-v2", SHAPE_V2, OV_COMP_ALG_NONE},
    [OV_COMP_LZ4_V2] = {"compress lz4-v2", "lz4-v2", SHAPE_V2, OV_COMP_ALG_LZ4},
};

const char *ov_comp_mode_name(enum ov_comp_mode mode)
{
    return modes[mode].name;
}

bool ov_comp_mode_by_name(const char *name, enum ov_comp_mode *mode)
{
    for (unsigned i = 0; i < OV_COMP_MODES; i++)
    {
        if (modes[i].arg != NULL && strcmp(name, modes[i].arg) == 0)
        {
            *mode = (enum ov_comp_mode)i;
            return true;
        }
    }
    return false;
}

enum ov_comp_alg ov_comp_mode_alg(enum ov_comp_mode mode)
{
    return modes[mode].alg;
}

uint32_t ov_comp_mode_octets(enum ov_comp_mode mode)
{
    return modes[mode].shape == SHAPE_V1 || modes[mode].shape == SHAPE_V1_SWAP ? 1 : 0;
}

const char *ov_comp_alg_name(enum ov_comp_alg alg)
{
    static const char *const names[] = {
        [OV_COMP_ALG_NONE] = "none", [OV_COMP_ALG_LZO] = "lzo", [OV_COMP_ALG_LZ4] = "lz4"};
    return names[alg];
}

/* ---- around ---- */

/* The first octet goes to the end, so that all others keep their place [WP-COMP-001]. */
static enum ov_err put_swapped(struct ov_buf *buf, uint8_t marker)
{
    uint8_t *first = ov_buf_data(buf);
    uint8_t *end = ov_buf_put(buf, 1);
    if (end == NULL)
    {
        return OV_ERR_NOSPACE;
    }
    *end = *first;
    *first = marker;
    return OV_OK;
}

static enum ov_err put_front(struct ov_buf *buf, const uint8_t *octets, uint32_t len)
{
    uint8_t *front = ov_buf_push(buf, len);
    if (front == NULL)
    {
        return OV_ERR_NOSPACE;
    }
    memcpy(front, octets, len);
    return OV_OK;
}

static enum ov_err put_v2(struct ov_buf *buf, enum ov_comp_alg alg)
{
    const uint8_t escape[2] = {V2_ESCAPE, alg == OV_COMP_ALG_LZ4 ? V2_LZ4 : V2_PLAIN};
    if (alg == OV_COMP_ALG_NONE && ov_buf_data(buf)[0] != V2_ESCAPE)
    {
        return OV_OK; /* no IP packet begins like the escape [WP-COMP-004] */
    }
    return put_front(buf, escape, sizeof escape);
}

enum ov_err ov_comp_frame(enum ov_comp_mode mode, enum ov_comp_alg alg, struct ov_buf *buf)
{
    const uint8_t marker = alg == OV_COMP_ALG_NONE ? V1_PLAIN : V1_LZO;
    if (buf->len == 0 || (alg != OV_COMP_ALG_NONE && alg != modes[mode].alg))
    {
        return OV_ERR_ARG;
    }
    switch (modes[mode].shape)
    {
    case SHAPE_V1:
        return put_front(buf, &marker, 1);
    case SHAPE_V1_SWAP:
        return put_swapped(buf, alg == OV_COMP_ALG_NONE ? V1_PLAIN_SWAP : V1_LZ4);
    case SHAPE_V2:
        return put_v2(buf, alg);
    default:
        return OV_OK;
    }
}

/* ---- off ---- */

static enum ov_err refuse_v1(uint8_t marker)
{
    return marker == V1_SNAPPY || marker == V1_LZO_SWAP ? OV_ERR_UNSUPPORTED : OV_ERR_FORMAT;
}

static enum ov_err take_v1(const struct mode *mode, struct ov_buf *buf, enum ov_comp_alg *alg)
{
    const uint8_t marker = ov_buf_data(buf)[0];
    if (marker != V1_PLAIN && (marker != V1_LZO || mode->alg != OV_COMP_ALG_LZO))
    {
        return refuse_v1(marker);
    }
    *alg = marker == V1_PLAIN ? OV_COMP_ALG_NONE : OV_COMP_ALG_LZO;
    (void)ov_buf_pull(buf, 1);
    return buf->len > 0 ? OV_OK : OV_ERR_TRUNCATED;
}

static enum ov_err take_swapped(const struct mode *mode, struct ov_buf *buf, enum ov_comp_alg *alg)
{
    uint8_t *data = ov_buf_data(buf);
    const uint8_t marker = data[0];
    if (marker != V1_PLAIN_SWAP && (marker != V1_LZ4 || mode->alg != OV_COMP_ALG_LZ4))
    {
        return refuse_v1(marker);
    }
    if (buf->len < 2)
    {
        return OV_ERR_TRUNCATED;
    }
    *alg = marker == V1_PLAIN_SWAP ? OV_COMP_ALG_NONE : OV_COMP_ALG_LZ4;
    data[0] = data[buf->len - 1];
    (void)ov_buf_trim(buf, 1);
    return OV_OK;
}

static enum ov_err take_v2(const struct mode *mode, struct ov_buf *buf, enum ov_comp_alg *alg)
{
    const uint8_t *data = ov_buf_data(buf);
    if (data[0] != V2_ESCAPE)
    {
        *alg = OV_COMP_ALG_NONE;
        return OV_OK;
    }
    if (buf->len < 3)
    {
        return OV_ERR_TRUNCATED;
    }
    const uint8_t id = data[1];
    const bool plain = id == V2_PLAIN || id == V2_PLAIN_BUG;
    if (!plain && (id != V2_LZ4 || mode->alg != OV_COMP_ALG_LZ4))
    {
        return id == V2_LZO || id == V2_SNAPPY ? OV_ERR_UNSUPPORTED : OV_ERR_FORMAT;
    }
    *alg = plain ? OV_COMP_ALG_NONE : OV_COMP_ALG_LZ4;
    (void)ov_buf_pull(buf, 2);
    return OV_OK;
}

enum ov_err ov_comp_unframe(enum ov_comp_mode mode, struct ov_buf *buf, enum ov_comp_alg *alg)
{
    *alg = OV_COMP_ALG_NONE;
    if (buf->len == 0)
    {
        return OV_ERR_TRUNCATED;
    }
    switch (modes[mode].shape)
    {
    case SHAPE_V1:
        return take_v1(&modes[mode], buf, alg);
    case SHAPE_V1_SWAP:
        return take_swapped(&modes[mode], buf, alg);
    case SHAPE_V2:
        return take_v2(&modes[mode], buf, alg);
    default:
        return OV_OK;
    }
}
