#include "lib/subject.h"

#include "lib/proc.h"
#include "lib/remote.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define VERB_TIMEOUT_MS 10000

static bool is_subject(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISREG(info.st_mode) && access(path, X_OK) == 0;
}

static int by_name(const void *left, const void *right)
{
    return strcmp(((const struct lab_subject *)left)->name, ((const struct lab_subject *)right)->name);
}

enum lab_err lab_subject_list(const char *dir, struct lab_subject *list, size_t *count, struct lab_why *why)
{
    *count = 0;
    DIR *handle = opendir(dir);
    if (handle == NULL)
    {
        (void)lab_why_errno(why, "subjects in %s", dir);
        return LAB_ERR_ABSENT;
    }
    for (struct dirent *entry; *count < LAB_SUBJECT_MAX && (entry = readdir(handle)) != NULL;)
    {
        struct lab_subject *at = &list[*count];
        *at = (struct lab_subject){0};
        size_t len = strlen(entry->d_name);
        if (entry->d_name[0] == '.' || len >= sizeof at->name ||
            lab_path_set(at->path, why, "%s/%s", dir, entry->d_name) != LAB_OK || !is_subject(at->path))
        {
            continue;
        }
        memcpy(at->name, entry->d_name, len + 1);
        (*count)++;
    }
    closedir(handle);
    qsort(list, *count, sizeof *list, by_name);
    return *count > 0 ? LAB_OK : lab_why_set(why, LAB_ERR_ABSENT, "no executable in %s", dir);
}

/* Runs a verb and keeps the first line it printed. */
static enum lab_err ask(struct lab_loop *loop, const struct lab_subject *subject, const char *verb,
                        const char *argument, int *status, char *said, size_t size, struct lab_why *why)
{
    const char *argv[] = {subject->path, verb, argument, NULL};
    const struct lab_proc_spec spec = {.argv = argv, .netns = subject->place};
    char *text;
    enum lab_err err = lab_proc_output(loop, &spec, VERB_TIMEOUT_MS, status, &text, why);
    if (err != LAB_OK)
    {
        return err;
    }
    text[strcspn(text, "\n")] = '\0';
    lab_text_trim(said, size, text);
    lab_text_clean(said);
    free(text);
    return LAB_OK;
}

enum lab_err lab_subject_probe(struct lab_loop *loop, struct lab_subject *subject, struct lab_why *why)
{
    int status;
    enum lab_err err = LAB_OK;
    if (!subject->probed)
    {
        err = ask(loop, subject, "version", NULL, &status, subject->version, sizeof subject->version, why);
    }
    if (err != LAB_OK || subject->probed)
    {
        return err;
    }
    if (status != 0 && status != LAB_EXIT_NOT_HERE)
    {
        return lab_why_set(why, LAB_ERR_FORMAT, "%s version: exit status %d is neither 0 nor 127",
                           subject->name, status);
    }
    subject->probed = true;
    subject->available = status == 0;
    return LAB_OK;
}

static const struct lab_feature *known_feature(const struct lab_subject *subject, const char *feature)
{
    for (size_t i = 0; i < subject->feature_count; i++)
    {
        if (strcmp(subject->features[i].name, feature) == 0)
        {
            return &subject->features[i];
        }
    }
    return NULL;
}

static void keep_feature(struct lab_subject *subject, const char *feature, bool supported, const char *said)
{
    if (subject->feature_count < LAB_FEATURE_MAX && strlen(feature) < sizeof subject->features[0].name)
    {
        struct lab_feature *kept = &subject->features[subject->feature_count++];
        kept->supported = supported;
        snprintf(kept->name, sizeof kept->name, "%s", feature);
        snprintf(kept->said, sizeof kept->said, "%s", said);
    }
}

