/* CPU time and memory of running programs, from /proc/PID/stat. */
#ifndef OV_LAB_CPU_H
#define OV_LAB_CPU_H

#include <stddef.h>
#include <sys/types.h>

/* User and system time, in seconds, of the process, of every process in its session (the harness gives
 * each program it starts a session of its own), of their descendants, and of children of theirs that have
 * ended. Resolution: one tick of the kernel's clock, 10 ms. */
double lab_cpu_of_session(pid_t leader);

/* The same processes: at most max of their ids into pids. Returns how many. */
size_t lab_cpu_session(pid_t leader, int *pids, size_t max);

/* Resident memory of the same processes, KiB; shared pages count in each. */
unsigned long lab_rss_of_session(pid_t leader);

/* The last CPU that this process may use. */
int lab_cpu_last(void);

/* Keeps every thread of such a session on one CPU; cpu -1: on all that this process may use, again. */
void lab_cpu_pin_session(pid_t leader, int cpu);

#endif
