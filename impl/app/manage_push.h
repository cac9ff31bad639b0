#ifndef OV_APP_MANAGE_PUSH_H
#define OV_APP_MANAGE_PUSH_H

#include "app/manage_loop.h"

/* ctx is the struct ov_manage_server. push-update-broad "OPTIONS" and push-update-cid CID "OPTIONS" of the management interface [WP-PUSH-035]. */
void ov_manage_push_all(void *ctx, const struct ov_manage_words *words);
void ov_manage_push_one(void *ctx, const struct ov_manage_words *words);

#endif
