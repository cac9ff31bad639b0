#include "app/pidfile.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum ov_err ov_pidfile_write(const char *path, pid_t pid, char *text, size_t cap)
{
    FILE *file = fopen(path, "we");
    /* What a full disk refuses is known only when the file is closed. */
    bool wrote = file != NULL && fprintf(file, "%ld\n", (long)pid) > 0;
    bool closed = file != NULL && fclose(file) == 0;
    if (wrote && closed)
    {
        return OV_OK;
    }
    (void)snprintf(text, cap, "cannot write the process id to %s: %s", path, strerror(errno));
    return OV_ERR_IO;
}
