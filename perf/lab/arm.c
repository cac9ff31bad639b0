#include "perf/lab/arm.h"

#include "lib/clock.h"
#include "lib/config.h"
#include "lib/ready.h"
#include "perf/lab/cpu.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#define SERVER_TIMEOUT_MS  10000
#define CONNECT_TIMEOUT_MS 15000
#define END_TIMEOUT_MS     4000
#define POLL_MS            5
#define SERVER_TUNNEL4     "10.8.0.1"
#define AT_ONCE            10u /* clients that connect at a time: more would only wait for each other */

static enum lab_err subject_supports(const struct perf_house *house, const char *name, const char *role,
                                     const struct perf_arm_def *def, struct lab_why *why)
{
    char cipher[64];
    char said[256];
    struct lab_subject *subject = lab_subject_find(house->subjects, house->subject_count, name);
    if (subject == NULL)
    {
        return lab_why_set(why, LAB_ERR_ABSENT, "no subject '%s' in %s", name, house->paths->subjects);
    }
    enum lab_err err = lab_subject_probe(house->loop, subject, why);
    if (err == LAB_OK && !subject->available)
    {
        err = lab_why_set(why, LAB_ERR_ABSENT, "%s is not here: %s", name, subject->version);
    }
    snprintf(cipher, sizeof cipher, "cipher:%s", def->cipher);
    const char *const features[] = {role, def->proto, cipher, "many-clients"};
    size_t count = sizeof features / sizeof features[0] - (def->scope == PERF_SCOPE_CROWD ? 0 : 1);
    for (size_t i = 0; err == LAB_OK && i < count; i++)
    {
        bool supported;
        err = lab_subject_supports(house->loop, subject, features[i], &supported, said, sizeof said, why);
        if (err == LAB_OK && !supported)
        {
            err = lab_why_set(why, LAB_ERR_ABSENT, "%s lacks %s: %s", name, features[i], said);
        }
    }
    return err;
}

enum lab_err perf_arm_supported(const struct perf_house *house, const struct perf_arm_def *def,
                                struct lab_why *why)
{
    if (def->client == NULL)
    {
        return LAB_OK;
    }
    enum lab_err err = subject_supports(house, def->server, "server", def, why);
    return err == LAB_OK ? subject_supports(house, def->client, "client", def, why) : err;
}

/* Where a program's configuration and log are. */
static enum lab_err program_dir(const struct perf_arm *arm, const char *role, unsigned number,
                                char dir[static LAB_PATH_MAX], struct lab_why *why)
{
    if (arm->def->scope != PERF_SCOPE_CROWD || strcmp(role, "server") == 0)
    {
        return lab_path_set(dir, why, "%s", arm->log_dir);
    }
    return lab_path_set(dir, why, "%s/%u", arm->log_dir, number + 1);
}

static enum lab_err write_config(const struct perf_arm *arm, const char *role, const char *dir,
                                 char path[static LAB_PATH_MAX], struct lab_why *why)
{
    /* The clients of a crowd show one certificate. */
    bool crowd_server = arm->def->scope == PERF_SCOPE_CROWD && strcmp(role, "server") == 0;
    const struct lab_config config = {
        .role = role,
        .proto = arm->def->proto,
        .address = arm->topology->server_addr4,
        .port = arm->port,
        .cipher = arm->def->cipher,
        .auth = "SHA256",
        .pki = arm->house->paths->pki,
        .tunnel4 = "10.8.0.0/255.255.255.0",
        .tunnel6 = "fd00:8::/64",
        .tun_mtu = 1500,
        .keepalive = "10/60",
        .exit_notify = 1,
        .option = crowd_server ? "duplicate-cn" : arm->def->option,
    };
    return lab_config_write(&config, dir, path, why);
}

