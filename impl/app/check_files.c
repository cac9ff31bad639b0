#include "app/check_files.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "app/program.h"

static void keep_line(void *ctx, enum ov_level level, const char *text)
{
    ov_findings_add(ctx, level == OV_LOG_ERROR ? OV_DIAG_ERROR : OV_DIAG_WARNING, NULL, 0, text);
}

/* Starting is the best check there is: what the program would say is what the user is told. */
void ov_check_start(struct ov_findings *findings, struct ov_program *program, const struct ov_config *config)
{
    const struct ov_log log = {.line = keep_line, .ctx = findings, .max = OV_LOG_WARN};
    const size_t errors = findings->of[OV_DIAG_ERROR];
    if (!ov_program_init(program, config, log) && findings->of[OV_DIAG_ERROR] == errors)
    {
        ov_findings_add(findings, OV_DIAG_ERROR, NULL, 0, "the program can't be started with it");
    }
    ov_program_clear(program);
}

void ov_check_modes(struct ov_findings *findings, const struct ov_config *config)
{
    const struct
    {
        const char *option;
        const struct ov_text *text;
    } secrets[] = {
        {"key", &config->key},
        {"tls-auth", &config->tls_auth},
        {"tls-crypt", &config->tls_crypt},
        {"tls-crypt-v2", &config->tls_crypt_v2},
    };
    for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++)
    {
        const char *path = secrets[i].text->from;
        struct stat info;
        char text[OV_FINDING_TEXT];
        if (path == NULL || strcmp(path, "[inline]") == 0 || stat(path, &info) != 0)
        {
            continue;
        }
        if ((info.st_mode & (S_IROTH | S_IWOTH)) != 0)
        {
            (void)snprintf(text, sizeof text, "%s '%.200s' may be %s by everybody on this host; chmod 600 it",
                           secrets[i].option, path, (info.st_mode & S_IWOTH) != 0 ? "changed" : "read");
            ov_findings_add(findings, OV_DIAG_WARNING, NULL, 0, text);
        }
    }
}
