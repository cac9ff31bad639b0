#include "app/control.h"

#include <stdio.h>

#include "app/manage_loop.h"

bool ov_control_open(struct ov_control *control, const struct ov_config *config, struct ov_log *log)
{
    *control = (struct ov_control){.manage = NULL};
    if (!ov_manage_open(config, log, &control->manage))
    {
        return false;
    }
    control->config = config;
    ov_manage_echoes(control->manage, log, &config->hooks, false);
    ov_control_commands_open(control);
    ov_ask_open(&control->ask, control->manage);
    if (config->certs.external_key)
    {
        ov_key_desk_open(&control->desk, control->manage, &config->certs);
    }
    return true;
}

bool ov_control_may_ask(struct ov_control *control)
{
    if (control == NULL || control->manage == NULL)
    {
        return false;
    }
    if (!control->passed)
    {
        ov_manage_wait(control->manage);
        control->passed = true;
    }
    return true;
}

const char *ov_control_certificate(struct ov_control *control, const char *hint)
{
    if (!ov_control_may_ask(control))
    {
        return NULL;
    }
    ov_ask_for(&control->ask, OV_ASK_CERTIFICATE, "certificate", hint, NULL, NULL);
    ov_ask_wait(&control->ask);
    return control->ask.lines;
}

bool ov_control_password(struct ov_control *control, const char *type, char *out, size_t cap)
{
    if (!ov_control_may_ask(control))
    {
        return false;
    }
    ov_ask_for(&control->ask, OV_ASK_PASSWORD, type, "", NULL, NULL);
    ov_ask_wait(&control->ask);
    const int len = snprintf(out, cap, "%s", control->ask.text);
    ov_ask_drop(&control->ask);
    return len >= 0 && (size_t)len < cap;
}

void ov_control_runs(struct ov_control *control)
{
    if (control != NULL)
    {
        control->card.running = true;
    }
}

void ov_control_close(struct ov_control *control)
{
    ov_card_desk_close(&control->card);
    ov_key_desk_close(&control->desk);
    ov_ask_close(&control->ask);
    ov_manage_remove_user(control->manage, control);
    ov_manage_free(control->manage);
    control->manage = NULL;
}
