/* A frame as a tun device might hand it out, sliced at places that the input chooses: what the slices carry
 * is what the frame carries, and nothing is read outside it. */
#include "lib/fuzz.h"
#include "netns-lab/linkemu/icmp.h"
#include "netns-lab/linkemu/packet.h"
#include "netns-lab/linkemu/slice.h"

/* The payload of all slices, one behind the other, must be that of the packet, but for one turned bit. */
static void check_slice(const struct emu_packet *p, const struct emu_slice *slice, uint32_t first,
                        uint32_t count, unsigned turned)
{
    size_t skip = EMU_VNET_LEN + p->headers_len;
    const uint8_t *wanted = p->ip + p->headers_len + (size_t)first * p->gso_size;
    size_t payload = 0;
    unsigned different = 0;
    for (int i = 0; i < slice->iov_count; i++)
    {
        const uint8_t *data = slice->iov[i].iov_base;
        for (size_t j = 0; j < slice->iov[i].iov_len; j++)
        {
            if (skip > 0)
            {
                skip--;
                continue;
            }
            different += (unsigned)__builtin_popcount(data[j] ^ wanted[payload++]);
        }
    }
    size_t left = p->len - p->headers_len - (size_t)first * p->gso_size;
    size_t most = (size_t)count * p->gso_size;
    FUZZ_CHECK(payload == (p->segments == 1 || left < most ? left : most));
    FUZZ_CHECK(different <= turned);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_in in = {data, size};
    struct emu_packet packet;
    struct emu_slice slice;
    uint8_t message[EMU_ICMP_MAX];
    uint8_t choices[8];
    for (unsigned i = 0; i < sizeof choices; i++)
    {
        choices[i] = fuzz_u8(&in);
    }
    uint8_t *frame = fuzz_copy(in.at, in.left);
    if (emu_packet_read(&packet, frame, in.left))
    {
        FUZZ_CHECK(packet.segments > 0 && packet.headers_len <= packet.len);
        FUZZ_CHECK(packet.segments == 1 || !packet.odd);
        uint32_t whole = packet.segments;
        for (uint32_t first = 0, n = 0; first < whole && n < 64; n++)
        {
            uint32_t count = choices[n % 4] % 8u + 1;
            count = count < whole - first ? count : whole - first;
            const struct emu_change change = {.mark = choices[4] % 2 == 1,
                                              .corrupt = count == 1 && choices[5] % 2 == 1,
                                              .bit = choices[6] * 77u};
            emu_slice_make(&slice, &packet, first, count, &change);
            check_slice(&packet, &slice, first, count, change.corrupt);
            first += count;
        }
        FUZZ_CHECK(emu_icmp_too_big(message, &packet, 1400) <= sizeof message);
    }
    free(frame);
    return 0;
}
