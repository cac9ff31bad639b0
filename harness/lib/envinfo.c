#include "lib/envinfo.h"

#include "lib/clock.h"
#include "lib/proc.h"
#include "lib/record.h"

#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

#define TOOL_TIMEOUT_MS 5000

/* Output of a tool; NULL when it is not there or does not end. Owned by the caller. */
static char *output_of(struct lab_loop *loop, const char *netns, const char *const *argv, int *status)
{
    const struct lab_proc_spec spec = {.argv = argv, .netns = netns};
    struct lab_why why;
    char *text;
    if (lab_proc_output(loop, &spec, TOOL_TIMEOUT_MS, status, &text, &why) != LAB_OK)
    {
        free(text);
        return NULL;
    }
    return text;
}

void lab_env_commit(struct lab_loop *loop, const char *root, char *commit, size_t size)
{
    /* The tree may belong to who called sudo; git would refuse to look. */
    const char *head[] = {"git", "-c", "safe.directory=*", "-C", root, "rev-parse", "--short", "HEAD", NULL};
    const char *changes[] = {"git",    "-c",          "safe.directory=*",     "-C", root,
                             "status", "--porcelain", "--untracked-files=no", NULL};
    int status = -1;
    char name[64] = "";
    char *text = output_of(loop, NULL, head, &status);
    if (text != NULL && status == 0)
    {
        lab_text_trim(name, sizeof name, text);
    }
    free(text);
    if (name[0] == '\0')
    {
        snprintf(commit, size, "nogit");
        return;
    }
    text = output_of(loop, NULL, changes, &status);
    bool dirty = text != NULL && status == 0 && text[0] != '\0';
    free(text);
    snprintf(commit, size, "%s%s", name, dirty ? "-dirty" : "");
}

/* Value of the first "key : value" line in a /proc file. */
static void proc_value(const char *path, const char *key, char *value, size_t size)
{
    char line[512];
    value[0] = '\0';
    FILE *file = fopen(path, "re");
    while (file != NULL && value[0] == '\0' && fgets(line, sizeof line, file) != NULL)
    {
        char *colon = strchr(line, ':');
        if (colon != NULL && strncmp(line, key, strlen(key)) == 0)
        {
            lab_text_trim(value, size, colon + 1);
        }
    }
    if (file != NULL)
    {
        fclose(file);
    }
}

static void first_word(const char *path, char *word, size_t size)
{
    FILE *file = fopen(path, "re");
    word[0] = '\0';
    if (file != NULL)
    {
        (void)!fgets(word, (int)size, file);
        fclose(file);
    }
    word[strcspn(word, " \n")] = '\0';
}

static json_t *host_info(void)
{
    struct utsname names;
    struct sysinfo info = {0};
    char cpu[128];
    char microcode[64];
    char congestion[32];
    first_word("/proc/sys/net/ipv4/tcp_congestion_control", congestion, sizeof congestion);
    uname(&names);
    sysinfo(&info);
    proc_value("/proc/cpuinfo", "model name", cpu, sizeof cpu);
    proc_value("/proc/cpuinfo", "microcode", microcode, sizeof microcode);
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:I}", "name", names.nodename, "kernel",
                     names.release, "machine", names.machine, "cpu_model", cpu, "microcode", microcode,
                     "tcp_congestion_control", congestion, "cores", (int)sysconf(_SC_NPROCESSORS_ONLN),
                     "memory_mib", (json_int_t)(info.totalram / 1024 * info.mem_unit / 1024));
}

static json_t *tool_versions(struct lab_loop *loop)
{
    static const char *const tools[][3] = {
        {"iperf3", "--version", NULL}, {"ping", "-V", NULL},           {"ip", "-V", NULL},
        {"openssl", "version", NULL},  {"ethtool", "--version", NULL}, {"gcc", "--version", NULL},
    };
    json_t *object = json_object();
    for (size_t i = 0; i < sizeof tools / sizeof tools[0]; i++)
    {
        int status;
        char line[160] = "";
        char *text = output_of(loop, NULL, tools[i], &status);
        if (text != NULL)
        {
            text[strcspn(text, "\n")] = '\0';
            lab_text_trim(line, sizeof line, text);
            lab_text_clean(line);
        }
        free(text);
        json_object_set_new(object, tools[i][0], line[0] != '\0' ? json_string(line) : json_null());
    }
    return object;
}

