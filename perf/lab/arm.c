#include "perf/lab/arm.h"

#include "lib/clock.h"
#include "lib/config.h"
#include "lib/cpu.h"
#include "lib/ready.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#define SERVER_TIMEOUT_MS  10000
#define CONNECT_TIMEOUT_MS 15000
#define END_TIMEOUT_MS     4000
#define POLL_MS            5
#define SERVER_TUNNEL4     "10.8.0.1"

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
    const char *const features[] = {role, def->proto, cipher};
    for (size_t i = 0; err == LAB_OK && i < sizeof features / sizeof features[0]; i++)
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

static enum lab_err write_config(const struct perf_arm *arm, const char *role, char path[static LAB_PATH_MAX],
                                 struct lab_why *why)
{
    const struct lab_config config = {
        .role = role,
        .proto = arm->def->proto,
        .address = arm->house->topology->server_addr4,
        .port = arm->port,
        .cipher = arm->def->cipher,
        .auth = "SHA256",
        .pki = arm->house->paths->pki,
        .tunnel4 = "10.8.0.0/255.255.255.0",
        .tunnel6 = "fd00:8::/64",
        .tun_mtu = 1500,
        .keepalive = "10/60",
        .exit_notify = 1,
        .option = arm->def->option,
    };
    return lab_config_write(&config, arm->log_dir, path, why);
}

static enum lab_err start_program(struct perf_arm *arm, const char *role, const char *name, const char *netns,
                                  struct lab_proc *proc, struct lab_why *why)
{
    char config[LAB_PATH_MAX];
    char log[LAB_PATH_MAX];
    enum lab_err err = write_config(arm, role, config, why);
    err = err == LAB_OK ? lab_path_set(log, why, "%s/%s.log", arm->log_dir, role) : err;
    if (err != LAB_OK)
    {
        return err;
    }
    const struct lab_subject *subject =
        lab_subject_find(arm->house->subjects, arm->house->subject_count, name);
    const char *argv[] = {subject->path, role, config, NULL};
    const struct lab_proc_spec spec = {.argv = argv, .netns = netns, .out_path = log};
    return lab_proc_spawn(arm->house->loop, proc, &spec, why);
}

/* Why it is not up: how a program ended, or that time is over; and its last words. */
static enum lab_err say_why(const struct perf_arm *arm, const char *role, const char *what,
                            struct lab_why *why)
{
    char end[64];
    char path[LAB_PATH_MAX];
    char line[240] = "";
    const struct lab_proc *proc = strcmp(role, "server") == 0 ? &arm->server : &arm->client;
    if (lab_path_set(path, why, "%s/%s.log", arm->log_dir, role) == LAB_OK)
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
    const char *netns = arm->house->topology->server_ns;
    return !arm->server.running ||
           (strncmp(arm->def->proto, "tcp", 3) == 0 ? lab_ready_tcp_listens(netns, arm->port)
                                                    : lab_ready_udp_bound(netns, arm->port));
}

static bool client_settled(void *arg)
{
    const struct perf_arm *arm = arg;
    char address[64];
    return !perf_arm_alive(arm) ||
           lab_ready_address_get(arm->house->topology->client_ns, "tun0", 4, address, sizeof address);
}

/* One ping that sends every 5 ms and ends with the first answer. */
static enum lab_err first_answer(struct perf_arm *arm, struct lab_why *why)
{
    const char *argv[] = {"ping", "-n", "-q", "-i", "0.005", "-c", "1", "-w", "5", arm->target, NULL};
    const struct lab_proc_spec spec = {.argv = argv, .netns = arm->house->topology->client_ns};
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
    return status == 0 ? LAB_OK : say_why(arm, "client", "no ping came back", why);
}

enum lab_err perf_arm_start(struct perf_arm *arm, const struct perf_house *house,
                            const struct perf_arm_def *def, const char *log_dir, uint16_t port,
                            struct lab_why *why)
{
    *arm = (struct perf_arm){.house = house, .def = def, .port = port};
    snprintf(arm->target, sizeof arm->target, "%s",
             def->client == NULL ? house->topology->server_addr4 : SERVER_TUNNEL4);
    enum lab_err err = lab_path_set(arm->log_dir, why, "%s", log_dir);
    err = err == LAB_OK ? lab_dir_make(log_dir, why) : err;
    if (err != LAB_OK || def->client == NULL)
    {
        return err == LAB_OK ? first_answer(arm, why) : err;
    }
    err = start_program(arm, "server", def->server, house->topology->server_ns, &arm->server, why);
    if (err == LAB_OK)
    {
        err = lab_loop_until(house->loop, server_settled, arm, POLL_MS, SERVER_TIMEOUT_MS);
        if (err == LAB_ERR_TIMEOUT || (err == LAB_OK && !arm->server.running))
        {
            return say_why(arm, "server", "does not listen", why);
        }
    }
    if (err == LAB_OK)
    {
        err = start_program(arm, "client", def->client, house->topology->client_ns, &arm->client, why);
    }
    if (err == LAB_OK)
    {
        err = lab_loop_until(house->loop, client_settled, arm, POLL_MS, CONNECT_TIMEOUT_MS);
        if (err == LAB_ERR_TIMEOUT || (err == LAB_OK && !perf_arm_alive(arm)))
        {
            return say_why(arm, arm->server.running ? "client" : "server", "no tunnel", why);
        }
    }
    return err == LAB_OK ? first_answer(arm, why) : err;
}

void perf_arm_stop(struct perf_arm *arm)
{
    struct lab_proc *const procs[] = {&arm->client, &arm->server};
    for (size_t i = 0; i < 2; i++)
    {
        lab_proc_signal(procs[i], SIGTERM);
        (void)!lab_proc_wait(procs[i], END_TIMEOUT_MS);
        lab_proc_clear(procs[i]);
    }
}

bool perf_arm_alive(const struct perf_arm *arm)
{
    return arm->def->client == NULL || (arm->server.running && (arm->client.pid == 0 || arm->client.running));
}

double perf_arm_cpu_seconds(const struct perf_arm *arm)
{
    return lab_cpu_of_session(arm->server.pid) + lab_cpu_of_session(arm->client.pid);
}
