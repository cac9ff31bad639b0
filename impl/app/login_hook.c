#include "app/login_hook.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/environment.h"
#include "app/scratch.h"
#include "base/wipe.h"
#include "loop/process.h"

#define LATER_MS 250u /* how often a decision that is to come is looked for */
#define CASES    256u /* logins that are being judged at one time */

/* One login that is being judged. */
struct judgement
{
    struct ov_login_hook *hook;
    struct judgement *next;
    uint64_t ticket;
    struct ov_process *process;  /* auth-user-pass-verify; NULL: it has ended */
    struct ov_process *response; /* client-crresponse */
    struct ov_scratch files;
    bool later; /* the program said 2 */
    uint64_t look_ms;
};

struct ov_login_hook
{
    struct ov_login_hook_spec spec;
    struct judgement *first;
    unsigned count;
};

struct ov_login_hook *ov_login_hook_new(const struct ov_login_hook_spec *spec)
{
    struct ov_login_hook *hook = calloc(1, sizeof *hook);
    if (hook != NULL)
    {
        hook->spec = *spec;
    }
    return hook;
}

static void drop(struct judgement *j)
{
    struct ov_login_hook *hook = j->hook;
    struct judgement **at = &hook->first;
    while (*at != j)
    {
        at = &(*at)->next;
    }
    *at = j->next;
    hook->count--;
    ov_process_forget(j->process);
    ov_process_forget(j->response);
    ov_scratch_close(&j->files);
    free(j);
}

void ov_login_hook_free(struct ov_login_hook *hook)
{
    while (hook != NULL && hook->first != NULL)
    {
        drop(hook->first);
    }
    free(hook);
}

/* ---- verdicts ---- */

static void decide(struct ov_login_hook *hook, uint64_t ticket, const struct ov_verdict *verdict)
{
    enum ov_err err = ov_hub_verdict(hook->spec.hub, ticket, verdict, ov_loop_now());
    if (err != OV_OK)
    {
        ov_logf(hook->spec.log, OV_LOG_INFO, "a verdict on a login comes too late: %s", ov_err_name(err));
    }
    hook->spec.changed(hook->spec.ctx);
}

static void accept_or_refuse(struct judgement *j, bool good)
{
    char reason[256] = "";
    const struct ov_verdict verdict = {.kind = good ? OV_VERDICT_ACCEPT : OV_VERDICT_REFUSE,
                                       .reason = reason};
    struct ov_login_hook *hook = j->hook;
    const uint64_t ticket = j->ticket;
    (void)ov_scratch_read(&j->files, OV_SCRATCH_REASON, reason, sizeof reason);
    reason[strcspn(reason, "\r\n")] = '\0';
    drop(j);
    decide(hook, ticket, &verdict);
}

/* Timeout, method and text in three lines [WP-SRV-024]. False: there is no such thing. */
static bool read_pending(const struct judgement *j, char *text, size_t cap, struct ov_verdict *out)
{
    char *rest = text;
    const char *line[3];
    if (!ov_scratch_read(&j->files, OV_SCRATCH_PENDING, text, cap))
    {
        return false;
    }
    for (size_t i = 0; i < 3; i++)
    {
        line[i] = rest;
        rest += strcspn(rest, "\n");
        const bool more = *rest == '\n';
        *rest = '\0';
        rest += more;
    }
    const unsigned long timeout_s = strtoul(line[0], NULL, 10);
    *out = (struct ov_verdict){.kind = OV_VERDICT_PENDING,
                               .timeout_s = timeout_s < UINT32_MAX ? (uint32_t)timeout_s : UINT32_MAX,
                               .method = line[1],
                               .extra = line[2]};
    return timeout_s > 0 && line[1][0] != '\0' && line[2][0] != '\0';
}

static void wait_for_file(struct judgement *j)
{
    char text[1024];
    struct ov_verdict verdict;
    struct ov_login_hook *hook = j->hook;
    j->later = true;
    j->look_ms = ov_loop_now().mono_ms;
    if (read_pending(j, text, sizeof text, &verdict))
    {
        decide(hook, j->ticket, &verdict);
        return;
    }
    hook->spec.changed(hook->spec.ctx);
}

