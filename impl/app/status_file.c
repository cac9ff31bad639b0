#include "app/status_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void ov_status_file_open(struct ov_status_file *status, const struct ov_config *config,
                         const struct ov_log *log, struct ov_now now)
{
    *status = (struct ov_status_file){.path = config->status};
    if (config->status == NULL)
    {
        return;
    }
    status->fd = open(config->status, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600);
    if (status->fd < 0)
    {
        ov_logf(log, OV_LOG_WARN, "cannot open --status %s: %s", config->status, strerror(errno));
        return;
    }
    status->is_open = true;
    status->every_ms = UINT64_C(1000) * config->status_s;
    status->next_ms = now.mono_ms; /* what an earlier run left there is old */
}

void ov_status_file_close(struct ov_status_file *status)
{
    if (status->is_open)
    {
        (void)close(status->fd);
    }
    *status = (struct ov_status_file){0};
}

uint64_t ov_status_file_deadline(const struct ov_status_file *status)
{
    return status->is_open ? status->next_ms : OV_NEVER;
}

/* In place: the directory may not be ours any more, and readers keep the file open. The rest of a longer text
 * is cut off afterwards, behind the END that a reader stops at. */
static bool replace(int fd, const char *text, size_t len)
{
    size_t done = 0;
    while (done < len)
    {
        ssize_t wrote = pwrite(fd, text + done, len - done, (off_t)done);
        if (wrote < 0 && errno != EINTR)
        {
            return errno == ESPIPE && write(fd, text, len) == (ssize_t)len; /* a pipe or terminal */
        }
        done += wrote > 0 ? (size_t)wrote : 0;
    }
    return ftruncate(fd, (off_t)len) == 0 || errno == EINVAL;
}

void ov_status_file_write(struct ov_status_file *status, void (*text)(void *ctx, FILE *file), void *ctx,
                          const struct ov_log *log, struct ov_now now)
{
    char *memory = NULL;
    size_t len = 0;
    if (!status->is_open)
    {
        return;
    }
    status->next_ms = now.mono_ms + status->every_ms;
    FILE *file = open_memstream(&memory, &len);
    if (file != NULL)
    {
        text(ctx, file);
    }
    bool made = file != NULL && fclose(file) == 0;
    bool wrote = made && replace(status->fd, memory, len);
    if (!wrote && !status->failed)
    {
        ov_logf(log, OV_LOG_WARN, "cannot write --status %s: %s", status->path, strerror(errno));
    }
    status->failed = !wrote;
    free(memory);
}
