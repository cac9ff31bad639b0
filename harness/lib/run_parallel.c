/* Several cases at one time: each worker is a process with private namespaces of its own inside
 * the run's, and takes the next case that nobody has. All append whole lines to the one record;
 * the runner reads them as they come. */
#include "lib/run.h"

#include "lib/clock.h"
#include "lib/ns.h"

#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define END_TIMEOUT_MS 5000

/* What the processes share. */
struct shared
{
    atomic_size_t next;
    atomic_bool stop; /* nobody takes another case */
    atomic_bool failed;
    char why[512]; /* of the first that failed */
};

struct crew
{
    struct lab_run *run;
    struct shared *shared;
    pid_t workers[LAB_JOBS_MAX];
    size_t running;
    FILE *record; /* behind what was there before */
    size_t finished;
};

static void fail_run(struct shared *shared, const char *text)
{
    if (!atomic_exchange(&shared->failed, true))
    {
        snprintf(shared->why, sizeof shared->why, "%s", text);
    }
    atomic_store(&shared->stop, true);
}

/* A worker: the copy of the run is its own, save for the record. */
static int work(void *arg)
{
    struct crew *crew = arg;
    struct lab_run *run = crew->run;
    struct shared *shared = crew->shared;
    struct lab_why why = {""};
    enum lab_err err = lab_loop_init(&run->loop, -1, &why);
    run->record.on_line = NULL;
    lab_term_init(&run->term, open("/dev/null", O_WRONLY | O_CLOEXEC));
    while (err == LAB_OK && !atomic_load(&shared->stop))
    {
        size_t index = atomic_fetch_add(&shared->next, 1);
        enum lab_verdict verdict = LAB_PASS;
        if (index >= run->case_count)
        {
            break;
        }
        err = lab_run_case(run, index, &verdict, &why);
        if (err == LAB_OK && verdict == LAB_ERROR && !run->options.keep_going)
        {
            err = lab_why_set(&why, LAB_ERR_EXITED,
                              "stopped at the first ERROR of the harness (--keep-going goes on)");
        }
    }
    if (err != LAB_OK)
    {
        fail_run(shared, why.text);
    }
    return err == LAB_OK ? 0 : 1;
}

static enum lab_err start_workers(struct crew *crew, struct lab_why *why)
{
    fflush(NULL);
    for (size_t i = 0; i < crew->run->options.jobs; i++)
    {
        pid_t pid = fork();
        if (pid == 0)
        {
            struct lab_why said;
            int status = lab_ns_run(work, crew, &said);
            if (status < 0)
            {
                fail_run(crew->shared, said.text);
            }
            _exit(status != 0);
        }
        if (pid < 0)
        {
            return lab_why_errno(why, "starting a worker");
        }
        crew->workers[crew->running++] = pid;
    }
    return LAB_OK;
}

static void print_finished(struct crew *crew, const char *id)
{
    struct lab_run *run = crew->run;
    const struct lab_row *row = lab_report_row(&run->report, id);
    crew->finished++;
    if (row != NULL && (row->verdict != LAB_UNSUPPORTED || !run->options.quiet_unsupported))
    {
        lab_term_print(&run->term, "[%*zu/%zu] ", run->case_count > 99 ? 3 : 2, crew->finished,
                       run->case_count);
        lab_report_print_row(row, &run->term);
    }
}

/* Takes in the lines that came since the last time. */
static void read_record(struct crew *crew)
{
    char *line = NULL;
    size_t room = 0;
    clearerr(crew->record);
    for (;;)
    {
        long from = ftell(crew->record);
        ssize_t len = getline(&line, &room, crew->record);
        if (len <= 0 || line[len - 1] != '\n')
        {
            /* Half a line is read again when all of it is there. */
            (void)!fseek(crew->record, from, SEEK_SET);
            break;
        }
        json_t *object = json_loads(line, 0, NULL);
        if (object != NULL)
        {
            lab_report_add(&crew->run->report, object);
            if (strcmp(json_string_value(json_object_get(object, "kind")), "case") == 0)
            {
                print_finished(crew, json_string_value(json_object_get(object, "case")));
            }
        }
        json_decref(object);
    }
    free(line);
}

