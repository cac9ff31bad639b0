#include "card/pkcs11/mechanism.h"

/* Tokens have what their makers chose: some no raw RSA, some none that digests itself. */
struct family
{
    enum ov_digest_id digest;
    CK_MECHANISM_TYPE bare; /* names the digest in parameters */
    CK_RSA_PKCS_MGF_TYPE mask;
    CK_MECHANISM_TYPE whole[OV_SIGN_KINDS]; /* mechanisms that digest too */
};

#define FAMILY(name, bare)                                                                                   \
    {                                                                                                        \
        OV_DIGEST_##name, bare, CKG_MGF1_##name,                                                             \
        {                                                                                                    \
            [OV_SIGN_RSA_PKCS1] = CKM_##name##_RSA_PKCS, [OV_SIGN_RSA_PSS] = CKM_##name##_RSA_PKCS_PSS,      \
            [OV_SIGN_ECDSA] = CKM_ECDSA_##name                                                               \
        }                                                                                                    \
    }

static const struct family families[] = {
    FAMILY(SHA1, CKM_SHA_1),    FAMILY(SHA224, CKM_SHA224), FAMILY(SHA256, CKM_SHA256),
    FAMILY(SHA384, CKM_SHA384), FAMILY(SHA512, CKM_SHA512),
};

static const struct family *family_of(enum ov_digest_id digest)
{
    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++)
    {
        if (families[i].digest == digest)
        {
            return &families[i];
        }
    }
    return NULL;
}

enum stuff
{
    STUFF_IN,      /* what is asked */
    STUFF_MESSAGE, /* what was digested */
    STUFF_PADDED   /* the whole block; for PSS it is made by who asks */
};

static const struct row
{
    enum ov_sign_kind kind;
    CK_MECHANISM_TYPE type; /* of STUFF_MESSAGE it is the family's */
    enum stuff stuff;
} rows[] = {
    {OV_SIGN_RSA_PKCS1, CKM_RSA_PKCS, STUFF_IN},
    {OV_SIGN_RSA_PKCS1, 0, STUFF_MESSAGE},
    {OV_SIGN_RSA_PKCS1, CKM_RSA_X_509, STUFF_PADDED},
    {OV_SIGN_RSA_RAW, CKM_RSA_X_509, STUFF_IN},
    {OV_SIGN_RSA_PSS, CKM_RSA_PKCS_PSS, STUFF_IN},
    {OV_SIGN_RSA_PSS, 0, STUFF_MESSAGE},
    {OV_SIGN_ECDSA, CKM_ECDSA, STUFF_IN},
    {OV_SIGN_ECDSA, 0, STUFF_MESSAGE},
};

static void give(const struct ov_sign_request *request, enum stuff stuff, struct pkcs11_way *out)
{
    const bool pads = stuff == STUFF_PADDED;
    out->in = stuff == STUFF_MESSAGE ? request->message : request->in;
    out->in_len = stuff == STUFF_MESSAGE ? request->message_len : request->in_len;
    if (pads)
    {
        const bool fine =
            request->key_len <= sizeof out->padded &&
            ov_rsa_pad_pkcs1(request->in, request->in_len, out->padded, request->key_len) == OV_OK;
        out->in = fine ? out->padded : NULL;
        out->in_len = request->key_len;
    }
}

bool pkcs11_way(const struct ov_sign_request *request, unsigned number, struct pkcs11_way *out)
{
    const struct family *family = family_of(request->digest);
    const struct row *row = NULL;
    for (size_t i = 0; row == NULL && i < sizeof rows / sizeof rows[0]; i++)
    {
        row = rows[i].kind == request->kind && number-- == 0 ? &rows[i] : NULL;
    }
    if (row == NULL)
    {
        return false;
    }
    *out = (struct pkcs11_way){.ecdsa = request->kind == OV_SIGN_ECDSA};
    out->mechanism.mechanism = row->type;
    if (family == NULL && (row->stuff == STUFF_MESSAGE || request->kind == OV_SIGN_RSA_PSS))
    {
        return true; /* nothing to give it */
    }
    if (row->stuff == STUFF_MESSAGE)
    {
        out->mechanism.mechanism = family->whole[request->kind];
    }
    if (request->kind == OV_SIGN_RSA_PSS)
    {
        out->pss = (CK_RSA_PKCS_PSS_PARAMS){family->bare, family->mask, ov_digest_len(request->digest)};
        out->mechanism.pParameter = &out->pss;
        out->mechanism.ulParameterLen = sizeof out->pss;
    }
    give(request, row->stuff, out);
    return true;
}

bool pkcs11_lacks(CK_RV rv)
{
    static const CK_RV lacks[] = {CKR_MECHANISM_INVALID, CKR_MECHANISM_PARAM_INVALID,
                                  CKR_FUNCTION_NOT_SUPPORTED, CKR_KEY_FUNCTION_NOT_PERMITTED,
                                  CKR_KEY_TYPE_INCONSISTENT};
    for (size_t i = 0; i < sizeof lacks / sizeof lacks[0]; i++)
    {
        if (rv == lacks[i])
        {
            return true;
        }
    }
    return false;
}

const char *pkcs11_wanted(enum ov_sign_kind kind)
{
    static const char *const names[OV_SIGN_KINDS] = {
        [OV_SIGN_RSA_PKCS1] = "CKM_RSA_PKCS, CKM_SHA*_RSA_PKCS or CKM_RSA_X_509",
        [OV_SIGN_RSA_RAW] = "CKM_RSA_PKCS_PSS, CKM_SHA*_RSA_PKCS_PSS or CKM_RSA_X_509",
        [OV_SIGN_ECDSA] = "CKM_ECDSA or CKM_ECDSA_SHA*",
        [OV_SIGN_RSA_PSS] = "CKM_RSA_PKCS_PSS or CKM_SHA*_RSA_PKCS_PSS"};
    return names[kind];
}
