#include "app/load_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/wipe.h"

/* Read to the end, at most cap octets; the length, or -1 with errno. */
static ssize_t read_all(int fd, uint8_t *out, size_t cap)
{
    size_t len = 0;
    while (len < cap)
    {
        ssize_t n = read(fd, out + len, cap - len);
        if (n == 0)
        {
            break;
        }
        if (n < 0 && errno != EINTR)
        {
            return -1;
        }
        len += n > 0 ? (size_t)n : 0;
    }
    return (ssize_t)len;
}

/* How much memory to read into: one octet more than is expected, so that more
 * than that is noticed. A pipe, or a file of /proc, has no size of its own. */
static size_t room_for(int fd, size_t max)
{
    struct stat info;
    bool sized = fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && info.st_size > 0;
    return sized && (uint64_t)info.st_size < max ? (size_t)info.st_size + 1 : max + 1;
}

static enum ov_err keep(const uint8_t *data, size_t len, const char *path, struct ov_arena *arena,
                        struct ov_text *out)
{
    char *copy = ov_arena_alloc(arena, len + 1);
    char *from = ov_arena_strdup(arena, path);
    if (copy == NULL || from == NULL)
    {
        return OV_ERR_NOMEM;
    }
    memcpy(copy, data, len);
    *out = (struct ov_text){from, copy, len};
    return OV_OK;
}

static enum ov_err load_open(int fd, const char *path, size_t max, struct ov_arena *arena,
                             struct ov_text *out, char reason[static OV_LOADER_REASON])
{
    size_t room = room_for(fd, max);
    uint8_t *data = malloc(room);
    if (data == NULL)
    {
        return OV_ERR_NOMEM;
    }
    enum ov_err err;
    ssize_t len = read_all(fd, data, room);
    if (len < 0)
    {
        (void)snprintf(reason, OV_LOADER_REASON, "%s", strerror(errno));
        err = OV_ERR_IO;
    }
    else if ((size_t)len > max)
    {
        (void)snprintf(reason, OV_LOADER_REASON, "more than %zu octets", max);
        err = OV_ERR_LIMIT;
    }
    else if ((size_t)len == room)
    {
        (void)snprintf(reason, OV_LOADER_REASON, "the file grew while it was read");
        err = OV_ERR_IO;
    }
    else
    {
        err = keep(data, (size_t)len, path, arena, out);
    }
    ov_wipe(data, room);
    free(data);
    return err;
}

static enum ov_err load(void *ctx, const char *path, size_t max, struct ov_arena *arena, struct ov_text *out,
                        char reason[static OV_LOADER_REASON])
{
    (void)ctx;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
    {
        (void)snprintf(reason, OV_LOADER_REASON, "%s", strerror(errno));
        return OV_ERR_IO;
    }
    enum ov_err err = load_open(fd, path, max, arena, out, reason);
    (void)close(fd);
    return err;
}

static enum ov_err enter(void *ctx, const char *dir, char reason[static OV_LOADER_REASON])
{
    (void)ctx;
    if (chdir(dir) != 0)
    {
        (void)snprintf(reason, OV_LOADER_REASON, "%s", strerror(errno));
        return OV_ERR_IO;
    }
    return OV_OK;
}

const struct ov_loader ov_file_loader = {.load = load, .enter = enter};
