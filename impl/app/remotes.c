#include "app/remotes.h"

const struct ov_remote *ov_remotes_entry(const struct ov_remotes *remotes)
{
    return &remotes->list[remotes->at];
}

const struct ov_addr *ov_remotes_addr(const struct ov_remotes *remotes)
{
    return remotes->addr_at < remotes->addrs_count ? &remotes->addrs[remotes->addr_at] : NULL;
}

static bool suits(enum ov_proto proto, const struct ov_addr *addr)
{
    const uint8_t family = ov_proto_family(proto);
    return family == 0 || addr->family == family;
}

bool ov_remotes_resolved(struct ov_remotes *remotes, const struct ov_addr *addrs, size_t count)
{
    const struct ov_remote *entry = ov_remotes_entry(remotes);
    remotes->addrs_count = 0;
    remotes->addr_at = 0;
    for (size_t i = 0; i < count && remotes->addrs_count < OV_REMOTES_ADDRS; i++)
    {
        if (suits(entry->proto, &addrs[i]))
        {
            struct ov_addr *kept = &remotes->addrs[remotes->addrs_count++];
            *kept = addrs[i];
            kept->port = entry->port;
        }
    }
    return remotes->addrs_count > 0;
}

void ov_remotes_skip(struct ov_remotes *remotes)
{
    remotes->at = (remotes->at + 1) % remotes->count;
    remotes->addrs_count = 0;
    remotes->addr_at = 0;
}

void ov_remotes_failed(struct ov_remotes *remotes)
{
    remotes->addr_at++;
    if (remotes->addr_at >= remotes->addrs_count)
    {
        ov_remotes_skip(remotes);
    }
}

void ov_remotes_connected(struct ov_remotes *remotes)
{
    remotes->attempts = 0;
}
