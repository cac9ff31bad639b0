#ifndef OV_CARD_PKCS11_MECHANISM_H
#define OV_CARD_PKCS11_MECHANISM_H

#include <pkcs11-helper-1.0/pkcs11h-core.h>
#include <stdbool.h>

#include "crypto/rsa_pad.h"

/* One mechanism of a token that makes a signature, and what it is given. */
struct pkcs11_way
{
    CK_MECHANISM mechanism; /* points into this: it must stay where it is */
    CK_RSA_PKCS_PSS_PARAMS pss;
    const uint8_t *in; /* NULL: what it wants can't be had here */
    size_t in_len;
    bool ecdsa; /* r and s come out */
    uint8_t padded[OV_SIGN_MAX];
};

/* The ways to do what is asked, from 0, the best first: the token pads what is digested here; it digests too; it gets
 * what is padded here. False: there is no such number. */
bool pkcs11_way(const struct ov_sign_request *request, unsigned number, struct pkcs11_way *out);
/* The token refused a mechanism because it doesn't have it. */
bool pkcs11_lacks(CK_RV rv);
/* Names of the mechanisms for a message. */
const char *pkcs11_wanted(enum ov_sign_kind kind);

#endif
