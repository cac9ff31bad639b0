#ifndef OV_PROXY_MD4_H
#define OV_PROXY_MD4_H

#include <stddef.h>
#include <stdint.h>

/* MD4 (RFC 1320), for NTLM only: it resists nobody. */
#define OV_MD4_LEN 16u
void ov_md4(const void *data, size_t len, uint8_t out[static OV_MD4_LEN]);

#endif
