/* Where things are. The root is found from the program's own place; tests put
 * other subjects, another topology or another checker in place of the normal ones. */
#ifndef OV_LAB_PATHS_H
#define OV_LAB_PATHS_H

#include "lib/err.h"
#include "lib/file.h"

struct lab_paths
{
    char self[LAB_PATH_MAX];        /* this executable */
    char root[LAB_PATH_MAX];        /* the repository */
    char build[LAB_PATH_MAX];       /* the directory of this executable */
    char subjects[LAB_PATH_MAX];    /* harness/subjects */
    char topology[LAB_PATH_MAX];    /* netns-lab/topology/pair.sh */
    char make_pki[LAB_PATH_MAX];    /* netns-lab/pki/make-pki.sh */
    char pki[LAB_PATH_MAX];         /* build/pki */
    char ovspec[LAB_PATH_MAX];      /* build/ovspec, or $OVSPEC */
    char ovref[LAB_PATH_MAX];       /* build/ovref, or $OVREF */
    char linkemu[LAB_PATH_MAX];     /* build/linkemu, or $LINKEMU */
    char linkprobe[LAB_PATH_MAX];   /* build/linkprobe, or $LINKPROBE */
    char labflood[LAB_PATH_MAX];    /* build/labflood, or $LABFLOOD */
    char ovprobe[LAB_PATH_MAX];     /* build/ovprobe, or $OVPROBE */
    char results[LAB_PATH_MAX];     /* results */
    char experiments[LAB_PATH_MAX]; /* perf/experiments */
};

/* Fills all of it, and sets $OVREF for the subjects. Looks for the root upwards from
 * the executable, then from the working directory. LAB_ERR_ABSENT when there is none. */
LAB_MUST_USE enum lab_err lab_paths_find(struct lab_paths *paths, struct lab_why *why);

#endif
