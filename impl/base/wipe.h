#ifndef OV_BASE_WIPE_H
#define OV_BASE_WIPE_H

#include <stdbool.h>
#include <stddef.h>

/* Overwrite a secret in a way the compiler can't leave out. NULL is fine for len 0. */
void ov_wipe(void *secret, size_t len);

/* Equality in time that depends on len only. */
bool ov_equal_secret(const void *a, const void *b, size_t len);

#endif
