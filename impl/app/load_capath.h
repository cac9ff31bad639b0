#ifndef OV_APP_LOAD_CAPATH_H
#define OV_APP_LOAD_CAPATH_H

#include "base/arena.h"
#include "base/log.h"
#include "crypto/tls.h"

/* --capath DIR: the certificates of all its files behind those of ca, which is replaced by both. The links by hash
 * that 2.x looks for lie in the same folder. False: the log says why. */
bool ov_capath_load(const char *dir, struct ov_arena *arena, const struct ov_log *log, struct ov_pem *ca);

#endif
