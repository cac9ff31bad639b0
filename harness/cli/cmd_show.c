/* ovlab show ID: all that a record says of one case, or a line for each of many. */
#include "cli/cli.h"
#include "lib/loaded.h"
#include "lib/matrix.h"
#include "lib/paths.h"
#include "lib/term.h"
#include "lib/verdict.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DETAILS_MAX 3 /* cases shown with all their checks */
#define LAST_WORDS  6 /* lines of a log */

static const char usage[] = "usage: ovlab show [ID] [--record DIR]\n"
                            "Prints verdict, reason, checks and the end of the logs of the case ID; where\n"
                            "several have ID in their names, such as CLIENT/SERVER, a line each. Looks into\n"
                            "DIR, or the newest record that has such a case.\n";

struct showing
{
    const char *wanted;
    struct lab_term term;
    const char *dir;
};

static bool is_meant(const struct lab_loaded_case *item, const char *wanted)
{
    return item->line != NULL && strstr(item->id, wanted) != NULL;
}

static enum lab_color color_of(enum lab_verdict verdict)
{
    return verdict == LAB_PASS                           ? LAB_GREEN
           : verdict == LAB_FAIL || verdict == LAB_ERROR ? LAB_RED
           : verdict == LAB_UNSUPPORTED                  ? LAB_DIM
                                                         : LAB_YELLOW;
}

static void print_verdict(struct lab_term *term, const char *name, int width)
{
    enum lab_verdict verdict = LAB_ERROR;
    (void)lab_verdict_parse(name, &verdict);
    lab_term_print(term, "%s%-*s%s", lab_term_color(term, color_of(verdict)), width, name,
                   lab_term_color(term, LAB_PLAIN));
}

static void print_line(struct showing *showing, const struct lab_loaded_case *item)
{
    const char *reason = lab_loaded_text(item->line, "reason");
    print_verdict(&showing->term, lab_loaded_text(item->line, "verdict"), 12);
    lab_term_print(&showing->term, " %s%s%s\n", item->id, reason[0] != '\0' ? "\n               " : "",
                   reason);
}

/* What the words of a matrix case mean, in the order of its name. */
static void print_values(struct showing *showing, const char *id)
{
    const char *word = strchr(id, '/');
    word = word != NULL ? strchr(word + 1, '/') : NULL;
    while (word != NULL && *word != '\0')
    {
        word++;
        size_t len = strcspn(word, ".");
        for (size_t f = LAB_F_TRANSPORT; f < LAB_F_COUNT; f++)
        {
            const struct lab_factor *factor = lab_matrix_factor(f);
            for (size_t v = 0; v < factor->count; v++)
            {
                const struct lab_value *value = &factor->values[v];
                if (strlen(value->name) == len && strncmp(value->name, word, len) == 0)
                {
                    lab_term_print(&showing->term, "  %-12s %-18s %s\n", factor->name, value->name,
                                   value->title);
                }
            }
        }
        word += len;
    }
}

/* The end of a log: what a reader would look at first. */
static void print_last_words(struct showing *showing, const char *logs, const char *name)
{
    char path[LAB_PATH_MAX];
    char *text = NULL;
    size_t len;
    struct lab_why why;
    if (lab_path_set(path, &why, "%s/%s/%s", showing->dir, logs, name) != LAB_OK ||
        lab_file_read(path, 1u << 22, &text, &len, &why) != LAB_OK)
    {
        return;
    }
    size_t lines = 0;
    const char *from = text + len;
    while (from > text && (lines < LAST_WORDS || from[-1] != '\n'))
    {
        from--;
        lines += from > text && from[-1] == '\n' && from + 1 < text + len;
    }
    lab_term_print(&showing->term, "  the end of %s\n", name);
    for (char *save = NULL, *line = strtok_r((char *)(uintptr_t)from, "\n", &save); line != NULL;
         line = strtok_r(NULL, "\n", &save))
    {
        lab_text_clean(line);
        lab_term_print(&showing->term, "    %.180s\n", line);
    }
    free(text);
}

static void print_details(struct showing *showing, const struct lab_loaded *loaded,
                          const struct lab_loaded_case *item)
{
    struct lab_term *term = &showing->term;
    const char *verdict = lab_loaded_text(item->line, "verdict");
    const char *logs = lab_loaded_text(json_object_get(item->line, "files"), "logs");
    const char *capture = lab_loaded_text(json_object_get(item->line, "files"), "capture");
    bool is_matrix = strcmp(lab_loaded_text(loaded->start, "suite"), "matrix") == 0;
    print_line(showing, item);
    if (is_matrix)
    {
        print_values(showing, item->id);
    }
    for (size_t i = 0; i < json_array_size(item->checks); i++)
    {
        const json_t *check = json_array_get(item->checks, i);
        lab_term_print(term, "  ");
        print_verdict(term, lab_loaded_text(check, "verdict"), 12);
        lab_term_print(term, " %-34s %s\n", lab_loaded_text(check, "name"), lab_loaded_text(check, "reason"));
    }
    if (json_array_size(item->checks) > 0 || strcmp(verdict, "UNSUPPORTED") != 0)
    {
        if (strcmp(verdict, "PASS") != 0)
        {
            print_last_words(showing, logs, "client.log");
            print_last_words(showing, logs, "server.log");
        }
        lab_term_print(term, "  logs     %s/%s\n", showing->dir, logs);
        lab_term_print(term, capture[0] != '\0' ? "  capture  %s/%s\n" : "", showing->dir, capture);
    }
    if (is_matrix)
    {
        lab_term_print(term, "  again    build/ovlab matrix --case %s\n", item->id);
    }
    lab_term_print(term, "\n");
}