static void on_judged(void *ctx, int status)
{
    struct judgement *j = ctx;
    j->process = NULL;
    ov_scratch_remove(&j->files, OV_SCRATCH_LOGIN);
    if (status == 2)
    {
        wait_for_file(j); /* [WP-SRV-022] */
        return;
    }
    accept_or_refuse(j, status == 0);
}

static void on_response_taken(void *ctx, int status)
{
    struct judgement *j = ctx;
    j->response = NULL;
    ov_scratch_remove(&j->files, OV_SCRATCH_ANSWER);
    if (status != 0)
    {
        ov_logf(j->hook->spec.log, OV_LOG_WARN, "--client-crresponse: exit status %d", status);
    }
    j->look_ms = 0;
    j->hook->spec.changed(j->hook->spec.ctx);
}

/* ---- what the programs are told ---- */

static void add_address(struct ov_environment *env, const struct ov_addr *addr)
{
    char text[INET6_ADDRSTRLEN] = "";
    const bool six = addr->family == 6;
    (void)inet_ntop(six ? AF_INET6 : AF_INET, addr->ip, text, sizeof text);
    ov_environment_add(env, six ? "untrusted_ip6" : "untrusted_ip", text);
    ov_environment_number(env, "untrusted_port", addr->port);
}

static bool fill_environment(struct ov_environment *env, const struct judgement *j,
                             const struct ov_login_request *request, const char *script_type)
{
    const struct ov_login_options *login = &j->hook->spec.config->login;
    if (!ov_environment_copy(env, j->hook->spec.world))
    {
        return false;
    }
    if (request->fingerprint != NULL)
    {
        ov_cert_seen_tell_of(j->hook->spec.seen, request->fingerprint, env);
    }
    ov_environment_add(env, "script_type", script_type);
    ov_environment_add(env, "username", request->username);
    if (!login->verify_via_file && login->script_security >= OV_SCRIPT_SECURITY_PASSWORDS)
    {
        ov_environment_add(env, "password", request->password);
    }
    ov_environment_add(env, "common_name", request->common_name);
    add_address(env, &request->addr);
    if (request->session_state[0] != '\0')
    {
        ov_environment_add(env, "session_id", request->session_id);
        ov_environment_add(env, "session_state", request->session_state);
    }
    ov_environment_add(env, "auth_control_file", ov_scratch_path(&j->files, OV_SCRATCH_CONTROL));
    ov_environment_add(env, "auth_pending_file", ov_scratch_path(&j->files, OV_SCRATCH_PENDING));
    ov_environment_add(env, "auth_failed_reason_file", ov_scratch_path(&j->files, OV_SCRATCH_REASON));
    ov_environment_peer_info(env, request->peer_info);
    return true;
}

/* Run command, with the path of file behind its own arguments; NULL: none. */
static bool run(struct judgement *j, const struct ov_command *command, const char *file,
                const struct ov_environment *env, void (*done)(void *ctx, int status),
                struct ov_process **out)
{
    const char *args[20];
    const char *reason = "too many arguments";
    size_t count = 0;
    bool good = command->count + 2 <= sizeof args / sizeof args[0];
    for (; good && count < command->count; count++)
    {
        args[count] = command->word[count];
    }
    if (good && file != NULL)
    {
        args[count++] = file;
    }
    if (good)
    {
        args[count] = NULL;
        const struct ov_process_spec spec = {args, env->list, done, j};
        good = ov_process_start(j->hook->spec.loop, &spec, out, &reason) == OV_OK;
    }
    if (!good)
    {
        ov_logf(j->hook->spec.log, OV_LOG_ERROR, "can't run %s: %s", command->word[0], reason);
    }
    return good;
}

/* ---- the two programs ---- */

static bool start_verify(struct judgement *j, const struct ov_login_request *request)
{
    const struct ov_login_options *login = &j->hook->spec.config->login;
    const char *file = NULL;
    struct ov_environment env;
    if (login->verify_via_file)
    {
        char text[2 * OV_LOGIN_TEXT];
        (void)snprintf(text, sizeof text, "%s\n%s\n", request->username, request->password);
        const bool written = ov_scratch_write(&j->files, OV_SCRATCH_LOGIN, text);
        ov_wipe(text, sizeof text);
        if (!written)
        {
            return false;
        }
        file = ov_scratch_path(&j->files, OV_SCRATCH_LOGIN);
    }
    const bool good = fill_environment(&env, j, request, "user-pass-verify") &&
                      run(j, &login->verify, file, &env, on_judged, &j->process);
    ov_environment_clear(&env);
    return good;
}

