#include "app/retry.h"

uint32_t ov_retry_pause_s(uint32_t base_s, uint32_t max_s, uint32_t attempts, uint32_t remotes)
{
    uint32_t rounds = attempts / (remotes > 0 ? remotes : 1);
    uint32_t doublings = rounds > 4 ? rounds - 4 : 0;
    uint64_t pause_s = (uint64_t)base_s << (doublings < 15 ? doublings : 15);
    return pause_s < max_s ? (uint32_t)pause_s : max_s;
}
