#include "wire/socks_udp.h"

#include "base/cursor.h"

#define TYPE_IPV4 1u

enum ov_err ov_socks_udp_write(const struct ov_addr *server, uint8_t out[static OV_SOCKS_UDP_HEAD])
{
    struct ov_writer w = ov_writer_over(out, OV_SOCKS_UDP_HEAD);
    if (server->family != 4)
    {
        return OV_ERR_ADDRESS;
    }
    ov_write_u24(&w, 0);
    ov_write_u8(&w, TYPE_IPV4);
    ov_write_bytes(&w, server->ip, 4);
    ov_write_u16(&w, server->port);
    return OV_OK;
}

enum ov_err ov_socks_udp_read(const uint8_t *data, size_t len, struct ov_addr *from)
{
    struct ov_reader r = ov_reader_over(data, len);
    (void)ov_read_u16(&r);
    const uint8_t fragment = ov_read_u8(&r);
    const uint8_t type = ov_read_u8(&r);
    *from = (struct ov_addr){.family = 4};
    ov_read_copy(&r, from->ip, 4);
    from->port = ov_read_u16(&r);
    if (r.failed)
    {
        return OV_ERR_TRUNCATED;
    }
    return fragment == 0 && type == TYPE_IPV4 ? OV_OK : OV_ERR_UNSUPPORTED;
}
