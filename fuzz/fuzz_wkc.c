/* Keys of tls-crypt-v2: their files, the WKc behind a packet, and a hub where strangers bring keys that may be good,
 * bent, cut, or said to be longer than they are. One honest client is connected there and stays so. Input: one octet
 * that chooses, then the text, the packet, or operations. */
#include "lib/world.h"
#include "wire/control.h"
#include "wire/pem.h"

#define STRANGERS 3u

static struct world world;

/* ---- key files ---- */

static void key_text(const uint8_t *data, size_t size)
{
    uint8_t body[1500], again[1500];
    char text[2400];
    size_t len = 0, again_len = 0;
    char *copy = (char *)fuzz_copy(data, size);
    struct ov_key_half half;
    struct ov_key2 kc;
    struct ov_wkc wkc;
    if (ov_pem_decode(OV_CLIENT_KEY_LABEL, copy, size, body, sizeof body, &len) == OV_OK)
    {
        FUZZ_CHECK(ov_pem_encode(OV_CLIENT_KEY_LABEL, body, len, text, sizeof text) == OV_OK);
        FUZZ_CHECK(ov_pem_decode(OV_CLIENT_KEY_LABEL, text, strlen(text), again, sizeof again, &again_len) ==
                   OV_OK);
        FUZZ_CHECK(again_len == len && memcmp(again, body, len) == 0);
    }
    const enum ov_err client = ov_client_key_parse(copy, size, &kc, &wkc);
    FUZZ_CHECK((client == OV_OK) == (wkc.len >= OV_WKC_MIN));
    FUZZ_CHECK(client != OV_OK || memcmp(body, &kc, sizeof kc) == 0);
    const enum ov_err server = ov_server_key_parse(copy, size, &half);
    FUZZ_CHECK(server == OV_OK || half.cipher[0] == 0);
    free(copy);
}

/* ---- one packet ---- */

static void packet(const uint8_t *data, size_t size)
{
    const struct ov_key_half server = {{9}, {9}};
    struct ov_key2 kc;
    struct ov_wkc_metadata metadata;
    struct ov_wkc wkc;
    uint16_t len = 0;
    uint8_t *copy = fuzz_copy(data, size);
    if (ov_wkc_find(copy, size, OV_CONTROL_HEAD_LEN, &len) == OV_OK)
    {
        FUZZ_CHECK(len >= OV_WKC_MIN && len <= OV_WKC_MAX && len + OV_CONTROL_HEAD_LEN <= size);
        if (ov_client_key_unwrap(&ov_crypto_null, &server, copy + size - len, len, &kc, &metadata) == OV_OK)
        {
            FUZZ_CHECK(ov_client_key_wrap(&ov_crypto_null, &server, &kc, metadata.octets, metadata.len,
                                          &wkc) == OV_OK);
            FUZZ_CHECK(wkc.len == len && memcmp(wkc.octets, copy + size - len, len) == 0);
        }
    }
    else
    {
        FUZZ_CHECK(len == 0);
    }
    free(copy);
}

/* ---- a hub ---- */

struct stranger
{
    struct ov_addr addr;
    struct ov_wrap wrap;
    struct ov_wkc wkc;
    struct ov_sid cookie;
    uint32_t id;
};

static void meet(struct stranger *who, uint8_t n)
{
    struct ov_wrap_key key = {.kind = OV_WRAP_TLS_CRYPT};
    const uint8_t metadata[9] = {n % 3, n};
    memset(&key.key, 0x40 + n, sizeof key.key);
    *who = (struct stranger){.addr = {.family = 4, .port = 3000, .ip = {198, 51, 100, n}}};
    who->id = n == 2 ? 0 : OV_WRAP_ID_EARLY; /* the last one is an old client */
    FUZZ_CHECK(ov_wrap_init(&who->wrap, &ov_crypto_null, &key, OV_ROLE_CLIENT) == OV_OK);
    FUZZ_CHECK(ov_client_key_wrap(&ov_crypto_null, &world.server_keys.server_key, &key.key, metadata,
                                  n == 0 ? 0 : sizeof metadata, &who->wkc) == OV_OK);
}

