/* Two ends of static key mode with the clock and the wire as input: what was changed on its way never reaches the
 * tunnel and moves nobody, what arrives twice is taken once, texts inside authentic packets stay words, and no
 * deadline stays due. Input: one octet of choices, then one operation after the other. */
#include <stdbool.h>

#include "crypto/null/null.h"
#include "lib/fuzz.h"
#include "options/options.h"
#include "session/state.h"
#include "wire/inband.h"

#define KEPT  4u /* packets that were sent and may come again */
#define INNER 200u

struct side
{
    struct ov_options *options;
    struct ov_control_keys keys;
    uint64_t seed;
    struct ov_rng rng;
    struct ov_log log;
    struct ov_session_settings settings;
    struct ov_session_env env;
    struct ov_session session;
    struct ov_addr addr;
    struct ov_addr peer; /* whom it calls */
};

/* A sealed packet as it was sent, with what it carries. */
struct sent
{
    unsigned from;
    bool arrived;
    uint32_t len, inner_len;
    uint8_t data[2048], inner[INNER];
};

static struct side sides[2];
static struct sent kept[KEPT];
static unsigned sent_count;
static struct ov_now now;
static bool in_pieces;

static void hear(void *ctx, enum ov_level level, const char *text)
{
    (void)ctx;
    (void)level;
    for (; *text != '\0'; text++)
    {
        FUZZ_CHECK((unsigned char)*text >= ' ' && *text != 0x7f);
    }
}

static void start(struct side *side)
{
    ov_session_clear(&side->session);
    FUZZ_CHECK(ov_session_init(&side->session, &side->env, &side->peer, now) == OV_OK);
}

static void open_side(unsigned which, uint8_t choices)
{
    static const char *const ciphers[] = {"cipher AES-256-CBC\n", "cipher none\nauth SHA256\n"};
    struct side *side = &sides[which];
    char text[640];
    memset(side, 0, sizeof *side);
    side->seed = which + 1;
    side->rng = (struct ov_rng){ov_crypto_null.random, &side->seed};
    side->log = (struct ov_log){hear, NULL, OV_LOG_PACKET};
    (void)snprintf(text, sizeof text,
                   "dev tun\nifconfig 10.8.0.%u 10.8.0.%u\nallow-deprecated-insecure-static-crypto\n"
                   "<secret>\nkey\n</secret>\n%s%s%s%s%s",
                   1 + which, 2 - which, ciphers[choices & 1], which == 1 ? "remote 192.0.2.1 1194\n" : "",
                   (choices & 2) != 0 ? "keepalive 10 60\n" : "", (choices & 4) != 0 ? "fragment 100\n" : "",
                   (choices & 8) != 0 ? "float\n" : "");
    FUZZ_CHECK(ov_options_from_text("config", text, strlen(text), NULL, &side->options) == OV_OK);
    side->keys.has_secret = true;
    memset(&side->keys.secret, 5, sizeof side->keys.secret);
    ov_session_settings_init(&side->settings, ov_options_config(side->options), &ov_crypto_null, NULL,
                             &side->keys, "fuzz");
    side->env = (struct ov_session_env){&side->settings, &side->rng, &side->log, ""};
    side->addr = (struct ov_addr){.family = 4, .port = 1194, .ip = {192, 0, 2, (uint8_t)(1 + which)}};
}

static void open_all(uint8_t choices)
{
    now = (struct ov_now){1000000, 1000000};
    in_pieces = (choices & 4) != 0;
    sent_count = 0;
    memset(kept, 0, sizeof kept);
    open_side(0, choices);
    open_side(1, choices);
    sides[1].peer = sides[0].addr;
    start(&sides[0]); /* waits for whoever has the key */
    start(&sides[1]);
}

/* One datagram for a side. True: it became a tunnel packet, which is in *dg. */
static bool receive(struct side *to, struct ov_datagram *dg, bool authentic)
{
    const struct ov_addr before = to->session.addr;
    ov_session_receive(&to->session, dg, 1, now);
    FUZZ_CHECK(dg->fate != OV_FATE_NONE && dg->fate != OV_FATE_LINK);
    FUZZ_CHECK((dg->fate == OV_FATE_DROPPED) == (dg->why != OV_OK));
    FUZZ_CHECK(authentic || (dg->fate == OV_FATE_DROPPED && ov_addr_equal(&before, &to->session.addr)));
    return dg->fate == OV_FATE_TUN;
}

/* A packet that was sent arrives: as it was, changed, cut, or from elsewhere. */
static void arrive(struct sent *packet, uint8_t how, struct fuzz_in *in)
{
    struct side *to = &sides[1 - packet->from];
    struct ov_datagram dg = {.addr = sides[packet->from].addr};
    uint32_t len = packet->len;
    uint8_t bits = 0;
    uint16_t at = 0;
    if ((how & 1) != 0)
    {
        at = fuzz_u16(in);
        bits = fuzz_u8(in);
    }
    if ((how & 2) != 0)
    {
        len -= fuzz_u8(in) % (len + 1);
    }
    dg.addr.port = (how & 4) != 0 ? 4711 : dg.addr.port;
    uint8_t *copy = fuzz_copy(packet->data, len);
    if (len > 0)
    {
        copy[at % len] ^= bits;
    }
    dg.buf = (struct ov_buf){copy, len, 0, len};
    const bool whole = bits == 0 && len == packet->len;
    if (receive(to, &dg, whole) && !in_pieces)
    {
        FUZZ_CHECK(!packet->arrived);
        FUZZ_CHECK(dg.buf.len == packet->inner_len);
        FUZZ_CHECK(memcmp(ov_buf_data(&dg.buf), packet->inner, dg.buf.len) == 0);
        packet->arrived = true;
    }
    free(copy);
}

