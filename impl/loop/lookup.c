#include "loop/loop_private.h"

#include <signal.h>
#include <stdlib.h>

/* Names are looked up by libuv's threads: the tunnel of a client that
 * reconnects, and the signals, don't stand still meanwhile. */
struct ov_lookup
{
    uv_getaddrinfo_t request; /* first: libuv hands its address back */
    struct ov_loop *loop;
};

void ov_loop_forget_lookup(struct ov_loop *loop)
{
    if (loop->lookup != NULL)
    {
        /* Refused while its thread works on it; its answer is then ignored. */
        (void)uv_cancel((uv_req_t *)&loop->lookup->request);
        loop->lookup = NULL;
    }
}

static void on_lookup(uv_getaddrinfo_t *request, int status, struct addrinfo *list)
{
    struct ov_lookup *lookup = (struct ov_lookup *)request;
    struct ov_loop *loop = lookup->loop;
    bool wanted = loop->lookup == lookup;
    loop->lookups_running--;
    free(lookup);
    if (wanted)
    {
        loop->lookup = NULL;
        loop->user.resolved(loop->user.ctx, status == 0 ? list : NULL,
                            status == 0 ? "" : uv_strerror(status));
    }
    uv_freeaddrinfo(list);
}

enum ov_err ov_loop_resolve(struct ov_loop *loop, const char *host, uint8_t family)
{
    ov_loop_forget_lookup(loop);
    struct ov_lookup *lookup = calloc(1, sizeof *lookup);
    if (lookup == NULL)
    {
        return OV_ERR_NOMEM;
    }
    lookup->loop = loop;
    /* One socket type, or every address would come three times. */
    struct addrinfo hints = {
        .ai_family = family == 4   ? AF_INET
                     : family == 6 ? AF_INET6
                                   : AF_UNSPEC,
        .ai_socktype = SOCK_DGRAM,
    };
    /* The first lookup starts libuv's threads, which stay: no signal is theirs. */
    sigset_t all, before;
    sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    const int error = uv_getaddrinfo(&loop->uv, &lookup->request, on_lookup, host, NULL, &hints);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error != 0)
    {
        free(lookup);
        return OV_ERR_IO;
    }
    loop->lookup = lookup;
    loop->lookups_running++;
    return OV_OK;
}
