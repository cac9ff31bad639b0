/* A hub among strangers: octets of the input arrive from a few addresses, as packets made by hand that may be well-formed
 * up to a point, while one honest client is connected. Whatever happens, nothing grows, and the client's session goes
 * on: its packets still get through in the end. Whoever forges an address makes the hub say little to it. */
#include "lib/world.h"
#include "wire/control.h"

/* A plain HARD_RESET_SERVER_V2 with its one acknowledgement. */
#define ANSWER_LEN 26u

static struct world world;

static struct ov_addr stranger(uint8_t n)
{
    return (struct ov_addr){
        .family = 4, .port = (uint16_t)(3000 + n % 5), .ip = {198, 51, 100, (uint8_t)(n % 3)}};
}

/* A control packet with fields from the input; what the hub answers gives the cookie. */
static void control(struct world *w, struct fuzz_in *in, struct ov_sid *cookie)
{
    static const uint8_t opcodes[] = {OV_OP_HARD_RESET_CLIENT_V2, OV_OP_CONTROL_V1, OV_OP_ACK_V1,
                                      OV_OP_SOFT_RESET_V1};
    const uint8_t who = fuzz_u8(in);
    const struct ov_addr from = stranger(who);
    struct ov_control c = {.opcode = opcodes[fuzz_u8(in) % 4], .sid = {{who, 1}}, .remote_sid = *cookie};
    c.message_id = fuzz_u8(in) % 4;
    c.ack_count = fuzz_u8(in) % 3;
    c.acks[0] = fuzz_u8(in) % 3;
    c.payload_len = c.opcode == OV_OP_CONTROL_V1 ? fuzz_u8(in) : 0;
    c.payload_len = c.payload_len < in->left ? c.payload_len : in->left;
    c.payload = in->at;
    world_reset_batch(w);
    struct ov_writer writer = ov_writer_over(ov_buf_data(&w->dg[0].buf), ov_buf_tailroom(&w->dg[0].buf));
    FUZZ_CHECK(ov_control_encode(&c, &writer) == OV_OK);
    (void)ov_buf_put(&w->dg[0].buf, (uint32_t)ov_writer_len(&writer));
    w->dg[0].addr = from;
    ov_hub_receive(w->hub, w->dg, 1, w->now);
    world_check(w, 1);
    world_reset_batch(w);
    struct ov_hub_stats stats;
    ov_hub_stats(w->hub, &stats);
    if (ov_hub_transmit(w->hub, w->dg, 1, w->now) == 1 && w->dg[0].buf.len >= OV_CONTROL_HEAD_LEN)
    {
        FUZZ_CHECK(stats.half_open > 0 || ov_addr_equal(&w->dg[0].addr, &w->client_addr) ||
                   w->dg[0].buf.len <= ANSWER_LEN);
        memcpy(cookie->id, ov_buf_data(&w->dg[0].buf) + 1, sizeof cookie->id);
    }
}

/* At most one answer to a reset, and no more than --connect-freq-initial allows [WP-COOK-008]. */
static void check_answers(const struct world *w, uint64_t start_ms)
{
    struct ov_hub_stats stats;
    ov_hub_stats(w->hub, &stats);
    const uint64_t periods = 1 + (w->now.mono_ms - start_ms) / 10000;
    FUZZ_CHECK(stats.replies <= stats.resets);
    FUZZ_CHECK(stats.replies <= 100 * periods + stats.accepted);
}

static void operate(struct world *w, struct fuzz_in *in, struct ov_sid *cookie)
{
    const uint8_t op = fuzz_u8(in);
    const struct ov_addr from = stranger(op >> 3);
    switch (op % 4)
    {
    case 0:
        world_raw(w, true, &from, in);
        break;
    case 1:
        control(w, in, cookie);
        break;
    case 2:
        world_data(w, (op & 0x80) != 0);
        break;
    default:
        world_wait(w, 1 + fuzz_u8(in));
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_in in = {data, size};
    struct ov_sid cookie = {{0}};
    struct ov_hub_stats stats;
    world_open(&world, WORLD_PLAIN);
    world_settle(&world);
    ov_hub_stats(world.hub, &stats);
    FUZZ_CHECK(stats.peers == 1);
    const uint64_t start_ms = world.now.mono_ms;
    for (unsigned ops = 0; in.left > 0 && ops < 200; ops++)
    {
        operate(&world, &in, &cookie);
        world_events(&world);
        check_answers(&world, start_ms);
    }
    /* Strangers have no certificate: the honest client is still the only peer, and is still heard. */
    ov_hub_stats(world.hub, &stats);
    FUZZ_CHECK(stats.peers == 1);
    const uint64_t before = world.client.data.stats.tun_packets_out;
    world_data(&world, false);
    FUZZ_CHECK(world.client.data.stats.tun_packets_out == before + 1);
    world_close(&world);
    return 0;
}
