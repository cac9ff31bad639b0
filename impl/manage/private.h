#ifndef OV_MANAGE_PRIVATE_H
#define OV_MANAGE_PRIVATE_H

#include "manage/history.h"
#include "manage/manage.h"

/* Shared by the files of manage/ only. */

/* A controlling program that reads nothing is sent away when so much waits for it. */
#define OV_MANAGE_WAITING_MAX (256u * 1024u)

struct ov_manage
{
    struct ov_manage_user user;
    bool wants_password;
    char password[OV_MANAGE_WORD + 1];
    char path[108]; /* of the unix socket, to be removed; "": TCP */
    int listen_fd;
    int client_fd;
    bool admitted;   /* no password is wanted any more */
    uint32_t visits; /* counts coming and going */
    uint32_t tries;  /* wrong passwords */
    bool leaves;     /* as soon as everything is sent */
    bool hold;
    bool released;
    char question[256]; /* "": none */
    uint32_t hold_s;
    bool within_log; /* a line about the log itself isn't told again */
    struct ov_log inner;
    struct ov_history log;
    struct ov_history states;
    struct ov_manage_lines lines;
    char *out;
    size_t out_len;
    size_t out_cap;
    struct ov_now (*now)(void);
};

/* commands.c: one complete line. */
void ov_manage_command(struct ov_manage *manage, const char *text);
/* manage.c */
void ov_manage_put(struct ov_manage *manage, const char *text, size_t len);
void ov_manage_drop(struct ov_manage *manage);

#endif
