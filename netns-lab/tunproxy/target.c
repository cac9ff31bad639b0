#include "netns-lab/tunproxy/target.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

int target_read(pid_t tid, uint64_t at, void *dst, size_t len)
{
    struct iovec here = {dst, len};
    struct iovec there = {(void *)(uintptr_t)at, len};
    ssize_t got = process_vm_readv(tid, &here, 1, &there, 1, 0);
    return got == (ssize_t)len ? 0 : got < 0 ? -errno : -EFAULT;
}

int target_write(pid_t tid, uint64_t at, const void *src, size_t len)
{
    struct iovec here = {(void *)(uintptr_t)src, len};
    struct iovec there = {(void *)(uintptr_t)at, len};
    ssize_t put = process_vm_writev(tid, &here, 1, &there, 1, 0);
    return put == (ssize_t)len ? 0 : put < 0 ? -errno : -EFAULT;
}

/* The value of a line "KEY:  value" of a file in /proc; 0 where there is none. */
static long proc_number(const char *path, const char *key, int base)
{
    char line[256];
    long value = 0;
    size_t key_len = strlen(key);
    FILE *file = fopen(path, "re");
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
    {
        if (strncmp(line, key, key_len) == 0)
        {
            value = strtol(line + key_len, NULL, base);
        }
    }
    if (file != NULL)
    {
        fclose(file);
    }
    return value;
}

int target_fd_look(pid_t tid, int fd, struct target_fd *seen)
{
    char path[64];
    struct stat is;
    *seen = (struct target_fd){.inode = 0};
    snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)tid, fd);
    if (fd < 0 || stat(path, &is) != 0)
    {
        return -EBADF;
    }
    snprintf(path, sizeof path, "/proc/%d/fdinfo/%d", (int)tid, fd);
    int flags = (int)proc_number(path, "flags:", 8);
    *seen = (struct target_fd){.device = is.st_dev,
                               .inode = is.st_ino,
                               .special = S_ISCHR(is.st_mode) ? is.st_rdev : 0,
                               .flags = flags & ~O_CLOEXEC,
                               .close_on_exec = (flags & O_CLOEXEC) != 0};
    return 0;
}

int target_fd_copy(pid_t tid, int fd)
{
    char path[64];
    /* A pidfd names a process, which may not be the thread that asked. */
    snprintf(path, sizeof path, "/proc/%d/status", (int)tid);
    int process = (int)syscall(SYS_pidfd_open, (pid_t)proc_number(path, "Tgid:", 10), 0);
    if (process < 0)
    {
        return -errno;
    }
    int copy = (int)syscall(SYS_pidfd_getfd, process, fd, 0);
    int status = copy < 0 ? -errno : copy;
    close(process);
    return status;
}

bool target_is_here(pid_t tid)
{
    char path[64];
    struct stat there;
    struct stat here;
    snprintf(path, sizeof path, "/proc/%d/ns/net", (int)tid);
    return stat(path, &there) == 0 && stat("/proc/self/ns/net", &here) == 0 && there.st_ino == here.st_ino &&
           there.st_dev == here.st_dev;
}
