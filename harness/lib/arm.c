#include "lib/arm.h"

#include "lib/args.h"
#include "lib/proc.h"
#include "lib/record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define GIT_TIMEOUT_MS   20000
#define BUILD_TIMEOUT_MS 900000

static bool is_record(const char *path)
{
    char file[LAB_PATH_MAX + 16];
    snprintf(file, sizeof file, "%s/%s", path, LAB_RECORD_NAME);
    return access(file, R_OK) == 0;
}

static bool is_file(const char *path, bool executable)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISREG(info.st_mode) && (access(path, X_OK) == 0) == executable;
}

static bool is_subject(const struct lab_paths *paths, const char *name)
{
    char path[LAB_PATH_MAX + 80];
    snprintf(path, sizeof path, "%s/%s", paths->subjects, name);
    return strchr(name, '/') == NULL && is_file(path, true);
}

/* Resolves a commit of the repository; false when it is none. */
static bool find_commit(struct lab_arm *arm, const char *text, const struct lab_paths *paths,
                        struct lab_loop *loop)
{
    char name[300];
    char *said = NULL;
    int status = -1;
    struct lab_why why;
    snprintf(name, sizeof name, "%.250s^{commit}", text);
    const char *argv[] = {"git", "-C", paths->root, "rev-parse", "--verify", "--quiet", "--end-of-options",
                          name,  NULL};
    const struct lab_proc_spec spec = {.argv = argv};
    bool found = lab_proc_output(loop, &spec, GIT_TIMEOUT_MS, &status, &said, &why) == LAB_OK &&
                 status == 0 && strlen(said) >= 40;
    if (found)
    {
        lab_text_trim(arm->commit, sizeof arm->commit, said);
        snprintf(arm->label, sizeof arm->label, "commit %.12s (%.200s)", arm->commit, text);
    }
    free(said);
    return found;
}

static const struct
{
    const char *prefix;
    enum lab_arm_kind kind;
    const char *what;
} kinds[] = {
    {"record:", LAB_ARM_RECORD, "a directory with run.jsonl"},
    {"subject:", LAB_ARM_SUBJECT, "a subject (ovlab list shows them)"},
    {"binary:", LAB_ARM_BINARY, "an executable file"},
    {"config:", LAB_ARM_CONFIG, "a file of option lines"},
    {"commit:", LAB_ARM_COMMIT, "a commit of this repository"},
};
#define KIND_COUNT (sizeof kinds / sizeof kinds[0])

static bool fits(struct lab_arm *arm, enum lab_arm_kind kind, const char *text, const struct lab_paths *paths,
                 struct lab_loop *loop)
{
    switch (kind)
    {
    case LAB_ARM_RECORD:
        return is_record(arm->path);
    case LAB_ARM_SUBJECT:
        return is_subject(paths, text);
    case LAB_ARM_BINARY:
        return is_file(arm->path, true);
    case LAB_ARM_CONFIG:
        return is_file(arm->path, false);
    case LAB_ARM_COMMIT:
        return find_commit(arm, text, paths, loop);
    }
    return false;
}

enum lab_err lab_arm_find(struct lab_arm *arm, const char *text, const char *subject,
                          const struct lab_paths *paths, struct lab_loop *loop, struct lab_why *why)
{
    size_t only = KIND_COUNT;
    const char *name = text;
    *arm = (struct lab_arm){.kind = LAB_ARM_RECORD};
    for (size_t i = 0; i < KIND_COUNT; i++)
    {
        if (strncmp(text, kinds[i].prefix, strlen(kinds[i].prefix)) == 0)
        {
            only = i;
            name = text + strlen(kinds[i].prefix);
        }
    }
    snprintf(arm->label, sizeof arm->label, "%.200s", text);
    snprintf(arm->subject, sizeof arm->subject, "%.63s", subject);
    enum lab_err err = lab_arg_path(name, arm->path, why);
    for (size_t i = 0; err == LAB_OK && i < KIND_COUNT; i++)
    {
        if ((only == KIND_COUNT || only == i) && fits(arm, kinds[i].kind, name, paths, loop))
        {
            arm->kind = kinds[i].kind;
            if (arm->kind == LAB_ARM_SUBJECT)
            {
                snprintf(arm->subject, sizeof arm->subject, "%.63s", name);
            }
            return LAB_OK;
        }
    }
    if (err == LAB_OK)
    {
        err = lab_why_set(why, LAB_ERR_USAGE, "'%.200s' is not %s", name,
                          only < KIND_COUNT ? kinds[only].what
                                            : "a record, subject, binary, file of options or commit");
    }
    return err;
}

/* The tree of the commit without any of git's own bookkeeping, so that nothing has to be taken back. */
static const char build_script[] =
    "set -euo pipefail\n"
    "mkdir -p \"$3/tree\"\n"
    "git -C \"$1\" archive \"$2\" | tar -x -C \"$3/tree\"\n"
    "env -u MAKEFLAGS -u MAKELEVEL make -C \"$3/tree\" -j2 BUILD=build build/ovref\n"
    "cp \"$3/tree/build/ovref\" \"$3/ovref.new\"\n"
    "mv \"$3/ovref.new\" \"$3/ovref\"\n";