/* "STATUS FEATURE WORDS" */
static enum lab_err take_answer(struct lab_subject *subject, char *line, struct lab_why *why)
{
    char *rest;
    long status = strtol(line, &rest, 10);
    char *feature = rest + (*rest == ' ');
    size_t len = strcspn(feature, " ");
    char said[256];
    if (rest == line || len == 0 || (status != 0 && status != LAB_EXIT_NOT_HERE))
    {
        return lab_why_set(why, LAB_ERR_FORMAT, "%s supports: the answer '%.100s' is none", subject->name,
                           line);
    }
    const char *words = feature[len] == ' ' ? feature + len + 1 : "";
    lab_text_trim(said, sizeof said, words);
    lab_text_clean(said);
    feature[len] = '\0';
    keep_feature(subject, feature, status == 0, said);
    return LAB_OK;
}

enum lab_err lab_subject_ask_all(struct lab_loop *loop, struct lab_subject *subject,
                                 const char *const *features, struct lab_why *why)
{
    const char *argv[LAB_REMOTE_ARGS] = {subject->path, "supports"};
    const struct lab_proc_spec spec = {.argv = argv, .netns = subject->place};
    size_t count = 2;
    int status;
    char *text;
    for (size_t i = 0; features[i] != NULL && count + 5 < LAB_REMOTE_ARGS; i++)
    {
        if (known_feature(subject, features[i]) == NULL)
        {
            argv[count++] = features[i];
        }
    }
    if (subject->place == NULL || count < 4)
    {
        return LAB_OK; /* one question is asked as any other */
    }
    enum lab_err err = lab_proc_output(loop, &spec, VERB_TIMEOUT_MS, &status, &text, why);
    if (err != LAB_OK)
    {
        return err;
    }
    for (char *save = NULL, *line = strtok_r(text, "\n", &save); line != NULL && err == LAB_OK;
         line = strtok_r(NULL, "\n", &save))
    {
        err = take_answer(subject, line, why);
    }
    free(text);
    return err;
}

enum lab_err lab_subject_supports(struct lab_loop *loop, struct lab_subject *subject, const char *feature,
                                  bool *supported, char *said, size_t size, struct lab_why *why)
{
    int status;
    const struct lab_feature *known = known_feature(subject, feature);
    if (known != NULL)
    {
        *supported = known->supported;
        snprintf(said, size, "%s", known->said);
        return LAB_OK;
    }
    *supported = false;
    enum lab_err err = ask(loop, subject, "supports", feature, &status, said, size, why);
    if (err == LAB_OK && status != 0 && status != LAB_EXIT_NOT_HERE)
    {
        err = lab_why_set(why, LAB_ERR_FORMAT, "%s supports %s: exit status %d is neither 0 nor 127",
                          subject->name, feature, status);
    }
    *supported = err == LAB_OK && status == 0;
    if (err == LAB_OK)
    {
        keep_feature(subject, feature, *supported, said);
    }
    return err;
}

struct lab_subject *lab_subject_find(struct lab_subject *list, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
    {
        if (strcmp(list[i].name, name) == 0)
        {
            return &list[i];
        }
    }
    return NULL;
}

enum lab_err lab_subject_choose(struct lab_subject *subjects, size_t *count, const char *list,
                                struct lab_why *why)
{
    struct lab_subject chosen[LAB_SUBJECT_MAX];
    size_t chosen_count = 0;
    char copy[1024];
    if (list == NULL)
    {
        return LAB_OK;
    }
    snprintf(copy, sizeof copy, "%s", list);
    for (char *save = NULL, *name = strtok_r(copy, ",", &save); name != NULL;
         name = strtok_r(NULL, ",", &save))
    {
        const struct lab_subject *found = lab_subject_find(subjects, *count, name);
        if (found == NULL || chosen_count == LAB_SUBJECT_MAX)
        {
            return lab_why_set(why, LAB_ERR_USAGE, "no subject '%s' (ovlab list names them)", name);
        }
        if (lab_subject_find(chosen, chosen_count, name) == NULL)
        {
            chosen[chosen_count++] = *found;
        }
    }
    memcpy(subjects, chosen, chosen_count * sizeof chosen[0]);
    *count = chosen_count;
    return chosen_count > 0 ? LAB_OK : lab_why_set(why, LAB_ERR_USAGE, "the list of subjects names none");
}
