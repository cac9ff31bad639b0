/* A switch of Ethernet clients among frames that lie about where they come from. Whatever they say: no frame comes back
 * to its sender or twice, one for a single station goes to the client that was the last to send as this station and to
 * nobody else, clients see each other's only with client-to-client, and what is learned is bounded. Input: one octet
 * of choices, then one operation after the other. */
#include "hub/private.h"
#include "lib/lan.h"

#define STATIONS 8u
#define MOST     4u                  /* stations of a client */
#define OS       (1u << LAN_CLIENTS) /* in a set of receivers: the operating system */

static struct lan lan;

/* What the target knows: who was the last to send as station i and was heard; 0: nobody, else 1 + client. */
static uint8_t behind[STATIONS];
static bool among_clients;

/* Octet i of the six is station (or group) number n. */
static void put_mac(uint8_t *out, uint8_t n)
{
    static const uint8_t groups[3][6] = {{0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
                                         {0x01, 0x00, 0x5e, 0, 0, 1},
                                         {0, 0, 0, 0, 0, 0}}; /* that is none, and no station either */
    const uint8_t station[6] = {2, 0, 0, 0, 0, (uint8_t)(n % STATIONS)};
    memcpy(out, n % 16 < 13 ? station : groups[n % 16 - 13], 6);
}

static bool is_station(const uint8_t *mac)
{
    return mac[0] == 2;
}

/* A frame with both addresses by number, a type, and octets of the input, perhaps cut short. */
static uint32_t take_frame(struct fuzz_in *in, uint8_t *frame)
{
    static const uint16_t types[8] = {0x88b5, 0x0800, 0x86dd, 0x8100, 0x88a8, 0x0806, 0x0000, 0x05dc};
    const uint8_t macs = fuzz_u8(in);
    const uint8_t shape = fuzz_u8(in);
    const uint16_t type = types[shape % 8];
    uint32_t len = 14;
    put_mac(frame, macs & 15);
    put_mac(frame + 6, macs >> 4);
    frame[12] = (uint8_t)(type >> 8);
    frame[13] = (uint8_t)type;
    for (unsigned more = shape >> 3; more > 0; more--)
    {
        frame[len++] = fuzz_u8(in);
    }
    return (shape & 0xf8) == 0 ? fuzz_u8(in) % 15 + 1u : len;
}

/* A copy at its client: counted, once. MSS may be lowered where a frame carries IP. */
static void arrive(struct ov_datagram *dg, const uint8_t *frame, uint32_t len, unsigned *got)
{
    size_t n;
    lan_deliver(&lan, dg, &n);
    if (dg->fate == OV_FATE_TUN)
    {
        FUZZ_CHECK(dg->buf.len == len && memcmp(ov_buf_data(&dg->buf), frame, len < 14 ? len : 14) == 0);
        FUZZ_CHECK((*got & 1u << n) == 0);
        *got |= 1u << n;
    }
}

static unsigned collect(const uint8_t *frame, uint32_t len, unsigned got)
{
    size_t count;
    do
    {
        lan_reset_batch(&lan);
        count = ov_hub_transmit(lan.hub, lan.dg, WORLD_BATCH, lan.now);
        for (size_t i = 0; i < count; i++)
        {
            arrive(&lan.dg[i], frame, len, &got);
        }
    } while (count > 0);
    return got;
}

/* What holds for every frame: from is its client, or LAN_CLIENTS. */
static void check(size_t from, const uint8_t *frame, uint32_t len, unsigned got)
{
    const bool sent = from < LAN_CLIENTS;
    FUZZ_CHECK(!sent || (got & 1u << from) == 0);
    FUZZ_CHECK(!sent || among_clients || (got & ~OS) == 0);
    FUZZ_CHECK(len >= 14 || got == 0);
    if (len >= 14 && is_station(frame))
    {
        const uint8_t who = behind[frame[5]];
        FUZZ_CHECK((got & (got - 1)) == 0);
        FUZZ_CHECK((got & ~OS) == 0 || (who > 0 && (got & ~OS) == 1u << (who - 1)));
    }
}

static void from_client(size_t n, const uint8_t *frame, uint32_t len)
{
    uint8_t mem[OV_BUF_PACKET];
    struct ov_datagram *dg = &lan.dg[0];
    unsigned got = 0;
    lan_reset_batch(&lan);
    memcpy(ov_buf_put(&dg->buf, len), frame, len);
    ov_session_send(&lan.client[n].session, dg, 1, lan.now);
    if (dg->fate != OV_FATE_LINK)
    {
        return; /* it is not connected */
    }
    struct ov_datagram up = {.buf = ov_buf_over(mem, sizeof mem, OV_BUF_HEADROOM),
                             .addr = lan.client[n].addr};
    memcpy(ov_buf_put(&up.buf, dg->buf.len), ov_buf_data(&dg->buf), dg->buf.len);
    ov_hub_receive(lan.hub, &up, 1, lan.now);
    FUZZ_CHECK(up.fate != OV_FATE_NONE);
    /* A destination that is nobody else's comes after the source. */
    const bool heard = up.fate != OV_FATE_DROPPED || up.why == OV_ERR_ADDRESS;
    if (heard && len >= 14 && is_station(frame + 6))
    {
        behind[frame[11]] = (uint8_t)(n + 1);
    }
    if (up.fate == OV_FATE_TUN)
    {
        FUZZ_CHECK(up.buf.len == len && memcmp(ov_buf_data(&up.buf), frame, len < 14 ? len : 14) == 0);
        got = OS;
    }
    else if (up.fate == OV_FATE_LINK)
    {
        arrive(&up, frame, len, &got);
    }
    check(n, frame, len, collect(frame, len, got));
}

static void from_system(const uint8_t *frame, uint32_t len)
{
    struct ov_datagram *dg = &lan.dg[0];
    unsigned got = 0;
    lan_reset_batch(&lan);
    memcpy(ov_buf_put(&dg->buf, len), frame, len);
    ov_hub_send(lan.hub, dg, 1, lan.now);
    FUZZ_CHECK(dg->fate != OV_FATE_NONE && dg->fate != OV_FATE_TUN);
    if (dg->fate == OV_FATE_LINK)
    {
        arrive(dg, frame, len, &got);
    }
    check(LAN_CLIENTS, frame, len, collect(frame, len, got));
}

static void operate(struct fuzz_in *in)
{
    static const uint32_t waits[] = {1, 999, 2500, 5000, 61000};
    uint8_t frame[64];
    const uint8_t op = fuzz_u8(in);
    const size_t n = op / 8 % LAN_CLIENTS;
    uint32_t len;
    switch (op % 8)
    {
    case 0:
        lan_wait(&lan, waits[fuzz_u8(in) % 5]);
        break;
    case 1:
        if (ov_hub_kill(lan.hub, (uint32_t)n, (op & 0x80) != 0 ? "RESTART" : NULL, lan.now) == OV_OK)
        {
            lan_settle(&lan);
        }
        break;
    case 2:
        lan_start(&lan, n);
        lan_settle(&lan);
        break;
    case 3:
    case 4:
        len = take_frame(in, frame);
        from_system(frame, len);
        break;
    default:
        len = take_frame(in, frame);
        from_client(n, frame, len);
        break;
    }
}

/* What the hub says it has learned. */
static void check_learned(void)
{
    unsigned count = 0;
    for (uint32_t id = 0; id < 2 * LAN_CLIENTS; id++)
    {
        unsigned of_one = 0;
        for (struct ov_hub_mac at = {0}; ov_hub_next_mac(lan.hub, id, &at); of_one++)
        {
            FUZZ_CHECK(is_station(at.mac) && at.seen_ms <= lan.now.mono_ms);
        }
        FUZZ_CHECK(of_one <= MOST);
        count += of_one;
    }
    FUZZ_CHECK(count == lan.hub->macs.count && count <= STATIONS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_in in = {data, size};
    char text[160];
    const uint8_t choices = fuzz_u8(&in);
    among_clients = (choices & 1) != 0;
    (void)snprintf(text, sizeof text, "dev tap\nmax-routes-per-client %u\n%s%s%s", MOST,
                   among_clients ? "client-to-client\n" : "",
                   (choices & 2) != 0 ? "stale-routes-check 5\n" : "",
                   (choices & 4) != 0 ? "bcast-buffers 1\n" : "");
    memset(behind, 0, sizeof behind);
    lan_open(&lan, text, "dev tap\n");
    lan_settle(&lan);
    for (unsigned ops = 0; in.left > 0 && ops < 200; ops++)
    {
        operate(&in);
        check_learned();
    }
    lan_close(&lan);
    return 0;
}
