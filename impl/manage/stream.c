/* The socket of the management interface: one controlling program at a time. */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/wipe.h"
#include "manage/private.h"

#define FLUSH_MS     50u /* a reader that is slow is tried again after this time */
#define TRIES_MAX    3u
#define ROUND_OCTETS 65536u /* read at most before the program goes on */

static enum ov_err listen_unix(struct ov_manage *manage, const char *path)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof at.sun_path || strlen(path) >= sizeof manage->path)
    {
        errno = ENAMETOOLONG;
        return OV_ERR_ARG;
    }
    memcpy(at.sun_path, path, strlen(path) + 1);
    manage->listen_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    (void)unlink(path);
    if (manage->listen_fd < 0 || bind(manage->listen_fd, (const struct sockaddr *)&at, sizeof at) != 0)
    {
        return OV_ERR_IO;
    }
    memcpy(manage->path, path, strlen(path) + 1);
    return listen(manage->listen_fd, 1) == 0 ? OV_OK : OV_ERR_IO;
}

static enum ov_err listen_tcp(struct ov_manage *manage, const char *address, const char *port)
{
    const struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
                                   .ai_socktype = SOCK_STREAM};
    struct addrinfo *at = NULL;
    const int one = 1;
    if (getaddrinfo(strcmp(address, "localhost") == 0 ? "127.0.0.1" : address, port, &hints, &at) != 0)
    {
        errno = EINVAL;
        return OV_ERR_ARG;
    }
    manage->listen_fd = socket(at->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    bool good = manage->listen_fd >= 0 &&
                setsockopt(manage->listen_fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) == 0 &&
                bind(manage->listen_fd, at->ai_addr, at->ai_addrlen) == 0 &&
                listen(manage->listen_fd, 1) == 0;
    freeaddrinfo(at);
    return good ? OV_OK : OV_ERR_IO;
}

static void greet(struct ov_manage *manage)
{
    manage->admitted = true;
    ov_manage_say(manage, ">INFO:OpenVPN Management Interface Version 5 -- type 'help' for more info");
    if (manage->question[0] != '\0')
    {
        ov_manage_say_text(manage, manage->question);
    }
    if (manage->holding)
    {
        ov_manage_say(manage, ">HOLD:Waiting for hold release:%u", manage->hold_s);
    }
}

static enum ov_err open_socket(struct ov_manage *manage, const struct ov_manage_settings *settings,
                               char text[static OV_MANAGE_TEXT])
{
    enum ov_err err;
    if (settings->connects_out)
    {
        err = ov_manage_connect(manage, settings);
        if (err == OV_OK && !ov_manage_peer_is_good(manage, manage->client_fd))
        {
            (void)snprintf(text, OV_MANAGE_TEXT, "management: who listens at %.100s is not who may control",
                           settings->address);
            return OV_ERR_AUTH;
        }
        if (err == OV_OK)
        {
            manage->connected_out = true;
            manage->visits++;
            greet(manage);
        }
    }
    else
    {
        err = strcmp(settings->port, "unix") == 0 ? listen_unix(manage, settings->address)
                                                  : listen_tcp(manage, settings->address, settings->port);
    }
    if (err != OV_OK)
    {
        (void)snprintf(text, OV_MANAGE_TEXT, "management: cannot %s %.100s %.20s: %s",
                       settings->connects_out ? "connect to" : "listen on", settings->address, settings->port,
                       strerror(errno));
    }
    return err;
}

enum ov_err ov_manage_new(const struct ov_manage_settings *settings, struct ov_manage **out,
                          char text[static OV_MANAGE_TEXT])
{
    struct ov_manage *manage = calloc(1, sizeof *manage);
    *out = NULL;
    if (manage == NULL)
    {
        (void)snprintf(text, OV_MANAGE_TEXT, "%s", ov_err_name(OV_ERR_NOMEM));
        return OV_ERR_NOMEM;
    }
    manage->listen_fd = manage->client_fd = -1;
    manage->wants_password = settings->password != NULL;
    (void)snprintf(manage->password, sizeof manage->password, "%s",
                   settings->password != NULL ? settings->password : "");
    manage->hold = settings->hold;
    manage->now = settings->now;
    manage->log_lines = settings->log_lines;
    (void)snprintf(manage->title, sizeof manage->title, "%s", settings->title);
    manage->client_version = 1;
    enum ov_err err = ov_manage_know_peers(manage, settings, text);
    if (err == OV_OK)
    {
        err = open_socket(manage, settings, text);
    }
    if (err != OV_OK)
    {
        ov_manage_free(manage);
        return err;
    }
    *out = manage;
    return OV_OK;
}

int ov_manage_listen_fd(const struct ov_manage *manage)
{
    return manage->listen_fd;
}

int ov_manage_client_fd(const struct ov_manage *manage)
{
    return manage->client_fd;
}

uint32_t ov_manage_visits(const struct ov_manage *manage)
{
    return manage->visits;
}

