/* A thread of the program that waits in a system call: its memory, its descriptors, its network.
 * Functions that return int give 0 or a negative errno. */
#ifndef OV_TUNPROXY_TARGET_H
#define OV_TUNPROXY_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct target_fd
{
    dev_t device;  /* of the file system that the inode is of */
    ino_t inode;   /* who it is, whatever its number */
    dev_t special; /* of a device file, else 0 */
    int flags;     /* as open takes them */
    bool close_on_exec;
};

int target_read(pid_t tid, uint64_t at, void *dst, size_t len);
int target_write(pid_t tid, uint64_t at, const void *src, size_t len);

int target_fd_look(pid_t tid, int fd, struct target_fd *seen);

/* A duplicate in this process: the descriptor, or a negative errno. */
int target_fd_copy(pid_t tid, int fd);

/* Is it in the network namespace of this process? */
bool target_is_here(pid_t tid);

#endif
