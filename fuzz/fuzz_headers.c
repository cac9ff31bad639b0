/* Small headers at the front of a packet: data packets, OCC, inner IP. Input: one packet. */
#include "lib/fuzz.h"
#include "wire/data_header.h"
#include "wire/inband.h"
#include "wire/ip.h"

static void check_data(const uint8_t *data, size_t size)
{
    struct ov_data_header h;
    struct ov_data_epoch_header e;
    uint8_t out[OV_DATA_EPOCH_HEADER];
    enum ov_err err = ov_data_header_read(data, size, &h);
    if (err == OV_OK && h.prefix.opcode == OV_OP_DATA_V2)
    {
        ov_data_v2_write(out, h.prefix.key_id, h.prefix.peer_id, h.packet_id);
        FUZZ_CHECK(memcmp(out, data, OV_DATA_V2_HEADER) == 0);
    }
    if (err == OV_OK && h.prefix.opcode == OV_OP_DATA_V1)
    {
        ov_data_v1_write(out, h.prefix.key_id, h.packet_id);
        FUZZ_CHECK(memcmp(out, data, OV_DATA_V1_HEADER) == 0);
        FUZZ_CHECK(h.prefix.peer_id == OV_PEER_ID_NONE);
    }
    FUZZ_CHECK(err != OV_OK || (size_t)h.ad_offset + h.ad_len == h.len);
    if (ov_data_epoch_read(data, size, &e) == OV_OK)
    {
        ov_data_epoch_write(out, e.prefix.key_id, e.prefix.peer_id, e.epoch, e.counter);
        FUZZ_CHECK(memcmp(out, data, OV_DATA_EPOCH_HEADER) == 0);
    }
}

static void check_occ(const uint8_t *data, size_t size)
{
    struct ov_occ_message occ;
    if (ov_occ_decode(data, size, &occ) != OV_OK)
    {
        return;
    }
    uint8_t *out = malloc(size);
    struct ov_writer w = ov_writer_over(out, size);
    FUZZ_CHECK(ov_occ_encode(&occ, &w) == OV_OK);
    FUZZ_CHECK(ov_writer_len(&w) == size && memcmp(out, data, size) == 0);
    FUZZ_CHECK(!ov_inband_is_ping(data, size));
    free(out);
}

static void check_ip(const uint8_t *data, size_t size)
{
    struct ov_ip ip;
    if (ov_ip_read(data, size, &ip) != OV_OK)
    {
        return;
    }
    FUZZ_CHECK(ip.header_len <= ip.total_len && ip.total_len <= size);
    FUZZ_CHECK(ip.src >= data && ip.dst + ip.addr_len <= data + ip.header_len);
    FUZZ_CHECK(ip.addr_len == (ip.version == 4 ? 4 : 16));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_data(data, size);
    check_occ(data, size);
    check_ip(data, size);
    return 0;
}
