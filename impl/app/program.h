#ifndef OV_APP_PROGRAM_H
#define OV_APP_PROGRAM_H

#include "app/cert_guard.h"
#include "app/privileges.h"
#include "base/log.h"
#include "base/rng.h"
#include "options/config.h"
#include "session/auth_token.h"
#include "session/settings.h"

/* What client and server have in common, made once from the configuration:
 * the crypto library, keys and certificates, and the settings of sessions. */
struct ov_manage; /* manage/manage.h */

/* What a client says of its machine (app/self.h). */
#define OV_SELF_LINES 32u
struct ov_self
{
    struct ov_peer_info_more line[OV_SELF_LINES];
    size_t count;
    char hwaddr[18];
    char release[65];
};

struct ov_program
{
    struct ov_config config;      /* as parsed, less the optional ciphers that the library lacks */
    const struct ov_config *base; /* the configuration as a whole, as parsed */
    struct ov_log log;
    struct ov_rng rng;
    const struct ov_crypto *crypto;
    struct ov_crypto with_engine; /* crypto points here if an engine does the data channel's cipher */
    struct ov_tls_conf *tls;
    struct ov_control_keys keys;
    struct ov_cert_guard guard;
    struct ov_login login;           /* of a client */
    uint8_t token_key[OV_TOKEN_KEY]; /* of a server with --auth-gen-token */
    struct ov_session_settings settings;
    struct ov_identity_wanted identity;
    struct ov_self self;
    bool background;          /* --daemon: the process has left its terminal, in an earlier run perhaps */
    struct ov_manage *manage; /* NULL: none; borrowed, as the log is that goes there */
    bool has_pid_file;        /* --writepid is done, from an earlier run too */
    bool settled;             /* process id and user are as wanted, from an earlier run of this process */
    uint32_t started_s;       /* when it was, by the wall clock */
    bool leave_hard;          /* set by a run: a thread still works, a normal exit would wait for it */
};

/* Logged at any --verb when the tunnel is up: users and their scripts wait for
 * exactly these words. */
#define OV_READY_WORDS "Initialization Sequence Completed"

/* How a run ends. */
enum ov_outcome
{
    OV_OUTCOME_DONE = 0, /* asked to end: exit status 0 */
    OV_OUTCOME_FAILED,   /* exit status 1; the log says why */
    OV_OUTCOME_AGAIN     /* SIGHUP: read the configuration again and start over */
};

/* False if something is wrong; the log says what. config's strings are
 * borrowed until clear. program->settled is kept. */
bool ov_program_init(struct ov_program *program, const struct ov_config *config, struct ov_log log);
/* The same as far as nobody is asked and nothing is kept: could it be started? */
bool ov_program_check(struct ov_program *program, const struct ov_config *config, struct ov_log log);
/* Client: the settings of a <connection> block, or of the whole configuration (NULL), for the sessions that
 * follow. Not while one lives. False: its keys are wrong; the log says what. */
bool ov_program_select(struct ov_program *program, const struct ov_config *block);
/* Only the crypto library and its random numbers, as program->config says. */
bool ov_program_start_crypto(struct ov_program *program);
/* Frees and wipes; only background, has_pid_file, settled and leave_hard remain. All-zero is fine. */
void ov_program_clear(struct ov_program *program);

/* --writepid, then --user and --group, once in the life of the process: to be
 * called when everything that needs more rights is open. False: the log says why. */
bool ov_program_settle_in(struct ov_program *program);
/* --writepid alone, where the rest has to wait for programs that need more rights ('up'). */
bool ov_program_write_pid(struct ov_program *program);

/* client.c and server.c: run until something ends it. */
enum ov_outcome ov_client_run(struct ov_program *program);
enum ov_outcome ov_server_run(struct ov_program *program);

#endif
