/* Runs one target over files, and over the files in folders: a corpus replay that needs no libFuzzer. A
 * failing oracle or sanitizer ends the program and names the input. Exit status: 0 all ran, 2 nothing to
 * run or unreadable. */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/fuzz.h"

static bool verbose;
static unsigned long runs;
static const char *current = "(none)";

static int run_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    struct stat st;
    if (file == NULL || fstat(fileno(file), &st) != 0)
    {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        return 2;
    }
    size_t size = (size_t)st.st_size;
    uint8_t *data = malloc(size + 1);
    if (data == NULL || fread(data, 1, size, file) != size)
    {
        fprintf(stderr, "%s: can't be read\n", path);
        return 2;
    }
    fclose(file);
    if (verbose)
    {
        printf("%s\n", path);
        fflush(stdout);
    }
    current = path;
    /* An exact copy, so that reading one octet too far is seen. */
    uint8_t *copy = fuzz_copy(data, size);
    LLVMFuzzerTestOneInput(copy, size);
    free(copy);
    free(data);
    runs++;
    return 0;
}

static int run_path(const char *path)
{
    struct stat st;
    if (stat(path, &st) != 0)
    {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        return 2;
    }
    if (!S_ISDIR(st.st_mode))
    {
        return run_file(path);
    }
    struct dirent **names;
    int count = scandir(path, &names, NULL, alphasort);
    int result = count < 0 ? 2 : 0;
    for (int i = 0; i < count; i++)
    {
        char inner[4096];
        int len = snprintf(inner, sizeof(inner), "%s/%s", path, names[i]->d_name);
        if (names[i]->d_name[0] != '.')
        {
            int one = len < (int)sizeof(inner) ? run_path(inner) : 2;
            result = one > result ? one : result;
        }
        free(names[i]);
    }
    if (count >= 0)
    {
        free(names);
    }
    return result;
}

/* Present only in sanitized builds. */
extern void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

/* Which input it was is what one wants to know first. Only calls that are safe in a signal handler. */
static void say_current(void)
{
    static const char label[] = "input: ";
    if (write(STDERR_FILENO, label, sizeof(label) - 1) < 0 ||
        write(STDERR_FILENO, current, strlen(current)) < 0 || write(STDERR_FILENO, "\n", 1) < 0)
    {
        return; /* there is nobody to tell */
    }
}

static void on_abort(int number)
{
    (void)number;
    say_current(); /* the signal's default follows when this returns from abort() */
}

int main(int argc, char **argv)
{
    int result = 0;
    int first = 1;
    signal(SIGABRT, on_abort);
    if (__sanitizer_set_death_callback != NULL)
    {
        __sanitizer_set_death_callback(say_current);
    }
    if (argc > 1 && strcmp(argv[1], "-v") == 0)
    {
        verbose = true;
        first = 2;
    }
    for (int i = first; i < argc; i++)
    {
        int one = run_path(argv[i]);
        result = one > result ? one : result;
    }
    current = "(none)";
    if (runs == 0)
    {
        fprintf(stderr, "usage: %s [-v] FILE|FOLDER...: no input was run\n", argv[0]);
        return 2;
    }
    printf("%lu inputs\n", runs);
    return result;
}
