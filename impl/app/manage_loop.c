#include "app/manage_loop.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "app/version.h"

bool ov_manage_open(const struct ov_config *config, struct ov_log *log, struct ov_manage **out)
{
    const struct ov_management *from = &config->management;
    char text[OV_MANAGE_TEXT] = "";
    char password[OV_MANAGE_WORD + 1] = "";
    char title[OV_VERSION_LINE];
    *out = NULL;
    if (from->address == NULL)
    {
        return true;
    }
    const struct ov_manage_settings settings = {
        .address = from->address,
        .port = from->port,
        .password = from->password.from != NULL ? password : NULL,
        .hold = from->hold,
        .connects_out = from->connects_out,
        .peer_user = from->peer_user,
        .peer_group = from->peer_group,
        .log_lines = from->log_lines,
        .title = ov_version_line(title),
        .now = ov_loop_now,
    };
    if (from->password.from != NULL)
    {
        const size_t len = strcspn(from->password.data, "\r\n");
        if (len == 0 || len > OV_MANAGE_WORD)
        {
            ov_logf(log, OV_LOG_ERROR, "management: the password in %s is empty or too long",
                    from->password.from);
            return false;
        }
        memcpy(password, from->password.data, len);
    }
    if (ov_manage_new(&settings, out, text) != OV_OK)
    {
        ov_logf(log, OV_LOG_ERROR, "%s", text);
        return false;
    }
    const struct ov_log inner = *log;
    *log = ov_manage_log(*out, &inner);
    ov_logf(log, OV_LOG_INFO, "management: %s %s %s", from->connects_out ? "connected to" : "listening on",
            from->address, from->port);
    return true;
}

uint64_t ov_manage_turn(struct ov_manage *manage, struct ov_loop *loop, uint32_t *seen, struct ov_now now)
{
    if (manage == NULL)
    {
        return OV_NEVER;
    }
    const bool first = *seen == 0;
    uint64_t deadline = ov_manage_run(manage, now);
    const uint32_t visits = ov_manage_visits(manage) + 1;
    if (first && ov_loop_watch(loop, OV_WATCH_MANAGE_LISTEN, ov_manage_listen_fd(manage)) != OV_OK)
    {
        return now.mono_ms + 1000;
    }
    if (visits != *seen)
    {
        *seen = visits;
        ov_loop_unwatch(loop, OV_WATCH_MANAGE);
        if (ov_manage_client_fd(manage) >= 0 &&
            ov_loop_watch(loop, OV_WATCH_MANAGE, ov_manage_client_fd(manage)) != OV_OK)
        {
            deadline = ov_time_earlier(deadline, now.mono_ms + 1000);
        }
        /* Who waits in the queue would wake the loop again and again. */
        ov_loop_pause(loop, OV_WATCH_MANAGE_LISTEN, ov_manage_client_fd(manage) >= 0);
    }
    return deadline;
}

void ov_manage_pump(struct ov_manage *manage)
{
    struct pollfd fds[2] = {{.fd = ov_manage_listen_fd(manage), .events = POLLIN},
                            {.fd = ov_manage_client_fd(manage), .events = POLLIN}};
    fds[0].fd = fds[1].fd >= 0 ? -1 : fds[0].fd;
    const uint64_t again_ms = ov_manage_flush(manage, ov_loop_now());
    (void)poll(fds, 2, again_ms == OV_NEVER ? 1000 : 50);
    (void)ov_manage_run(manage, ov_loop_now());
}

void ov_manage_wait(struct ov_manage *manage)
{
    const bool holds = manage != NULL && ov_manage_holds(manage, 0);
    while (holds && ov_manage_waits(manage))
    {
        ov_manage_pump(manage);
    }
}

int ov_manage_signal(const char *name)
{
    static const struct
    {
        const char *name;
        int signum;
    } names[] = {{"SIGHUP", SIGHUP}, {"SIGTERM", SIGTERM}, {"SIGUSR1", SIGUSR1}, {"SIGUSR2", SIGUSR2}};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    {
        if (strcmp(names[i].name, name) == 0)
        {
            return names[i].signum;
        }
    }
    return 0;
}

bool ov_manage_throw(struct ov_manage *manage, const struct ov_manage_words *words, int *signum)
{
    *signum = ov_manage_signal(words->word[1]);
    if (*signum == 0)
    {
        ov_manage_say(manage, "ERROR: signal '%s' is not a known signal type", words->word[1]);
        return false;
    }
    ov_manage_say(manage, "SUCCESS: signal %s thrown", words->word[1]);
    return true;
}

void ov_manage_say_file(struct ov_manage *manage, void (*write)(void *ctx, FILE *file), void *ctx)
{
    char *text = NULL;
    size_t len = 0;
    FILE *file = open_memstream(&text, &len);
    if (file == NULL)
    {
        ov_manage_say(manage, "ERROR: out of memory");
        return;
    }
    write(ctx, file);
    if (fclose(file) == 0 && text != NULL)
    {
        ov_manage_say_text(manage, text);
    }
    free(text);
}

void ov_manage_echoes(struct ov_manage *manage, const struct ov_log *log, const struct ov_hook_options *hooks,
                      bool pushed)
{
    for (size_t i = 0; i < hooks->echoes_count; i++)
    {
        const struct ov_echo *echo = &hooks->echoes[i];
        if (echo->pushed != pushed)
        {
            continue;
        }
        if (strncmp(echo->text, "msg", 3) == 0) /* others may be secrets */
        {
            ov_logf(log, OV_LOG_INFO, "%s:%s", pushed ? "ECHO-PULL" : "ECHO", echo->text);
        }
        if (manage != NULL)
        {
            ov_manage_echo(manage, ov_loop_now(), echo->text);
        }
    }
}

void ov_manage_say_environment(struct ov_manage *manage, const char *prefix,
                               const struct ov_environment *environment)
{
    for (size_t i = 0; i < environment->count; i++)
    {
        if (strncmp(environment->list[i], "PATH=", 5) != 0) /* for programs only */
        {
            ov_manage_say(manage, "%s%s", prefix, environment->list[i]);
        }
    }
    ov_manage_say(manage, "%sEND", prefix);
}
