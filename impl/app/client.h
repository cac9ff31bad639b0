#ifndef OV_APP_CLIENT_H
#define OV_APP_CLIENT_H

#include <stdio.h>

#include "app/dialogue.h"
#include "app/interface.h"
#include "app/local.h"
#include "app/program.h"
#include "app/pump.h"
#include "app/remotes.h"
#include "app/report.h"
#include "app/route_names.h"
#include "app/sender.h"
#include "app/status_file.h"
#include "app/updown.h"
#include "loop/loop.h"
#include "session/state.h"

/* A running client. */

enum ov_client_state
{
    OV_CLIENT_PAUSE = 0,  /* until pause_until_ms, then the next attempt */
    OV_CLIENT_LOOKUP,     /* a name is being looked up */
    OV_CLIENT_FIND_PROXY, /* the proxy's */
    OV_CLIENT_DIALLING,   /* the dialogue with the proxy: until connect_by_ms */
    OV_CLIENT_CONNECTING, /* TCP: until connect_by_ms */
    OV_CLIENT_RUNNING,    /* a session is alive */
    OV_CLIENT_ENDING      /* the last programs run; nothing else goes on */
};

/* --data-threads. */
struct ov_client_threads
{
    struct ov_sender *sender; /* NULL: one thread does both directions */
    bool refused;             /* this session can't be in two; the log has said why */
    bool busy;                /* auto: both directions carried much */
    uint64_t looked_ms;       /* auto: when and at which counts that was judged */
    uint64_t tun_octets;
    uint64_t link_octets;
};

/* What management has to do with the present attempt. */
struct ov_client_manage
{
    uint32_t seen; /* ov_manage_visits that the loop knows */
    bool passed;   /* the hold of this attempt is over */
    enum ov_manage_remote
    {
        OV_REMOTE_UNASKED = 0,
        OV_REMOTE_ASKED,
        OV_REMOTE_DECIDED
    } remote, proxy;
    struct ov_client_manage_proxy
    {
        bool given; /* of this attempt: in place of the configuration's */
        enum ov_proxy_kind kind;
        enum ov_proxy_auth auth;
        char host[OV_REMOTES_HOST];
        uint16_t port;
    } through;
    uint32_t bytecount_s; /* 0: nobody wants to know */
    uint64_t bytecount_ms;
    int thrown;     /* a signal that is to be obeyed as soon as management has said all; 0: none */
    bool retry_set; /* auth-retry: other than the configuration says */
    enum ov_auth_retry retry;
};

struct ov_client
{
    struct ov_program *program;
    const struct ov_log *log;
    struct ov_loop *loop;
    struct ov_interface iface;
    struct ov_link *link; /* one socket a session: a new connection gets a new port [WP-CLI-008] */
    struct ov_dial *dial; /* to the proxy: while dialling, and beside a relay of datagrams; else NULL */
    struct ov_addr proxy; /* where dial goes */
    struct ov_client_proxy
    {
        char host[OV_REMOTES_HOST]; /* what the proxy is asked for */
        char username[OV_PROXY_LOGIN];
        char password[OV_PROXY_LOGIN];
        bool asked; /* both were typed */
    } wish;
    struct ov_session session;
    struct ov_remotes remotes;
    struct ov_trouble trouble;
    struct ov_status_file status;
    enum ov_client_state state;
    uint64_t pause_until_ms;
    uint64_t connect_by_ms;
    uint64_t master_ms;             /* --connect-timeout beside --server-poll-timeout; OV_NEVER: none */
    uint64_t lookup_fails_since_ms; /* 0: the latest lookup worked */
    bool connected;                 /* this session has been connected */
    bool waited;                    /* the next pause is left out [WP-CLI-004] */
    uint32_t wait_s;                /* the next pause is at least that long, once [WP-CLI-007] */
    const char *leaving_by;         /* a signal, as the state says it; NULL: something else */
    bool leaving;                   /* the session says goodbye */
    enum ov_outcome wanted;         /* what the end of the session means when it was asked for */
    enum ov_outcome outcome;
    char reason[24];             /* why it ends, as 'signal' of the environment of programs */
    struct ov_dialogue dialogue; /* with whoever sits at the terminal */
    enum ov_client_question
    {
        OV_QUESTION_NONE = 0,
        OV_QUESTION_ATTEMPT,   /* the next attempt waits for a login */
        OV_QUESTION_LOGIN,     /* the session waits for one */
        OV_QUESTION_CHALLENGE, /* the server waits for an answer */
        OV_QUESTION_PROXY      /* the proxy wants a login */
    } question;
    char challenge[OV_DIALOGUE_QUESTION]; /* as it was asked */
    bool challenge_echo;
    struct ov_pump pump;
    struct ov_client_manage manage;
    struct ov_updown updown;
    struct ov_route_names names; /* looked up before the tunnel is raised */
    struct ov_addr told;         /* the server's address as --ipchange was told; family 0: it wasn't */
    struct ov_client_threads threads;
};

/* The program is over. */
void ov_client_finish(struct ov_client *client, enum ov_outcome outcome);
/* Clear the session and try again after a pause. reason is for the log, such as
 * "soft,ping-restart"; advance: an attempt that never connected goes on to the next address. */
void ov_client_restart(struct ov_client *client, const char *reason, bool advance, struct ov_now now);
/* Try the address whose turn it is. */
void ov_client_attempt(struct ov_client *client, struct ov_now now);
/* TCP: is the connection made, refused, or too late? */
void ov_client_watch_connect(struct ov_client *client, struct ov_now now);
/* The attempt as a whole: is it too late? */
void ov_client_watch_master(struct ov_client *client, struct ov_now now);
/* Wait as long as the number of attempts asks for. */
void ov_client_pause(struct ov_client *client, struct ov_now now);