void ov_manage_drop(struct ov_manage *manage)
{
    if (manage->client_fd >= 0)
    {
        (void)close(manage->client_fd);
    }
    const bool left = manage->admitted;
    manage->client_fd = -1;
    manage->visits++;
    manage->client_version = 1;
    ov_manage_body_clear(manage);
    manage->admitted = manage->leaves = false;
    manage->log.live = manage->states.live = manage->echoes.live = false;
    ov_wipe(&manage->lines, sizeof manage->lines);
    free(manage->out);
    manage->out = NULL;
    manage->out_len = manage->out_cap = 0;
    for (size_t i = 0; left && i < manage->users_count; i++)
    {
        if (manage->users[i].left != NULL)
        {
            manage->users[i].left(manage->users[i].ctx);
        }
    }
}

static void take_newcomer(struct ov_manage *manage)
{
    static const char prompt[] = "ENTER PASSWORD:";
    if (manage->client_fd >= 0 || manage->listen_fd < 0)
    {
        return; /* waits in the queue until the one that is here leaves */
    }
    manage->client_fd = accept4(manage->listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (manage->client_fd < 0)
    {
        return;
    }
    if (!ov_manage_peer_is_good(manage, manage->client_fd))
    {
        (void)close(manage->client_fd);
        manage->client_fd = -1;
        return;
    }
    manage->visits++;
    manage->tries = 0;
    if (!manage->wants_password)
    {
        greet(manage);
        return;
    }
    ov_manage_put(manage, prompt, sizeof prompt - 1);
}

/* As long for a wrong password as for a right one, whatever is wrong with it. */
static bool same(const char *a, const char *b)
{
    unsigned char differs = strlen(a) != strlen(b);
    for (size_t i = 0, n = strlen(b); a[i] != '\0'; i++)
    {
        differs |= (unsigned char)(a[i] ^ (n > 0 ? b[i % n] : 0));
    }
    return differs == 0;
}

static void check_password(struct ov_manage *manage, const char *text)
{
    static const char wrong[] = "ERROR: bad password\r\n";
    static const char right[] = "SUCCESS: password is correct\r\n";
    static const char prompt[] = "ENTER PASSWORD:";
    if (same(text, manage->password))
    {
        ov_manage_put(manage, right, sizeof right - 1);
        greet(manage);
        return;
    }
    ov_manage_put(manage, wrong, sizeof wrong - 1);
    if (++manage->tries >= TRIES_MAX)
    {
        manage->leaves = true;
        return;
    }
    ov_manage_put(manage, prompt, sizeof prompt - 1);
}

static void take_line(struct ov_manage *manage, enum ov_err err)
{
    if (!manage->admitted)
    {
        check_password(manage, err == OV_OK ? manage->lines.text : "");
    }
    else if (manage->body.done != NULL)
    {
        ov_manage_body_line(manage, manage->lines.text, err);
    }
    else if (err != OV_OK)
    {
        ov_manage_say(manage, "ERROR: this line can't be read (%s)", ov_err_name(err));
    }
    else
    {
        ov_manage_command(manage, manage->lines.text);
    }
    ov_wipe(manage->lines.text, sizeof manage->lines.text);
}

/* False: nobody is there any more. */
static bool take_octets(struct ov_manage *manage)
{
    char data[2048];
    ssize_t n = 0;
    for (size_t total = 0; total < ROUND_OCTETS && !manage->leaves; total += (size_t)n)
    {
        n = recv(manage->client_fd, data, sizeof data, 0);
        if (n <= 0)
        {
            return n < 0 && (errno == EAGAIN || errno == EINTR);
        }
        for (size_t at = 0; at < (size_t)n && !manage->leaves;)
        {
            bool done;
            enum ov_err err;
            at += ov_manage_lines_add(&manage->lines, data + at, (size_t)n - at, &done, &err);
            if (done)
            {
                take_line(manage, err);
            }
        }
        ov_wipe(data, sizeof data);
    }
    return true;
}

static bool flush(struct ov_manage *manage)
{
    while (manage->out_len > 0)
    {
        ssize_t n = send(manage->client_fd, manage->out, manage->out_len, MSG_NOSIGNAL);
        if (n < 0)
        {
            return errno == EAGAIN || errno == EINTR;
        }
        manage->out_len -= (size_t)n;
        memmove(manage->out, manage->out + n, manage->out_len);
    }
    return true;
}

uint64_t ov_manage_flush(struct ov_manage *manage, struct ov_now now)
{
    if (manage == NULL || manage->client_fd < 0)
    {
        return OV_NEVER;
    }
    /* Who is gone is noticed by the next read. */
    return flush(manage) && manage->out_len > 0 ? now.mono_ms + FLUSH_MS : OV_NEVER;
}

uint64_t ov_manage_run(struct ov_manage *manage, struct ov_now now)
{
    take_newcomer(manage);
    if (manage->client_fd < 0)
    {
        return OV_NEVER;
    }
    const bool there = take_octets(manage) && flush(manage);
    if (!there || (manage->leaves && manage->out_len == 0))
    {
        ov_manage_drop(manage);
        take_newcomer(manage);
    }
    return manage->client_fd >= 0 && manage->out_len > 0 ? now.mono_ms + FLUSH_MS : OV_NEVER;
}