enum lab_err lab_arm_build(struct lab_arm *arm, const struct lab_paths *paths, struct lab_loop *loop,
                           struct lab_why *why)
{
    char dir[LAB_PATH_MAX];
    char log[LAB_PATH_MAX];
    int status = -1;
    if (arm->kind != LAB_ARM_COMMIT)
    {
        return LAB_OK;
    }
    enum lab_err err = lab_path_set(dir, why, "%s/compare/%.12s", paths->build, arm->commit);
    err = err == LAB_OK ? lab_path_set(arm->path, why, "%s/ovref", dir) : err;
    err = err == LAB_OK ? lab_path_set(log, why, "%s/build.log", dir) : err;
    if (err != LAB_OK || is_file(arm->path, true))
    {
        return err;
    }
    err = lab_dir_make(dir, why);
    printf("building %s in %s\n", arm->label, dir);
    fflush(stdout);
    const char *argv[] = {"bash", "-c", build_script, "build", paths->root, arm->commit, dir, NULL};
    const struct lab_proc_spec spec = {.argv = argv, .out_path = log};
    err = err == LAB_OK ? lab_proc_run(loop, &spec, BUILD_TIMEOUT_MS, &status, why) : err;
    if (err == LAB_OK && status != 0)
    {
        err = lab_why_set(why, LAB_ERR_EXITED, "%s does not build: %s", arm->label, log);
    }
    return err;
}

static enum lab_err copy_options(const struct lab_arm *arm, const char *path, struct lab_why *why)
{
    char *text;
    size_t len;
    enum lab_err err = lab_file_read(arm->path, 64 * 1024, &text, &len, why);
    if (err == LAB_OK && strlen(text) != len)
    {
        err = lab_why_set(why, LAB_ERR_FORMAT, "%s is no text", arm->path);
    }
    err = err == LAB_OK ? lab_file_replace(path, text, why) : err;
    free(text);
    return err;
}

static enum lab_err write_program(struct lab_arm *arm, const char *text, struct lab_why *why)
{
    enum lab_err err = lab_file_replace(arm->program.path, text, why);
    if (err == LAB_OK && chmod(arm->program.path, 0755) != 0)
    {
        err = lab_why_errno(why, "%s", arm->program.path);
    }
    return err;
}

enum lab_err lab_arm_prepare(struct lab_arm *arm, const struct lab_paths *paths, const char *dir,
                             const char *name, struct lab_why *why)
{
    char base[LAB_PATH_MAX];
    char binary[LAB_PATH_MAX];
    char options[LAB_PATH_MAX];
    char text[8192];
    bool has_binary = arm->kind == LAB_ARM_BINARY || arm->kind == LAB_ARM_COMMIT;
    enum lab_err err = lab_path_set(base, why, "%s/%s", dir, name);
    err = err == LAB_OK ? lab_path_set(binary, why, "%s/ovref", base) : err;
    err = err == LAB_OK ? lab_path_set(options, why, "%s/options", base) : err;
    err = err == LAB_OK ? lab_path_set(arm->program.path, why, "%s/subject", base) : err;
    err = err == LAB_OK ? lab_dir_make(base, why) : err;
    if (err == LAB_OK && strpbrk(base, "' \t\n") != NULL)
    {
        err = lab_why_set(why, LAB_ERR_USAGE, "%s: no quotes or blanks, please", base);
    }
    if (err == LAB_OK && symlink(has_binary ? arm->path : paths->ovref, binary) != 0)
    {
        err = lab_why_errno(why, "%s", binary);
    }
    if (err == LAB_OK && arm->kind == LAB_ARM_CONFIG)
    {
        err = copy_options(arm, options, why);
    }
    if (err != LAB_OK)
    {
        return err;
    }
    snprintf(arm->program.name, sizeof arm->program.name, "%s", name);
    int len = snprintf(text, sizeof text,
                       "#!/usr/bin/env bash\n"
                       "set -euo pipefail\n"
                       "export OVREF='%s'\n"
                       "if [[ -e '%s' && ($1 == server || $1 == client) ]]\n"
                       "then\n"
                       "    cp \"$2\" \"$2.arm\"\n"
                       "    echo 'options=%s' >>\"$2.arm\"\n"
                       "    set -- \"$1\" \"$2.arm\"\n"
                       "fi\n"
                       "exec '%s/%s' \"$@\"\n",
                       binary, options, options, paths->subjects, arm->subject);
    if (len < 0 || (size_t)len >= sizeof text)
    {
        return lab_why_set(why, LAB_ERR_USAGE, "%s is too long", base);
    }
    return write_program(arm, text, why);
}

void lab_arm_remove(const char *dir, const char *name)
{
    static const char *const files[] = {"subject", "ovref", "options"};
    char path[LAB_PATH_MAX + 64];
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
    {
        snprintf(path, sizeof path, "%s/%s/%s", dir, name, files[i]);
        (void)unlink(path);
    }
    snprintf(path, sizeof path, "%s/%s", dir, name);
    (void)rmdir(path);
    (void)rmdir(dir);
}
