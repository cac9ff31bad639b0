/* ovlab figures: a text with the figures of records in it, or whether one still has them. */
#include "cli/cli.h"
#include "lib/file.h"
#include "lib/paths.h"
#include "lib/verdict.h"
#include "report/figures.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX (1u << 20)

static const char usage[] =
    "usage: ovlab figures TEMPLATE [OUT]        fills {{...}} with figures of the\n"
    "                                           baselines\n"
    "       ovlab figures --check TEMPLATE OUT  whether OUT is what TEMPLATE and the\n"
    "                                           baselines give\n"
    "\n"
    "  --baselines DIR   the records (default: results/baselines)\n"
    "\n"
    "harness/report/figures.h describes the slots; results/ANSWERS.in.md has many.\n"
    "`make answers` runs this.\n"
    "\n"
    "exit status: 0, 1 OUT is something else, 2 wrong usage, 99 a slot that nothing\n"
    "fills\n";

struct words
{
    const char *files[2]; /* template, out */
    size_t count;
    const char *baselines;
    bool check;
};

static bool read_words(int argc, char **argv, struct words *words)
{
    *words = (struct words){.count = 0};
    for (int i = 1; i < argc; i++)
    {
        if (strcmp(argv[i], "--check") == 0)
        {
            words->check = true;
        }
        else if (strcmp(argv[i], "--baselines") == 0 && i + 1 < argc)
        {
            words->baselines = argv[++i];
        }
        else if (argv[i][0] != '-' && words->count < 2)
        {
            words->files[words->count++] = argv[i];
        }
        else
        {
            return false;
        }
    }
    return words->count == 2 || (words->count == 1 && !words->check);
}

/* The first line that differs, both ways of it. */
static int tell_difference(const char *name, const char *is, const char *wanted)
{
    size_t line = 1;
    while (*is != '\0' && *is == *wanted)
    {
        line += *is == '\n';
        is++;
        wanted++;
    }
    if (*is == *wanted)
    {
        return LAB_EXIT_OK;
    }
    fprintf(stderr,
            "ovlab figures: %s, line %zu has\n  %.*s\nwhere its template and the records give\n  %.*s\n",
            name, line, (int)strcspn(is, "\n"), is, (int)strcspn(wanted, "\n"), wanted);
    return LAB_EXIT_FAIL;
}

static enum lab_err finish(const struct words *words, const char *filled, int *status, struct lab_why *why)
{
    char *is = NULL;
    size_t len = 0;
    *status = LAB_EXIT_OK;
    if (words->count == 1)
    {
        fputs(filled, stdout);
        return LAB_OK;
    }
    if (!words->check)
    {
        return lab_file_replace(words->files[1], filled, why);
    }
    enum lab_err err = lab_file_read(words->files[1], TEXT_MAX, &is, &len, why);
    *status = err == LAB_OK ? tell_difference(words->files[1], is, filled) : LAB_EXIT_ERROR;
    free(is);
    return err;
}

int cmd_figures(int argc, char **argv)
{
    struct words words;
    struct lab_paths paths;
    struct lab_why why;
    char dir[LAB_PATH_MAX];
    char *text = NULL;
    char *filled = NULL;
    size_t len = 0;
    int status = LAB_EXIT_ERROR;
    bool asked = argc == 2 && strcmp(argv[1], "--help") == 0;
    if (asked || !read_words(argc, argv, &words))
    {
        fputs(usage, asked ? stdout : stderr);
        return asked ? LAB_EXIT_OK : LAB_EXIT_USAGE;
    }
    enum lab_err err = lab_paths_find(&paths, &why);
    err = err != LAB_OK             ? err
          : words.baselines != NULL ? lab_path_set(dir, &why, "%s", words.baselines)
                                    : lab_path_set(dir, &why, "%s/results/baselines", paths.root);
    err = err == LAB_OK ? lab_file_read(words.files[0], TEXT_MAX, &text, &len, &why) : err;
    err = err == LAB_OK ? lab_figures_fill(dir, text, &filled, &why) : err;
    err = err == LAB_OK ? finish(&words, filled, &status, &why) : err;
    if (err != LAB_OK)
    {
        fprintf(stderr, "ovlab figures: %s: %s\n", words.files[0], why.text);
        status = LAB_EXIT_ERROR;
    }
    free(filled);
    free(text);
    return status;
}
