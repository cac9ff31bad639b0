#include "app/manage_loop.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

bool ov_manage_open(const struct ov_config *config, struct ov_log *log, struct ov_manage **out)
{
    const struct ov_management *from = &config->management;
    char text[OV_MANAGE_TEXT] = "";
    char password[OV_MANAGE_WORD + 1] = "";
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
    ov_logf(log, OV_LOG_INFO, "management: listening on %s %s", from->address, from->port);
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

void ov_manage_wait(struct ov_manage *manage)
{
    while (manage != NULL && ov_manage_holds(manage, 0))
    {
        const uint32_t visits = ov_manage_visits(manage);
        do
        {
            struct pollfd fds[2] = {{.fd = ov_manage_listen_fd(manage), .events = POLLIN},
                                    {.fd = ov_manage_client_fd(manage), .events = POLLIN}};
            fds[0].fd = fds[1].fd >= 0 ? -1 : fds[0].fd;
            (void)poll(fds, 2, 1000);
            (void)ov_manage_run(manage, ov_loop_now());
        } while (ov_manage_visits(manage) == visits && ov_manage_waits(manage));
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
