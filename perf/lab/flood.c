#include "perf/lab/flood.h"

#include "lib/clock.h"
#include "lib/ns.h"
#include "perf/lab/flood_wire.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define RATE_START  20000.0 /* packets/s */
#define RATE_FLOOR  500.0
#define RATE_TOP    2000000.0
#define GROW        1.4
#define SENT_ENOUGH 0.93 /* of the rate asked for: below it the sender is what limits */
#define NARROWINGS  3    /* halvings of the last step: 1.4^(1/8), 4 % */

struct trial
{
    double offered_pps;
    double arrived_pps;
    double loss;
    bool passed; /* the rate asked for was sent, and arrived */
};

struct search
{
    const struct perf_flood *flood;
    struct perf_flood_shared *shared;
    int fd;
    struct trial trials[PERF_FLOOD_TRIALS];
    size_t count;
    struct trial best;
};

static struct trial run_trial(struct search *search, double pps)
{
    struct perf_flood_sent sent;
    struct trial trial = {0};
    search->shared->trial++;
    perf_flood_send(search->fd, search->flood, search->shared->trial, pps, &sent);
    /* What has come so far came at the pace of the flood; the rest was in a queue. */
    uint64_t on_time = perf_flood_arrived(search->shared);
    uint64_t all = perf_flood_drained(search->shared);
    trial.offered_pps = (double)sent.packets / sent.seconds;
    trial.arrived_pps = (double)on_time / sent.seconds;
    trial.loss = sent.packets > 0 && all < sent.packets ? 1.0 - (double)all / (double)sent.packets : 0.0;
    bool arrived = trial.loss < PERF_FLOOD_LOSS && sent.packets > 0;
    trial.passed = arrived && trial.offered_pps > SENT_ENOUGH * pps;
    if (search->count < PERF_FLOOD_TRIALS)
    {
        search->trials[search->count++] = trial;
    }
    if (arrived && trial.arrived_pps > search->best.arrived_pps)
    {
        search->best = trial;
    }
    return trial;
}

/* A single stall of the host must not end the search: a rate fails when it failed twice. */
static struct trial ask(struct search *search, double pps)
{
    struct trial trial = run_trial(search, pps);
    return trial.passed || search->count >= PERF_FLOOD_TRIALS ? trial : run_trial(search, pps);
}

static void search_rate(struct search *search)
{
    /* A first guess: what comes through when far too much is sent. */
    double good = run_trial(search, RATE_TOP).arrived_pps * 0.6;
    good = good > RATE_START ? good : RATE_START;
    struct trial trial = ask(search, good);
    while (!trial.passed && good > RATE_FLOOR && search->count < PERF_FLOOD_TRIALS)
    {
        good /= GROW;
        trial = ask(search, good);
    }
    double bad = RATE_TOP;
    while (trial.passed && good < RATE_TOP && search->count < PERF_FLOOD_TRIALS)
    {
        trial = ask(search, good * GROW);
        if (trial.passed)
        {
            good *= GROW;
        }
        else
        {
            bad = good * GROW;
        }
    }
    for (int i = 0; bad < RATE_TOP && i < NARROWINGS && search->count < PERF_FLOOD_TRIALS; i++)
    {
        double middle = good + (bad - good) / 2.0;
        *(ask(search, middle).passed ? &good : &bad) = middle;
    }
}

static void print_list(const char *name, const struct search *search, size_t offset)
{
    printf(", \"%s\": [", name);
    for (size_t i = 0; i < search->count; i++)
    {
        double value;
        memcpy(&value, (const char *)&search->trials[i] + offset, sizeof value);
        printf("%s%.6g", i > 0 ? ", " : "", value);
    }
    printf("]");
}

static void print_result(const struct search *search)
{
    printf("{\"pps\": %.0f, \"loss\": %.5f, \"trials\": %zu", search->best.arrived_pps, search->best.loss,
           search->count);
    print_list("trial_offered_pps", search, offsetof(struct trial, offered_pps));
    print_list("trial_arrived_pps", search, offsetof(struct trial, arrived_pps));
    print_list("trial_loss", search, offsetof(struct trial, loss));
    printf("}\n");
}

int perf_flood_main(const struct perf_flood *flood)
{
    struct lab_why why;
    struct search search = {.flood = flood};
    void *memory =
        mmap(NULL, sizeof *search.shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
    {
        perror("flood: mmap");
        return 1;
    }
    search.shared = memory;
    int receiving = perf_flood_open(flood, true, &why);
    search.fd = receiving >= 0 ? perf_flood_open(flood, false, &why) : -1;
    if (search.fd < 0)
    {
        fprintf(stderr, "flood: %s\n", why.text);
        return 1;
    }
    pid_t parent = getpid();
    pid_t receiver = fork();
    if (receiver == 0)
    {
        perf_flood_receive(receiving, search.shared, parent);
        _exit(0);
    }
    if (receiver < 0)
    {
        perror("flood: fork");
        return 1;
    }
    search_rate(&search);
    kill(receiver, SIGKILL);
    waitpid(receiver, NULL, 0);
    print_result(&search);
    return 0;
}
