#ifndef OV_APP_MANAGE_LOOP_H
#define OV_APP_MANAGE_LOOP_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "app/environment.h"
#include "hub/hub.h"
#include "loop/loop.h"
#include "manage/manage.h"
#include "options/config.h"

/* The management interface of a program that runs a loop. */

/* As the configuration says; *log becomes one that tells there too. *out NULL: none is wanted. False: the log says
 * why. */
bool ov_manage_open(const struct ov_config *config, struct ov_log *log, struct ov_manage **out);

/* On every wake-up: let it work and watch its files; *seen starts as 0. Returns its deadline. NULL is fine. */
uint64_t ov_manage_turn(struct ov_manage *manage, struct ov_loop *loop, uint32_t *seen, struct ov_now now);

/* Before there is a loop: wait a moment for the controlling program, and let it work. */
void ov_manage_pump(struct ov_manage *manage);
/* Before there is a loop: wait until nobody holds. NULL is fine. */
void ov_manage_wait(struct ov_manage *manage);

/* SIGHUP, SIGTERM, SIGUSR1, SIGUSR2 by name; 0: another one. */
int ov_manage_signal(const char *name);
/* The answer to signal, as 2.x gives it; false: there is no such one. */
bool ov_manage_throw(struct ov_manage *manage, const struct ov_manage_words *words, int *signum);
/* What write puts into a file is told line by line. */
void ov_manage_say_file(struct ov_manage *manage, void (*write)(void *ctx, FILE *file), void *ctx);

/* --echo and --parameter: those that were pushed, or those of the configuration; into the log what is meant for a user
 * ("msg..."). manage may be NULL. */
void ov_manage_echoes(struct ov_manage *manage, const struct ov_log *log, const struct ov_hook_options *hooks,
                      bool pushed);

/* Each variable behind prefix, then END behind it. */
void ov_manage_say_environment(struct ov_manage *manage, const char *prefix,
                               const struct ov_environment *environment);

/* manage_server.c: what a server is asked. All-zero manage: nothing. */
struct ov_manage_server
{
    struct ov_manage *manage;
    void *ctx;
    const struct ov_config *config;
    struct ov_hub *(*hub)(void *ctx);
    void (*status)(void *ctx, uint32_t version, FILE *file);
    void (*signal)(void *ctx, int signum);
    void (*wake)(void *ctx); /* the hub has something to send */
    uint32_t bytecount_s;    /* 0: nobody wants to know */
    uint64_t bytecount_ms;
};

/* server must stay where it is. */
void ov_manage_server_open(struct ov_manage_server *server);
void ov_manage_server_close(struct ov_manage_server *server);
/* How the server stands, such as "CONNECTED,SUCCESS" or "EXITING". */
void ov_manage_server_state(const struct ov_manage_server *server, const char *state);
/* >BYTECOUNT_CLI if it is due; returns when that will be again. */
uint64_t ov_manage_server_tick(struct ov_manage_server *server, struct ov_now now);

#endif
