#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "app/control.h"
#include "app/manage_loop.h"
#include "options/values.h"

#define VERB_MOST       15u
#define TEST_LINES_MOST 1000u

static void on_verb(void *ctx, const struct ov_manage_words *words)
{
    struct ov_control *control = ctx;
    uint32_t verb;
    if (words->count == 1)
    {
        ov_manage_say(control->manage, "SUCCESS: verb=%u",
                      control->log != NULL ? (unsigned)control->log->max : control->config->verb);
    }
    else if (control->log == NULL || !ov_value_u32(words->word[1], &verb) || verb > VERB_MOST)
    {
        ov_manage_say(control->manage, "ERROR: verb level is out of range");
    }
    else
    {
        control->log->max = (enum ov_level)verb;
        ov_manage_say(control->manage, "SUCCESS: verb level changed");
    }
}

static void on_mute(void *ctx, const struct ov_manage_words *words)
{
    const struct ov_control *control = ctx;
    ov_manage_say(control->manage,
                  words->count == 1 ? "SUCCESS: mute=0" : "ERROR: mute is not built into ovref");
}

static void on_forget(void *ctx, const struct ov_manage_words *words)
{
    const struct ov_control *control = ctx;
    (void)words; /* there are none */
    ov_manage_say(control->manage, "SUCCESS: Passwords were forgotten");
}

/* Only clients log in. */
static void on_auth_retry(void *ctx, const struct ov_manage_words *words)
{
    const struct ov_control *control = ctx;
    const char *word = words->count > 1 ? words->word[1] : "";
    const bool known =
        strcmp(word, "none") == 0 || strcmp(word, "interact") == 0 || strcmp(word, "nointeract") == 0;
    ov_manage_say(control->manage, words->count == 1 ? "SUCCESS: auth-retry=none"
                                   : known           ? "SUCCESS: auth-retry parameter changed"
                                                     : "ERROR: bad auth-retry parameter");
}

static void on_net(void *ctx, const struct ov_manage_words *words)
{
    const struct ov_control *control = ctx;
    (void)words;
    ov_manage_say(control->manage, "ERROR: Sorry, this command is currently only implemented on Windows");
}

/* Before there is a loop the signal does what it does to any program. */
static void on_signal(void *ctx, const struct ov_manage_words *words)
{
    const struct ov_control *control = ctx;
    int signum;
    if (ov_manage_throw(control->manage, words, &signum))
    {
        (void)ov_manage_flush(control->manage, ov_loop_now());
        (void)kill(getpid(), signum);
    }
}

static void on_elsewhere(void *ctx, const struct ov_manage_words *words)
{
    const struct ov_control *control = ctx;
    ov_manage_say(control->manage, "ERROR: The '%s' command is not supported by the current daemon mode",
                  words->word[0]);
}

/* For whoever tests how much a controlling program can take. */
static void on_test(void *ctx, const struct ov_manage_words *words)
{
    const struct ov_control *control = ctx;
    uint32_t count = 0;
    (void)ov_value_u32(words->word[1], &count);
    for (uint32_t i = 0; i < count && i < TEST_LINES_MOST; i++)
    {
        ov_manage_say(control->manage, "[%u] one line of many, for a test", i);
    }
}

static void say_no_judge(const struct ov_control *control)
{
    ov_manage_say(control->manage,
                  "ERROR: The 'client-auth' command is not supported by the current daemon mode");
}

static void on_settings(void *ctx, const char *text, size_t len, enum ov_err err)
{
    (void)text;
    (void)len;
    (void)err;
    say_no_judge(ctx);
}

/* Its lines are no commands, whoever has no use for them. */
static void on_auth(void *ctx, const struct ov_manage_words *words)
{
    struct ov_control *control = ctx;
    (void)words;
    ov_manage_take_body(control->manage, on_settings, control);
}

/* 2.x calls it by the other name. */
static void on_auth_nt(void *ctx, const struct ov_manage_words *words)
{
    (void)words;
    say_no_judge(ctx);
}

static void on_filter(void *ctx, const struct ov_manage_words *words)
{
    const struct ov_control *control = ctx;
    uint32_t level = 0;
    (void)(words->count > 1 && ov_value_u32(words->word[1], &level));
    ov_manage_say(control->manage, "SUCCESS: env_filter_level=%u", level);
}

static void on_not_now(void *ctx, const struct ov_manage_words *words)
{
    const struct ov_control *control = ctx;
    ov_manage_say(control->manage, "ERROR: The %s command is not currently available", words->word[0]);
}

static void on_no_cards(void *ctx, const struct ov_manage_words *words)
{
    const struct ov_control *control = ctx;
    (void)words;
    ov_manage_say(control->manage, ">PKCS11ID-COUNT:0");
}

static void on_no_card(void *ctx, const struct ov_manage_words *words)
{
    const struct ov_control *control = ctx;
    ov_manage_say(control->manage, ">PKCS11ID-ENTRY:'%s'", words->word[1]);
}

static const struct ov_manage_command commands[] = {
    {"auth-retry", 0, on_auth_retry, "on a client"},
    {"client-auth", 2, on_auth, "with --management-client-auth"},
    {"client-auth-nt", 2, on_auth_nt, "with --management-client-auth"},
    {"client-deny", 3 | OV_MANAGE_OR_MORE, on_elsewhere, "with --management-client-auth"},
    {"client-kill", 1, on_elsewhere, "on a server"},
    {"client-pending-auth", 4, on_elsewhere, "with --management-client-auth"},
    {"cr-response", 1, on_elsewhere, "on a client"},
    {"env-filter", 0, on_filter, "with --management-client-auth"},
    {"forget-passwords", 0, on_forget, "Passwords that were entered"},
    {"kill", 1, on_elsewhere, "on a server"},
    {"load-stats", 0, on_elsewhere, "on a server"},
    {"mute", 0, on_mute, "Always 0"},
    {"net", 0, on_net, "on Windows"},
    {"pk-sig", 0, on_not_now, "with --management-external-key"},
    {"pkcs11-id-count", 0, on_no_cards, "with --pkcs11-id"},
    {"pkcs11-id-get", 1, on_no_card, "with --pkcs11-id"},
    {"proxy", 1, on_elsewhere, "on a client"},
    {"remote", 1, on_elsewhere, "on a client"},
    {"remote-entry-count", 0, on_elsewhere, "on a client"},
    {"remote-entry-get", 1 | OV_MANAGE_OR_MORE, on_elsewhere, "on a client"},
    {"rsa-sig", 0, on_not_now, "with --management-external-key"},
    {"signal", 1, on_signal, "SIGHUP|SIGTERM|SIGUSR1|SIGUSR2"},
    {"test", 1, on_test, "n: so many lines, to test with"},
    {"verb", 0, on_verb, "[n]: how much the log says"},
};

void ov_control_commands_open(struct ov_control *control)
{
    const struct ov_manage_user user = {
        .ctx = control, .commands = commands, .count = sizeof commands / sizeof commands[0]};
    if (control->manage != NULL && !ov_manage_add_user(control->manage, &user))
    {
        control->manage = NULL; /* can't be: it is the first */
    }
}
