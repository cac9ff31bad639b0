#include "netns-lab/linkemu/devstat.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define TEXT_MAX 16384

static bool read_line(const char *line, const char *name, uint64_t *rx, uint64_t *tx)
{
    size_t name_len = strlen(name);
    line += strspn(line, " ");
    if (strncmp(line, name, name_len) != 0 || line[name_len] != ':')
    {
        return false;
    }
    /* Received: octets, packets, errors, drops, four more; then the same of what was sent. */
    return sscanf(line + name_len + 1, "%*u %*u %*u %" SCNu64 " %*u %*u %*u %*u %*u %*u %*u %" SCNu64, rx,
                  tx) == 2;
}

void emu_devstat_add(struct emu_devstat *stat, const char *text, const char *name)
{
    for (const char *line = text; line != NULL; line = strchr(line, '\n'))
    {
        uint64_t rx;
        uint64_t tx;
        line += *line == '\n';
        if (read_line(line, name, &rx, &tx))
        {
            stat->rx_dropped += rx;
            stat->tx_dropped += tx;
            return;
        }
    }
}

void emu_devstat_read(struct emu_devstat *stat, const char *const *names, size_t count)
{
    char text[TEXT_MAX];
    size_t len = 0;
    ssize_t got = 1;
    *stat = (struct emu_devstat){0};
    int fd = open("/proc/thread-self/net/dev", O_RDONLY | O_CLOEXEC);
    while (fd >= 0 && got > 0 && len < sizeof text - 1)
    {
        got = read(fd, text + len, sizeof text - 1 - len);
        len += got > 0 ? (size_t)got : 0;
    }
    text[len] = '\0';
    if (fd >= 0)
    {
        close(fd);
    }
    for (size_t i = 0; i < count; i++)
    {
        emu_devstat_add(stat, text, names[i]);
    }
}
