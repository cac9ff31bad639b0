#include "app/script.h"

#define ARGS_MAX (OV_SCRIPT_ARGS + 1u)

bool ov_script_start(struct ov_loop *loop, const struct ov_config *config, const struct ov_log *log,
                     const struct ov_script *script, struct ov_process **out)
{
    const char *args[ARGS_MAX];
    const char *reason = "not called, because of --script-security";
    size_t count = 0;
    bool good = config->login.script_security >= OV_SCRIPT_SECURITY_USER;
    *out = NULL;
    for (size_t i = 0; i < script->command->count && count < OV_SCRIPT_ARGS; i++)
    {
        args[count++] = script->command->word[i];
    }
    for (const char *const *more = script->more; *more != NULL && count < OV_SCRIPT_ARGS; more++)
    {
        args[count++] = *more;
    }
    args[count] = NULL;
    if (good)
    {
        ov_environment_add(script->env, "script_type", script->type);
        const struct ov_process_spec process = {args, script->env->list, script->done, script->ctx};
        good = ov_process_start(loop, &process, out, &reason) == OV_OK;
    }
    if (!good)
    {
        ov_logf(log, OV_LOG_ERROR, "--%s %s: %s", script->type, script->command->word[0], reason);
    }
    return good;
}
