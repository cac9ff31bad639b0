/* A profile: what calls cost and which of them are refused, as text: words of key=value separated by blanks
 * or line ends; '#' begins a comment up to the end of its line; of a key that stands twice the later counts.
 * The empty text asks for nothing. netns-lab/profiles/ holds such files. */
#ifndef OV_WINCOST_PROFILE_H
#define OV_WINCOST_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WINCOST_WHY_LEN  160u
#define WINCOST_TEXT_MAX 8192u /* of a file */

/* Keys that belong together are one factor of `ovlab explain`. */
enum wincost_factor
{
    WINCOST_BUFFERS,
    WINCOST_CALLS,
    WINCOST_DEPTH,
    WINCOST_DEVICE,
    WINCOST_STALLS,
    WINCOST_TICK,
    WINCOST_THROTTLE,
    WINCOST_REORDER,
    WINCOST_FACTORS
};

enum wincost_program_buffers
{
    WINCOST_BUFFERS_OBEYED,
    WINCOST_BUFFERS_CLAMPED, /* smaller ones are obeyed */
    WINCOST_BUFFERS_IGNORED,
};

/* All-zero changes nothing. */
struct wincost_profile
{
    uint32_t
        rcvbuf; /* octets as getsockopt shows them (Linux doubles what is asked); UDP only; 0: the system's */
    uint32_t sndbuf;
    uint32_t program_buffers;  /* what becomes of the program's own wishes */
    uint32_t single_datagrams; /* 1: sendmmsg and recvmmsg move one */
    uint32_t no_udp_offload;   /* 1: UDP_SEGMENT and UDP_GRO are refused */
    uint32_t no_tun_offload;   /* 1: TUNSETOFFLOAD is refused */
    uint32_t socket_send_us;   /* busy time of a call, microseconds */
    uint32_t socket_recv_us;
    uint32_t tun_depth;       /* writes under way at most; 0: any number */
    uint32_t tun_complete_us; /* time the device takes for a write; 0: none */
    uint32_t tun_read_us;     /* busy time of a call */
    uint32_t tun_write_us;
    uint32_t stall_every;    /* every so many writes to the device ... */
    uint32_t stall_ms;       /* ... one waits this long */
    uint32_t tick_us;        /* waits end on a multiple of this; 0: when they should */
    uint32_t throttle_pps;   /* datagrams a second, in portions of a millisecond; 0: no limit */
    uint32_t reorder_every;  /* of the link, not of calls: every so many packets one is passed ... */
    uint32_t reorder_places; /* ... by this many */
};

/* False with a sentence that names the word. */
bool wincost_profile_parse(const char *text, size_t len, struct wincost_profile *profile,
                           char why[static WINCOST_WHY_LEN]);

/* Lines of key=value of all that is not zero; what parse reads again. Returns the length, size at least 1. */
size_t wincost_profile_print(const struct wincost_profile *profile, char *dst, size_t size);

/* Takes the keys of a factor from another profile. */
void wincost_profile_take(struct wincost_profile *profile, const struct wincost_profile *from,
                          enum wincost_factor factor);

/* Do they differ in a key of the factor? */
bool wincost_profile_differs(const struct wincost_profile *a, const struct wincost_profile *b,
                             enum wincost_factor factor);

/* Is there anything that calls must be watched for? */
bool wincost_profile_acts(const struct wincost_profile *profile);

const char *wincost_factor_name(enum wincost_factor factor);

#endif
