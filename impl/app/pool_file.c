#include "app/pool_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINES_MAX 65536u

static bool is_net30(const struct ov_pool_file *file)
{
    return file->config->pool.net30;
}

static void read_line(const struct ov_pool_file *file, struct ov_hub *hub, const char *text, size_t len,
                      unsigned number)
{
    struct ov_lease lease;
    enum ov_err err = ov_lease_read(text, len, is_net30(file), &lease);
    if (err == OV_OK)
    {
        err = ov_hub_learn_lease(hub, &lease);
    }
    if (err != OV_OK && err != OV_ERR_AGAIN)
    {
        ov_logf(file->log, OV_LOG_WARN, "--ifconfig-pool-persist %s:%u: left out: %s",
                file->config->pool_persist, number,
                err == OV_ERR_FORMAT  ? "not 'name,IPv4,IPv6'"
                : err == OV_ERR_LIMIT ? "no address of the pool, or taken"
                                      : ov_err_name(err));
    }
}

static void read_all(const struct ov_pool_file *file, struct ov_hub *hub)
{
    const int fd = dup(file->fd);
    FILE *in = fd >= 0 ? fdopen(fd, "r") : NULL;
    char *line = NULL;
    size_t cap = 0;
    ssize_t len;
    for (unsigned n = 1; in != NULL && n <= LINES_MAX && (len = getline(&line, &cap, in)) >= 0; n++)
    {
        read_line(file, hub, line, (size_t)len - (len > 0 && line[len - 1] == '\n'), n);
    }
    free(line);
    if (in != NULL)
    {
        (void)fclose(in);
    }
    else if (fd >= 0)
    {
        (void)close(fd);
    }
}

void ov_pool_file_open(struct ov_pool_file *file, const struct ov_config *config, const struct ov_log *log,
                       struct ov_hub *hub, struct ov_now now)
{
    *file = (struct ov_pool_file){.config = config, .log = log};
    if (config->pool_persist == NULL)
    {
        return;
    }
    const int mode = config->pool_persist_s > 0 ? O_RDWR | O_CREAT : O_RDONLY;
    file->fd = open(config->pool_persist, mode | O_CLOEXEC | O_NOCTTY, 0600);
    if (file->fd < 0)
    {
        ov_logf(log, OV_LOG_WARN, "cannot open --ifconfig-pool-persist %s: %s", config->pool_persist,
                strerror(errno));
        return;
    }
    file->is_open = true;
    file->next_ms = now.mono_ms + UINT64_C(1000) * config->pool_persist_s;
    read_all(file, hub);
}

static void write_all(struct ov_pool_file *file, const struct ov_hub *hub)
{
    char *text = NULL;
    size_t len = 0;
    char line[OV_LEASE_LINE];
    const struct ov_lease *lease;
    FILE *out = open_memstream(&text, &len);
    for (uint32_t n = 0; out != NULL && (lease = ov_hub_lease(hub, n)) != NULL; n++)
    {
        ov_lease_write(lease, is_net30(file), line);
        (void)fprintf(out, "%s\n", line);
    }
    /* In place: the directory may not be ours any more. */
    const bool good = out != NULL && fclose(out) == 0 && pwrite(file->fd, text, len, 0) == (ssize_t)len &&
                      ftruncate(file->fd, (off_t)len) == 0;
    if (!good && !file->failed)
    {
        ov_logf(file->log, OV_LOG_WARN, "cannot write --ifconfig-pool-persist %s: %s",
                file->config->pool_persist, strerror(errno));
    }
    file->failed = !good;
    free(text);
}

static bool is_written(const struct ov_pool_file *file)
{
    return file->is_open && file->config->pool_persist_s > 0;
}

uint64_t ov_pool_file_keep(struct ov_pool_file *file, const struct ov_hub *hub, struct ov_now now)
{
    if (!is_written(file))
    {
        return OV_NEVER;
    }
    if (now.mono_ms >= file->next_ms)
    {
        file->next_ms = now.mono_ms + UINT64_C(1000) * file->config->pool_persist_s;
        write_all(file, hub);
    }
    return file->next_ms;
}

void ov_pool_file_close(struct ov_pool_file *file, const struct ov_hub *hub)
{
    if (is_written(file) && hub != NULL)
    {
        write_all(file, hub);
    }
    if (file->is_open)
    {
        (void)close(file->fd);
    }
    *file = (struct ov_pool_file){.is_open = false};
}
