#include "app/client.h"
#include "app/login.h"
#include "base/wipe.h"
#include "wire/challenge.h"

#include <stdio.h>
#include <string.h>

/* What a client does about its login: before an attempt, when its session asks,
 * and when the server asks a question in the middle. Packets go on while somebody types. */

bool ov_client_log_in(struct ov_client *client, enum ov_client_question why)
{
    struct ov_program *program = client->program;
    const struct ov_login_asker asker = {&client->dialogue, client->log};
    client->question = OV_QUESTION_NONE;
    if (ov_login_by_management(&program->config))
    {
        return true; /* it was asked before the attempt */
    }
    enum ov_err err = ov_login_after_refusal(&program->login, &program->config, &asker);
    if (err == OV_OK)
    {
        err = ov_login_fill(&program->login, &program->config, &asker);
    }
    if (err == OV_ERR_AGAIN)
    {
        client->question = why;
    }
    else if (err != OV_OK)
    {
        ov_client_finish(client, OV_OUTCOME_FAILED);
    }
    return err == OV_OK;
}

/* --auth-nocache forgot the password, and a renegotiation wants it again. */
void ov_client_login_wanted(struct ov_client *client, struct ov_now now)
{
    if (!ov_client_manage_login(client) && ov_client_log_in(client, OV_QUESTION_LOGIN))
    {
        ov_session_proceed(&client->session, now);
    }
}

/* ---- a question of the server ---- */

static void answer_server(struct ov_client *client)
{
    char answer[OV_LOGIN_TEXT] = "";
    enum ov_err err =
        ov_dialogue_ask(&client->dialogue, client->challenge, client->challenge_echo, answer, sizeof answer);
    if (err == OV_ERR_AGAIN)
    {
        client->question = OV_QUESTION_CHALLENGE;
        return;
    }
    if (err == OV_OK)
    {
        err = ov_session_answer(&client->session, answer, ov_loop_now());
    }
    if (err != OV_OK)
    {
        ov_logf(client->log, OV_LOG_WARN, "the server's question is not answered: %s",
                err == OV_ERR_IO ? "there is no terminal" : ov_err_name(err));
    }
    ov_dialogue_drop(&client->dialogue);
    ov_wipe(answer, sizeof answer);
}

void ov_client_challenged(struct ov_client *client, const char *text)
{
    struct ov_challenge challenge;
    if (ov_challenge_cr_text(text, strlen(text), &challenge) != OV_OK)
    {
        return;
    }
    ov_logf(client->log, OV_LOG_INFO, "CHALLENGE: %s", challenge.text);
    if (!challenge.wants_answer || ov_login_by_management(&client->program->config))
    {
        return; /* management has heard of it and answers by cr-response */
    }
    (void)snprintf(client->challenge, sizeof client->challenge, "CHALLENGE: %s ", challenge.text);
    client->challenge_echo = challenge.echo;
    answer_server(client);
}

/* ---- answers ---- */

void ov_client_typed(void *ctx)
{
    struct ov_client *client = ctx;
    const struct ov_now now = ov_loop_now();
    const enum ov_client_question question = client->question;
    client->question = OV_QUESTION_NONE;
    switch (question)
    {
    case OV_QUESTION_ATTEMPT:
        client->question = OV_QUESTION_ATTEMPT; /* the attempt is still the same */
        client->pause_until_ms = 0;
        break;
    case OV_QUESTION_LOGIN:
        ov_client_login_wanted(client, now);
        break;
    case OV_QUESTION_CHALLENGE:
        answer_server(client);
        break;
    case OV_QUESTION_PROXY:
        ov_client_ask_proxy_login(client, now);
        break;
    default:
        break;
    }
    ov_client_answered(client); /* a handshake may have wanted to know */
    ov_loop_deadline(client->loop, 0);
}

void ov_client_forget_question(struct ov_client *client)
{
    client->question = OV_QUESTION_NONE;
    ov_dialogue_drop(&client->dialogue);
}
