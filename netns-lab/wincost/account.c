#include "netns-lab/wincost/account.h"

static const char *const names[WINCOST_COUNTS] = {
    "tun_reads",   "tun_writes",       "socket_sends",    "socket_receives", "busy_us",
    "depth_waits", "depth_wait_us",    "stalls",          "throttled",       "ticked",
    "batches_cut", "offloads_refused", "buffers_refused", "buffers_set",
};

void wincost_count(struct wincost_account *account, enum wincost_count which, uint64_t by)
{
    atomic_fetch_add_explicit(&account->counts[which], by, memory_order_relaxed);
}

void wincost_account_print(struct wincost_account *account, FILE *file)
{
    for (size_t i = 0; i < WINCOST_COUNTS; i++)
    {
        fprintf(file, "%s=%llu\n", names[i], (unsigned long long)atomic_load(&account->counts[i]));
    }
}