static enum lab_err start_program(struct perf_arm *arm, const char *role, const char *name, unsigned number,
                                  struct lab_proc *proc, struct lab_why *why)
{
    char config[LAB_PATH_MAX];
    char log[LAB_PATH_MAX];
    char dir[LAB_PATH_MAX];
    char netns[32];
    enum lab_err err = program_dir(arm, role, number, dir, why);
    err = err == LAB_OK ? lab_dir_make(dir, why) : err;
    err = err == LAB_OK ? write_config(arm, role, dir, config, why) : err;
    err = err == LAB_OK ? lab_path_set(log, why, "%s/%s.log", dir, role) : err;
    if (err != LAB_OK)
    {
        return err;
    }
    lab_topology_client_ns(arm->topology, number, netns);
    const struct lab_subject *subject =
        lab_subject_find(arm->house->subjects, arm->house->subject_count, name);
    const char *argv[] = {subject->path, role, config, NULL};
    const struct lab_proc_spec spec = {
        .argv = argv, .netns = proc == &arm->server ? arm->topology->server_ns : netns, .out_path = log};
    return lab_proc_spawn(arm->house->loop, proc, &spec, why);
}

/* Why it is not up: how a program ended, or that time is over; and its last words. */
static enum lab_err say_why(const struct perf_arm *arm, const char *role, unsigned number, const char *what,
                            struct lab_why *why)
{
    char end[64];
    char dir[LAB_PATH_MAX];
    char path[LAB_PATH_MAX];
    char line[240] = "";
    const struct lab_proc *proc = strcmp(role, "server") == 0 ? &arm->server : &arm->client[number];
    if (program_dir(arm, role, number, dir, why) == LAB_OK &&
        lab_path_set(path, why, "%s/%s.log", dir, role) == LAB_OK)
    {
        lab_file_last_line(path, line, sizeof line);
    }
    lab_proc_end_text(proc, end, sizeof end);
    return lab_why_set(why, proc->running ? LAB_ERR_TIMEOUT : LAB_ERR_EXITED, "%s: %s (%s)%s%s", role, what,
                       end, line[0] != '\0' ? ": " : "", line);
}

static bool server_settled(void *arg)
{
    const struct perf_arm *arm = arg;
    const char *netns = arm->topology->server_ns;
    return !arm->server.running ||
           (strncmp(arm->def->proto, "tcp", 3) == 0 ? lab_ready_tcp_listens(netns, arm->port)
                                                    : lab_ready_udp_bound(netns, arm->port));
}

/* The first client that is running but has no address yet; arm->clients: none. */
static unsigned next_unsettled(const struct perf_arm *arm)
{
    char netns[32];
    char address[64];
    for (unsigned i = 0; i < arm->clients; i++)
    {
        lab_topology_client_ns(arm->topology, i, netns);
        if (!lab_ready_address_get(netns, "tun0", 4, address, sizeof address))
        {
            return i;
        }
    }
    return arm->clients;
}

static bool clients_settled(void *arg)
{
    const struct perf_arm *arm = arg;
    return !perf_arm_alive(arm) || next_unsettled(arm) == arm->clients;
}

/* One ping that sends every 5 ms and ends with the first answer. */
static enum lab_err first_answer(struct perf_arm *arm, struct lab_why *why)
{
    const char *argv[] = {"ping", "-n", "-q", "-i", "0.005", "-c", "1", "-w", "5", arm->target, NULL};
    const struct lab_proc_spec spec = {.argv = argv, .netns = arm->topology->client_ns};
    uint64_t deadline_ms = lab_now_ms() + CONNECT_TIMEOUT_MS;
    int status = -1;
    /* Ends early with an error while the route is not there yet: again. */
    while (status != 0 && perf_arm_alive(arm) && lab_now_ms() < deadline_ms)
    {
        enum lab_err err = lab_proc_run(arm->house->loop, &spec, CONNECT_TIMEOUT_MS, &status, why);
        if (err != LAB_OK)
        {
            return err;
        }
    }
    return status == 0 ? LAB_OK : say_why(arm, "client", 0, "no ping came back", why);
}

static enum lab_err start_server(struct perf_arm *arm, struct lab_why *why)
{
    enum lab_err err = start_program(arm, "server", arm->def->server, 0, &arm->server, why);
    if (err != LAB_OK)
    {
        return err;
    }
    err = lab_loop_until(arm->house->loop, server_settled, arm, POLL_MS, SERVER_TIMEOUT_MS);
    return err == LAB_ERR_TIMEOUT || (err == LAB_OK && !arm->server.running)
               ? say_why(arm, "server", 0, "does not listen", why)
               : err;
}

