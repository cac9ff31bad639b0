/* Child processes for real: how they end, deadlines, groups, output, subjects. */
#include "lib/clock.h"
#include "lib/loop.h"
#include "lib/proc.h"
#include "lib/subject.h"
#include "tests/testing.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int loop_make(void **state)
{
    struct lab_why why;
    struct lab_loop *loop = malloc(sizeof *loop);
    *state = loop;
    return lab_loop_init(loop, -1, &why) == LAB_OK ? 0 : -1;
}

static int loop_remove(void **state)
{
    lab_loop_clear(*state);
    free(*state);
    return 0;
}

static void test_ends(void **state)
{
    static const struct
    {
        const char *script;
        int status;
        const char *said;
    } ends[] = {
        {"exit 0", 0, "exit status 0"},
        {"exit 3", 3, "exit status 3"},
        {"kill -SEGV $$", 128 + SIGSEGV, "killed by SIGSEGV"},
        {"kill -TERM $$", 128 + SIGTERM, "killed by SIGTERM"},
    };
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
    {
        const char *argv[] = {"sh", "-c", ends[i].script, NULL};
        const struct lab_proc_spec spec = {.argv = argv};
        struct lab_why why;
        struct lab_proc proc;
        char said[64];
        int status;
        assert_int_equal(lab_proc_run(*state, &spec, 5000, &status, &why), LAB_OK);
        assert_int_equal(status, ends[i].status);
        assert_int_equal(lab_proc_spawn(*state, &proc, &spec, &why), LAB_OK);
        assert_int_equal(lab_proc_wait(&proc, 5000), LAB_OK);
        lab_proc_end_text(&proc, said, sizeof said);
        assert_string_equal(said, ends[i].said);
        assert_int_equal(lab_proc_exited_with(&proc, 0), ends[i].status == 0);
        lab_proc_clear(&proc);
        lab_proc_clear(&proc); /* Safe at any time. */
    }
}

static void test_absent(void **state)
{
    const char *by_name[] = {"no-such-program-here", NULL};
    const char *by_path[] = {"/nonexistent/program", NULL};
    struct lab_proc_spec spec = {.argv = by_name};
    struct lab_why why;
    int status;
    assert_int_equal(lab_proc_run(*state, &spec, 1000, &status, &why), LAB_ERR_ABSENT);
    assert_string_equal(why.text, "program 'no-such-program-here' not found");
    spec.argv = by_path;
    assert_int_equal(lab_proc_run(*state, &spec, 1000, &status, &why), LAB_ERR_ABSENT);
    spec.argv = (const char *[]){"/", NULL};
    assert_int_equal(lab_proc_run(*state, &spec, 1000, &status, &why), LAB_ERR_SYSTEM);
    spec.argv = (const char *[]){"true", NULL};
    spec.netns = "no-such-namespace";
    assert_int_equal(lab_proc_run(*state, &spec, 1000, &status, &why), LAB_ERR_SYSTEM);
}

static void test_deadline(void **state)
{
    const char *argv[] = {"sleep", "100", NULL};
    const struct lab_proc_spec spec = {.argv = argv};
    struct lab_why why;
    int status;
    uint64_t before_ms = lab_now_ms();
    assert_int_equal(lab_proc_run(*state, &spec, 100, &status, &why), LAB_ERR_TIMEOUT);
    assert_string_equal(why.text, "sleep did not end within 0.1 s");
    assert_true(lab_now_ms() - before_ms < 5000);
}

/* Clearing takes the children of a child with it. */
static void test_group(void **state)
{
    char path[] = "/tmp/test_proc.XXXXXX";
    const char *argv[] = {"sh", "-c", "sleep 100 & echo $!; wait", NULL};
    const struct lab_proc_spec spec = {.argv = argv, .out_path = path};
    struct lab_why why;
    struct lab_proc proc;
    char line[32] = "";
    close(mkstemp(path));
    assert_int_equal(lab_proc_spawn(*state, &proc, &spec, &why), LAB_OK);
    for (int i = 0; i < 500 && line[0] == '\0'; i++)
    {
        (void)!lab_proc_wait(&proc, 10);
        lab_file_last_line(path, line, sizeof line);
    }
    pid_t grandchild = (pid_t)strtol(line, NULL, 10);
    assert_true(grandchild > 1);
    assert_int_equal(kill(grandchild, 0), 0);
    lab_proc_clear(&proc);
    bool gone = false;
    for (int i = 0; i < 500 && !gone; i++)
    {
        char status_path[64];
        char *text;
        size_t len;
        snprintf(status_path, sizeof status_path, "/proc/%d/stat", (int)grandchild);
        gone = lab_file_read(status_path, 4096, &text, &len, &why) != LAB_OK || strstr(text, ") Z ") != NULL;
        free(text);
        usleep(gone ? 0 : 10000);
    }
    assert_true(gone);
    unlink(path);
}

