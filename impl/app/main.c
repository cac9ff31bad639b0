#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "app/check.h"
#include "app/genkey.h"
#include "app/load_files.h"
#include "app/log_stderr.h"
#include "app/persist.h"
#include "app/process.h"
#include "app/program.h"
#include "app/show.h"
#include "app/version.h"
#include "loop/loop.h"
#include "options/options.h"

/* ovref: read the options, prepare the parts, run the role. */

static void print_line(void *ctx, const char *text)
{
    (void)ctx;
    (void)puts(text);
}

static enum ov_outcome tell_options(const char *name)
{
    if (name != NULL)
    {
        return ov_options_help_on(name, print_line, NULL) ? OV_OUTCOME_DONE : OV_OUTCOME_FAILED;
    }
    ov_options_help(print_line, NULL);
    return OV_OUTCOME_DONE;
}

static void log_diags(const struct ov_log *log, const struct ov_diags *diags)
{
    static const enum ov_level levels[] = {
        [OV_DIAG_ERROR] = OV_LOG_ERROR,
        [OV_DIAG_WARNING] = OV_LOG_WARN,
        [OV_DIAG_NOTE] = OV_LOG_INFO,
    };
    char line[OV_DIAG_LINE];
    for (const struct ov_diag *diag = diags->first; diag != NULL; diag = diag->next)
    {
        /* The log has its own word for warnings; the line is asked for without. */
        struct ov_diag plain = *diag;
        plain.severity = OV_DIAG_ERROR;
        ov_logf(log, levels[diag->severity], "%s", ov_diag_line(&plain, line));
    }
    if (diags->left_out > 0)
    {
        ov_logf(log, OV_LOG_WARN, "%u more messages of this kind were left out", diags->left_out);
    }
}

/* Keys and options are good: from here on nobody has to wait at the terminal. */
static bool to_background(struct ov_program *program)
{
    char reason[256];
    if (ov_process_settle(&program->config.process, &program->background, reason, sizeof reason) != OV_OK)
    {
        ov_logf(&program->log, OV_LOG_ERROR, "%s", reason);
        return false;
    }
    return true;
}

static enum ov_outcome run_role(struct ov_program *program, const struct ov_config *config, struct ov_log log)
{
    char line[OV_VERSION_LINE];
    ov_logf(&log, OV_LOG_INFO, "%s", ov_version_line(line));
    struct ov_control control;
    enum ov_outcome outcome = OV_OUTCOME_FAILED;
    if (!ov_control_open(&control, config, &log))
    {
        return OV_OUTCOME_FAILED;
    }
    program->control = &control;
    program->manage = control.manage;
    if (ov_program_init(program, config, log))
    {
        control.log = &program->log;
        ov_logf(&log, OV_LOG_INFO, "TLS library: %s", program->crypto->version());
        if (to_background(program))
        {
            outcome = config->role == OV_ROLE_SERVER ? ov_server_run(program) : ov_client_run(program);
        }
    }
    ov_program_clear(program);
    program->control = NULL;
    program->manage = NULL;
    ov_control_close(&control);
    return outcome;
}

static enum ov_outcome run_config(struct ov_program *program, const struct ov_options *options)
{
    const struct ov_config *config = ov_options_config(options);
    struct ov_log log = ov_log_stderr(config == NULL ? OV_LOG_INFO : config->verb);
    char reason[256];
    char line[OV_VERSION_LINE];
    if (config != NULL && config->wish == OV_WISH_VERSION)
    {
        (void)puts(ov_version_line(line));
        return OV_OUTCOME_DONE;
    }
    if (config != NULL && config->wish == OV_WISH_HELP)
    {
        return tell_options(config->help_on);
    }
    if (config != NULL && config->wish == OV_WISH_MAN)
    {
        ov_options_man(OV_VERSION, print_line, NULL);
        return OV_OUTCOME_DONE;
    }
    if (ov_options_asked(options).wish == OV_WISH_CHECK)
    {
        return ov_check_run(program, options) ? OV_OUTCOME_DONE : OV_OUTCOME_FAILED;
    }
    if (config != NULL && ov_show_wanted(config->wish))
    {
        return ov_show_run(program, config, log) ? OV_OUTCOME_DONE : OV_OUTCOME_FAILED;
    }
    if (config != NULL && config->wish == OV_WISH_PKCS11_IDS)
    {
        return ov_card_show(config, &log) ? OV_OUTCOME_DONE : OV_OUTCOME_FAILED;
    }
    if (config != NULL && config->wish == OV_WISH_RUN &&
        ov_process_open_log(&config->process, config->verb, program->background || program->settled, &log,
                            reason, sizeof reason) != OV_OK)
    {
        ov_logf(&log, OV_LOG_ERROR, "%s", reason);
        return OV_OUTCOME_FAILED;
    }
    log_diags(&log, ov_options_diags(options));
    if (config != NULL && config->wish == OV_WISH_GENKEY)
    {
        const bool made = ov_genkey_run(program, config, log, ov_loop_now());
        ov_program_clear(program);
        return made ? OV_OUTCOME_DONE : OV_OUTCOME_FAILED;
    }
    if (config != NULL && (config->wish == OV_WISH_MKTUN || config->wish == OV_WISH_RMTUN))
    {
        return ov_persist_run(config, &log) ? OV_OUTCOME_DONE : OV_OUTCOME_FAILED;
    }
    return config == NULL ? OV_OUTCOME_FAILED : run_role(program, config, log);
}

static enum ov_outcome run_once(struct ov_program *program, size_t argc, const char *const *argv)
{
    struct ov_options *options = NULL;
    if (ov_options_from_args(argc, argv, &ov_file_loader, &options) == OV_ERR_NOMEM)
    {
        struct ov_log log = ov_log_stderr(OV_LOG_INFO);
        ov_logf(&log, OV_LOG_ERROR, "%s", ov_err_name(OV_ERR_NOMEM));
        return OV_OUTCOME_FAILED;
    }
    enum ov_outcome outcome = run_config(program, options);
    ov_options_free(options);
    return outcome;
}

int main(int argc, char **argv)
{
    /* A reader of the log that goes away must not end the tunnel. */
    (void)signal(SIGPIPE, SIG_IGN);
    struct ov_program program = {.started_s = ov_loop_now().wall_s};
    /* --cd moves; the options are always read from where the program was started. */
    const int start = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    size_t count = argc > 0 ? (size_t)argc - 1 : 0;
    enum ov_outcome outcome;
    do
    {
        ov_loop_hold_signals();
        outcome = run_once(&program, count, (const char *const *)argv + (argc > 0));
        if (outcome == OV_OUTCOME_AGAIN && start >= 0 && fchdir(start) != 0)
        {
            outcome = OV_OUTCOME_FAILED;
        }
    } while (outcome == OV_OUTCOME_AGAIN);
    int status = fflush(stdout) == 0 && outcome == OV_OUTCOME_DONE ? 0 : 1;
    if (program.leave_hard)
    {
        _exit(status);
    }
    return status;
}
