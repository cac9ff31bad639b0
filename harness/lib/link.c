#include "lib/link.h"

#include "lib/link_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PROBE_TIMEOUT_MS 120000
#define PROBE_MAX        (1 << 20)
#define TELL_TIMEOUT_MS  10000
#define PROBE_TRIES      2 /* a busy host may spoil one */

/* Which back end stands behind the name. */
static enum lab_link_backend choose(struct lab_link *link, const struct lab_link_spec *spec)
{
    const char *name = spec->backend != NULL ? spec->backend : "auto";
    if (strcmp(name, "none") == 0)
    {
        return LAB_LINK_NONE;
    }
    if (strcmp(name, "auto") != 0)
    {
        return strcmp(name, "netem") == 0 ? LAB_LINK_NETEM : LAB_LINK_LINKEMU;
    }
    if (spec->told)
    {
        return LAB_LINK_LINKEMU;
    }
    if (link->up[0] == '\0' && link->down[0] == '\0' && spec->replay == NULL)
    {
        return LAB_LINK_NONE;
    }
    bool netem = spec->replay == NULL && lab_netem_able(link) && lab_netem_present(link);
    return netem ? LAB_LINK_NETEM : LAB_LINK_LINKEMU;
}

static enum lab_err set_paths(struct lab_link *link, const char *dir, struct lab_why *why)
{
    const struct
    {
        char *path;
        const char *name;
    } files[] = {{link->report_path, "json"},
                 {link->log_path, "log"},
                 {link->probe_path, "probe"},
                 {link->decisions_path, "decisions"}};
    enum lab_err err = LAB_OK;
    for (size_t i = 0; err == LAB_OK && i < sizeof files / sizeof files[0]; i++)
    {
        err = lab_path_set(files[i].path, why, "%s/link.%s", dir, files[i].name);
    }
    return err;
}

enum lab_err lab_link_start(struct lab_loop *loop, struct lab_link *link, const struct lab_link_spec *spec,
                            const struct lab_paths *paths, const struct lab_topology *topology,
                            const char *dir, struct lab_why *why)
{
    *link = (struct lab_link){.loop = loop, .paths = paths, .topology = topology, .seed = spec->seed};
    enum lab_err err = lab_link_check(spec, why);
    if (err == LAB_OK)
    {
        err = set_paths(link, dir, why);
    }
    if (err != LAB_OK)
    {
        return err;
    }
    snprintf(link->up, sizeof link->up, "%s", spec->up != NULL ? spec->up : "");
    snprintf(link->down, sizeof link->down, "%s", spec->down != NULL ? spec->down : "");
    bool bare = spec->backend != NULL && strcmp(spec->backend, "none") == 0;
    bool asked = link->up[0] != '\0' || link->down[0] != '\0' || spec->replay != NULL || spec->told ||
                 (spec->backend != NULL && strcmp(spec->backend, "auto") != 0);
    if (topology->router_ns[0] == '\0' && asked && !bare)
    {
        return lab_why_set(why, LAB_ERR_ABSENT, "link: this topology has no router between its ends");
    }
    link->backend = choose(link, spec);
    if (link->backend != LAB_LINK_NONE)
    {
        link->started = true;
        err = link->backend == LAB_LINK_NETEM ? lab_netem_start(link, why)
                                              : lab_linkemu_start(link, spec->replay, why);
    }
    if (err != LAB_OK)
    {
        lab_link_clear(link);
    }
    return err;
}

static enum lab_err read_probe(struct lab_link *link, struct lab_why *why)
{
    char *text;
    size_t len;
    enum lab_err err = lab_file_read(link->probe_path, PROBE_MAX, &text, &len, why);
    if (err == LAB_OK)
    {
        json_decref(link->probe);
        link->probe = json_loads(text, 0, NULL);
        err = link->probe != NULL ? LAB_OK : lab_why_set(why, LAB_ERR_FORMAT, "the probe told nothing");
        free(text);
    }
    return err;
}

