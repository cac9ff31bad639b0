#ifndef OV_TESTS_LIB_HUBRIG_H
#define OV_TESTS_LIB_HUBRIG_H

#include "tests/lib/ends.h"
#include "wire/control.h"

/* One hub and several clients that are joined without a wire: packets arrive at once. For tests that look at single
 * packets. Everything is on the null backend. */

#define OV_RIG_CLIENTS 8u

struct ov_rig_client
{
    struct ov_client_end end;
    struct ov_addr addr; /* where it sends from; a test may change it */
    bool open;
};

struct ov_rig
{
    struct ov_server_end server;
    struct ov_rig_client client[OV_RIG_CLIENTS];
    struct ov_addr server_addr;
    struct ov_now now;
    enum ov_end_wrap mode;
    struct ov_wrap wrap; /* a client's view of it, for packets made by hand */
    struct ov_wkc wkc;   /* stands behind those whose opcode wants it; len 0: none */
    struct ov_wrap_id wrap_id;
};

void ov_rig_open(struct ov_rig *rig, bool tls_crypt, const char *server_text);
void ov_rig_open_as(struct ov_rig *rig, enum ov_end_wrap mode, const char *server_text);
void ov_rig_close(struct ov_rig *rig);

/* Add a client with this common name at addr; not started yet. */
struct ov_rig_client *ov_rig_add(struct ov_rig *rig, size_t n, const char *name, const struct ov_addr *addr,
                                 const char *text);
/* Start it and carry packets to and fro until nothing moves. */
void ov_rig_connect(struct ov_rig *rig, struct ov_rig_client *client);
/* Carry packets until nothing moves. */
void ov_rig_settle(struct ov_rig *rig);
/* Time passes; who is due is ticked. */
void ov_rig_wait(struct ov_rig *rig, uint32_t ms);
bool ov_rig_connected(const struct ov_rig_client *client);

/* One inner packet from client to dst; what the hub makes of it stays in batch->dg[0]. */
void ov_rig_send_up(struct ov_rig *rig, struct ov_rig_client *client, uint32_t src, uint32_t dst,
                    uint32_t number, struct ov_test_batch *batch);
/* One inner packet from the tun device to dst. True if client number n opened it. */
bool ov_rig_send_down(struct ov_rig *rig, uint32_t dst, uint32_t number, size_t n);

/* A control packet made by hand, wrapped as the rig is, straight into the hub. The fate is returned, *why too. */
enum ov_fate ov_rig_control(struct ov_rig *rig, const struct ov_addr *from, const struct ov_control *control,
                            enum ov_err *why);
/* Octets straight into the hub. */
enum ov_fate ov_rig_raw(struct ov_rig *rig, const struct ov_addr *from, const void *data, size_t len,
                        enum ov_err *why);
/* The next packet the hub sends, opened if it is wrapped; false: nothing. */
bool ov_rig_reply(struct ov_rig *rig, struct ov_control *control, struct ov_addr *to, struct ov_wrap_id *id);

struct ov_hub_stats ov_rig_stats(const struct ov_rig *rig);
/* The next event of this kind; false: none (others are thrown away). */
bool ov_rig_event(struct ov_rig *rig, enum ov_event_kind kind, struct ov_event *event);

#endif
