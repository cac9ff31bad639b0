#include "data/data.h"

#include <string.h>

#include "base/time.h"
#include "base/wipe.h"
#include "data/format.h"
#include "data/framing.h"

void ov_data_init(struct ov_data *d, uint32_t tun_mtu)
{
    *d = (struct ov_data){.peer_id = OV_PEER_ID_NONE, .dies_ms = OV_NEVER};
    ov_data_set_mtu(d, tun_mtu);
}

void ov_data_set_mtu(struct ov_data *d, uint32_t tun_mtu)
{
    d->tun_mtu = tun_mtu;
    d->plain_max = tun_mtu;
}

void ov_data_clear(struct ov_data *d)
{
    for (unsigned i = 0; i < OV_DATA_SLOTS; i++)
    {
        ov_data_key_clear(&d->key[i]);
    }
    ov_data_framing_free(d->framing);
    ov_wipe(d, sizeof *d);
}

void ov_data_install(struct ov_data *d, struct ov_data_key *fresh, uint64_t switch_ms, uint64_t dies_ms)
{
    ov_data_drop_lame_duck(d);
    d->key[OV_DATA_LAME_DUCK] = d->key[OV_DATA_CURRENT];
    d->key[OV_DATA_CURRENT] = *fresh;
    d->switch_ms = switch_ms;
    d->dies_ms = ov_data_key_usable(&d->key[OV_DATA_LAME_DUCK]) ? dies_ms : OV_NEVER;
    ov_wipe(fresh, sizeof *fresh);
}

void ov_data_retire_lame_duck(struct ov_data *d)
{
    d->switch_ms = 0;
}

void ov_data_drop_lame_duck(struct ov_data *d)
{
    ov_data_key_clear(&d->key[OV_DATA_LAME_DUCK]);
    d->dies_ms = OV_NEVER;
}

void ov_data_expire(struct ov_data *d, uint64_t now_ms)
{
    if (now_ms >= d->dies_ms)
    {
        ov_data_drop_lame_duck(d);
    }
}

struct ov_data_key *ov_data_sealing_key(struct ov_data *d, uint64_t now_ms)
{
    if (now_ms < d->switch_ms && now_ms < d->dies_ms && ov_data_key_usable(&d->key[OV_DATA_LAME_DUCK]))
    {
        return &d->key[OV_DATA_LAME_DUCK];
    }
    return ov_data_key_usable(&d->key[OV_DATA_CURRENT]) ? &d->key[OV_DATA_CURRENT] : NULL;
}

void ov_data_tick(struct ov_data *d, uint64_t now_ms)
{
    d->ticked_ms = now_ms;
    for (unsigned i = 0; i < OV_DATA_SLOTS; i++)
    {
        if (ov_data_key_usable(&d->key[i]))
        {
            d->key[i].format->tick(&d->key[i], now_ms / 1000);
        }
    }
}
