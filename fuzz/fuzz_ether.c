/* Ethernet frames of any shape: what is read lies inside, an IP packet in it is one, lowering the MSS changes three
 * places at most, and cutting a frame gives whole frames with its header. Input: one vnet header and one frame. */
#include "lib/vnet.h"
#include "offload/mss.h"
#include "wire/ether.h"
#include "wire/ip.h"

static void check_header(const uint8_t *frame, size_t len)
{
    struct ov_ether ether;
    struct ov_ip ip;
    uint32_t at = 0;
    uint32_t ip_len = 0;
    const bool read = ov_ether_read(frame, len, &ether) == OV_OK;
    FUZZ_CHECK(read || len < OV_ETHER_LEN + OV_VLAN_TAGS * OV_VLAN_LEN);
    FUZZ_CHECK(!read ||
               (ether.header_len == OV_ETHER_LEN + ether.tags * OV_VLAN_LEN && ether.header_len <= len));
    if (ov_ether_ip(frame, len, &at, &ip_len))
    {
        FUZZ_CHECK(read && at == ether.header_len && at + ip_len <= len);
        FUZZ_CHECK(ov_ip_read(frame + at, ip_len, &ip) == OV_OK && ip.total_len == ip_len);
    }
}

static void check_mss(const uint8_t *frame, size_t len)
{
    uint8_t *copy = malloc(len > 0 ? len : 1);
    FUZZ_CHECK(copy != NULL);
    memcpy(copy, frame, len);
    const bool changed =
        ov_mss_clamp(copy, (uint32_t)len, (struct ov_mss){.v4 = 500, .v6 = 480, .in_frames = true});
    size_t differ = 0;
    for (size_t i = 0; i < len; i++)
    {
        differ += copy[i] != frame[i];
    }
    FUZZ_CHECK(changed ? differ >= 1 && differ <= 4 : differ == 0);
    FUZZ_CHECK(!changed || memcmp(copy, frame, OV_ETHER_LEN) == 0);
    free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ov_vnet vnet;
    struct ov_segmenter seg;
    const uint8_t *frame;
    uint32_t len;
    if (!fuzz_vnet(data, size, &vnet, &frame, &len))
    {
        return 0;
    }
    check_header(frame, len);
    check_mss(frame, len);
    if (ov_segment_start_frame(&seg, &vnet, frame, len) == OV_OK)
    {
        fuzz_vnet_cut(&seg, frame, len, seg.link_len);
    }
    return 0;
}