static bool all_ended(void *arg)
{
    struct crew *crew = arg;
    read_record(crew);
    for (size_t i = 0; i < crew->running;)
    {
        int status;
        if (waitpid(crew->workers[i], &status, WNOHANG) != crew->workers[i])
        {
            i++;
            continue;
        }
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        {
            fail_run(crew->shared, "a worker died");
        }
        crew->workers[i] = crew->workers[--crew->running];
    }
    return crew->running == 0;
}

static void show_progress(void *arg)
{
    struct crew *crew = arg;
    struct lab_run *run = crew->run;
    char text[160];
    double done = 0.0;
    double open = 0.0;
    for (size_t i = 0; i < run->case_count; i++)
    {
        const struct lab_row *row = lab_report_row(&run->report, run->cases[i].id);
        double *sum = row != NULL && row->finished ? &done : &open;
        *sum += run->cases[i].def->scenario->impossible != NULL
                    ? 0.0
                    : lab_case_seconds(run->cases[i].def, run->options.bulk_seconds);
    }
    double took = (double)(lab_now_us() - run->case_started_us) / 1e6;
    double left = done > 20.0 ? open * took / done : open / (double)run->options.jobs;
    snprintf(text, sizeof text, "[%zu/%zu] %zu passed, %zu failed, %u:%02u left", crew->finished,
             run->case_count, run->report.counts[LAB_PASS], run->report.counts[LAB_FAIL], (unsigned)left / 60,
             (unsigned)left % 60);
    if (run->term.tty)
    {
        lab_term_live(&run->term, text);
    }
}

static void end_workers(struct crew *crew)
{
    atomic_store(&crew->shared->stop, true);
    for (size_t i = 0; i < crew->running; i++)
    {
        kill(crew->workers[i], SIGTERM);
    }
    crew->run->loop.cleaning = true;
    if (lab_loop_until(&crew->run->loop, all_ended, crew, 20, END_TIMEOUT_MS) != LAB_OK)
    {
        for (size_t i = 0; i < crew->running; i++)
        {
            kill(crew->workers[i], SIGKILL);
        }
    }
}

static enum lab_err open_record(struct crew *crew, struct lab_why *why)
{
    char path[LAB_PATH_MAX];
    enum lab_err err = lab_path_set(path, why, "%s/%s", crew->run->record.dir, LAB_RECORD_NAME);
    if (err != LAB_OK)
    {
        return err;
    }
    crew->record = fopen(path, "re");
    if (crew->record == NULL || fseek(crew->record, 0, SEEK_END) != 0)
    {
        return lab_why_errno(why, "%s", path);
    }
    return LAB_OK;
}

enum lab_err lab_run_parallel(struct lab_run *run, struct lab_why *why)
{
    struct crew crew = {.run = run};
    crew.shared = mmap(NULL, sizeof *crew.shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (crew.shared == MAP_FAILED)
    {
        return lab_why_errno(why, "shared memory");
    }
    run->case_started_us = lab_now_us();
    enum lab_err err = open_record(&crew, why);
    err = err == LAB_OK ? start_workers(&crew, why) : err;
    run->loop.on_tick = show_progress;
    run->loop.tick_arg = &crew;
    if (err == LAB_OK)
    {
        err = lab_loop_until(&run->loop, all_ended, &crew, 100, UINT32_MAX);
    }
    if (err != LAB_OK)
    {
        end_workers(&crew);
        err = run->loop.stop_signal == 0 ? err
                                         : lab_why_set(why, LAB_ERR_INTERRUPTED, "interrupted by %s",
                                                       lab_loop_stop_name(&run->loop));
    }
    else if (atomic_load(&crew.shared->failed))
    {
        err = lab_why_set(why, LAB_ERR_EXITED, "%s", crew.shared->why);
    }
    run->loop.on_tick = NULL;
    if (crew.record != NULL)
    {
        fclose(crew.record);
    }
    munmap(crew.shared, sizeof *crew.shared);
    return err;
}
