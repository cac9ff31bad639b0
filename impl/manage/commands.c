/* Commands that concern every program. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "manage/private.h"
#include "options/values.h"

static void tell_history(struct ov_manage *manage, const struct ov_history *history, size_t n)
{
    const char *line;
    for (size_t i = 0; (line = ov_history_at(history, n, i)) != NULL; i++)
    {
        ov_manage_say(manage, "%s", line);
    }
    ov_manage_say(manage, "END");
}

/* "on", "off", "all", "on all", N */
static void history_command(struct ov_manage *manage, struct ov_history *history, const char *name,
                            const struct ov_manage_words *words)
{
    uint32_t n;
    if (words->count == 1)
    {
        tell_history(manage, history, 1);
        return;
    }
    for (size_t i = 1; i < words->count; i++)
    {
        if (strcmp(words->word[i], "on") == 0 || strcmp(words->word[i], "off") == 0)
        {
            history->live = words->word[i][1] == 'n';
            ov_manage_say(manage, "SUCCESS: real-time %s notification set to %s", name,
                          history->live ? "ON" : "OFF");
        }
        else if (strcmp(words->word[i], "all") == 0)
        {
            tell_history(manage, history, OV_HISTORY_MAX);
        }
        else if (ov_value_u32(words->word[i], &n) && n > 0)
        {
            tell_history(manage, history, n);
        }
        else
        {
            ov_manage_say(manage, "ERROR: %s parameter must be 'on' or 'off' or some number n or 'all'",
                          name);
        }
    }
}

static void on_log(struct ov_manage *manage, const struct ov_manage_words *words)
{
    history_command(manage, &manage->log, "log", words);
}

static void on_state(struct ov_manage *manage, const struct ov_manage_words *words)
{
    history_command(manage, &manage->states, "state", words);
}

static void on_echo(struct ov_manage *manage, const struct ov_manage_words *words)
{
    history_command(manage, &manage->echoes, "echo", words);
}

static void on_hold(struct ov_manage *manage, const struct ov_manage_words *words)
{
    const char *what = words->count > 1 ? words->word[1] : "";
    if (words->count == 1)
    {
        ov_manage_say(manage, "SUCCESS: hold=%d", manage->hold);
    }
    else if (strcmp(what, "on") == 0 || strcmp(what, "off") == 0)
    {
        manage->hold = what[1] == 'n';
        ov_manage_say(manage, "SUCCESS: hold flag set to %s", manage->hold ? "ON" : "OFF");
    }
    else if (strcmp(what, "release") == 0)
    {
        manage->released = !manage->holding;
        manage->holding = false;
        ov_manage_say(manage, "SUCCESS: hold release succeeded");
        for (size_t i = 0; i < manage->users_count; i++)
        {
            if (manage->users[i].released != NULL)
            {
                manage->users[i].released(manage->users[i].ctx);
            }
        }
    }
    else
    {
        ov_manage_say(manage, "ERROR: bad hold command parameter");
    }
}

static void on_pid(struct ov_manage *manage, const struct ov_manage_words *words)
{
    (void)words;
    ov_manage_say(manage, "SUCCESS: pid=%d", (int)getpid());
}

static void on_leave(struct ov_manage *manage, const struct ov_manage_words *words)
{
    (void)words;
    manage->leaves = true;
}

static void on_help(struct ov_manage *manage, const struct ov_manage_words *words);

static void on_version(struct ov_manage *manage, const struct ov_manage_words *words)
{
    uint32_t version;
    if (words->count == 1)
    {
        ov_manage_say(manage, "OpenVPN Version: %s", manage->title);
        ov_manage_say(manage, "Management Version: 5");
        ov_manage_say(manage, "END");
    }
    else if (ov_value_u32(words->word[1], &version))
    {
        manage->client_version = version; /* 2.6 says nothing to that [WP-MGMT-003] */
    }
}

