/* The link between client and server: impairments that are asked for, probed before anything is
 * measured over them, and accounted for afterwards.
 *
 * An impairment is the text of one direction, words of key=value (netns-lab/linkemu/spec.h lists
 * them): "delay=20ms jitter=2ms loss=1%". `up` is client to server, `down` server to client.
 *
 *     start   in the router's namespace, on a topology that is up
 *     verify  a probe measures what was asked for; the run is ERROR when it disagrees
 *     ...     what the run is about; `tell` changes it in the middle
 *     stop    the link's own account, which says when the numbers are TAINTED
 *
 * Verifying leaves no trace: the indices, the draws and the account begin anew after it. */
#ifndef OV_LAB_LINK_H
#define OV_LAB_LINK_H

#include "lib/err.h"
#include "lib/file.h"
#include "lib/loop.h"
#include "lib/paths.h"
#include "lib/proc.h"
#include "lib/topology.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct lab_link_spec
{
    const char *up; /* NULL and "" ask for nothing */
    const char *down;
    uint64_t seed;       /* the same seed and the same packets lose the same packets */
    const char *backend; /* auto (NULL), netem, linkemu, none. auto: none when nothing is asked for,
                          * netem where the kernel has it and it can do all that is asked for,
                          * else linkemu. linkemu with nothing asked for stands in the way and
                          * passes everything: its tax can be measured. */
    const char *replay;  /* file of decisions instead of draws (linkemu only); NULL: none */
    bool told;           /* lab_link_tell will be called: auto is linkemu then, whatever is asked for */
};

enum lab_link_backend
{
    LAB_LINK_NONE,
    LAB_LINK_LINKEMU,
    LAB_LINK_NETEM,
};

/* All-zero means "never started". Must not move while started. */
struct lab_link
{
    struct lab_loop *loop;
    const struct lab_paths *paths;       /* borrowed until stop or clear */
    const struct lab_topology *topology; /* borrowed until stop or clear */
    enum lab_link_backend backend;
    char up[512];
    char down[512];
    uint64_t seed;
    bool started;
    struct lab_proc proc; /* linkemu */
    char report_path[LAB_PATH_MAX];
    char log_path[LAB_PATH_MAX];
    char probe_path[LAB_PATH_MAX];
    char decisions_path[LAB_PATH_MAX];
    char control[64]; /* socket of linkemu; "": it cannot be told anything */
    json_t *probe;    /* what verify measured; NULL before it */
};

/* Reads both texts and the name of the backend, and starts nothing: for plans and --dry-run.
 * LAB_ERR_USAGE names the word that is wrong, or what the backend cannot do. */
LAB_MUST_USE enum lab_err lab_link_check(const struct lab_link_spec *spec, struct lab_why *why);

/* Puts the impairment into the topology's router namespace. dir is an existing directory for
 * link.log, link.json, link.probe and link.decisions. LAB_ERR_USAGE as above; LAB_ERR_ABSENT when the topology has
 * no router, or nothing here can do it; LAB_ERR_EXITED with linkemu's last words. */
LAB_MUST_USE enum lab_err lab_link_start(struct lab_loop *loop, struct lab_link *link,
                                         const struct lab_link_spec *spec, const struct lab_paths *paths,
                                         const struct lab_topology *topology, const char *dir,
                                         struct lab_why *why);

/* Probes both directions (delay, loss, duplicates, displacement, damage, rate) for one to four
 * seconds, more on very slow links. LAB_ERR_FORMAT names what disagrees with what was asked for: the
 * run is ERROR then. Nothing else may send over the link meanwhile. */
LAB_MUST_USE enum lab_err lab_link_verify(struct lab_link *link, struct lab_why *why);

/* Takes the impairment away. *report (new reference, NULL unless LAB_OK) goes into the record: backend,
 * up, down, seed and whether the draws followed it (seeded), probe, and of linkemu the account of each
 * direction. LAB_ERR_EXITED when linkemu ended before: the run is ERROR. Clears the link in every case. */
LAB_MUST_USE enum lab_err lab_link_stop(struct lab_link *link, json_t **report, struct lab_why *why);

/* Tells the emulator something while traffic runs (netns-lab/linkemu/control.h): "blackhole both 2s",
 * "rebind port". LAB_ERR_USAGE when it does not understand, or nothing here can be told; LAB_ERR_TIMEOUT. */
LAB_MUST_USE enum lab_err lab_link_tell(struct lab_link *link, const char *command, struct lab_why *why);

/* The same as the words of a process of its own, for who must not wait: argv, which points into link and to
 * command. */
#define LAB_LINK_TELL_WORDS 6
void lab_link_tell_argv(const struct lab_link *link, const char *command,
                        const char *argv[static LAB_LINK_TELL_WORDS]);

/* What has passed the link since it was verified, while traffic may run: *account (new reference) is the report of
 * linkemu (netns-lab/linkemu/report.h), NULL where another back end or none is at work. LAB_ERR_EXITED. */
LAB_MUST_USE enum lab_err lab_link_account(struct lab_link *link, json_t **account, struct lab_why *why);

/* True when the account says that the numbers are worth nothing: packets left too late, or were
 * lost that nobody asked to lose. text says how. */
bool lab_link_tainted(const json_t *report, char *text, size_t size);

/* For any other way out. Safe at any time. */
void lab_link_clear(struct lab_link *link);

const char *lab_link_backend_name(enum lab_link_backend backend);

#endif
