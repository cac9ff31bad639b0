#include "app/remotes.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum ov_err ov_remotes_shuffle(struct ov_remotes *remotes, const struct ov_rng *rng)
{
    struct ov_remote *list = calloc(remotes->count, sizeof *list);
    if (list == NULL)
    {
        return OV_ERR_NOMEM;
    }
    memcpy(list, remotes->list, remotes->count * sizeof *list);
    for (size_t i = remotes->count - 1; i > 0; i--)
    {
        uint32_t draw;
        const enum ov_err err = ov_rng_fill(rng, (uint8_t *)&draw, sizeof draw);
        if (err != OV_OK)
        {
            free(list);
            return err;
        }
        const size_t other = draw % (i + 1);
        const struct ov_remote kept = list[i];
        list[i] = list[other];
        list[other] = kept;
    }
    ov_remotes_clear(remotes);
    remotes->shuffled = list;
    remotes->list = list;
    return OV_OK;
}

void ov_remotes_clear(struct ov_remotes *remotes)
{
    free(remotes->shuffled);
    remotes->shuffled = NULL;
}

uint32_t ov_remotes_rounds(const struct ov_remotes *remotes)
{
    return remotes->attempts / (uint32_t)remotes->count;
}

enum ov_err ov_remotes_random_host(const char *host, const struct ov_rng *rng,
                                   char out[static OV_REMOTES_HOST])
{
    uint8_t octets[6];
    struct in6_addr address;
    const bool numeric = inet_pton(AF_INET, host, &address) == 1 || inet_pton(AF_INET6, host, &address) == 1;
    const enum ov_err err = numeric ? OV_OK : ov_rng_fill(rng, octets, sizeof octets);
    if (err != OV_OK)
    {
        return err;
    }
    const int len = numeric ? snprintf(out, OV_REMOTES_HOST, "%s", host)
                            : snprintf(out, OV_REMOTES_HOST, "%02x%02x%02x%02x%02x%02x.%s", octets[0],
                                       octets[1], octets[2], octets[3], octets[4], octets[5], host);
    return len < OV_REMOTES_HOST ? OV_OK : OV_ERR_LIMIT;
}

const struct ov_remote *ov_remotes_entry(const struct ov_remotes *remotes)
{
    return remotes->is_other ? &remotes->other : &remotes->list[remotes->at];
}

void ov_remotes_replace(struct ov_remotes *remotes, const char *host, uint16_t port)
{
    (void)snprintf(remotes->other_host, sizeof remotes->other_host, "%s", host);
    remotes->other = remotes->list[remotes->at];
    remotes->other.host = remotes->other_host;
    remotes->other.port = port;
    remotes->is_other = true;
    remotes->addrs_count = 0;
    remotes->addr_at = 0;
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
    remotes->is_other = false;
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
