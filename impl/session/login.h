#ifndef OV_SESSION_LOGIN_H
#define OV_SESSION_LOGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/err.h"

/* User names and passwords: what a client logs in with, and how a server's
 * program is asked about a login and answers, now or later. */

/* Room for a name, a password or a token, with NUL. Longer than what builds of 2.x without PKCS#11 read
 * [WP-KM2-008]: such a server says so itself. */
#define OV_LOGIN_TEXT 512u

/* ---- client ---- */

/* Belongs to the program and outlives its sessions; a session reads it and writes what the server gives. A secret:
 * ov_login_wipe is its end. All-zero: no login. */
struct ov_login
{
    bool wanted; /* --auth-user-pass: nothing is sent before there is a name */
    bool filled; /* username and password are those to be sent */
    bool forget; /* --auth-nocache: the password is wiped when it was sent */
    char username[OV_LOGIN_TEXT];
    char password[OV_LOGIN_TEXT];
    char token[OV_LOGIN_TEXT];      /* sent instead of password; "": none [WP-TOK-001] */
    char token_user[OV_LOGIN_TEXT]; /* goes with it; "": username */
    bool refused;                /* the last AUTH_FAILED was about name and password, not about the token */
    char refusal[OV_LOGIN_TEXT]; /* what the last AUTH_FAILED said, which may be a challenge */
};

void ov_login_wipe(struct ov_login *login);
/* Only name and password, so that they are asked for again. */
void ov_login_wipe_password(struct ov_login *login);
/* The server does not take the token any more. False: there was none. */
bool ov_login_drop_token(struct ov_login *login);
/* A token and the name that goes with it, NULL: keep the name. Too long: OV_ERR_LIMIT, nothing changes. */
OV_MUST_USE enum ov_err ov_login_take_token(struct ov_login *login, const char *token, const char *user);

/* ---- server ---- */

/* One login that waits for a verdict. Borrowed until the next call of the hub. */
struct ov_login_request
{
    uint64_t ticket;            /* names it in the verdict */
    const char *username;       /* printable; "": none was sent */
    const char *password;       /* a secret */
    const uint8_t *fingerprint; /* of its certificate, SHA-256; NULL: it has none */
    const char *common_name;    /* of the certificate; "": none */
    const char *peer_info;      /* lines NAME=value as the client sent them */
    const char *answer;         /* base64 of what the client answered to a question, "": nothing */
    const char *session_id;     /* base64, "": no tokens are made [WP-TOK-006] */
    const char *session_state;  /* "Initial", "Authenticated" ...; "": no tokens are made */
    struct ov_addr addr;
    bool renegotiation; /* the client is connected; the old key works on meanwhile [WP-SRV-027] */
};

enum ov_verdict_kind
{
    OV_VERDICT_ACCEPT = 0,
    OV_VERDICT_REFUSE,
    OV_VERDICT_PENDING /* tell the client that it takes longer, and wait for another verdict */
};

struct ov_verdict
{
    enum ov_verdict_kind kind;
    const char *reason; /* REFUSE: behind "AUTH_FAILED,"; NULL or "": nothing [WP-AUTH-001] */
    uint32_t timeout_s; /* PENDING */
    const char *method; /* PENDING: "crtext", "webauth"; the client must know it [WP-AUTH-014] */
    const char *extra;  /* PENDING: behind "INFO_PRE,", such as "CR_TEXT:R:text" */
};

#endif
