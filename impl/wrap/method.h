#ifndef OV_WRAP_METHOD_H
#define OV_WRAP_METHOD_H

#include "wrap/wrap.h"

/* One way to protect control packets: a constant table. Contracts of the verbs are those of ov_wrap_seal and
 * ov_wrap_open; dropping the packet on errors is done by the caller. */
struct ov_wrap_method
{
    const char *name;
    bool has_id;
    uint32_t (*overhead)(const struct ov_wrap *wrap);
    enum ov_err (*seal)(const struct ov_wrap *wrap, const struct ov_wrap_head *head, struct ov_buf *packet);
    enum ov_err (*open)(const struct ov_wrap *wrap, struct ov_buf *packet, struct ov_wrap_head *head);
};

#define OV_WRAP_HEAD_LEN 9u /* first octet and sid */

extern const struct ov_wrap_method ov_wrap_method_none;
extern const struct ov_wrap_method ov_wrap_method_tls_auth;
extern const struct ov_wrap_method ov_wrap_method_tls_crypt;

#endif
