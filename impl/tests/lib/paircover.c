#include "tests/lib/paircover.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* ---- factors ---- */

static uint32_t wrap_of(const struct ov_plan *p)
{
    return p->client.wrap;
}

static uint32_t cipher_of(const struct ov_plan *p)
{
    static const char *const names[] = {"AES-256-GCM", "AES-128-GCM", "CHACHA20-POLY1305", "AES-192-GCM",
                                        "AES-256-CBC", "AES-192-CBC", "AES-128-CBC",       "none",
                                        "AES-256-CFB", "AES-128-OFB", "DES-EDE3-CBC"};
    for (uint32_t i = 0; i < sizeof names / sizeof names[0]; i++)
    {
        if (strcmp(ov_cipher_name(p->cipher), names[i]) == 0)
        {
            return i;
        }
    }
    return (uint32_t)(sizeof names / sizeof names[0]); /* those that a library may lack */
}

static uint32_t shape_of(const struct ov_plan *p)
{
    return p->shape_number;
}

static uint32_t login_of(const struct ov_plan *p)
{
    return p->login;
}

static uint32_t rekey_of(const struct ov_plan *p)
{
    return p->rekey;
}

static uint32_t proxy_of(const struct ov_plan *p)
{
    return p->proxy;
}

static uint32_t way_of(const struct ov_plan *p)
{
    return (p->client.p2p ? 1u : 0) | (p->client.stream ? 2u : 0) | (p->client.v6 ? 4u : 0);
}

static uint32_t built_of(const struct ov_plan *p)
{
    const struct ov_proto_flags f = p->client.built;
    return (f.cc_exit ? 1u : 0) | (f.tls_ekm ? 2u : 0) | (f.dyn_tls_crypt ? 4u : 0) | (f.aead_epoch ? 8u : 0);
}

static uint32_t header_of(const struct ov_plan *p)
{
    return p->without_v2;
}

static uint32_t float_of(const struct ov_plan *p)
{
    return p->floats;
}

static uint32_t update_of(const struct ov_plan *p)
{
    return p->updates;
}

static uint32_t refusal_of(const struct ov_plan *p)
{
    return p->refusal;
}

static uint32_t rules_of(const struct ov_plan *p)
{
    return p->rules_number;
}

static uint32_t versions_of(const struct ov_plan *p)
{
    return p->versions_number;
}

/* certs: of the real libraries only. */
static const struct
{
    const char *name;
    uint32_t (*of)(const struct ov_plan *plan);
    uint32_t count;
    bool certs;
} factors[OV_COVER_FACTORS] = {
    {"control channel", wrap_of, OV_END_WRAPS, false},
    {"cipher", cipher_of, 12, false},
    {"framing", shape_of, OV_PLAN_SHAPES, false},
    {"login", login_of, OV_PLAN_LOGINS, false},
    {"renegotiation", rekey_of, OV_PLAN_REKEYS, false},
    {"proxy", proxy_of, OV_PLAN_PROXIES, false},
    {"way", way_of, 8, false},
    {"protocol flags", built_of, 16, false},
    {"header", header_of, 2, false},
    {"float", float_of, 2, false},
    {"update", update_of, 2, false},
    {"refusal", refusal_of, OV_PLAN_REFUSALS, true},
    {"certificates", rules_of, OV_PLAN_RULES, true},
    {"TLS versions", versions_of, OV_PLAN_VERSIONS, true},
};

void ov_cover_note(struct ov_cover *cover, const struct ov_plan *plan)
{
    uint32_t value[OV_COVER_FACTORS];
    for (size_t f = 0; f < OV_COVER_FACTORS; f++)
    {
        value[f] = factors[f].of(plan);
        assert_true(value[f] < factors[f].count && factors[f].count <= OV_COVER_VALUES);
        cover->single[f][value[f]]++;
        for (size_t g = 0; g < f; g++)
        {
            cover->both[g][value[g]][f][value[f]]++;
        }
    }
}

static void count_pairs(const struct ov_cover *cover, size_t g, size_t f, uint32_t *met, uint32_t *all)
{
    for (uint32_t a = 0; a < factors[g].count; a++)
    {
        for (uint32_t b = 0; b < factors[f].count; b++)
        {
            *met += cover->both[g][a][f][b] > 0;
            (*all)++;
        }
    }
}

void ov_cover_check(const struct ov_cover *cover, const char *what, bool certs)
{
    uint32_t met = 0, all = 0;
    for (size_t f = 0; f < OV_COVER_FACTORS; f++)
    {
        for (uint32_t v = 0; v < factors[f].count && (certs || !factors[f].certs); v++)
        {
            if (cover->single[f][v] == 0)
            {
                fail_msg("%s: value %u of '%s' was never met", what, v, factors[f].name);
            }
        }
        for (size_t g = 0; g < f && (certs || !factors[f].certs); g++)
        {
            count_pairs(cover, g, f, &met, &all);
        }
    }
    print_message("%s: %u of %u pairs of values were met; rules forbid some\n", what, met, all);
}
