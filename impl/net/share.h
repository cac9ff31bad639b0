#ifndef OV_NET_SHARE_H
#define OV_NET_SHARE_H

#include "base/addr.h"
#include "base/err.h"
#include "net/link.h"

/* --port-share: a connection that doesn't speak our protocol is handed to another server, octet for octet. Nothing
 * here waits, and memory is bounded: so many connections, and so many octets on the way in each direction. */

struct ov_share_settings
{
    struct ov_addr target;
    const char
        *dir;     /* a file for each connection says whose it is: named as our end to the target, it has the
                      * client's address; NULL: none. Must exist when it is opened. */
    uint32_t max; /* connections at one time; 0: OV_SHARE_MAX */
};

#define OV_SHARE_MAX    256u
#define OV_SHARE_OCTETS 16384u /* on the way in one direction */

struct ov_share_stats
{
    uint64_t taken;
    uint64_t refused; /* closed: too many, no memory, or the target can't be reached */
    uint32_t open;
    uint64_t octets_there; /* to the target */
    uint64_t octets_back;
};

struct ov_share;

/* OV_ERR_IO with a one-line reason in text, OV_ERR_NOMEM. */
OV_MUST_USE enum ov_err ov_share_open(const struct ov_share_settings *settings, struct ov_share **out,
                                      char text[static OV_LINK_TEXT]);
/* Takes fd over, which has given these octets already. */
void ov_share_take(struct ov_share *share, int fd, const struct ov_addr *from, const uint8_t *octets,
                   size_t len);
/* Readable when ov_share_turn has something to do. */
int ov_share_fd(const struct ov_share *share);
void ov_share_turn(struct ov_share *share);
struct ov_share_stats ov_share_stats(const struct ov_share *share);
/* NULL is fine. */
void ov_share_close(struct ov_share *share);

#endif
