#include "lib/link_private.h"

#include "netns-lab/linkemu/netem.h"
#include "netns-lab/linkemu/spec.h"

#include <stdio.h>
#include <string.h>

#define TOOL_TIMEOUT_MS 5000
#define WORDS_MAX       48

/* Runs a tool in a namespace, its output in the link's log. */
static enum lab_err run_tool(struct lab_link *link, const char *netns, const char *const *argv, int *status,
                             struct lab_why *why)
{
    const struct lab_proc_spec spec = {.argv = argv, .netns = netns, .out_path = link->log_path};
    return lab_proc_run(link->loop, &spec, TOOL_TIMEOUT_MS, status, why);
}

static bool run_quietly(struct lab_link *link, const char *netns, const char *const *argv)
{
    struct lab_why why;
    int status;
    return run_tool(link, netns, argv, &status, &why) == LAB_OK && status == 0;
}

bool lab_netem_present(struct lab_link *link)
{
    const char *router = link->topology->router_ns;
    const char *on[] = {"tc", "qdisc", "add", "dev", "lo", "root", "netem", "limit", "1", NULL};
    const char *off[] = {"tc", "qdisc", "del", "dev", "lo", "root", NULL};
    return run_quietly(link, router, on) && run_quietly(link, router, off);
}

static bool words_of(const char *text, char words[static EMU_NETEM_LEN], char why[static EMU_SPEC_WHY_LEN])
{
    struct emu_spec spec;
    return emu_spec_parse(text, &spec, why) && emu_netem_words(words, &spec, why);
}

bool lab_netem_able(const struct lab_link *link)
{
    char words[EMU_NETEM_LEN];
    char said[EMU_SPEC_WHY_LEN];
    return words_of(link->up, words, said) && words_of(link->down, words, said);
}

/* netem takes a super-packet for one packet: it must not get any. */
static bool set_super_packets(struct lab_link *link, const char *netns, const char *interface, const char *on)
{
    const char *argv[] = {"ethtool", "-K", interface, "tso", on, "gso", on, "tx-udp-segmentation", on, NULL};
    return run_quietly(link, netns, argv);
}

static enum lab_err set_qdisc(struct lab_link *link, const char *interface, const char *text,
                              struct lab_why *why)
{
    const char *argv[WORDS_MAX] = {"tc", "qdisc", "replace", "dev", interface, "root", "netem"};
    char words[EMU_NETEM_LEN];
    char said[EMU_SPEC_WHY_LEN];
    size_t count = 7;
    char *save = NULL;
    int status;
    if (!words_of(text, words, said))
    {
        return lab_why_set(why, LAB_ERR_USAGE, "link: %s", said);
    }
    for (char *word = strtok_r(words, " ", &save); word != NULL && count < WORDS_MAX - 1;
         word = strtok_r(NULL, " ", &save))
    {
        argv[count++] = word;
    }
    enum lab_err err = run_tool(link, link->topology->router_ns, argv, &status, why);
    if (err == LAB_OK && status != 0)
    {
        char line[256];
        lab_file_last_line(link->log_path, line, sizeof line);
        err = lab_why_set(why, LAB_ERR_ABSENT, "netem on %s: %s", interface, line);
    }
    return err;
}

enum lab_err lab_netem_start(struct lab_link *link, struct lab_why *why)
{
    const struct lab_topology *net = link->topology;
    if (!set_super_packets(link, net->client_ns, net->client_if, "off") ||
        !set_super_packets(link, net->server_ns, net->server_if, "off"))
    {
        return lab_why_set(why, LAB_ERR_ABSENT, "netem: ethtool could not turn super-packets off");
    }
    enum lab_err err = set_qdisc(link, net->router_server_if, link->up, why);
    return err == LAB_OK ? set_qdisc(link, net->router_client_if, link->down, why) : err;
}

void lab_netem_stop(struct lab_link *link)
{
    const struct lab_topology *net = link->topology;
    const char *sides[2] = {net->router_server_if, net->router_client_if};
    for (unsigned i = 0; i < 2; i++)
    {
        const char *argv[] = {"tc", "qdisc", "del", "dev", sides[i], "root", NULL};
        (void)run_quietly(link, net->router_ns, argv);
    }
    (void)set_super_packets(link, net->client_ns, net->client_if, "on");
    (void)set_super_packets(link, net->server_ns, net->server_if, "on");
}