/* How many cases of the record are meant; those are shown if there are any. */
static size_t show_record(struct showing *showing, const struct lab_loaded *loaded)
{
    size_t found = 0;
    const struct lab_loaded_case *exact = NULL;
    for (size_t i = 0; i < loaded->case_count; i++)
    {
        found += is_meant(&loaded->cases[i], showing->wanted);
        exact = loaded->cases[i].line != NULL && strcmp(loaded->cases[i].id, showing->wanted) == 0
                    ? &loaded->cases[i]
                    : exact;
    }
    for (size_t i = 0; i < loaded->case_count; i++)
    {
        const struct lab_loaded_case *item = &loaded->cases[i];
        if (exact != NULL ? item != exact : !is_meant(item, showing->wanted))
        {
            continue;
        }
        if (exact != NULL || found <= DETAILS_MAX)
        {
            print_details(showing, loaded, item);
        }
        else
        {
            print_line(showing, item);
        }
    }
    if (exact == NULL && found > DETAILS_MAX)
    {
        lab_term_print(&showing->term, "%zu cases of %s; a whole ID shows all about one\n", found,
                       showing->dir);
    }
    return found;
}

static int newest_first(const struct dirent **left, const struct dirent **right)
{
    return strcmp((*right)->d_name, (*left)->d_name);
}

/* Names of records begin with the time. */
static int is_record(const struct dirent *entry)
{
    return strspn(entry->d_name, "0123456789") == 8 && entry->d_name[8] == 'T';
}

/* LAB_ERR_ABSENT when no record has such a case. A record that can't be read is passed over: a run may be
 * writing it. */
static enum lab_err show_newest(struct showing *showing, const struct lab_paths *paths, struct lab_why *why)
{
    struct dirent **entries = NULL;
    size_t found = 0;
    int count = scandir(paths->results, &entries, is_record, newest_first);
    for (int i = 0; i < count; i++)
    {
        char dir[LAB_PATH_MAX];
        struct lab_loaded loaded;
        if (found == 0 && lab_path_set(dir, why, "%s/%s", paths->results, entries[i]->d_name) == LAB_OK &&
            lab_loaded_read(dir, &loaded, why) == LAB_OK)
        {
            showing->dir = dir;
            found = show_record(showing, &loaded);
            lab_loaded_clear(&loaded);
        }
        free(entries[i]);
    }
    free(entries);
    return found > 0 ? LAB_OK
                     : lab_why_set(why, LAB_ERR_ABSENT, "none of the %d records in %s has a case '%s'",
                                   count < 0 ? 0 : count, paths->results, showing->wanted);
}

static enum lab_err show_one(struct showing *showing, const char *dir, struct lab_why *why)
{
    struct lab_loaded loaded;
    enum lab_err err = lab_loaded_read(dir, &loaded, why);
    if (err == LAB_OK)
    {
        showing->dir = dir;
        if (show_record(showing, &loaded) == 0)
        {
            err =
                lab_why_set(why, LAB_ERR_ABSENT, "no case in %s has '%s' in its name", dir, showing->wanted);
        }
        lab_loaded_clear(&loaded);
    }
    return err;
}

int cmd_show(int argc, char **argv)
{
    bool asked = argc == 2 && strcmp(argv[1], "--help") == 0;
    bool has_record = argc >= 3 && strcmp(argv[argc - 2], "--record") == 0;
    int words = argc - (has_record ? 2 : 0); /* with the command's own name */
    struct lab_paths paths;
    struct lab_why why;
    if (asked || words > 2 || (words == 1 && !has_record))
    {
        fputs(usage, asked ? stdout : stderr);
        return asked ? LAB_EXIT_OK : LAB_EXIT_USAGE;
    }
    struct showing showing = {.wanted = words == 2 ? argv[1] : ""};
    lab_term_init(&showing.term, 1);
    enum lab_err err = has_record ? show_one(&showing, argv[argc - 1], &why) : lab_paths_find(&paths, &why);
    err = err == LAB_OK && !has_record ? show_newest(&showing, &paths, &why) : err;
    if (err != LAB_OK)
    {
        fprintf(stderr, "ovlab show: %s\n", why.text);
        return LAB_EXIT_ERROR;
    }
    return LAB_EXIT_OK;
}
