/* A provider of the library's for private keys that somebody else keeps. It knows what a key is and how TLS signs with
 * it, and nothing more. It lives in a library context of its own, so that only keys made here ever meet it; what is
 * public about them it leaves to the usual provider. */
#include "openssl.h"

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/params.h>
#include <openssl/proverr.h>
#include <openssl/rsa.h>
#include <stdlib.h>
#include <string.h>

#define PROVIDER_NAME "ovref"
#define ALGORITHMS    "provider=" PROVIDER_NAME
/* Our own parameter of a new key: struct origin. */
#define PARAM_ORIGIN "ovref-origin"

struct origin
{
    EVP_PKEY *public_key;
    struct openssl_signing *signing;
};

/* ---- keys ---- */

/* Only the public half where another key is compared with ours. */
struct key
{
    const char *type;
    EVP_PKEY *public_key;
    struct openssl_signing *signing;
};

static void *key_new(const char *type)
{
    struct key *key = calloc(1, sizeof(*key));
    if (key != NULL)
    {
        key->type = type;
    }
    return key;
}

static void *rsa_new(void *provider)
{
    (void)provider;
    return key_new("RSA");
}

static void *ec_new(void *provider)
{
    (void)provider;
    return key_new("EC");
}

static void key_free(void *ctx)
{
    struct key *key = ctx;
    if (key != NULL)
    {
        EVP_PKEY_free(key->public_key);
        free(key);
    }
}

static int key_has(const void *ctx, int selection)
{
    const struct key *key = ctx;
    return key != NULL && key->public_key != NULL &&
           ((selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) == 0 || key->signing != NULL);
}

static int key_match(const void *ctx, const void *other, int selection)
{
    const struct key *one = ctx, *two = other;
    (void)selection;
    return one->public_key != NULL && two->public_key != NULL &&
           EVP_PKEY_eq(one->public_key, two->public_key) == 1;
}

/* Numbers of a public key that the usual provider tells. */
static int import_numbers(struct key *key, const OSSL_PARAM params[])
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, key->type, NULL);
    /* The parameter list is not const in the library's interface, but it is only read. */
    const int fine =
        ctx != NULL && EVP_PKEY_fromdata_init(ctx) == 1 &&
        EVP_PKEY_fromdata(ctx, &key->public_key, EVP_PKEY_PUBLIC_KEY, (OSSL_PARAM *)(uintptr_t)params) == 1;
    EVP_PKEY_CTX_free(ctx);
    return fine;
}

static int key_import(void *ctx, int selection, const OSSL_PARAM params[])
{
    struct key *key = ctx;
    const OSSL_PARAM *own = OSSL_PARAM_locate_const(params, PARAM_ORIGIN);
    const void *found = NULL;
    size_t len = 0;
    (void)selection;
    if (own == NULL)
    {
        return import_numbers(key, params);
    }
    if (OSSL_PARAM_get_octet_ptr(own, &found, &len) != 1 || len != sizeof(struct origin))
    {
        return 0;
    }
    const struct origin *origin = found;
    if (EVP_PKEY_up_ref(origin->public_key) != 1)
    {
        return 0;
    }
    key->public_key = origin->public_key;
    key->signing = origin->signing;
    return 1;
}

static const OSSL_PARAM *key_import_types(int selection)
{
    static const OSSL_PARAM types[] = {OSSL_PARAM_octet_ptr(PARAM_ORIGIN, NULL, 0), OSSL_PARAM_END};
    (void)selection;
    return types;
}

static int key_get_params(void *ctx, OSSL_PARAM params[])
{
    const struct key *key = ctx;
    return key->public_key != NULL && EVP_PKEY_get_params(key->public_key, params) == 1;
}

static const OSSL_PARAM *key_gettable_params(void *provider)
{
    static const OSSL_PARAM names[] = {OSSL_PARAM_int(OSSL_PKEY_PARAM_BITS, NULL),
                                       OSSL_PARAM_int(OSSL_PKEY_PARAM_SECURITY_BITS, NULL),
                                       OSSL_PARAM_int(OSSL_PKEY_PARAM_MAX_SIZE, NULL), OSSL_PARAM_END};
    (void)provider;
    return names;
}

static const char *ec_operation_name(int operation)
{
    return operation == OSSL_OP_SIGNATURE ? "ECDSA" : NULL;
}

/* ---- signatures: of a whole message at once, as TLS 1.2 and 1.3 make them ---- */

