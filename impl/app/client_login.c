#include "app/client.h"
#include "app/login.h"
#include "base/wipe.h"
#include "wire/challenge.h"

#include <stdio.h>
#include <string.h>

/* What a client does about its login: before an attempt, when its session asks,
 * and when the server asks a question in the middle. */

bool ov_client_log_in(struct ov_client *client)
{
    struct ov_program *program = client->program;
    if (ov_login_by_management(&program->config))
    {
        return true; /* it was asked before the attempt */
    }
    const bool good = ov_login_after_refusal(&program->login, &program->config, client->log) &&
                      ov_login_fill(&program->login, &program->config, client->log);
    if (!good)
    {
        ov_client_finish(client, OV_OUTCOME_FAILED);
    }
    return good;
}

/* --auth-nocache forgot the password, and a renegotiation wants it again. */
void ov_client_login_wanted(struct ov_client *client, struct ov_now now)
{
    if (!ov_client_manage_login(client) && ov_client_log_in(client))
    {
        ov_session_proceed(&client->session, now);
    }
}

void ov_client_challenged(struct ov_client *client, const char *text)
{
    struct ov_challenge challenge;
    char question[OV_CHALLENGE_TEXT + 16];
    if (ov_challenge_cr_text(text, strlen(text), &challenge) != OV_OK)
    {
        return;
    }
    ov_logf(client->log, OV_LOG_INFO, "CHALLENGE: %s", challenge.text);
    (void)snprintf(question, sizeof question, "CHALLENGE: %s ", challenge.text);
    if (!challenge.wants_answer || ov_login_by_management(&client->program->config))
    {
        return; /* management has heard of it and answers by cr-response */
    }
    /* Packets go on while somebody types. */
    if (ov_terminal_begin(&client->terminal, question, challenge.echo) != OV_OK ||
        ov_loop_watch(client->loop, OV_WATCH_TERMINAL, client->terminal.fd) != OV_OK)
    {
        ov_terminal_end(&client->terminal);
        ov_logf(client->log, OV_LOG_WARN, "the server's question can't be answered: there is no terminal");
    }
}

void ov_client_typed(struct ov_client *client, struct ov_now now)
{
    char answer[OV_LOGIN_TEXT];
    if (!client->terminal.open)
    {
        return;
    }
    enum ov_err err = ov_terminal_read(&client->terminal, answer, sizeof answer);
    if (err == OV_ERR_AGAIN)
    {
        return;
    }
    ov_loop_unwatch(client->loop, OV_WATCH_TERMINAL);
    if (err == OV_OK)
    {
        err = ov_session_answer(&client->session, answer, now);
    }
    if (err != OV_OK)
    {
        ov_logf(client->log, OV_LOG_WARN, "the answer was not sent: %s", ov_err_name(err));
    }
    ov_wipe(answer, sizeof answer);
}

void ov_client_forget_question(struct ov_client *client)
{
    ov_loop_unwatch(client->loop, OV_WATCH_TERMINAL);
    ov_terminal_end(&client->terminal);
}
