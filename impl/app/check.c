#include "app/check.h"

#include <stdlib.h>

#include "app/check_files.h"
#include "app/findings.h"
#include "app/program.h"

bool ov_check_run(struct ov_program *program, const struct ov_options *options)
{
    const struct ov_asked asked = ov_options_asked(options);
    const struct ov_diags *diags = ov_options_diags(options);
    struct ov_findings *findings = calloc(1, sizeof *findings);
    if (findings == NULL)
    {
        return false;
    }
    for (const struct ov_diag *diag = diags->first; diag != NULL; diag = diag->next)
    {
        ov_findings_add(findings, diag->severity, diag->file, diag->line, diag->text);
    }
    findings->left_out += diags->left_out;
    const struct ov_config *config = ov_options_config(options);
    if (config != NULL)
    {
        /* The rest only makes sense for options that hold together. */
        ov_check_start(findings, program, config);
        ov_check_modes(findings, config);
    }
    ov_findings_sort(findings);
    (asked.json ? ov_findings_print_json : ov_findings_print)(findings, asked.checked);
    const bool usable = findings->of[OV_DIAG_ERROR] == 0;
    free(findings);
    return usable;
}
