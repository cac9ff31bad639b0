#include "lib/pki.h"

#include "lib/proc.h"

#define PKI_TIMEOUT_MS 60000

enum lab_err lab_pki_make(struct lab_loop *loop, const struct lab_paths *paths, const struct lab_place *place,
                          struct lab_why *why)
{
    char log[LAB_PATH_MAX];
    enum lab_err err = lab_path_set(log, why, "%s/logs/pki.txt", place->dir);
    if (err != LAB_OK)
    {
        return err;
    }
    const char *argv[] = {paths->make_pki, paths->pki, NULL};
    const struct lab_proc_spec spec = {.argv = argv, .out_path = log};
    int status;
    err = lab_proc_run(loop, &spec, PKI_TIMEOUT_MS, &status, why);
    if (err == LAB_OK && status != 0)
    {
        char line[240];
        lab_file_last_line(log, line, sizeof line);
        err = lab_why_set(why, LAB_ERR_EXITED, "%s: exit status %d: %s", paths->make_pki, status, line);
    }
    return err;
}