/* One probe. LAB_ERR_FORMAT when it disagrees. */
static enum lab_err probe_once(struct lab_link *link, struct lab_why *why)
{
    const struct lab_topology *net = link->topology;
    const char *argv[] = {link->paths->linkprobe,
                          "--from-ns",
                          net->client_ns,
                          "--to-ns",
                          net->server_ns,
                          "--from",
                          net->client_addr4,
                          "--to",
                          net->server_addr4,
                          "-u",
                          link->up,
                          "-d",
                          link->down,
                          link->backend == LAB_LINK_NETEM ? "--damage-is-loss" : NULL,
                          NULL};
    const struct lab_proc_spec spec = {
        .argv = argv, .out_path = link->probe_path, .err_path = link->log_path};
    int status;
    unlink(link->probe_path);
    enum lab_err err = lab_proc_run(link->loop, &spec, PROBE_TIMEOUT_MS, &status, why);
    if (err != LAB_OK)
    {
        return err;
    }
    if (status != 0)
    {
        char line[400];
        lab_file_last_line(link->log_path, line, sizeof line);
        err = lab_why_set(why, status == 1 ? LAB_ERR_FORMAT : LAB_ERR_EXITED, "link probe: %s", line);
    }
    if (status == 0 || status == 1)
    {
        struct lab_why unread;
        enum lab_err read = read_probe(link, &unread);
        if (read != LAB_OK)
        {
            *why = unread;
            err = read;
        }
    }
    return err;
}

enum lab_err lab_link_verify(struct lab_link *link, struct lab_why *why)
{
    enum lab_err err = LAB_OK;
    if (!link->started)
    {
        return LAB_OK; /* nothing was asked for */
    }
    for (unsigned i = 0; i < PROBE_TRIES && (i == 0 || err == LAB_ERR_FORMAT); i++)
    {
        err = probe_once(link, why);
        if (err == LAB_OK && link->backend == LAB_LINK_LINKEMU)
        {
            err = lab_linkemu_reset(link, why);
        }
    }
    return err;
}

void lab_link_tell_argv(const struct lab_link *link, const char *command,
                        const char *argv[static LAB_LINK_TELL_WORDS])
{
    argv[0] = link->paths->linkemu;
    argv[1] = "--control";
    argv[2] = link->control;
    argv[3] = "--tell";
    argv[4] = command;
    argv[5] = NULL;
}

enum lab_err lab_link_tell(struct lab_link *link, const char *command, struct lab_why *why)
{
    const char *argv[LAB_LINK_TELL_WORDS];
    int status = 0;
    if (!link->started || link->control[0] == '\0')
    {
        return lab_why_set(why, LAB_ERR_USAGE, "link: nothing here can be told '%s'", command);
    }
    lab_link_tell_argv(link, command, argv);
    const struct lab_proc_spec spec = {.argv = argv, .out_path = link->log_path};
    enum lab_err err = lab_proc_run(link->loop, &spec, TELL_TIMEOUT_MS, &status, why);
    if (err == LAB_OK && status != 0)
    {
        char line[256];
        lab_file_last_line(link->log_path, line, sizeof line);
        err = lab_why_set(why, LAB_ERR_USAGE, "link: '%s': %s", command, line);
    }
    return err;
}

enum lab_err lab_link_stop(struct lab_link *link, json_t **report, struct lab_why *why)
{
    json_t *account = NULL;
    enum lab_err err = LAB_OK;
    *report = NULL;
    if (link->started && link->backend == LAB_LINK_LINKEMU)
    {
        err = lab_linkemu_stop(link, &account, why);
    }
    if (err == LAB_OK)
    {
        json_t *object =
            json_pack("{s:s, s:b, s:s, s:s, s:I}", "backend", lab_link_backend_name(link->backend), "seeded",
                      link->backend == LAB_LINK_LINKEMU, "up", link->up, "down", link->down, "seed",
                      (json_int_t)link->seed);
        if (object != NULL && link->probe != NULL)
        {
            json_object_set(object, "probe", link->probe);
        }
        if (object != NULL && account != NULL)
        {
            json_object_set(object, "account", account);
        }
        *report = object;
        err = object != NULL ? LAB_OK : lab_why_set(why, LAB_ERR_SYSTEM, "link: no report could be made");
    }
    json_decref(account);
    lab_link_clear(link);
    return err;
}

enum lab_err lab_link_account(struct lab_link *link, json_t **account, struct lab_why *why)
{
    *account = NULL;
    return link->started && link->backend == LAB_LINK_LINKEMU ? lab_linkemu_account(link, account, why)
                                                              : LAB_OK;
}

void lab_link_clear(struct lab_link *link)
{
    if (link->started && link->backend == LAB_LINK_NETEM)
    {
        lab_netem_stop(link);
    }
    if (link->started && link->backend == LAB_LINK_LINKEMU)
    {
        lab_proc_clear(&link->proc);
    }
    json_decref(link->probe);
    *link = (struct lab_link){0};
}