/* A packet with fields from the input, its WKc behind it or not, and then perhaps bent. */
static void say(struct world *w, struct stranger *who, uint8_t n, struct fuzz_in *in)
{
    static const uint8_t opcodes[] = {OV_OP_HARD_RESET_CLIENT_V3, OV_OP_CONTROL_WKC_V1, OV_OP_CONTROL_V1,
                                      OV_OP_ACK_V1};
    const uint8_t plan = fuzz_u8(in);
    struct ov_control c = {.opcode = opcodes[plan & 3], .sid = {{n, 1}}, .remote_sid = who->cookie};
    c.message_id = plan >> 2 & 3;
    c.ack_count = plan >> 4 & 1;
    struct ov_buf *buf = &w->dg[0].buf;
    world_reset_batch(w);
    struct ov_writer writer = ov_writer_over(ov_buf_data(buf), ov_buf_tailroom(buf));
    FUZZ_CHECK(ov_control_encode_body(&c, &writer) == OV_OK);
    (void)ov_buf_put(buf, (uint32_t)ov_writer_len(&writer));
    FUZZ_CHECK(ov_wrap_seal(&who->wrap, (struct ov_wrap_id){++who->id, 5}, ov_opcode_join(c.opcode, 0),
                            &c.sid, buf) == OV_OK);
    if ((plan & 0x20) == 0)
    {
        memcpy(ov_buf_put(buf, who->wkc.len), who->wkc.octets, who->wkc.len);
    }
    if ((plan & 0x40) != 0)
    {
        const uint16_t at = fuzz_u16(in); /* from the end: the length is there */
        ov_buf_data(buf)[buf->len - 1 - at % buf->len] ^= fuzz_u8(in);
    }
    if ((plan & 0x80) != 0)
    {
        (void)ov_buf_trim(buf, fuzz_u16(in) % (buf->len + 1));
    }
    w->dg[0].addr = who->addr;
    ov_hub_receive(w->hub, w->dg, 1, w->now);
    world_check(w, 1);
}

/* What the hub answers gives the cookie. */
static void listen_to(struct world *w, struct stranger *strangers)
{
    struct ov_wrap_head head;
    world_reset_batch(w);
    const size_t n = ov_hub_transmit(w->hub, w->dg, WORLD_BATCH, w->now);
    for (size_t i = 0; i < n; i++)
    {
        struct stranger *who = &strangers[w->dg[i].addr.ip[3] % STRANGERS];
        if (ov_addr_equal(&w->dg[i].addr, &who->addr))
        {
            /* Nobody else's key is used for them. */
            FUZZ_CHECK(ov_wrap_open(&who->wrap, &w->dg[i].buf, &head) == OV_OK);
            who->cookie = head.sid;
        }
    }
}

static void hub(struct fuzz_in *in)
{
    struct stranger strangers[STRANGERS];
    struct ov_hub_stats stats;
    world_open(&world, WORLD_V2);
    world_settle(&world);
    for (uint8_t n = 0; n < STRANGERS; n++)
    {
        meet(&strangers[n], n);
    }
    for (unsigned ops = 0; in->left > 0 && ops < 200; ops++)
    {
        const uint8_t op = fuzz_u8(in);
        if ((op & 0x80) != 0)
        {
            world_wait(&world, 1u + (op & 0x7f) * 2u);
        }
        else if ((op & 0x40) != 0)
        {
            world_raw(&world, true, &strangers[op % STRANGERS].addr, in);
        }
        else
        {
            say(&world, &strangers[op % STRANGERS], op % STRANGERS, in);
        }
        listen_to(&world, strangers);
        world_events(&world);
    }
    ov_hub_stats(world.hub, &stats);
    FUZZ_CHECK(stats.peers == 1);
    const uint64_t before = world.client.data.stats.tun_packets_out;
    world_data(&world, false);
    FUZZ_CHECK(world.client.data.stats.tun_packets_out == before + 1);
    world_close(&world);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_in in = {data, size};
    switch (fuzz_u8(&in) % 3)
    {
    case 0:
        key_text(in.at, in.left);
        break;
    case 1:
        packet(in.at, in.left);
        break;
    default:
        hub(&in);
        break;
    }
    return 0;
}
