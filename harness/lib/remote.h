/* Places on other machines: wherever a network namespace is named, "ssh:USER@HOST[:PORT]" may stand, and
 * harness/places/ssh ($OVLAB_PLACE_TOOL) does the work there. */
#ifndef OV_LAB_REMOTE_H
#define OV_LAB_REMOTE_H

#include "lib/err.h"
#include "lib/file.h"
#include "lib/loop.h"
#include "lib/paths.h"
#include "lib/topology.h"

#include <stdbool.h>
#include <stddef.h>

#define LAB_REMOTE_ARGS 40

/* False for NULL, which is here. */
bool lab_remote_is(const char *netns);

/* True when one end of a run or both are other machines. */
bool lab_remote_any(const struct lab_topology *topology);

/* Is the text a place at all? LAB_ERR_USAGE names the option and what is wanted. */
LAB_MUST_USE enum lab_err lab_remote_check(const char *option, const char *place, struct lab_why *why);

/* Makes ends of a run places: the environment that harness/places reads, and a way out of the private network.
 * NULL is here, in this machine's own network; not both. paths->topology is replaced. LAB_ERR_USAGE: nobody says
 * where the client finds a server here ($OVLAB_SERVER_ADDR). */
LAB_MUST_USE enum lab_err lab_remote_use(struct lab_paths *paths, const char *client, const char *server,
                                         struct lab_why *why);

/* remote_early.c: the same connections before the run, so that its plan can ask there (lab_subject_supports, with the
 * place in the subject). dir gets where they are kept; LAB_ERR_ABSENT with ssh's own words. Close them in every case, and
 * before the run begins. */
#define LAB_REMOTE_DIR_LEN 32
LAB_MUST_USE enum lab_err lab_remote_connect(struct lab_loop *loop, const char *const places[2],
                                             char dir[static LAB_REMOTE_DIR_LEN], struct lab_why *why);
void lab_remote_disconnect(struct lab_loop *loop, const char *const places[2], const char *dir);

/* harness/places/ssh, as lab_remote_use found it; NULL before. The directory of a run's own connections is set again. */
const char *lab_remote_tool(void);
LAB_MUST_USE enum lab_err lab_remote_own_dir(struct lab_why *why);

/* The command line that runs argv there. LAB_ERR_USAGE when it is too long. */
LAB_MUST_USE enum lab_err lab_remote_argv(const char *place, const char *const *argv,
                                          const char *to[static LAB_REMOTE_ARGS], struct lab_why *why);

/* Asks a question of `ssh ask` (question ends with NULL) and waits for the answer, whose first line goes
 * to said if that is not NULL. False: no, or no connection. */
bool lab_remote_ask(const char *place, const char *const *question, char *said, size_t size);

#endif
