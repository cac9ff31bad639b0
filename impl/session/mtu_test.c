#include "session/private.h"

#include "data/framing.h"
#include "wire/inband.h"

/* Which sizes of packets pass, each way: loads of growing size are sent and asked for, and at the end both sides
 * compare what came with what was sent (wire-protocol.md 8.2) [WP-OCC-001, WP-OCC-002]. Sizes on the wire are those
 * of UDP payloads; in the log those of IP packets. */

#define STEP_MS     UINT64_C(200)
#define QUESTIONS   5u /* for the peer's counts, a second apart */
#define HEAD_OCTETS OV_OCC_HEAD_LEN
#define FILLER_MAX  1600u /* nobody's path carries more, and messages have buffers of the standard size */

static const uint16_t sizes[] = {576,  1000, 1200, 1280, 1350, 1400, 1420,
                                 1440, 1450, 1460, 1472, 1480, 1492, 1500};
#define LOADS (2u * (uint32_t)(sizeof sizes / sizeof sizes[0])) /* one each way */

/* The largest message that leaves as at most so many octets; 0: none. */
static uint32_t message_for(const struct ov_session *s, uint32_t octets)
{
    const bool v2 = s->data.peer_id != OV_PEER_ID_NONE;
    const uint32_t fits = ov_data_key_fits(&s->data.key[OV_DATA_CURRENT], v2, octets);
    const uint32_t framing = ov_data_framing_octets(&s->data);
    const uint32_t plain = fits > framing ? fits - framing : 0;
    return plain < s->data.tun_mtu ? plain : s->data.tun_mtu;
}

/* The other way round: octets of a message as it leaves or came. */
static uint32_t octets_of(const struct ov_session *s, uint32_t message)
{
    uint32_t octets = message;
    while (octets < message + OV_BUF_HEADROOM + OV_BUF_TAILROOM && message_for(s, octets) < message)
    {
        octets++;
    }
    return octets;
}

static void note(uint32_t *most, uint32_t octets)
{
    *most = octets > *most ? octets : *most;
}

/* ---- what the peer wants ---- */

static uint32_t size_at(const struct ov_occ_message *occ, size_t at)
{
    return occ->data_len >= at + 2 ? (uint32_t)occ->data[at] << 8 | occ->data[at + 1] : 0;
}

static void conclude(struct ov_session *s, const struct ov_occ_message *reply)
{
    struct ov_mtu_test *test = &s->inband.test;
    const uint32_t outer = ov_session_outer_len(s);
    const uint32_t arrived = size_at(reply, 0) + outer;
    const uint32_t came = test->load_in + outer;
    if (test->at_ms == OV_NEVER || test->at_ms == 0 || reply->data_len < 4)
    {
        return; /* nobody asked */
    }
    test->at_ms = OV_NEVER;
    ov_session_log(
        s, OV_LOG_INFO,
        "mtu-test: to the peer, of %u octets (IP packets) up to %u arrived; from the peer, of %u up to "
        "%u",
        test->load_out + outer, arrived, size_at(reply, 2) + outer, came);
    /* Peers count everything that they sent, and may make their loads a few octets shorter than they were asked for. */
    const uint32_t least = arrived < came ? arrived : came;
    if (arrived < test->load_out + outer || came < size_at(reply, 2) + outer)
    {
        ov_session_log(s, OV_LOG_WARN,
                       "mtu-test: 'mssfix %u mtu' keeps TCP inside within what passes both ways", least);
    }
}

void ov_mtu_test_hear(struct ov_session *s, const struct ov_occ_message *occ)
{
    struct ov_mtu_test *test = &s->inband.test;
    switch (occ->op)
    {
    case OV_OCC_MTU_LOAD_REQUEST:
        test->owed = size_at(occ, 0);
        break;
    case OV_OCC_MTU_LOAD:
        note(&test->load_in, octets_of(s, HEAD_OCTETS + (uint32_t)occ->data_len));
        break;
    case OV_OCC_MTU_REQUEST:
        test->asked = true;
        break;
    case OV_OCC_MTU_REPLY:
        conclude(s, occ);
        break;
    default:
        break;
    }
}

