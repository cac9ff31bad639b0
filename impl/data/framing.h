#ifndef OV_DATA_FRAMING_H
#define OV_DATA_FRAMING_H

#include "compress/compress.h"
#include "data/data.h"

/* What may stand between a tunnel packet and its encryption [WP-DATA-001]:
 *
 *   [fragment u32] [compression framing] payload
 *
 * A data channel without either has no struct ov_data_framing at all, and
 * sealing and opening don't come here. */

struct ov_data_framing_spec
{
    enum ov_comp_mode comp;
    const struct ov_compressor *compressor; /* of comp's algorithm; NULL: what is compressed is refused */
    bool compresses;                        /* what is sent, where that makes it smaller */
    bool fragments;
};

/* For the life of the channel, once its tun_mtu is known. Both off: nothing is made. OV_ERR_NOMEM. */
OV_MUST_USE enum ov_err ov_data_set_framing(struct ov_data *d, const struct ov_data_framing_spec *spec);
/* Payload of a piece, from the largest plaintext that may be sealed (WP-FRAG-005). */
void ov_data_set_fragment(struct ov_data *d, uint32_t plain_max);

/* Room that framing takes in front of a tunnel packet and behind it, beside that of the key; and how much
 * smaller a tunnel packet has to be so that it fits [WP-MTU-002]. */
struct ov_data_room ov_data_framing_room(const struct ov_data *d);
uint32_t ov_data_framing_octets(const struct ov_data *d);

/* Are there pieces of a packet that was sealed, waiting to be sent? */
bool ov_data_has_more(const struct ov_data *d);
/* Seal the next one into dg, whose view is empty with OV_BUF_HEADROOM and at least OV_BUF_PACKET behind it.
 * OV_ERR_AGAIN: none. Other errors: one packet is lost, counted. */
OV_MUST_USE enum ov_err ov_data_more(struct ov_data *d, const struct ov_addr *to, struct ov_datagram *dg,
                                     uint64_t now_ms);

/* Counted since the channel was made; all 0 without framing. */
struct ov_data_framing_stats
{
    uint64_t expanded_packets, expanded_in, expanded_out; /* octets before and after */
    uint64_t compressed_packets, compressed_in, compressed_out;
    uint64_t pieces_in, pieces_out;
};

struct ov_data_framing_stats ov_data_framing_stats(const struct ov_data *d);

/* ---- for data/ alone ---- */

void ov_data_framing_free(struct ov_data_framing *framing);
/* ov_data_seal and the second half of ov_data_open, of channels with framing. */
void ov_data_frame_and_seal(struct ov_data *d, const struct ov_addr *to, struct ov_datagram *dg, size_t n,
                            uint64_t now_ms);
void ov_data_unframe(struct ov_data *d, struct ov_datagram *dg, size_t n);
/* The sender has started anew and numbers its packets from the beginning: what it left in pieces is forgotten. */
void ov_data_forget_pieces(struct ov_data *d);
/* ov_data_seal without framing. */
void ov_data_seal_plain(struct ov_data *d, const struct ov_addr *to, struct ov_datagram *dg, size_t n,
                        uint64_t now_ms);

#endif