/* What transmit has, taken over by the other side or lost. */
static void carry(unsigned from, bool lost)
{
    static uint8_t mem[OV_BUF_PACKET];
    for (unsigned i = 0; i < 8; i++)
    {
        struct ov_datagram dg = {.buf = ov_buf_over(mem, sizeof mem, OV_BUF_HEADROOM)};
        if (ov_session_transmit(&sides[from].session, &dg, 1, now) == 0)
        {
            return;
        }
        if (!lost)
        {
            dg.addr = sides[from].addr;
            dg.fate = OV_FATE_NONE;
            (void)receive(&sides[1 - from], &dg, true);
        }
    }
}

/* Octets of the input as a tunnel packet; OCC messages and pings are such. */
static void send_inner(unsigned from, const uint8_t *inner, uint32_t len)
{
    static uint8_t mem[OV_BUF_PACKET];
    struct ov_datagram dg = {.buf = ov_buf_over(mem, sizeof mem, OV_BUF_HEADROOM)};
    memcpy(ov_buf_put(&dg.buf, len), inner, len);
    ov_session_send(&sides[from].session, &dg, 1, now);
    FUZZ_CHECK(dg.fate == OV_FATE_LINK || dg.fate == OV_FATE_CONSUMED || dg.fate == OV_FATE_DROPPED);
    if (dg.fate != OV_FATE_LINK)
    {
        return;
    }
    struct sent *packet = &kept[sent_count++ % KEPT];
    FUZZ_CHECK(dg.buf.len <= sizeof packet->data);
    *packet = (struct sent){.from = from, .len = dg.buf.len, .inner_len = len};
    memcpy(packet->data, ov_buf_data(&dg.buf), dg.buf.len);
    memcpy(packet->inner, inner, len);
}

static void send_input(unsigned from, struct fuzz_in *in, bool occ)
{
    uint8_t inner[INNER];
    uint32_t head = 0;
    if (occ)
    {
        memcpy(inner, ov_occ_magic, sizeof ov_occ_magic);
        head = sizeof ov_occ_magic;
    }
    uint32_t len = fuzz_u8(in) % (INNER - head);
    len = len < in->left ? len : (uint32_t)in->left;
    memcpy(inner + head, in->at, len);
    in->at += len;
    in->left -= len;
    send_inner(from, inner, head + len);
}

/* Octets of a stranger, who has no key. */
static void raw(unsigned to, struct fuzz_in *in)
{
    const struct ov_addr from = {.family = 4, .port = 9, .ip = {198, 51, 100, 1}};
    size_t len = fuzz_u8(in);
    len = len < in->left ? len : in->left;
    uint8_t *copy = fuzz_copy(in->at, len);
    struct ov_datagram dg = {.buf = {copy, (uint32_t)len, 0, (uint32_t)len}, .addr = from};
    (void)receive(&sides[to], &dg, false);
    free(copy);
    in->at += len;
    in->left -= len;
}

/* Nothing that is due may stay due once it was ticked and sent. */
static void let_pass(uint32_t ms)
{
    now.mono_ms += ms;
    now.wall_s = (uint32_t)(now.mono_ms / 1000);
    for (unsigned i = 0; i < 50; i++)
    {
        bool due = false;
        for (unsigned which = 0; which < 2; which++)
        {
            ov_session_tick(&sides[which].session, now);
            carry(which, true);
            due |= ov_session_deadline(&sides[which].session) <= now.mono_ms;
        }
        if (!due)
        {
            return;
        }
    }
    FUZZ_CHECK(!"a deadline stays due");
}

static void operate(struct fuzz_in *in)
{
    static const uint32_t waits[] = {1, 1000, 10000, 61000, 125000, 3600000};
    const uint8_t op = fuzz_u8(in);
    const unsigned which = op >> 7;
    struct ov_event event;
    switch (op % 8)
    {
    case 0:
        raw(which, in);
        break;
    case 1:
    case 2:
        send_input(which, in, op % 8 == 2);
        break;
    case 3:
    case 4:
    {
        struct sent *packet = &kept[(op >> 3) % KEPT];
        if (packet->len > 0)
        {
            arrive(packet, op % 8 == 3 ? 0 : fuzz_u8(in), in);
        }
        break;
    }
    case 5:
        carry(which, (op & 8) != 0);
        break;
    case 6:
        let_pass(waits[fuzz_u8(in) % 6]);
        break;
    default:
        if ((op & 8) != 0)
        {
            ov_session_exit(&sides[which].session, now);
        }
        else
        {
            start(&sides[which]);
            for (unsigned i = 0; i < KEPT; i++) /* its former life took them */
            {
                kept[i].arrived = kept[i].arrived && kept[i].from == which;
            }
        }
        break;
    }
    while (ov_session_event(&sides[which].session, &event))
    {
        hear(NULL, OV_LOG_INFO, event.text);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_in in = {data, size};
    open_all(fuzz_u8(&in));
    for (unsigned ops = 0; in.left > 0 && ops < 200; ops++)
    {
        operate(&in);
    }
    for (unsigned which = 0; which < 2; which++)
    {
        ov_session_clear(&sides[which].session);
        ov_options_free(sides[which].options);
    }
    return 0;
}