/* ---- what is sent ---- */

/* What fills it can't be compressed: it is as long outside as it looks. */
static void write_load(struct ov_session *s, uint32_t octets, struct ov_writer *w)
{
    uint8_t filler[FILLER_MAX];
    const uint32_t most = message_for(s, octets);
    const size_t room = sizeof filler;
    size_t len = most > HEAD_OCTETS ? most - HEAD_OCTETS : 0;
    len = len < room ? len : room;
    const struct ov_occ_message occ = {.op = OV_OCC_MTU_LOAD, .data = filler, .data_len = len};
    w->failed = ov_rng_fill(s->env.rng, filler, len) != OV_OK || ov_occ_encode(&occ, w) != OV_OK;
    if (!w->failed)
    {
        note(&s->inband.test.load_out, octets_of(s, HEAD_OCTETS + (uint32_t)len));
    }
}

static void write_sizes(enum ov_occ_op op, const uint32_t *size, size_t count, struct ov_writer *w)
{
    uint8_t data[4];
    for (size_t i = 0; i < count; i++)
    {
        data[2 * i] = (uint8_t)(size[i] >> 8);
        data[2 * i + 1] = (uint8_t)size[i];
    }
    const struct ov_occ_message occ = {.op = op, .data = data, .data_len = 2 * count};
    w->failed = ov_occ_encode(&occ, w) != OV_OK;
}

/* The next step of our own test. */
static void step(struct ov_session *s, struct ov_writer *w, struct ov_now now)
{
    struct ov_mtu_test *test = &s->inband.test;
    const uint32_t at = test->step++;
    test->at_ms = now.mono_ms + STEP_MS;
    if (at < LOADS)
    {
        const uint32_t size = sizes[at / 2] - ov_session_outer_len(s);
        if (at % 2 == 0)
        {
            write_sizes(OV_OCC_MTU_LOAD_REQUEST, &size, 1, w);
        }
        else
        {
            write_load(s, size, w);
        }
        return;
    }
    test->at_ms = at + 1 < LOADS + QUESTIONS ? now.mono_ms + OV_SECOND_MS : OV_NEVER;
    write_sizes(OV_OCC_MTU_REQUEST, NULL, 0, w);
    if (test->at_ms == OV_NEVER)
    {
        ov_session_log(s, OV_LOG_WARN, "mtu-test: the peer doesn't tell what it received");
    }
}

void ov_mtu_test_begin(struct ov_session *s, struct ov_now now)
{
    const bool wanted = s->env.settings->config->outer.mtu_test && !s->env.settings->stream;
    s->inband.test.at_ms = wanted ? now.mono_ms + OV_SECOND_MS : OV_NEVER;
}

uint64_t ov_mtu_test_deadline(const struct ov_session *s)
{
    const struct ov_mtu_test *test = &s->inband.test;
    return test->owed > 0 || test->asked ? 0 : test->at_ms > 0 ? test->at_ms : OV_NEVER;
}

bool ov_mtu_test_write(struct ov_session *s, struct ov_writer *w, struct ov_now now)
{
    struct ov_mtu_test *test = &s->inband.test;
    if (test->owed > 0)
    {
        const uint32_t octets = test->owed;
        test->owed = 0;
        write_load(s, octets, w);
        return true;
    }
    if (test->asked)
    {
        const uint32_t counts[] = {test->load_in, test->load_out};
        test->asked = false;
        write_sizes(OV_OCC_MTU_REPLY, counts, 2, w);
        return true;
    }
    if (now.mono_ms >= ov_mtu_test_deadline(s))
    {
        step(s, w, now);
        return true;
    }
    return false;
}
