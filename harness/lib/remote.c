#include "lib/remote.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PREFIX "ssh:"
#define TOOL   "OVLAB_PLACE_TOOL"

/* In the private /run of a run: it goes with it, however that ends. harness/places/topology makes it. */
#define CONNECTIONS "/run/ovlab-places"

bool lab_remote_is(const char *netns)
{
    return netns != NULL && strncmp(netns, PREFIX, strlen(PREFIX)) == 0;
}

bool lab_remote_any(const struct lab_topology *topology)
{
    return lab_remote_is(topology->client_ns) || lab_remote_is(topology->server_ns);
}

/* One word of a user or host name: no option of ssh can come out of it. */
static size_t name_length(const char *text)
{
    size_t len = 0;
    while (isalnum((unsigned char)text[len]) || (len > 0 && text[len] != '\0' && strchr("_.-", text[len])))
    {
        len++;
    }
    return len;
}

enum lab_err lab_remote_check(const char *option, const char *place, struct lab_why *why)
{
    const char *at = lab_remote_is(place) ? place + strlen(PREFIX) : "";
    size_t user = name_length(at);
    size_t host = user > 0 && at[user] == '@' ? name_length(at + user + 1) : 0;
    const char *rest = host > 0 ? at + user + 1 + host : at;
    bool port = rest[0] == ':' && strspn(rest + 1, "0123456789") == strlen(rest + 1) && strlen(rest) > 1 &&
                strlen(rest) < 7;
    if (host == 0 || (*rest != '\0' && !port))
    {
        return lab_why_set(why, LAB_ERR_USAGE, "%s wants ssh:USER@HOST or ssh:USER@HOST:PORT, not '%s'",
                           option, place);
    }
    return strlen(place) < 64 ? LAB_OK
                              : lab_why_set(why, LAB_ERR_USAGE, "%s: '%s' is too long", option, place);
}

static enum lab_err set(const char *variable, const char *value, struct lab_why *why)
{
    return setenv(variable, value, 1) == 0 ? LAB_OK : lab_why_errno(why, "%s", variable);
}

const char *lab_remote_tool(void)
{
    return getenv(TOOL);
}

enum lab_err lab_remote_own_dir(struct lab_why *why)
{
    return set("OVLAB_PLACES_DIR", CONNECTIONS, why);
}

enum lab_err lab_remote_use(struct lab_paths *paths, const char *client, const char *server,
                            struct lab_why *why)
{
    char tool[LAB_PATH_MAX];
    char number[16];
    if (server == NULL && getenv("OVLAB_SERVER_ADDR") == NULL)
    {
        return lab_why_set(
            why, LAB_ERR_USAGE,
            "OVLAB_SERVER_ADDR says where a client elsewhere finds the server here: it is not set");
    }
    enum lab_err err = lab_path_set(tool, why, "%s/harness/places/ssh", paths->root);
    err = err == LAB_OK ? lab_path_set(paths->topology, why, "%s/harness/places/topology", paths->root) : err;
    if (err != LAB_OK)
    {
        return err;
    }
    /* Without close-on-exec: the tool finds it by its number. */
    int outside = open("/proc/self/ns/net", O_RDONLY);
    if (outside < 0)
    {
        return lab_why_errno(why, "a place outside");
    }
    snprintf(number, sizeof number, "%d", outside);
    err = set("OVLAB_OUTER_FD", number, why);
    err = err == LAB_OK ? lab_remote_own_dir(why) : err;
    err = err == LAB_OK ? set("OVLAB_PLACE_PKI", paths->pki, why) : err;
    err = err == LAB_OK ? set("OVLAB_PLACE_ROOT", paths->root, why) : err;
    err = err == LAB_OK ? set(TOOL, tool, why) : err;
    err = err == LAB_OK ? set("OVLAB_CLIENT_AT", client != NULL ? client : "here", why) : err;
    return err == LAB_OK ? set("OVLAB_SERVER_AT", server != NULL ? server : "here", why) : err;
}

enum lab_err lab_remote_argv(const char *place, const char *const *argv,
                             const char *to[static LAB_REMOTE_ARGS], struct lab_why *why)
{
    size_t count = 0;
    to[count++] = getenv(TOOL);
    to[count++] = "run";
    to[count++] = place;
    for (; *argv != NULL && count < LAB_REMOTE_ARGS - 1; argv++)
    {
        to[count++] = *argv;
    }
    to[count] = NULL;
    if (to[0] == NULL)
    {
        return lab_why_set(why, LAB_ERR_USAGE, "nobody said how to reach %s", place);
    }
    return *argv == NULL ? LAB_OK : lab_why_set(why, LAB_ERR_USAGE, "a command line too long for %s", place);
}

static void run_question(const char *tool, const char *place, const char *const *question, int out)
{
    const char *argv[LAB_REMOTE_ARGS] = {tool, "ask", place};
    for (size_t i = 0; question[i] != NULL && i + 4 < LAB_REMOTE_ARGS; i++)
    {
        argv[i + 3] = question[i];
    }
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null >= 0 && dup2(null, 0) >= 0 && dup2(null, 2) >= 0 && dup2(out, 1) >= 0)
    {
        execv(tool, (char *const *)argv);
    }
    _exit(127);
}

bool lab_remote_ask(const char *place, const char *const *question, char *said, size_t size)
{
    char line[128];
    size_t len = 0;
    int ends[2];
    int status = -1;
    const char *tool = getenv(TOOL);
    if (tool == NULL || pipe2(ends, O_CLOEXEC) != 0)
    {
        return false;
    }
    pid_t pid = fork();
    if (pid == 0)
    {
        run_question(tool, place, question, ends[1]);
    }
    close(ends[1]);
    for (ssize_t got = 1; pid > 0 && len < sizeof line - 1 && (got > 0 || errno == EINTR);)
    {
        got = read(ends[0], line + len, sizeof line - 1 - len);
        len += got > 0 ? (size_t)got : 0;
        if (got == 0)
        {
            break;
        }
    }
    close(ends[0]);
    line[len] = '\0';
    line[strcspn(line, "\n")] = '\0';
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
    {
    }
    if (said != NULL)
    {
        snprintf(said, size, "%s", line);
    }
    return pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
