/* Files by which programs answer may be anything (bad-inputs 45): what is no plain file of some octets is no answer, no
 * link is followed, nothing waits, and the folder is gone in the end. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "app/scratch.h"

#define GIGABYTE (1L << 30)

static char parent[] = "/tmp/ovref-scratch.XXXXXX";
static const struct ov_log quiet;
static struct ov_scratch files;

static void put(const char *path, const char *text, size_t len)
{
    const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, len), len);
    (void)close(fd);
}

static const char *secret_path(void)
{
    static char path[64];
    (void)snprintf(path, sizeof path, "%s/secret", parent);
    return path;
}

static void as_text(const char *path)
{
    put(path, "1\n", 2);
}

static void as_other_text(const char *path)
{
    put(path, "nonsense\n", 9);
}

static void as_nothing(const char *path)
{
    put(path, "", 0);
}

static void as_nul(const char *path)
{
    put(path,
        "\0"
        "1",
        2);
}

static void as_gigabyte(const char *path)
{
    put(path, "1", 1);
    assert_int_equal(truncate(path, GIGABYTE), 0);
}

static void as_link(const char *path)
{
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink(secret_path(), path), 0);
}

static void as_pipe(const char *path)
{
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkfifo(path, 0600), 0);
}

static void as_folder(const char *path)
{
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkdir(path, 0700), 0);
}

static void as_device(const char *path)
{
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink("/dev/zero", path), 0);
}

static void as_removed(const char *path)
{
    assert_int_equal(unlink(path), 0);
}

static const struct
{
    const char *name;
    void (*make)(const char *path);
    bool read;
    const char *text;
} rows[] = {
    {"an answer", as_text, true, "1\n"},
    {"another text", as_other_text, true, "nonsense\n"},
    {"an empty file", as_nothing, false, ""},
    {"a NUL in front", as_nul, true, ""},
    {"a gigabyte", as_gigabyte, true, "1"},
    {"a link", as_link, false, ""},
    {"a pipe", as_pipe, false, ""},
    {"a folder", as_folder, false, ""},
    {"a link to a device", as_device, false, ""},
    {"no file", as_removed, false, ""},
};

static void what_is_read(void **state)
{
    (void)state;
    put(secret_path(), "1 of somebody else", 18);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        char text[8 + 8];
        memset(text, 'x', sizeof text);
        assert_true(ov_scratch_open(&files, parent, &quiet));
        rows[i].make(ov_scratch_path(&files, OV_SCRATCH_CONTROL));
        const bool read = ov_scratch_read(&files, OV_SCRATCH_CONTROL, text, 10);
        if (read != rows[i].read || strcmp(text, rows[i].text) != 0)
        {
            fail_msg("%s: %d '%s', expected %d '%s'", rows[i].name, read, text, rows[i].read, rows[i].text);
        }
        for (size_t at = 10; at < sizeof text; at++)
        {
            assert_int_equal(text[at], 'x'); /* not one octet more */
        }
        (void)rmdir(ov_scratch_path(&files, OV_SCRATCH_CONTROL)); /* of the folder only */
        char dir[OV_SCRATCH_PATH];
        memcpy(dir, files.dir, sizeof dir);
        ov_scratch_close(&files);
        assert_int_equal(access(dir, F_OK), -1);
    }
    assert_int_equal(unlink(secret_path()), 0);
}

/* A link in the way of what we write: the file behind it stays as it is. */
static void what_is_written(void **state)
{
    (void)state;
    char text[32] = "";
    put(secret_path(), "theirs", 6);
    assert_true(ov_scratch_open(&files, parent, &quiet));
    as_link(ov_scratch_path(&files, OV_SCRATCH_CONTROL));
    assert_false(ov_scratch_write(&files, OV_SCRATCH_CONTROL, "ours"));
    FILE *file = fopen(secret_path(), "r");
    assert_non_null(file);
    assert_non_null(fgets(text, sizeof text, file));
    (void)fclose(file);
    assert_string_equal(text, "theirs");
    ov_scratch_close(&files);
    assert_int_equal(unlink(secret_path()), 0);
}

/* Only we can enter. */
static void whose_it_is(void **state)
{
    (void)state;
    struct stat info;
    assert_true(ov_scratch_open(&files, parent, &quiet));
    assert_int_equal(stat(files.dir, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0700);
    assert_int_equal(stat(ov_scratch_path(&files, OV_SCRATCH_CONTROL), &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    ov_scratch_close(&files);
    assert_false(ov_scratch_open(&files, "/nonexistent", &quiet));
    assert_string_equal(files.dir, "");
}

static int make_parent(void **state)
{
    (void)state;
    return mkdtemp(parent) != NULL ? 0 : -1;
}

static int remove_parent(void **state)
{
    (void)state;
    return rmdir(parent); /* fails if anything was left in it */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_read),
        cmocka_unit_test(what_is_written),
        cmocka_unit_test(whose_it_is),
    };
    return cmocka_run_group_tests_name("app_scratch", tests, make_parent, remove_parent);
}
