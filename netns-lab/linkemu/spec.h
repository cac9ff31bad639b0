/* What one direction of a link shall do to packets, as text: words of key=value, separated by blanks.
 *
 *     delay=20ms                  every packet
 *     jitter=2ms order=keep       uniform in delay +- jitter; keep: no packet passes another (default), free
 *     rate=100mbit queue=50ms     counted on the wire: the IP packet and 38 octets of Ethernet; drop-tail when
 *                                 more than queue (time, or octets: 64kb) waits; 50ms when not given
 *     ecn-mark=20ms               packets that can carry it are marked CE when that much waits
 *     loss=1%                     each packet by itself
 *     loss-burst=0.5%,25%         Gilbert-Elliott: into the bad state, out of it; all packets of it are lost
 *     dup=0.1%                    a second copy behind the first
 *     reorder-every=100           every 100th packet is held back ...
 *     reorder-places=64           ... until 64 others have passed it ...
 *     reorder-hold=50ms           ... or that time is over (50ms when not given)
 *     reorder-time=1%,5ms         so many are later by that much
 *     corrupt=0.01%               one bit behind the transport header is turned. UDP: the damage reaches the
 *                                 program; other protocols: the checksum is left to find it
 *     mtu=1400 icmp=yes           larger packets are lost; the sender is told (default) or not
 *
 * Units: ns us ms s, bit kbit mbit gbit, b kb mb (octets, powers of 1000), %. A number may have a decimal
 * point. The empty text asks for nothing. */
#ifndef OV_LINKEMU_SPEC_H
#define OV_LINKEMU_SPEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EMU_PPB          1000000000u /* probabilities are counted in parts per billion */
#define EMU_WIRE_OVER    38u         /* octets of Ethernet around an IP packet: header, sum, preamble, gap */
#define EMU_QUEUE_NS     50000000u
#define EMU_HOLD_NS      50000000u
#define EMU_SPEC_TEXT    512u /* the longest text of a direction, with its NUL */
#define EMU_SPEC_WHY_LEN 160u

struct emu_spec
{
    uint64_t delay_ns;
    uint64_t jitter_ns;
    bool order_free;
    uint64_t rate_bps; /* 0: as fast as it goes */
    uint64_t queue_ns;
    uint64_t queue_len; /* octets; 0: queue_ns counts */
    uint64_t ecn_mark_ns;
    uint32_t loss_ppb;
    uint32_t burst_enter_ppb;
    uint32_t burst_leave_ppb;
    uint32_t dup_ppb;
    uint32_t corrupt_ppb;
    uint32_t late_ppb;
    uint64_t late_ns;
    uint32_t hold_every; /* 0: none */
    uint32_t hold_places;
    uint64_t hold_ns;
    uint32_t mtu; /* 0: no limit */
    bool mtu_silent;
};

/* False with a sentence that names the word. */
bool emu_spec_parse(const char *text, struct emu_spec *spec, char why[static EMU_SPEC_WHY_LEN]);

/* True when no packet is treated otherwise than the one before it: frames stay whole. */
bool emu_spec_uniform(const struct emu_spec *spec);

/* True when nothing is asked for. */
bool emu_spec_empty(const struct emu_spec *spec);

#endif
