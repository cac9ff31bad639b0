#ifndef OV_APP_MANAGE_CLIENTS_PRIVATE_H
#define OV_APP_MANAGE_CLIENTS_PRIVATE_H

#include "app/manage_clients.h"

/* What the files of manage_clients share. */

#define RECORDS 4096u /* clients that are known at one time; more are refused */

/* One client, from its first login until it is gone. */
struct ov_guest_record
{
    struct ov_guest_record *next;
    uint64_t ticket; /* of its latest login */
    uint64_t client; /* the ticket the hub knows it by once it was let in */
    uint32_t cid;
    uint32_t kid;
    char *settings; /* of client-auth; owned */
    char username[OV_LOGIN_TEXT];
    char *peer_info;
    struct ov_addr addr;
    bool has_cert;
    uint8_t fingerprint[32];
    uint64_t since_ms;
    uint32_t since_s;
    uint64_t accepted; /* the ticket of the login that was let in; 0: none */
    bool established;
};

struct ov_manage_clients
{
    struct ov_manage_clients_spec spec;
    struct ov_guest_record *first;
    unsigned count;
    uint32_t filter;      /* env-filter */
    uint64_t body_ticket; /* client-auth: whose settings are being read */
    bool body_known;
};

/* NULL: nobody has this number. */
struct ov_guest_record *ov_guest_record_of(const struct ov_manage_clients *clients, uint32_t cid);
void ov_guest_record_drop(struct ov_manage_clients *clients, struct ov_guest_record *record);
/* False: nobody waits for it. */
bool ov_manage_clients_decide(struct ov_manage_clients *clients, uint64_t ticket,
                              const struct ov_verdict *verdict);

#endif