static const struct
{
    const char *name;
    uint8_t least;
    void (*run)(struct ov_manage *manage, const struct ov_manage_words *words);
    const char *help;
} commands[] = {
    {"echo", 1 | OV_MANAGE_OR_MORE, on_echo,
     "[on|off|all|n]: texts of configuration and server, past and future"},
    {"exit", 0, on_leave, "Close the connection"},
    {"quit", 0, on_leave, "The same"},
    {"help", 0, on_help, "This list"},
    {"hold", 0, on_hold, "[on|off|release]: wait before connecting, or stop waiting"},
    {"log", 0, on_log, "[on|off|all|n]: lines of the log, past and future"},
    {"pid", 0, on_pid, "Process id"},
    {"state", 0, on_state, "[on|off|all|n]: states of the connection, past and future"},
    {"version", 0, on_version, "[n]: versions of program and interface, or which one you speak"},
};

#define COMMANDS (sizeof commands / sizeof commands[0])

/* A later user has a command of this name. */
static bool is_replaced(const struct ov_manage *manage, size_t user, const char *name)
{
    for (size_t u = user + 1; u < manage->users_count; u++)
    {
        for (size_t i = 0; i < manage->users[u].count; i++)
        {
            if (strcmp(manage->users[u].commands[i].name, name) == 0)
            {
                return true;
            }
        }
    }
    return false;
}

static void on_help(struct ov_manage *manage, const struct ov_manage_words *words)
{
    (void)words;
    ov_manage_say(manage, "Management Interface for %s", manage->title);
    ov_manage_say(manage, "Commands:");
    for (size_t i = 0; i < COMMANDS; i++)
    {
        ov_manage_say(manage, "%-24s : %s", commands[i].name, commands[i].help);
    }
    for (size_t u = 0; u < manage->users_count; u++)
    {
        for (size_t i = 0; i < manage->users[u].count; i++)
        {
            const struct ov_manage_command *command = &manage->users[u].commands[i];
            if (is_replaced(manage, u, command->name))
            {
                continue;
            }
            ov_manage_say(manage, "%-24s : %s", command->name, command->help);
        }
    }
    ov_manage_say(manage, "END");
}

static bool enough(struct ov_manage *manage, const struct ov_manage_words *words, uint8_t wanted)
{
    const size_t least = wanted & ~OV_MANAGE_OR_MORE;
    if (words->count - 1 < least)
    {
        ov_manage_say(manage, "ERROR: the '%s' command requires %s%zu parameter%s", words->word[0],
                      (wanted & OV_MANAGE_OR_MORE) != 0 ? "at least " : "", least, least > 1 ? "s" : "");
        return false;
    }
    return true;
}

/* A user's; false: it has none of that name. */
static bool run_theirs(struct ov_manage *manage, const struct ov_manage_user *user,
                       const struct ov_manage_words *words)
{
    for (size_t i = 0; i < user->count; i++)
    {
        if (strcmp(user->commands[i].name, words->word[0]) == 0)
        {
            if (enough(manage, words, user->commands[i].least))
            {
                user->commands[i].run(user->ctx, words);
            }
            return true;
        }
    }
    return false;
}

static void run(struct ov_manage *manage, const struct ov_manage_words *words)
{
    for (size_t i = 0; i < COMMANDS; i++)
    {
        if (strcmp(commands[i].name, words->word[0]) == 0)
        {
            if (enough(manage, words, commands[i].least))
            {
                commands[i].run(manage, words);
            }
            return;
        }
    }
    for (size_t u = manage->users_count; u > 0; u--)
    {
        if (run_theirs(manage, &manage->users[u - 1], words))
        {
            return;
        }
    }
    ov_manage_say(manage, "ERROR: unknown command, enter 'help' for more options"); /* [WP-MGMT-004] */
}

void ov_manage_command(struct ov_manage *manage, const char *text)
{
    struct ov_manage_words words;
    struct ov_arena *arena = ov_arena_new();
    enum ov_err err = arena == NULL ? OV_ERR_NOMEM : ov_manage_words(arena, text, &words);
    if (err != OV_OK)
    {
        ov_manage_say(manage, "ERROR: this line can't be read (%s)", ov_err_name(err));
    }
    else if (words.count > 0)
    {
        run(manage, &words);
    }
    ov_arena_free(arena); /* wipes what it held */
}
