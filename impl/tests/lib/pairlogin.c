#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lib/pairplan.h"
#include "wire/challenge.h"

/* The program of the client and the judge of the server. Both ends may start over at any time, so what they say follows
 * from what they are asked, and from nothing that happened before. */

#define STATIC_ANSWER  "4711"
#define DYNAMIC_STATE  "state 7"
#define DYNAMIC_REASON "CRV1:R,E:" DYNAMIC_STATE ":YWxpY2U=:Which number?"
#define QUESTION       "CR_TEXT:R,E:Colour?"

static struct ov_verdict accepted(void)
{
    return (struct ov_verdict){.kind = OV_VERDICT_ACCEPT};
}

static struct ov_verdict refused(const char *reason)
{
    return (struct ov_verdict){.kind = OV_VERDICT_REFUSE, .reason = reason};
}

static struct ov_verdict judge_password(struct ov_pair *pair, const struct ov_login_request *request)
{
    (void)pair;
    const bool good = strcmp(request->username, "alice") == 0 && strcmp(request->password, "secret") == 0;
    return good ? accepted() : refused("wrong");
}

static struct ov_verdict judge_static(struct ov_pair *pair, const struct ov_login_request *request)
{
    (void)pair;
    return strcmp(request->password, "SCRV1:c2VjcmV0:NDcxMQ==") == 0 ? accepted() : refused("no answer");
}

static struct ov_verdict judge_dynamic(struct ov_pair *pair, const struct ov_login_request *request)
{
    (void)pair;
    return strcmp(request->password, "CRV1::" DYNAMIC_STATE "::4711") == 0 ? accepted()
                                                                           : refused(DYNAMIC_REASON);
}

static struct ov_verdict judge_retry(struct ov_pair *pair, const struct ov_login_request *request)
{
    return pair->judged == 0 ? refused("not yet") : judge_password(pair, request);
}

static struct ov_verdict judge_pending(struct ov_pair *pair, const struct ov_login_request *request)
{
    (void)pair;
    if (request->renegotiation || strcmp(request->answer, "Ymx1ZQ==") == 0)
    {
        return accepted();
    }
    return (struct ov_verdict){
        .kind = OV_VERDICT_PENDING, .timeout_s = 300, .method = "crtext", .extra = QUESTION};
}

static struct ov_verdict judge_no(struct ov_pair *pair, const struct ov_login_request *request)
{
    (void)pair;
    (void)request;
    return refused("go away");
}

static void answer(struct ov_pair *pair, const struct ov_event *event)
{
    struct ov_challenge challenge;
    struct ov_login *login = &pair->login;
    if (event->kind == OV_EVENT_CHALLENGE)
    {
        assert_string_equal(event->text, QUESTION);
        /* AGAIN where the session is over already. */
        const enum ov_err err = ov_session_answer(&pair->client.session, "blue", pair->now);
        assert_true(err == OV_OK || err == OV_ERR_AGAIN);
    }
    if (event->kind == OV_EVENT_RESTART && event->err == OV_ERR_AUTH &&
        strncmp(login->refusal, "CRV1:", 5) == 0)
    {
        assert_int_equal(ov_challenge_crv1(login->refusal, strlen(login->refusal), &challenge), OV_OK);
        assert_string_equal(challenge.username, "alice");
        assert_int_equal(
            ov_challenge_answer(&challenge, STATIC_ANSWER, login->password, sizeof login->password), OV_OK);
    }
}

static const struct
{
    struct ov_verdict (*judge)(struct ov_pair *pair, const struct ov_login_request *request);
    bool put_off; /* the first one isn't good */
} ways[OV_PLAN_LOGINS] = {
    [OV_PLAN_NO_LOGIN] = {NULL, false},
    [OV_PLAN_LOGIN] = {judge_password, false},
    [OV_PLAN_LOGIN_LATER] = {judge_password, false},
    [OV_PLAN_LOGIN_TOKEN] = {judge_password, false},
    [OV_PLAN_LOGIN_STATIC] = {judge_static, false},
    [OV_PLAN_LOGIN_DYNAMIC] = {judge_dynamic, true},
    [OV_PLAN_LOGIN_RETRY] = {judge_retry, true},
    [OV_PLAN_LOGIN_PENDING] = {judge_pending, true},
};

void ov_plan_log_in(struct ov_pair *pair, const struct ov_plan *plan)
{
    if (plan->login == OV_PLAN_NO_LOGIN)
    {
        return;
    }
    const bool later = plan->login != OV_PLAN_LOGIN && plan->seed % 3 != 0;
    ov_pair_log_in(pair, later ? 100 + (uint32_t)(plan->seed % 7) * 900 : 0,
                   plan->login == OV_PLAN_LOGIN_TOKEN);
    pair->judge = plan->refusal == OV_PLAN_REFUSED_AUTH ? judge_no : ways[plan->login].judge;
    pair->heard = answer;
    pair->client.settings.sso = "crtext";
    if (plan->login == OV_PLAN_LOGIN_STATIC)
    {
        assert_int_equal(ov_challenge_static("secret", STATIC_ANSWER, false, pair->login.password,
                                             sizeof pair->login.password),
                         OV_OK);
    }
}

const char *ov_plan_check_login(const struct ov_pair *pair, const struct ov_plan *plan)
{
    if ((plan->login != OV_PLAN_NO_LOGIN) != (pair->logins > 0))
    {
        return "was not asked about a login, or without one";
    }
    if (ways[plan->login].put_off && pair->judged == 0)
    {
        return "was taken at its first login";
    }
    return NULL;
}
