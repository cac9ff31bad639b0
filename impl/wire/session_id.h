#ifndef OV_WIRE_SESSION_ID_H
#define OV_WIRE_SESSION_ID_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/rng.h"

/* Session id: 8 random octets, the sender's for its whole session [WP-CTRL-001].
 * All-zero means "none". Not a secret. */
#define OV_SID_LEN 8u

struct ov_sid
{
    uint8_t id[OV_SID_LEN];
};

bool ov_sid_is_zero(const struct ov_sid *sid);
bool ov_sid_equal(const struct ov_sid *a, const struct ov_sid *b);
/* A new one, never zero. The error of rng; OV_ERR_CRYPTO if rng gives only zeros. */
OV_MUST_USE enum ov_err ov_sid_new(const struct ov_rng *rng, struct ov_sid *out);

/* 16 hex digits. Returns text. */
#define OV_SID_TEXT 17
const char *ov_sid_text(const struct ov_sid *sid, char text[static OV_SID_TEXT]);

#endif
