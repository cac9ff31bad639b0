/* ovlab show ID: all that a record says of one case. */
#include "cli/cli.h"
#include "lib/paths.h"
#include "lib/record.h"
#include "lib/verdict.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct showing
{
    const char *wanted;
    const char *dir;
    size_t found;
};

static const char *text_at(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "";
}

static void show_line(void *arg, const json_t *line)
{
    struct showing *showing = arg;
    const char *kind = text_at(line, "kind");
    if (strstr(text_at(line, "case"), showing->wanted) == NULL)
    {
        return;
    }
    if (strcmp(kind, "check") == 0)
    {
        printf("  %-12s %-28s %s\n", text_at(line, "verdict"), text_at(line, "name"),
               text_at(line, "reason"));
    }
    else if (strcmp(kind, "case") == 0)
    {
        const json_t *files = json_object_get(line, "files");
        const char *reason = text_at(line, "reason");
        printf("%s  %s%s%s\n  logs %s/%s\n", text_at(line, "verdict"), text_at(line, "case"),
               reason[0] != '\0' ? "\n  " : "", reason, showing->dir, text_at(files, "logs"));
        printf("  again: build/ovlab matrix --case %s\n\n", text_at(line, "case"));
        showing->found++;
    }
}

/* The newest record: their names begin with the time. */
static enum lab_err newest_record(const struct lab_paths *paths, char dir[static LAB_PATH_MAX],
                                  struct lab_why *why)
{
    char newest[256] = "";
    DIR *handle = opendir(paths->results);
    for (struct dirent *entry; handle != NULL && (entry = readdir(handle)) != NULL;)
    {
        bool dated = strspn(entry->d_name, "0123456789") == 8 && strlen(entry->d_name) < sizeof newest;
        if (dated && strcmp(entry->d_name, newest) > 0)
        {
            snprintf(newest, sizeof newest, "%s", entry->d_name);
        }
    }
    if (handle != NULL)
    {
        closedir(handle);
    }
    return newest[0] != '\0' ? lab_path_set(dir, why, "%s/%s", paths->results, newest)
                             : lab_why_set(why, LAB_ERR_ABSENT, "no record in %s", paths->results);
}

int cmd_show(int argc, char **argv)
{
    bool asked = argc == 2 && strcmp(argv[1], "--help") == 0;
    bool has_record = argc == 4 && strcmp(argv[2], "--record") == 0;
    struct lab_paths paths;
    struct lab_why why;
    char dir[LAB_PATH_MAX];
    if (asked || (argc != 2 && !has_record))
    {
        fprintf(asked ? stdout : stderr, "usage: ovlab show ID [--record DIR]\n"
                                         "Prints checks, verdict and reason of the cases whose name holds "
                                         "ID, from the newest record or DIR.\n");
        return asked ? LAB_EXIT_OK : LAB_EXIT_USAGE;
    }
    enum lab_err err = has_record ? lab_path_set(dir, &why, "%s", argv[3]) : lab_paths_find(&paths, &why);
    err = err == LAB_OK && !has_record ? newest_record(&paths, dir, &why) : err;
    struct showing showing = {.wanted = argv[1], .dir = dir};
    err = err == LAB_OK ? lab_record_read(dir, show_line, &showing, &why) : err;
    if (err == LAB_OK && showing.found == 0)
    {
        err = lab_why_set(&why, LAB_ERR_ABSENT, "no case in %s has '%s' in its name", dir, argv[1]);
    }
    if (err != LAB_OK)
    {
        fprintf(stderr, "ovlab show: %s\n", why.text);
        return LAB_EXIT_ERROR;
    }
    return LAB_EXIT_OK;
}