/* A few at a time, each group when the one before it is there. */
static enum lab_err start_clients(struct perf_arm *arm, struct lab_why *why)
{
    unsigned wanted = arm->def->scope == PERF_SCOPE_CROWD ? arm->def->clients : 1;
    enum lab_err err = LAB_OK;
    while (err == LAB_OK && arm->clients < wanted)
    {
        for (unsigned i = 0; err == LAB_OK && i < AT_ONCE && arm->clients < wanted; i++)
        {
            err =
                start_program(arm, "client", arm->def->client, arm->clients, &arm->client[arm->clients], why);
            arm->clients++;
        }
        if (err != LAB_OK)
        {
            return err;
        }
        err = lab_loop_until(arm->house->loop, clients_settled, arm, wanted > 1 ? 10 * POLL_MS : POLL_MS,
                             CONNECT_TIMEOUT_MS);
        if (err == LAB_ERR_TIMEOUT || (err == LAB_OK && !perf_arm_alive(arm)))
        {
            unsigned late = next_unsettled(arm);
            return say_why(arm, arm->server.running ? "client" : "server", late < arm->clients ? late : 0,
                           "no tunnel", why);
        }
    }
    return err;
}

enum lab_err perf_arm_start(struct perf_arm *arm, const struct perf_house *house,
                            const struct perf_arm_def *def, const char *log_dir, uint16_t port,
                            struct lab_why *why)
{
    *arm = (struct perf_arm){.house = house, .def = def, .port = port};
    arm->topology = def->scope == PERF_SCOPE_CROWD ? house->crowd : house->topology;
    snprintf(arm->target, sizeof arm->target, "%s",
             def->client == NULL ? arm->topology->server_addr4 : SERVER_TUNNEL4);
    enum lab_err err = lab_path_set(arm->log_dir, why, "%s", log_dir);
    err = err == LAB_OK ? lab_dir_make(log_dir, why) : err;
    if (err == LAB_OK && def->client != NULL)
    {
        err = start_server(arm, why);
        err = err == LAB_OK ? start_clients(arm, why) : err;
    }
    return err == LAB_OK ? first_answer(arm, why) : err;
}

/* Those of a crowd say goodbye at the same time. */
void perf_arm_stop(struct perf_arm *arm)
{
    uint64_t deadline_ms = lab_now_ms() + END_TIMEOUT_MS;
    for (unsigned i = 0; i < arm->clients; i++)
    {
        lab_proc_signal(&arm->client[i], SIGTERM);
    }
    for (unsigned i = 0; i < arm->clients; i++)
    {
        uint64_t now_ms = lab_now_ms();
        (void)!lab_proc_wait(&arm->client[i], now_ms < deadline_ms ? deadline_ms - now_ms : 1);
        lab_proc_clear(&arm->client[i]);
    }
    lab_proc_signal(&arm->server, SIGTERM);
    (void)!lab_proc_wait(&arm->server, END_TIMEOUT_MS);
    lab_proc_clear(&arm->server);
}

bool perf_arm_alive(const struct perf_arm *arm)
{
    bool alive = arm->def->client == NULL || arm->server.running;
    for (unsigned i = 0; i < arm->clients; i++)
    {
        alive = alive && (arm->client[i].pid == 0 || arm->client[i].running);
    }
    return alive;
}

void perf_arm_pin(const struct perf_arm *arm, int cpu)
{
    perf_cpu_pin_session(arm->server.pid, cpu);
    for (unsigned i = 0; i < arm->clients; i++)
    {
        perf_cpu_pin_session(arm->client[i].pid, cpu);
    }
}

double perf_arm_cpu_seconds(const struct perf_arm *arm)
{
    double sum = perf_cpu_of_session(arm->server.pid);
    for (unsigned i = 0; i < arm->clients; i++)
    {
        sum += perf_cpu_of_session(arm->client[i].pid);
    }
    return sum;
}
