#include "lib/cpu.h"

#include <dirent.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PROCESS_MAX 4096

struct process
{
    int pid;
    int parent;
    int session;
    unsigned long ticks; /* own and of children that were waited for */
    unsigned long pages; /* resident */
    bool counted;
};

/* The name in parentheses may hold anything, so fields are counted from the last ')'. */
static bool read_process(int pid, struct process *process)
{
    char path[64];
    char text[1024];
    unsigned long user, system;
    long dead_user, dead_system, pages;
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    FILE *file = fopen(path, "re");
    if (file == NULL)
    {
        return false;
    }
    size_t len = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[len] = '\0';
    const char *at = strrchr(text, ')');
    *process = (struct process){.pid = pid};
    if (at == NULL ||
        sscanf(at + 1,
               " %*c %d %*d %d %*d %*d %*u %*u %*u %*u %*u %lu %lu %ld %ld %*d %*d %*d %*d %*u %*u %ld",
               &process->parent, &process->session, &user, &system, &dead_user, &dead_system, &pages) != 7)
    {
        return false;
    }
    process->pages = pages > 0 ? (unsigned long)pages : 0;
    process->ticks = user + system + (unsigned long)dead_user + (unsigned long)dead_system;
    return true;
}

static size_t read_all(struct process *list)
{
    size_t count = 0;
    DIR *proc = opendir("/proc");
    for (struct dirent *entry; proc != NULL && count < PROCESS_MAX && (entry = readdir(proc)) != NULL;)
    {
        int pid = (int)strtol(entry->d_name, NULL, 10);
        count += pid > 0 && read_process(pid, &list[count]);
    }
    if (proc != NULL)
    {
        closedir(proc);
    }
    return count;
}

static bool is_counted(const struct process *list, size_t count, int pid)
{
    for (size_t i = 0; i < count; i++)
    {
        if (list[i].pid == pid)
        {
            return list[i].counted;
        }
    }
    return false;
}

/* Marks those of a session. Returns their ticks. */
static unsigned long find_session(struct process *list, size_t count, pid_t leader)
{
    unsigned long ticks = 0;
    bool grew = leader > 0;
    /* A child may stand in front of its parent: until nothing is added any more. */
    while (grew)
    {
        grew = false;
        for (size_t i = 0; i < count; i++)
        {
            struct process *at = &list[i];
            if (!at->counted &&
                (at->pid == leader || at->session == leader || is_counted(list, count, at->parent)))
            {
                at->counted = true;
                ticks += at->ticks;
                grew = true;
            }
        }
    }
    return ticks;
}

double lab_cpu_of_session(pid_t leader)
{
    struct process *list = malloc(PROCESS_MAX * sizeof *list);
    size_t count = list != NULL ? read_all(list) : 0;
    unsigned long ticks = find_session(list, count, leader);
    free(list);
    return (double)ticks / (double)sysconf(_SC_CLK_TCK);
}

size_t lab_cpu_session(pid_t leader, int *pids, size_t max)
{
    struct process *list = malloc(PROCESS_MAX * sizeof *list);
    size_t count = list != NULL ? read_all(list) : 0;
    size_t found = 0;
    (void)find_session(list, count, leader);
    for (size_t i = 0; i < count && found < max; i++)
    {
        if (list[i].counted)
        {
            pids[found++] = list[i].pid;
        }
    }
    free(list);
    return found;
}

unsigned long lab_rss_of_session(pid_t leader)
{
    struct process *list = malloc(PROCESS_MAX * sizeof *list);
    size_t count = list != NULL ? read_all(list) : 0;
    unsigned long pages = 0;
    (void)find_session(list, count, leader);
    for (size_t i = 0; i < count; i++)
    {
        pages += list[i].counted ? list[i].pages : 0;
    }
    free(list);
    return pages * (unsigned long)sysconf(_SC_PAGESIZE) / 1024;
}

/* Every thread: a new one takes over the set of the one that starts it. */
static void pin_process(int pid, const cpu_set_t *set)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/task", pid);
    DIR *tasks = opendir(path);
    for (struct dirent *entry; tasks != NULL && (entry = readdir(tasks)) != NULL;)
    {
        int tid = (int)strtol(entry->d_name, NULL, 10);
        if (tid > 0)
        {
            (void)sched_setaffinity(tid, sizeof *set, set);
        }
    }
    if (tasks != NULL)
    {
        closedir(tasks);
    }
}

int lab_cpu_last(void)
{
    cpu_set_t all;
    int last = 0;
    CPU_ZERO(&all);
    (void)sched_getaffinity(0, sizeof all, &all);
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
    {
        last = CPU_ISSET(cpu, &all) ? cpu : last;
    }
    return last;
}

void lab_cpu_pin_session(pid_t leader, int cpu)
{
    struct process *list = malloc(PROCESS_MAX * sizeof *list);
    size_t count = list != NULL ? read_all(list) : 0;
    cpu_set_t set;
    CPU_ZERO(&set);
    if (cpu >= 0)
    {
        CPU_SET((size_t)cpu, &set);
    }
    else
    {
        (void)sched_getaffinity(0, sizeof set, &set);
    }
    (void)find_session(list, count, leader);
    for (size_t i = 0; i < count; i++)
    {
        if (list[i].counted)
        {
            pin_process(list[i].pid, &set);
        }
    }
    free(list);
}
