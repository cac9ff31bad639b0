/* A client session and a hub on a plain control channel, with the clock and the wire as input: nothing crashes, no
 * deadline stays due, no damaged packet reaches the tunnel. Input: one operation after the other. */
#include "lib/world.h"

static struct world world;

static void operate(struct world *w, struct fuzz_in *in)
{
    static const uint32_t waits[] = {1, 100, 1000, 2000, 10000, 61000, 125000, 3600000};
    const uint8_t op = fuzz_u8(in);
    switch (op % 10)
    {
    case 0:
    case 1:
        world_carry(w, op % 10 == 0, in);
        break;
    case 2:
        world_raw(w, false, &w->server_addr, in);
        break;
    case 3:
        world_raw(w, true, &w->client_addr, in);
        break;
    case 4:
        world_wait(w, waits[fuzz_u8(in) % 8]);
        break;
    case 5:
        world_data(w, (op & 0x80) != 0);
        break;
    case 6:
    {
        const enum ov_err err = (op & 0x80) != 0 ? ov_session_renegotiate(&w->client, w->now)
                                                 : ov_hub_renegotiate(w->hub, 0, w->now);
        FUZZ_CHECK(err == OV_OK || err == OV_ERR_AGAIN || err == OV_ERR_PEER_ID);
        break;
    }
    case 7:
        world_settle(w);
        break;
    case 8:
        ov_session_exit(&w->client, w->now);
        break;
    default:
        world_start(w);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_in in = {data, size};
    const uint8_t mode = fuzz_u8(&in);
    world_open(&world, (mode & 4) != 0 ? WORLD_V2 : (enum world_wrap)(mode & 1));
    if ((mode & 2) != 0)
    {
        world_settle(&world);
    }
    for (unsigned ops = 0; in.left > 0 && ops < 200; ops++)
    {
        operate(&world, &in);
        world_events(&world);
    }
    world_close(&world);
    return 0;
}