static void start_judgement(struct ov_login_hook *hook, const struct ov_login_request *request)
{
    const struct ov_login_options *login = &hook->spec.config->login;
    static const struct ov_verdict refuse = {.kind = OV_VERDICT_REFUSE};
    const uint64_t ticket = request->ticket;
    struct judgement *j = hook->count < CASES ? calloc(1, sizeof *j) : NULL;
    if (j == NULL || login->script_security < OV_SCRIPT_SECURITY_USER)
    {
        ov_logf(hook->spec.log, OV_LOG_ERROR, "--auth-user-pass-verify: %s",
                j != NULL ? "not called, because of --script-security" : "too many logins at one time");
        free(j);
        decide(hook, ticket, &refuse);
        return;
    }
    j->hook = hook;
    j->ticket = ticket;
    j->next = hook->first;
    hook->first = j;
    hook->count++;
    if (!ov_scratch_open(&j->files, login->tmp_dir, hook->spec.log) || !start_verify(j, request))
    {
        drop(j);
        decide(hook, ticket, &refuse);
    }
}

static void pass_answer(struct judgement *j, const struct ov_login_request *request)
{
    const struct ov_login_options *login = &j->hook->spec.config->login;
    struct ov_environment env;
    if (login->cr_response.count == 0 || login->script_security < OV_SCRIPT_SECURITY_USER ||
        j->response != NULL || !ov_scratch_write(&j->files, OV_SCRATCH_ANSWER, request->answer))
    {
        ov_logf(j->hook->spec.log, OV_LOG_WARN, "nobody takes the answer of '%s'", request->username);
        return;
    }
    if (fill_environment(&env, j, request, "client-crresponse"))
    {
        ov_environment_add(&env, "crresponse", request->answer);
        (void)run(j, &login->cr_response, ov_scratch_path(&j->files, OV_SCRATCH_ANSWER), &env,
                  on_response_taken, &j->response);
    }
    ov_environment_clear(&env);
}

void ov_login_hook_event(struct ov_login_hook *hook, const struct ov_event *event, struct ov_now now)
{
    struct ov_login_request request;
    struct judgement *j = hook->first;
    (void)now;
    if (!ov_hub_login(hook->spec.hub, event->ticket, &request))
    {
        return; /* gone meanwhile */
    }
    while (j != NULL && j->ticket != event->ticket)
    {
        j = j->next;
    }
    if (event->kind == OV_EVENT_LOGIN && j == NULL)
    {
        start_judgement(hook, &request);
    }
    else if (event->kind == OV_EVENT_ANSWER && j != NULL)
    {
        pass_answer(j, &request);
    }
}

/* ---- time ---- */

/* Empty, "2" or anything else: not yet [WP-SRV-023]. */
static void look(struct judgement *j, struct ov_now now)
{
    char text[8] = "";
    struct ov_login_request request;
    if (!ov_hub_login(j->hook->spec.hub, j->ticket, &request))
    {
        drop(j); /* the client is gone, or nobody decided in time */
        return;
    }
    j->look_ms = now.mono_ms + LATER_MS;
    if (!j->later)
    {
        return; /* its program still runs; it counts when that ends */
    }
    (void)ov_scratch_read(&j->files, OV_SCRATCH_CONTROL, text, sizeof text);
    if (text[0] == '1' || text[0] == '0')
    {
        accept_or_refuse(j, text[0] == '1');
    }
}

void ov_login_hook_tick(struct ov_login_hook *hook, struct ov_now now)
{
    struct judgement *j = hook->first;
    while (j != NULL)
    {
        struct judgement *next = j->next;
        if (now.mono_ms >= j->look_ms)
        {
            look(j, now);
        }
        j = next;
    }
}

uint64_t ov_login_hook_deadline(const struct ov_login_hook *hook)
{
    uint64_t at = OV_NEVER;
    for (const struct judgement *j = hook->first; j != NULL; j = j->next)
    {
        at = ov_time_earlier(at, j->look_ms);
    }
    return at;
}