/* client_login.c */
/* Name and password are there, after a refusal too. False: they are being asked for, as the question why says, or can't
 * be had, and the program ends. */
bool ov_client_log_in(struct ov_client *client, enum ov_client_question why);
/* The session wants them now. */
void ov_client_login_wanted(struct ov_client *client, struct ov_now now);
/* The server asks something. */
void ov_client_challenged(struct ov_client *client, const char *text);
/* An answer was typed; ctx is the client. */
void ov_client_typed(void *ctx);
/* Whoever wanted to know is gone. */
void ov_client_forget_question(struct ov_client *client);
/* client_status.c: where packets went missing, and the status file if it is due; returns when that will be again. */
void ov_client_counters(const struct ov_client *client, struct ov_counters *counters);
uint64_t ov_client_keep_status(struct ov_client *client, struct ov_now now);

/* client_manage.c: what the management interface asks, and what it is told. None of them does anything without it. */
void ov_client_manage_open(struct ov_client *client);
void ov_client_manage_close(struct ov_client *client);
/* True: the next attempt has to wait for management. */
bool ov_client_manage_waits(struct ov_client *client, struct ov_now now);
/* What it said about the proxy holds for this attempt. */
void ov_client_manage_apply(struct ov_client *client);
/* The session wants name and password in the middle: false: management isn't asked for them. */
bool ov_client_manage_login(struct ov_client *client);
/* An event that management hears of. */
void ov_client_manage_event(struct ov_client *client, const struct ov_event *event);
/* >BYTECOUNT if it is due; returns when that will be again. */
uint64_t ov_client_manage_tick(struct ov_client *client, struct ov_now now);
/* >UPDOWN */
void ov_client_manage_updown(struct ov_client *client, bool up);
/* client_commands.c: its commands. */
extern const struct ov_manage_command ov_client_commands[];
extern const size_t ov_client_commands_count;
/* The states ASSIGN_IP and, if there are any, ADD_ROUTES. */
void ov_client_manage_assigned(struct ov_client *client, const struct ov_tunnel *tunnel);
/* state as 2.x names it; up: addresses too. */
void ov_client_manage_state(struct ov_client *client, const char *state, bool up);
void ov_client_signal(struct ov_client *client, int signum);
void ov_client_status_text(const struct ov_client *client, FILE *file);

/* client_tunnel.c: the tunnel as the server's options want it. */
void ov_client_tunnel_open(struct ov_client *client);
void ov_client_tunnel_raise(struct ov_client *client, struct ov_now now);
/* The answer to a name of a route; false: none was looked up, the answer is somebody else's. */
bool ov_client_tunnel_name(struct ov_client *client, const struct addrinfo *list, const char *text,
                           struct ov_now now);
/* It stands, and the other end is there: says so. */
void ov_client_tunnel_ready(struct ov_client *client);
/* The connection is gone. reason such as "ping-restart" or "sigusr1". */
void ov_client_tunnel_leave(struct ov_client *client, const char *reason, struct ov_now now);
/* The server's address is known, or another one than before: --ipchange. */
void ov_client_tunnel_address(struct ov_client *client);
/* "SIGTERM[hard,]": why the client ends, for programs. */
void ov_client_note_signal(struct ov_client *client, const char *name);
/* Another signal while it ends: programs are not waited for. */
void ov_client_tunnel_hurry(struct ov_client *client);
/* The end: waits for the programs that are called then. */
void ov_client_tunnel_close(struct ov_client *client);

/* client_peer.c: static key mode. */
bool ov_client_is_peer(const struct ov_client *client);
/* The other end of this attempt is not called, it calls. */
bool ov_client_waits_for_call(const struct ov_client *client);
/* Wait for it; from: only there (NULL: anywhere). */
void ov_client_await(struct ov_client *client, const struct ov_addr *from, struct ov_now now);

/* client_proxy.c: does the way to the remote of this attempt lead through one? */
bool ov_client_has_proxy(const struct ov_client *client);
/* Find the proxy and connect to it. server: where a relay is to send to, NULL for TCP. */
void ov_client_call_proxy(struct ov_client *client, struct ov_now now);
void ov_client_proxy_found(struct ov_client *client, const struct ov_addr *addr, const char *why,
                           struct ov_now now);
/* The dialogue goes on, or is too late. */
void ov_client_watch_proxy(struct ov_client *client, struct ov_now now);
/* With a relay: has the proxy hung up? */
void ov_client_check_proxy(struct ov_client *client, struct ov_now now);
void ov_client_drop_proxy(struct ov_client *client);
/* It wants a login, and somebody types: go on when both are there. */
void ov_client_ask_proxy_login(struct ov_client *client, struct ov_now now);
/* client_connect.c: a session over client->link. Ends the program if there can be none. */
void ov_client_begin(struct ov_client *client, const struct ov_addr *server, struct ov_now now);
/* The name to look up or to ask a proxy for: of the entry, with --remote-random-hostname. NULL: no random numbers. */
const char *ov_client_host(struct ov_client *client, char random[static OV_REMOTES_HOST]);

/* client_threads.c: start, follow and stop the thread that sends; returns when to look again. */
uint64_t ov_client_keep_threads(struct ov_client *client, struct ov_now now);
/* One thread again; before session, link or tun device go. */
void ov_client_join_threads(struct ov_client *client, struct ov_now now);

/* The session is in the middle of a handshake, and what that waited for is there: a signature, a PIN, a program's
 * opinion about a certificate. ctx is the client. */
void ov_client_answered(void *ctx);

/* Called by the loop. */
void ov_client_wake(void *ctx, unsigned ready);
void ov_client_resolved(void *ctx, const struct addrinfo *list, const char *text);

#endif
