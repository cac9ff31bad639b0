/* Captures in memory: loaded from a file or made from literal packets, changed, written to a temporary file. */
#ifndef OV_TESTS_CAP_H
#define OV_TESTS_CAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cap_frame
{
    int64_t time_ns;
    uint8_t *octets;
    uint32_t caplen;
    uint32_t len;
};

struct cap
{
    int link_type;
    struct cap_frame *frames;
    size_t count;
    size_t capacity;
};

enum cap_from
{
    FROM_CLIENT,
    FROM_SERVER
};

/* Any failure in here fails the test. */
void cap_init(struct cap *cap, int link_type);
void cap_load(struct cap *cap, const char *path);
void cap_clear(struct cap *cap);

/* A copy of `octets` becomes frame number `at` (from 0); later ones move up. */
void cap_insert(struct cap *cap, size_t at, int64_t time_ns, const void *octets, size_t len);
void cap_remove(struct cap *cap, size_t at);

/* One UDP datagram in Ethernet and IPv4, 10.0.0.1:40000 to 10.0.0.2:1194 or back, at the end. */
void cap_add_udp(struct cap *cap, enum cap_from from, int64_t time_ms, const void *payload, size_t len);

/* One TCP segment between the same endpoints. flags: 2 SYN, 1 FIN. */
void cap_add_tcp(struct cap *cap, enum cap_from from, int64_t time_ms, uint32_t sequence, uint8_t flags,
                 const void *payload, size_t len);

/* The UDP payload of a frame (Ethernet, IPv4 or IPv6 without extension headers); NULL if it is none. */
uint8_t *cap_udp_payload(const struct cap *cap, size_t at, uint32_t *len);

/* True if the frame was sent by the one who sent the first frame of the capture. */
bool cap_by_client(const struct cap *cap, size_t at);

/* Gives a frame another UDP payload, headers adjusted. */
void cap_set_udp_payload(struct cap *cap, size_t at, const void *payload, size_t len);

/* The n-th (from 0) frame with this opcode and key id; the test fails if there is none. */
size_t cap_find(const struct cap *cap, enum cap_from from, uint8_t opcode, uint8_t key_id, size_t n);

/* Inserts a copy of frame `from` as frame `at`, `later_ms` after the frame that is in front of it there. */
void cap_copy(struct cap *cap, size_t from, size_t at, int64_t later_ms);

/* Writes the capture as pcap; returns the path, to be given to cap_unlink. */
char *cap_write(const struct cap *cap);
/* Octets as they are. */
char *cap_write_raw(const void *octets, size_t len);
void cap_unlink(char *path);

/* The whole file; *len octets, to be freed. */
uint8_t *cap_read_file(const char *path, size_t *len);

/* "38 0102.." to octets; returns their number. */
size_t cap_hex(const char *text, uint8_t *octets, size_t capacity);

#endif