static void test_output(void **state)
{
    const char *argv[] = {"sh", "-c", "echo out; echo err >&2", NULL};
    const struct lab_proc_spec spec = {.argv = argv};
    struct lab_why why;
    char *text;
    int status;
    assert_int_equal(lab_proc_output(*state, &spec, 5000, &status, &text, &why), LAB_OK);
    assert_string_equal(text, "out\n");
    free(text);
}

static void test_interrupt(void **state)
{
    struct lab_loop *loop = *state;
    const char *argv[] = {"sleep", "100", NULL};
    const struct lab_proc_spec spec = {.argv = argv};
    struct lab_why why;
    int status;
    raise(SIGTERM);
    assert_int_equal(lab_proc_run(loop, &spec, 5000, &status, &why), LAB_ERR_INTERRUPTED);
    assert_string_equal(why.text, "interrupted by SIGTERM");
    loop->stop_signal = 0; /* Handled. */
}

static void write_subject(const char *dir, const char *name, const char *body, mode_t mode)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "#!/bin/sh\n%s\n", body);
    fclose(file);
    chmod(path, mode);
}

static void test_subjects(void **state)
{
    char dir[] = "/tmp/test_proc_d.XXXXXX";
    struct lab_subject list[LAB_SUBJECT_MAX];
    struct lab_why why;
    size_t count;
    bool supported;
    char said[128];
    assert_non_null(mkdtemp(dir));
    assert_int_equal(lab_subject_list(dir, list, &count, &why), LAB_ERR_ABSENT);
    write_subject(dir, "zed", "echo ' zed 1.0 '; echo more; exit 0", 0755);
    write_subject(dir, "away", "echo 'not installed'; exit 127", 0755);
    write_subject(dir, "bad", "exit 1", 0755);
    write_subject(dir, "notes.txt", "", 0644);
    assert_int_equal(lab_subject_list(dir, list, &count, &why), LAB_OK);
    assert_int_equal(count, 3);
    assert_string_equal(list[0].name, "away");
    assert_int_equal(lab_subject_probe(*state, &list[0], &why), LAB_OK);
    assert_false(list[0].available);
    assert_string_equal(list[0].version, "not installed");
    assert_int_equal(lab_subject_supports(*state, &list[0], "udp4", &supported, said, sizeof said, &why),
                     LAB_OK);
    assert_false(supported);
    assert_int_equal(lab_subject_probe(*state, &list[1], &why), LAB_ERR_FORMAT);
    assert_string_equal(why.text, "bad version: exit status 1 is neither 0 nor 127");
    assert_int_equal(lab_subject_probe(*state, &list[2], &why), LAB_OK);
    assert_true(list[2].available);
    assert_string_equal(list[2].version, "zed 1.0");
    for (size_t i = 0; i < count; i++)
    {
        unlink(list[i].path);
    }
    char notes[64];
    snprintf(notes, sizeof notes, "%s/notes.txt", dir);
    unlink(notes);
    rmdir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_ends, loop_make, loop_remove),
        cmocka_unit_test_setup_teardown(test_absent, loop_make, loop_remove),
        cmocka_unit_test_setup_teardown(test_deadline, loop_make, loop_remove),
        cmocka_unit_test_setup_teardown(test_group, loop_make, loop_remove),
        cmocka_unit_test_setup_teardown(test_output, loop_make, loop_remove),
        cmocka_unit_test_setup_teardown(test_interrupt, loop_make, loop_remove),
        cmocka_unit_test_setup_teardown(test_subjects, loop_make, loop_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
