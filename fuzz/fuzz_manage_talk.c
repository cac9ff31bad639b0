/* A whole dialogue with the management interface, without its socket: everything that is answered is lines, what was
 * asked is answered, what waits is bounded, and a text of several lines reaches the command that asked for it. Input:
 * what a controlling program sends, with octets above 0x7f for what the program itself does meanwhile. */
#include <stdlib.h>

#include "lib/fuzz.h"
#include "manage/private.h"

/* The socket's side is not linked in: nothing is sent, so nothing leaves the buffer but here. */
static struct ov_manage manage;
static struct ov_log program_log;

static struct
{
    unsigned bodies, released;
    bool body_open;
} user;

static struct ov_now no_time(void)
{
    return (struct ov_now){1000, 1000};
}

static void on_body(void *ctx, const char *text, size_t len, enum ov_err err)
{
    (void)ctx;
    FUZZ_CHECK(user.body_open);
    FUZZ_CHECK(err == OV_OK || err == OV_ERR_LIMIT);
    FUZZ_CHECK(strlen(text) == len && len < OV_MANAGE_BODY && (err == OV_OK || len == 0));
    FUZZ_CHECK(len == 0 || text[len - 1] == '\n');
    user.body_open = false;
    user.bodies++;
    ov_manage_say(&manage, "SUCCESS: text of %zu", len);
}

static void on_take(void *ctx, const struct ov_manage_words *words)
{
    FUZZ_CHECK(words->count >= 2);
    user.body_open = true;
    ov_manage_take_body(&manage, on_body, ctx);
}

/* Tells back what it got, as commands of clients do. */
static void on_tell(void *ctx, const struct ov_manage_words *words)
{
    (void)ctx;
    FUZZ_CHECK(words->count >= 3 && words->count <= OV_MANAGE_WORDS);
    for (size_t i = 0; i < words->count; i++)
    {
        FUZZ_CHECK(strlen(words->word[i]) <= OV_MANAGE_WORD);
    }
    FUZZ_CHECK(words->word[words->count] == NULL);
    ov_manage_ask(&manage, ">QUESTION:what");
    ov_manage_say(&manage, "SUCCESS: %s", words->word[1]);
}

static void on_released(void *ctx)
{
    (void)ctx;
    user.released++;
    ov_manage_answered(&manage);
}

static const struct ov_manage_command commands[] = {
    {"take", 1, on_take, "N: then a text and END"},
    {"tell", 2 | OV_MANAGE_OR_MORE, on_tell, "A B ..."},
};
static const struct ov_manage_user first = {
    .ctx = &user, .commands = commands, .count = 2, .released = on_released};
/* A later one with a command of the same name. */
static char somebody;
static const struct ov_manage_user second = {.ctx = &somebody, .commands = commands + 1, .count = 1};

static void clear(void)
{
    ov_manage_body_clear(&manage);
    ov_history_clear(&manage.log);
    ov_history_clear(&manage.states);
    ov_history_clear(&manage.echoes);
    free(manage.out);
    memset(&manage, 0, sizeof manage);
}

static void open_talk(void)
{
    static const struct ov_log none;
    memset(&manage, 0, sizeof manage);
    memset(&user, 0, sizeof user);
    manage.listen_fd = -1;
    manage.client_fd = 0; /* somebody is there; nothing here reads or writes it */
    manage.admitted = true;
    manage.hold = true;
    manage.client_version = 1;
    manage.now = no_time;
    manage.log_lines = OV_HISTORY_MAX;
    (void)snprintf(manage.title, sizeof manage.title, "fuzz");
    FUZZ_CHECK(ov_manage_add_user(&manage, &first));
    program_log = ov_manage_log(&manage, &none);
}

/* What waits for the controlling program: lines that end with CRLF and hold nothing else below a blank. */
static size_t check_out(void)
{
    size_t lines = 0;
    FUZZ_CHECK(manage.out_len <= OV_MANAGE_WAITING_MAX);
    for (size_t i = 0; i < manage.out_len; i++)
    {
        const unsigned char c = (unsigned char)manage.out[i];
        const bool ends = c == '\r' && i + 1 < manage.out_len && manage.out[i + 1] == '\n';
        FUZZ_CHECK(c >= ' ' || c == '\t' || ends || (c == '\n' && i > 0 && manage.out[i - 1] == '\r'));
        lines += ends;
    }
    FUZZ_CHECK(manage.out_len == 0 || manage.out[manage.out_len - 1] == '\n');
    return lines;
}

/* Commands that are obeyed without a word. */
static bool is_silent(const char *text)
{
    static const char *const silent[] = {"take", "version", "exit", "quit"};
    struct ov_manage_words words;
    struct ov_arena *arena = ov_arena_new();
    bool found = ov_manage_words(arena, text, &words) == OV_OK && words.count == 0;
    for (size_t i = 0; i < 4 && !found && words.count > 0; i++)
    {
        found = strcmp(words.word[0], silent[i]) == 0;
    }
    ov_arena_free(arena);
    return found;
}

static void take_line(enum ov_err err)
{
    manage.out_len = 0;
    if (manage.body.done != NULL)
    {
        ov_manage_body_line(&manage, manage.lines.text, err);
        (void)check_out();
        return;
    }
    if (err == OV_OK)
    {
        char text[OV_MANAGE_LINE + 1];
        memcpy(text, manage.lines.text, sizeof text);
        ov_manage_command(&manage, text);
        FUZZ_CHECK(check_out() > 0 || manage.leaves || is_silent(text));
    }
}

/* What the program around it does: log lines, states, questions, a user that comes or goes, a hold. */
static void act(unsigned char what)
{
    switch (what % 8)
    {
    case 0:
        program_log.line(program_log.ctx, OV_LOG_WARN, "a peer said \r\n>FORGED:\x1b[0m");
        break;
    case 1:
        ov_manage_state(&manage, no_time(), "CONNECTED,SUCCESS,10.8.0.2");
        break;
    case 2:
        ov_manage_echo(&manage, no_time(), "text");
        break;
    case 3:
        ov_manage_remove_user(&manage, &user);
        user.body_open = false;
        break;
    case 4:
        ov_manage_remove_user(&manage, &somebody);
        break;
    case 5:
        if (manage.users_count < 2)
        {
            FUZZ_CHECK(ov_manage_add_user(&manage, manage.users_count == 0 ? &first : &second));
        }
        break;
    case 6:
        (void)ov_manage_holds(&manage, 5);
        break;
    default:
        manage.out_len = 0; /* it has read */
        break;
    }
    FUZZ_CHECK(manage.users_count <= OV_MANAGE_USERS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    open_talk();
    for (size_t at = 0; at < size && !manage.leaves; at++)
    {
        bool done;
        enum ov_err err;
        if (data[at] >= 0x80)
        {
            act(data[at]);
            continue;
        }
        FUZZ_CHECK(ov_manage_lines_add(&manage.lines, (const char *)data + at, 1, &done, &err) == 1);
        if (done)
        {
            take_line(err);
        }
    }
    clear();
    return 0;
}
