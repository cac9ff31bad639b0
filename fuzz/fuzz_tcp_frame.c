/* TCP framing: however a stream is cut into reads, the same packets come out. Input: u16 largest
 * packet, one octet of read size, then the stream. */
#include "lib/fuzz.h"
#include "wire/tcp_first.h"
#include "wire/tcp_frame.h"

struct outcome
{
    uint64_t digest; /* of all packets and their lengths, in order */
    uint32_t packets;
    enum ov_err err;
};

static void take_packet(struct outcome *outcome, const struct ov_buf *packet)
{
    outcome->packets++;
    outcome->digest = (outcome->digest ^ packet->len) * 0x100000001b3u;
    for (uint32_t i = 0; i < packet->len; i++)
    {
        outcome->digest = (outcome->digest ^ ov_buf_data(packet)[i]) * 0x100000001b3u;
    }
}

static struct outcome run(uint32_t max, const uint8_t *data, size_t size, size_t read_size)
{
    struct ov_tcp_deframer d;
    uint8_t partial[OV_TCP_FRAME_HEAD + OV_TCP_FRAME_MAX];
    struct outcome outcome = {0, 0, OV_ERR_AGAIN};
    ov_tcp_deframer_init(&d, max, partial);
    for (size_t at = 0; at < size && outcome.err == OV_ERR_AGAIN; at += read_size)
    {
        size_t n = read_size < size - at ? read_size : size - at;
        uint8_t *copy = fuzz_copy(data + at, n);
        struct ov_buf in = {copy, (uint32_t)n, 0, (uint32_t)n};
        struct ov_buf packet;
        while ((outcome.err = ov_tcp_deframer_next(&d, &in, &packet)) == OV_OK)
        {
            FUZZ_CHECK(packet.len >= 1 && packet.len <= d.max);
            FUZZ_CHECK(ov_buf_headroom(&packet) == 0 && ov_buf_tailroom(&packet) == 0);
            take_packet(&outcome, &packet);
        }
        FUZZ_CHECK(outcome.err == OV_ERR_FORMAT || (outcome.err == OV_ERR_AGAIN && in.len == 0));
        free(copy);
    }
    return outcome;
}

/* What is decided about a stream stays so, whatever comes behind. */
static void check_first(const uint8_t *data, size_t size)
{
    enum ov_tcp_first before = OV_TCP_FIRST_MORE;
    for (size_t len = 0; len <= size && len <= 8; len++)
    {
        uint8_t *copy = fuzz_copy(data, len);
        const enum ov_tcp_first first = ov_tcp_first(copy, len);
        FUZZ_CHECK(before == OV_TCP_FIRST_MORE || first == before);
        FUZZ_CHECK(len < 3 || first != OV_TCP_FIRST_MORE);
        before = first;
        free(copy);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_in in = {data, size};
    uint32_t max = fuzz_u16(&in);
    size_t read_size = 1u + fuzz_u8(&in);
    check_first(in.at, in.left);
    struct outcome whole = run(max, in.at, in.left, in.left + 1);
    struct outcome cut = run(max, in.at, in.left, read_size);
    FUZZ_CHECK(whole.digest == cut.digest && whole.packets == cut.packets && whole.err == cut.err);
    return 0;
}
