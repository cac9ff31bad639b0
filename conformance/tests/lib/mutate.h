/* Clean captures with one wrong thing in them: each is found, under its own requirement and no other. */
#ifndef OV_TESTS_MUTATE_H
#define OV_TESTS_MUTATE_H

#include "tests/lib/cap.h"

enum
{
    SOFT_RESET = 3,
    CONTROL = 4,
    ACK = 5,
    CLIENT_V2 = 7,
    SERVER_V2 = 8,
    DATA_V2 = 9,
    CLIENT_V3 = 10,
    WKC_V1 = 11,
    WRAP_AT = 9,      /* wrap id of tls-crypt */
    AUTH_WRAP_AT = 29 /* wrap id of tls-auth SHA1 */
};

struct mutation
{
    const char *name;
    const char *base; /* capture without ".pcap" */
    void (*mutate)(struct cap *cap);
    const char *expect; /* as in expect_ids */
};

#define MUTATION(base, mutate, ids)                                                                          \
    {                                                                                                        \
#mutate, base, mutate, ids                                                                           \
    }

/* The UDP payload of a frame. */
uint8_t *mutate_payload(struct cap *cap, size_t at);
void mutate_add_u32(uint8_t *at, uint32_t more);
void mutate_set_u32(uint8_t *at, uint32_t value);
/* Cuts the payload of a frame to `len` octets. */
void mutate_shorten(struct cap *cap, size_t at, size_t len);
/* Replaces `cut` octets at `offset` of a payload by those of the hex text. */
void mutate_splice(struct cap *cap, size_t frame, size_t offset, size_t cut, const char *insert);

/* Loads, mutates and expects, row by row. */
void mutate_run(const struct mutation *mutations, size_t count);

#endif
