#ifndef OV_APP_CLIENT_VISIT_H
#define OV_APP_CLIENT_VISIT_H

#include "app/client_hook.h"
#include "app/scratch.h"
#include "loop/process.h"
#include "options/client.h"

/* Inside of the client hook only: one client from the question about it until its last program has ended. */

enum ov_visit_stage
{
    OV_VISIT_CONNECT = 0, /* client-connect runs */
    OV_VISIT_LATER,       /* it said "later" */
    OV_VISIT_LEARN,       /* learn-address runs */
    OV_VISIT_STAYS,       /* the hub has its settings */
    OV_VISIT_LEFT         /* client-disconnect runs */
};

struct ov_visit_station;

struct ov_visit
{
    struct ov_client_hook *hook;
    struct ov_visit *next;
    uint64_t ticket;
    enum ov_visit_stage stage;
    uint64_t look_ms;
    struct ov_client_options *options; /* NULL: given to the hub */
    struct ov_process *process;        /* NULL: none runs */
    struct ov_scratch files;
    struct ov_environment facts; /* of server, tunnel and its certificate */
    const struct ov_diag *said;  /* of its settings, in the log; NULL: nothing yet */
    size_t learned;
    char name[65];
    char username[128];
    char peer_info[1200];
    struct ov_addr addr;
    char (*address)[64]; /* in the tunnel, networks behind it last; owned */
    size_t addresses;
    bool has_ip4, has_ip6;
    uint32_t ip4;
    uint8_t ip6[16];
    struct ov_visit_station *stations; /* client_station.h; tap with --learn-address */
    unsigned stations_count;
    uint32_t since_s;
    uint64_t since_ms;
    uint64_t octets_in, octets_out;
};

struct ov_client_hook
{
    struct ov_client_hook_spec spec;
    struct ov_hub *hub;
    struct ov_visit *first;
    unsigned asked; /* visits before OV_VISIT_STAYS */
};

/* In the hook's list. NULL: out of memory. */
struct ov_visit *ov_visit_new(struct ov_client_hook *hook, const struct ov_client_request *request,
                              struct ov_now now);
void ov_visit_drop(struct ov_visit *visit);

/* More settings, called name in the log. False: out of memory. */
bool ov_visit_add(struct ov_visit *visit, const char *name, const char *text, size_t len);
/* The same from a file. False: it can't be read. */
bool ov_visit_read(struct ov_visit *visit, const char *path, const char *name, struct ov_arena *arena);
/* Its settings may have changed its addresses. */
void ov_visit_set_addresses(struct ov_visit *visit, const struct ov_client_config *own);
/* Address number n; false: there are no more. */
bool ov_visit_address(const struct ov_visit *visit, size_t n, char out[static 64]);

/* Run command with more arguments (ended by NULL). False: the log says why. */
bool ov_visit_run(struct ov_visit *visit, const struct ov_command *command, const char *const *more,
                  const char *script_type, void (*done)(void *ctx, int status));
/* The same for a part of it: done gets ctx, and *out is the process. */
bool ov_visit_run_for(const struct ov_visit *visit, const struct ov_command *command, const char *const *more,
                      const char *script_type, void (*done)(void *ctx, int status), void *ctx,
                      struct ov_process **out);
/* The same; nobody waits for its end. */
void ov_visit_run_alone(const struct ov_visit *visit, const struct ov_command *command,
                        const char *const *more, const char *script_type);

#endif
