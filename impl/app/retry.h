#ifndef OV_APP_RETRY_H
#define OV_APP_RETRY_H

#include <stdint.h>

/* Seconds to wait before the next attempt to connect [WP-CLI-004]: base_s for
 * the first rounds over the list, then doubled with each further attempt
 * divided by the length of the list, never above max_s. attempts counts those
 * since the last success; remotes is the length of the list, at least 1. */
uint32_t ov_retry_pause_s(uint32_t base_s, uint32_t max_s, uint32_t attempts, uint32_t remotes);

#endif
