#ifndef OV_APP_MANAGE_PUSH_H
#define OV_APP_MANAGE_PUSH_H

#include "app/manage_loop.h"

/* push-update-broad "OPTIONS" and push-update-cid CID "OPTIONS" of the management interface [WP-PUSH-035]. */
void ov_manage_push_all(const struct ov_manage_server *server, const struct ov_manage_words *words);
void ov_manage_push_one(const struct ov_manage_server *server, const struct ov_manage_words *words);

#endif
