/* Ethernet frames of any shape: what is read lies inside, an IP packet in it is one, lowering the MSS changes three
 * places at most, and cutting a frame gives whole frames with its header. Input: one vnet header and one frame. */
#include "lib/vnet.h"
#include "offload/mss.h"
#include "wire/ether.h"
#include "wire/ip.h"
#include "wire/vlan.h"

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

/* A tag goes in and out, and nothing else changes. */
static void check_vlan(const uint8_t *frame, size_t len)
{
    struct ov_vlan tag, again;
    uint8_t *mem = malloc(len + OV_VLAN_LEN);
    FUZZ_CHECK(mem != NULL);
    struct ov_buf buf = ov_buf_over(mem, (uint32_t)len + OV_VLAN_LEN, OV_VLAN_LEN);
    memcpy(ov_buf_data(&buf), frame, len);
    buf.len = (uint32_t)len;
    const bool read = ov_vlan_read(frame, len, &tag) == OV_OK;
    FUZZ_CHECK(tag.id <= 4095 && (read || !tag.tagged));
    FUZZ_CHECK((ov_vlan_put(&buf, 100) == OV_OK) == read);
    if (read)
    {
        FUZZ_CHECK(ov_vlan_read(ov_buf_data(&buf), buf.len, &again) == OV_OK && again.tagged &&
                   again.id == 100);
        FUZZ_CHECK(buf.len == len + (tag.tagged ? 0 : OV_VLAN_LEN));
        ov_vlan_strip(&buf);
        const size_t rest = tag.tagged ? OV_ETHER_LEN + 2 : OV_ETHER_LEN - 2;
        FUZZ_CHECK(buf.len == len - (tag.tagged ? OV_VLAN_LEN : 0));
        FUZZ_CHECK(memcmp(ov_buf_data(&buf), frame, OV_ETHER_LEN - 2) == 0);
        FUZZ_CHECK(memcmp(ov_buf_data(&buf) + OV_ETHER_LEN - 2, frame + rest, len - rest) == 0);
    }
    free(mem);
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
    check_vlan(frame, len);
    check_mss(frame, len);
    if (ov_segment_start_frame(&seg, &vnet, frame, len) == OV_OK)
    {
        fuzz_vnet_cut(&seg, frame, len, seg.link_len);
    }
    return 0;
}
