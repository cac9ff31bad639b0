#include "lib/unit.h"

#include <string.h>

static const struct lab_unit units[] = {
    {"_mbps", "Mbit/s", "bytes_per_second", 125000.0},
    {"_mbit_per_cpu_s", "Mbit/CPU-s", "bytes_per_cpu_second", 125000.0},
    {"_pps", "packets/s", "packets_per_second", 1.0},
    {"_percent", "%", "ratio", 0.01},
    {"_kib", "KiB", "bytes", 1024.0},
    {"_octets", "octets", "bytes", 1.0},
    {"_bytes", "bytes", "bytes", 1.0},
    {"_ms", "ms", "seconds", 1e-3},
    {"_us", "us", "seconds", 1e-6},
    {"_s", "s", "seconds", 1.0},
    {"", "", "", 1.0},
};

static int ends_with(const char *text, const char *suffix)
{
    size_t len = strlen(text);
    size_t tail = strlen(suffix);
    return len >= tail && strcmp(text + len - tail, suffix) == 0;
}

const struct lab_unit *lab_unit_of(const char *key)
{
    size_t i = 0;
    while (!ends_with(key, units[i].suffix))
    {
        i++;
    }
    return &units[i];
}

/* Only what has one meaning everywhere. The part of a name before its unit is compared as a whole word. */
static const struct
{
    const char *ending;
    enum lab_better better;
} known[] = {
    {"goodput_mbps", LAB_BETTER_BIGGER}, {"up_mbps", LAB_BETTER_BIGGER},
    {"down_mbps", LAB_BETTER_BIGGER},    {"_mbit_per_cpu_s", LAB_BETTER_BIGGER},
    {"arrived_pps", LAB_BETTER_BIGGER},  {"loss_percent", LAB_BETTER_SMALLER},
    {"rtt_p50_ms", LAB_BETTER_SMALLER},  {"rtt_p99_ms", LAB_BETTER_SMALLER},
    {"answered_ms", LAB_BETTER_SMALLER}, {"exit_ms", LAB_BETTER_SMALLER},
};

enum lab_better lab_unit_better(const char *key)
{
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
    {
        if (ends_with(key, known[i].ending))
        {
            return known[i].better;
        }
    }
    return LAB_BETTER_NEITHER;
}