struct signature
{
    const struct key *key;
    enum ov_digest_id digest;
    bool pss;
};

static void *signature_new(void *provider, const char *properties)
{
    (void)provider;
    (void)properties;
    return calloc(1, sizeof(struct signature));
}

static int set_padding(struct signature *signature, const OSSL_PARAM *param)
{
    int number = 0;
    const char *name = NULL;
    if (OSSL_PARAM_get_utf8_string_ptr(param, &name) == 1)
    {
        signature->pss = strcmp(name, OSSL_PKEY_RSA_PAD_MODE_PSS) == 0;
        return signature->pss || strcmp(name, OSSL_PKEY_RSA_PAD_MODE_PKCSV15) == 0;
    }
    signature->pss = OSSL_PARAM_get_int(param, &number) == 1 && number == RSA_PKCS1_PSS_PADDING;
    return signature->pss || number == RSA_PKCS1_PADDING;
}

/* No other salt than that of TLS. */
static int check_salt(const OSSL_PARAM *param)
{
    int number = 0;
    const char *name = NULL;
    return OSSL_PARAM_get_utf8_string_ptr(param, &name) == 1
               ? strcmp(name, OSSL_PKEY_RSA_PSS_SALT_LEN_DIGEST) == 0
               : OSSL_PARAM_get_int(param, &number) == 1 && number == RSA_PSS_SALTLEN_DIGEST;
}

static int signature_set(void *ctx, const OSSL_PARAM params[])
{
    const OSSL_PARAM *padding =
        params != NULL ? OSSL_PARAM_locate_const(params, OSSL_SIGNATURE_PARAM_PAD_MODE) : NULL;
    const OSSL_PARAM *salt =
        params != NULL ? OSSL_PARAM_locate_const(params, OSSL_SIGNATURE_PARAM_PSS_SALTLEN) : NULL;
    return (padding == NULL || set_padding(ctx, padding)) && (salt == NULL || check_salt(salt));
}

static const OSSL_PARAM *signature_settable(void *ctx, void *provider)
{
    static const OSSL_PARAM names[] = {OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_PAD_MODE, NULL, 0),
                                       OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_PSS_SALTLEN, NULL, 0),
                                       OSSL_PARAM_END};
    (void)ctx;
    (void)provider;
    return names;
}

static int signature_begin(void *ctx, const char *digest, void *key, const OSSL_PARAM params[])
{
    struct signature *signature = ctx;
    signature->key = key != NULL ? key : signature->key;
    for (unsigned id = 0; digest != NULL && id < OV_DIGEST_COUNT; id++)
    {
        const EVP_MD *known = openssl_algorithms.digest[id];
        if (known != NULL && EVP_MD_is_a(known, digest))
        {
            signature->digest = (enum ov_digest_id)id;
            return signature->key != NULL && signature->key->signing != NULL && signature_set(ctx, params);
        }
    }
    ERR_raise(ERR_LIB_PROV, PROV_R_INVALID_DIGEST);
    return 0;
}

static int signature_make(void *ctx, unsigned char *out, size_t *out_len, size_t cap,
                          const unsigned char *message, size_t len)
{
    const struct signature *signature = ctx;
    const struct key *key = signature->key;
    const struct ov_slice all = {message, len};
    if (out == NULL)
    {
        *out_len = (size_t)EVP_PKEY_get_size(key->public_key);
        return 1;
    }
    if (openssl_sign_elsewhere(key->signing, key->public_key, signature->pss, signature->digest, &all, out,
                               cap, out_len) != OV_OK)
    {
        ERR_raise(ERR_LIB_PROV, PROV_R_FAILED_TO_SIGN);
        return 0;
    }
    return 1;
}

/* ---- what the library is told ---- */

#define FUNCTION(number, name)                                                                               \
    {                                                                                                        \
        number, (void (*)(void))name                                                                         \
    }
#define LAST                                                                                                 \
    {                                                                                                        \
        0, NULL                                                                                              \
    }
#define KEY_FUNCTIONS                                                                                        \
    FUNCTION(OSSL_FUNC_KEYMGMT_FREE, key_free), FUNCTION(OSSL_FUNC_KEYMGMT_HAS, key_has),                    \
        FUNCTION(OSSL_FUNC_KEYMGMT_MATCH, key_match), FUNCTION(OSSL_FUNC_KEYMGMT_IMPORT, key_import),        \
        FUNCTION(OSSL_FUNC_KEYMGMT_IMPORT_TYPES, key_import_types),                                          \
        FUNCTION(OSSL_FUNC_KEYMGMT_GET_PARAMS, key_get_params),                                              \
        FUNCTION(OSSL_FUNC_KEYMGMT_GETTABLE_PARAMS, key_gettable_params)

