#include "app/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const names[OV_SCRATCH_COUNT] = {"login",  "control",  "pending",  "reason",
                                                    "answer", "settings", "deferred", "metadata"};

bool ov_scratch_open(struct ov_scratch *scratch, const char *parent, const struct ov_log *log)
{
    const char *where = parent != NULL ? parent : getenv("TMPDIR");
    where = where != NULL && where[0] != '\0' ? where : "/tmp";
    char dir[OV_SCRATCH_PATH];
    const int len = snprintf(dir, sizeof dir, "%s/ovref.XXXXXX", where);
    if (len < 0 || (size_t)len >= sizeof dir || mkdtemp(dir) == NULL)
    {
        ov_logf(log, OV_LOG_ERROR, "can't make a folder in '%s': %s", where, strerror(errno));
        scratch->dir[0] = '\0';
        return false;
    }
    bool good = true;
    memcpy(scratch->dir, dir, sizeof dir);
    for (int i = 0; i < OV_SCRATCH_COUNT; i++)
    {
        (void)snprintf(scratch->path[i], sizeof scratch->path[i], "%s/%s", dir, names[i]);
    }
    for (int i = OV_SCRATCH_CONTROL; i <= OV_SCRATCH_REASON; i++)
    {
        good = good && ov_scratch_write(scratch, (enum ov_scratch_file)i, "");
    }
    if (!good)
    {
        ov_logf(log, OV_LOG_ERROR, "can't write in '%s': %s", scratch->dir, strerror(errno));
    }
    return good;
}

void ov_scratch_close(struct ov_scratch *scratch)
{
    if (scratch->dir[0] == '\0')
    {
        return;
    }
    for (int i = 0; i < OV_SCRATCH_COUNT; i++)
    {
        ov_scratch_remove(scratch, (enum ov_scratch_file)i);
    }
    (void)rmdir(scratch->dir);
    memset(scratch, 0, sizeof *scratch);
}

const char *ov_scratch_path(const struct ov_scratch *scratch, enum ov_scratch_file file)
{
    return scratch->path[file];
}

void ov_scratch_remove(struct ov_scratch *scratch, enum ov_scratch_file file)
{
    (void)unlink(scratch->path[file]);
}

bool ov_scratch_write(struct ov_scratch *scratch, enum ov_scratch_file file, const char *text)
{
    return ov_scratch_write_octets(scratch, file, text, strlen(text));
}

bool ov_scratch_write_octets(struct ov_scratch *scratch, enum ov_scratch_file file, const void *data,
                             size_t len)
{
    int fd = open(scratch->path[file], O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
    {
        return false;
    }
    const bool good = write(fd, data, len) == (ssize_t)len;
    return close(fd) == 0 && good;
}

/* A program may put anything there: a pipe would stop us, a large file would fill us, a link would show others'
 * files. */
bool ov_scratch_read(const struct ov_scratch *scratch, enum ov_scratch_file file, char *out, size_t cap)
{
    struct stat info;
    ssize_t n = 0;
    int fd = open(scratch->path[file], O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    out[0] = '\0';
    if (fd < 0)
    {
        return false;
    }
    if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode))
    {
        n = read(fd, out, cap - 1);
    }
    out[n > 0 ? n : 0] = '\0';
    (void)close(fd);
    return n > 0;
}