/* The lines of `ethtool -k` that say "name: on" or "name: off [fixed]". */
static json_t *offloads_of(struct lab_loop *loop, const char *netns, const char *interface)
{
    const char *argv[] = {"ethtool", "-k", interface, NULL};
    int status = -1;
    char *text = output_of(loop, netns, argv, &status);
    json_t *flags = json_object();
    char *save = NULL;
    for (char *line = text != NULL && status == 0 ? strtok_r(text, "\n", &save) : NULL; line != NULL;
         line = strtok_r(NULL, "\n", &save))
    {
        char name[96];
        char state[8];
        if (sscanf(line, " %95[^: ]: %7s", name, state) == 2 &&
            (strcmp(state, "on") == 0 || strcmp(state, "off") == 0))
        {
            json_object_set_new(flags, name, json_boolean(state[1] == 'n'));
        }
    }
    free(text);
    return flags;
}

static json_t *interfaces_of(struct lab_loop *loop, const struct lab_topology *topology)
{
    json_t *object = json_object();
    json_object_set_new(object, topology->client_if,
                        offloads_of(loop, topology->client_ns, topology->client_if));
    json_object_set_new(object, topology->server_if,
                        offloads_of(loop, topology->server_ns, topology->server_if));
    return object;
}

static json_t *load_now(void)
{
    double load[3] = {0};
    double avg10 = -1.0;
    char now[32];
    char line[256];
    (void)!getloadavg(load, 3);
    lab_utc_extended(now, sizeof now);
    FILE *file = fopen("/proc/pressure/cpu", "re");
    if (file != NULL)
    {
        if (fgets(line, sizeof line, file) == NULL || sscanf(line, "some avg10=%lf", &avg10) != 1)
        {
            avg10 = -1.0;
        }
        fclose(file);
    }
    return json_pack("{s:s, s:f, s:f, s:f, s:o}", "time", now, "load_1min", load[0], "load_5min", load[1],
                     "load_15min", load[2], "psi_cpu_some_avg10_percent",
                     avg10 >= 0.0 ? json_real(avg10) : json_null());
}

json_t *lab_env_collect(struct lab_loop *loop, const struct lab_place *place,
                        const struct lab_subject *subjects, size_t subject_count,
                        const struct lab_topology *topology)
{
    json_t *programs = json_object();
    for (size_t i = 0; i < subject_count; i++)
    {
        json_object_set_new(
            programs, subjects[i].name,
            json_pack("{s:b, s:s}", "available", subjects[i].available, "version", subjects[i].version));
    }
    json_t *libraries = json_pack("{s:s, s:s, s:s}", "libuv", uv_version_string(), "jansson",
                                  jansson_version_str(), "libpcap", pcap_lib_version());
    return json_pack("{s:s, s:o, s:o, s:o, s:o, s:i, s:s, s:s, s:o, s:o}", "ovlab", LAB_VERSION, "host",
                     host_info(), "tools", tool_versions(loop), "libraries", libraries, "subjects", programs,
                     "schema", LAB_SCHEMA_VERSION, "run_id", place->run_id, "commit", place->commit,
                     "interfaces", interfaces_of(loop, topology), "before", load_now());
}

enum lab_err lab_env_write(const json_t *env, const struct lab_place *place, struct lab_why *why)
{
    char path[LAB_PATH_MAX];
    enum lab_err err = lab_path_set(path, why, "%s/env.json", place->dir);
    char *text = err == LAB_OK ? json_dumps(env, JSON_INDENT(2)) : NULL;
    if (text != NULL)
    {
        err = lab_file_replace(path, text, why);
    }
    else if (err == LAB_OK)
    {
        err = lab_why_set(why, LAB_ERR_FORMAT, "env.json could not be printed");
    }
    free(text);
    return err;
}

enum lab_err lab_env_finish(json_t *env, const struct lab_place *place, struct lab_why *why)
{
    json_object_set_new(env, "after", load_now());
    return lab_env_write(env, place, why);
}