static const OSSL_DISPATCH rsa_keys[] = {FUNCTION(OSSL_FUNC_KEYMGMT_NEW, rsa_new), KEY_FUNCTIONS, LAST};
static const OSSL_DISPATCH ec_keys[] = {FUNCTION(OSSL_FUNC_KEYMGMT_NEW, ec_new), KEY_FUNCTIONS,
                                        FUNCTION(OSSL_FUNC_KEYMGMT_QUERY_OPERATION_NAME, ec_operation_name),
                                        LAST};
static const OSSL_DISPATCH signatures[] = {
    FUNCTION(OSSL_FUNC_SIGNATURE_NEWCTX, signature_new),
    FUNCTION(OSSL_FUNC_SIGNATURE_FREECTX, free),
    FUNCTION(OSSL_FUNC_SIGNATURE_DIGEST_SIGN_INIT, signature_begin),
    FUNCTION(OSSL_FUNC_SIGNATURE_DIGEST_SIGN, signature_make),
    FUNCTION(OSSL_FUNC_SIGNATURE_SET_CTX_PARAMS, signature_set),
    FUNCTION(OSSL_FUNC_SIGNATURE_SETTABLE_CTX_PARAMS, signature_settable),
    LAST};

static const OSSL_ALGORITHM *find_algorithms(void *provider, int operation, int *no_cache)
{
    static const OSSL_ALGORITHM keys[] = {
        {"RSA:rsaEncryption", ALGORITHMS, rsa_keys, "RSA, kept by somebody else"},
        {"EC:id-ecPublicKey", ALGORITHMS, ec_keys, "EC, kept by somebody else"},
        {NULL, NULL, NULL, NULL}};
    static const OSSL_ALGORITHM signing[] = {
        {"RSA:rsaEncryption", ALGORITHMS, signatures, "RSA, kept by somebody else"},
        {"ECDSA", ALGORITHMS, signatures, "EC, kept by somebody else"},
        {NULL, NULL, NULL, NULL}};
    (void)provider;
    *no_cache = 0;
    return operation == OSSL_OP_KEYMGMT ? keys : operation == OSSL_OP_SIGNATURE ? signing : NULL;
}

static int start(const OSSL_CORE_HANDLE *core, const OSSL_DISPATCH *in, const OSSL_DISPATCH **out, void **ctx)
{
    static const OSSL_DISPATCH functions[] = {FUNCTION(OSSL_FUNC_PROVIDER_QUERY_OPERATION, find_algorithms),
                                              LAST};
    (void)in;
    *out = functions;
    *ctx = (void *)(uintptr_t)core; /* something that is not NULL */
    return 1;
}

EVP_PKEY *openssl_key_elsewhere(struct openssl_signing *signing, EVP_PKEY *public_key)
{
    struct origin origin = {public_key, signing};
    void *pointer = &origin;
    OSSL_PARAM params[] = {OSSL_PARAM_construct_octet_ptr(PARAM_ORIGIN, &pointer, sizeof(origin)),
                           OSSL_PARAM_construct_end()};
    EVP_PKEY *key = NULL;
    signing->library = OSSL_LIB_CTX_new();
    if (signing->library == NULL || OSSL_PROVIDER_add_builtin(signing->library, PROVIDER_NAME, start) != 1 ||
        (signing->provider = OSSL_PROVIDER_load(signing->library, PROVIDER_NAME)) == NULL)
    {
        return NULL;
    }
    EVP_PKEY_CTX *ctx =
        EVP_PKEY_CTX_new_from_name(signing->library, EVP_PKEY_is_a(public_key, "RSA") ? "RSA" : "EC", NULL);
    if (ctx == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
        EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_KEYPAIR, params) != 1)
    {
        key = NULL;
    }
    EVP_PKEY_CTX_free(ctx);
    return key;
}

void openssl_signing_close(struct openssl_signing *signing)
{
    if (signing->provider != NULL)
    {
        (void)OSSL_PROVIDER_unload(signing->provider);
    }
    OSSL_LIB_CTX_free(signing->library);
    signing->provider = NULL;
    signing->library = NULL;
}
