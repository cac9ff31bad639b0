#include "app/process.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <syslog.h>
#include <unistd.h>

#include "app/log_stderr.h"

static enum ov_err say(char *text, size_t cap, const char *what, const char *name)
{
    (void)snprintf(text, cap, "cannot %s%s%.200s: %s", what, name[0] != '\0' ? " " : "", name,
                   strerror(errno));
    return OV_ERR_IO;
}

static bool to_syslog(const struct ov_process *process)
{
    return process->syslog || (process->daemon && process->log_file == NULL);
}

enum ov_err ov_process_open_log(const struct ov_process *process, uint32_t verb, bool reread,
                                struct ov_log *log, char *text, size_t cap)
{
    *log = process->machine_log     ? ov_log_stderr_machine(verb)
           : process->no_timestamps ? ov_log_stderr_bare(verb)
                                    : ov_log_stderr(verb);
    if (process->log_file != NULL)
    {
        const int mode = process->log_append || reread ? O_APPEND : O_TRUNC | O_APPEND;
        const int fd = open(process->log_file, O_WRONLY | O_CREAT | O_CLOEXEC | mode, 0640);
        if (fd < 0)
        {
            return say(text, cap, "open log", process->log_file);
        }
        /* What hooks and libraries print belongs into the log too. */
        const bool moved = dup2(fd, STDOUT_FILENO) >= 0 && dup2(fd, STDERR_FILENO) >= 0;
        (void)close(fd);
        return moved ? OV_OK : say(text, cap, "log to", process->log_file);
    }
    if (to_syslog(process))
    {
        openlog(process->name != NULL ? process->name : "ovref", LOG_PID | LOG_NDELAY, LOG_DAEMON);
        *log = ov_log_syslog(verb);
    }
    return OV_OK;
}

enum ov_err ov_process_settle(const struct ov_process *process, bool *background, char *text, size_t cap)
{
    if (process->has_nice && setpriority(PRIO_PROCESS, 0, process->nice) != 0)
    {
        return say(text, cap, "set the priority", "");
    }
    if (process->daemon && !*background)
    {
        /* The directory stays: --writepid and what a restart reads may be relative to it. */
        if (daemon(1, process->log_file != NULL) != 0)
        {
            return say(text, cap, "go to the background", "");
        }
        *background = true;
    }
    /* Not inherited over a fork, so after it. */
    if (process->mlock && mlockall(MCL_CURRENT | MCL_FUTURE) != 0)
    {
        return say(text, cap, "lock the memory", "");
    }
    return OV_OK;
}

enum ov_err ov_process_lock_in(const struct ov_process *process, char *text, size_t cap)
{
    if (process->chroot == NULL)
    {
        return OV_OK;
    }
    if (chroot(process->chroot) != 0 || chdir("/") != 0)
    {
        return say(text, cap, "lock the process into", process->chroot);
    }
    return OV_OK;
}
