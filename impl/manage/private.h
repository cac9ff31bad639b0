#ifndef OV_MANAGE_PRIVATE_H
#define OV_MANAGE_PRIVATE_H

#include "manage/history.h"
#include "manage/manage.h"

/* Shared by the files of manage/ only. */

/* A controlling program that reads nothing is sent away when so much waits for it. */
#define OV_MANAGE_WAITING_MAX (256u * 1024u)

struct ov_manage
{
    struct ov_manage_user users[OV_MANAGE_USERS];
    size_t users_count;
    struct ov_manage_body
    {
        void (*done)(void *ctx, const char *text, size_t len, enum ov_err err); /* NULL: lines are commands */
        void *ctx;
        char *text;
        size_t len;
        size_t cap;
        bool too_long;
    } body;
    uint32_t client_version;
    char title[128]; /* name and version of the program */
    bool checks_peer;
    uint32_t peer_uid, peer_gid; /* UINT32_MAX: any */
    size_t log_lines;
    bool wants_password;
    char password[OV_MANAGE_WORD + 1];
    char path[108]; /* of the unix socket, to be removed; "": TCP */
    int listen_fd;
    int client_fd;
    bool admitted; /* no password is wanted any more */
    bool connected_out;
    uint32_t visits; /* counts coming and going */
    uint32_t tries;  /* wrong passwords */
    bool leaves;     /* as soon as everything is sent */
    bool hold;
    bool holding;                      /* somebody waits for the release */
    bool released;                     /* ahead of the next hold */
    char question[OV_MANAGE_QUESTION]; /* "": none */
    uint32_t hold_s;
    bool within_log; /* a line about the log itself isn't told again */
    struct ov_log inner;
    struct ov_history log;
    struct ov_history states;
    struct ov_history echoes;
    struct ov_manage_lines lines;
    char *out;
    size_t out_len;
    size_t out_cap;
    struct ov_now (*now)(void);
};

/* commands.c: one complete line. */
void ov_manage_command(struct ov_manage *manage, const char *text);
/* body.c: one line of a body; what is left of it goes with the controlling program. */
void ov_manage_body_line(struct ov_manage *manage, const char *text, enum ov_err err);
void ov_manage_body_clear(struct ov_manage *manage);
/* connect.c: who is at the other end of a unix socket, and the way out to one. */
OV_MUST_USE enum ov_err ov_manage_know_peers(struct ov_manage *manage,
                                             const struct ov_manage_settings *settings,
                                             char text[static OV_MANAGE_TEXT]);
bool ov_manage_peer_is_good(const struct ov_manage *manage, int fd);
OV_MUST_USE enum ov_err ov_manage_connect(struct ov_manage *manage,
                                          const struct ov_manage_settings *settings);
/* manage.c */
void ov_manage_put(struct ov_manage *manage, const char *text, size_t len);
void ov_manage_drop(struct ov_manage *manage);

#endif
