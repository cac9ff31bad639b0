/* A vnet header and a super-packet in any shape: what is accepted comes out whole and in order. */
#include "lib/vnet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ov_vnet vnet;
    struct ov_segmenter seg;
    const uint8_t *packet;
    uint32_t len;
    if (fuzz_vnet(data, size, &vnet, &packet, &len) && ov_segment_start(&seg, &vnet, packet, len) == OV_OK)
    {
        fuzz_vnet_cut(&seg, packet, len, 0);
    }
    return 0;
}
