#include "manage/manage.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/wipe.h"
#include "manage/private.h"

/* Lines out: what the controlling program is told. */

void ov_manage_put(struct ov_manage *manage, const char *text, size_t len)
{
    if (manage->client_fd < 0 || manage->leaves)
    {
        return;
    }
    if (manage->out_len + len > manage->out_cap)
    {
        const size_t cap = (manage->out_len + len) * 2;
        char *grown = cap > OV_MANAGE_WAITING_MAX ? NULL : realloc(manage->out, cap);
        if (grown == NULL)
        {
            manage->out_len = 0; /* it doesn't read, or there is no memory */
            manage->leaves = true;
            return;
        }
        manage->out = grown;
        manage->out_cap = cap;
    }
    memcpy(manage->out + manage->out_len, text, len);
    manage->out_len += len;
}

void ov_manage_say(struct ov_manage *manage, const char *format, ...)
{
    char line[2048];
    va_list args;
    if (!manage->admitted)
    {
        return;
    }
    va_start(args, format);
    int len = vsnprintf(line, sizeof line - 2, format, args);
    va_end(args);
    if (len < 0)
    {
        return;
    }
    len = len < (int)sizeof line - 2 ? len : (int)sizeof line - 3;
    line[len] = '\r';
    line[len + 1] = '\n';
    ov_manage_put(manage, line, (size_t)len + 2);
}

void ov_manage_say_text(struct ov_manage *manage, const char *text)
{
    while (*text != '\0' && manage->admitted)
    {
        const size_t len = strcspn(text, "\n");
        ov_manage_put(manage, text, len);
        ov_manage_put(manage, "\r\n", 2);
        text += len + (text[len] == '\n');
    }
}

void ov_manage_state(struct ov_manage *manage, struct ov_now now, const char *rest)
{
    char line[OV_HISTORY_LINE];
    (void)snprintf(line, sizeof line, "%llu,%s", (unsigned long long)now.wall_s, rest);
    ov_history_add(&manage->states, line);
    if (manage->states.live)
    {
        ov_manage_say(manage, ">STATE:%s", line);
    }
}

void ov_manage_echo(struct ov_manage *manage, struct ov_now now, const char *text)
{
    char line[OV_HISTORY_LINE];
    (void)snprintf(line, sizeof line, "%llu,%s", (unsigned long long)now.wall_s, text);
    ov_history_add(&manage->echoes, line);
    if (manage->echoes.live)
    {
        ov_manage_say(manage, ">ECHO:%s", line);
    }
}

/* The letters of 2.x: I information, W warning, N error, D debugging. */
static char flag_of(enum ov_level level)
{
    return level == OV_LOG_ERROR ? 'N' : level == OV_LOG_WARN ? 'W' : level == OV_LOG_INFO ? 'I' : 'D';
}

static void on_line(void *ctx, enum ov_level level, const char *text)
{
    struct ov_manage *manage = ctx;
    char line[OV_HISTORY_LINE];
    if (manage->inner.line != NULL)
    {
        manage->inner.line(manage->inner.ctx, level, text);
    }
    int len = snprintf(line, sizeof line, "%llu,%c,%s", (unsigned long long)manage->now().wall_s,
                       flag_of(level), text);
    for (int i = 0; i < len && i < (int)sizeof line - 1; i++)
    {
        /* What a peer says can't forge lines. */
        line[i] = (unsigned char)line[i] < 0x20 || line[i] == 0x7f ? '?' : line[i];
    }
    ov_history_add(&manage->log, line);
    if (manage->log.live)
    {
        ov_manage_say(manage, ">LOG:%s", line);
    }
}

struct ov_log ov_manage_log(struct ov_manage *manage, const struct ov_log *inner)
{
    manage->inner = *inner;
    return (struct ov_log){on_line, manage, inner->max};
}

void ov_manage_ask(struct ov_manage *manage, const char *question)
{
    (void)snprintf(manage->question, sizeof manage->question, "%s", question);
    ov_manage_say_text(manage, manage->question);
}

void ov_manage_answered(struct ov_manage *manage)
{
    manage->question[0] = '\0';
}

bool ov_manage_waits(const struct ov_manage *manage)
{
    return manage->holding;
}

bool ov_manage_holds(struct ov_manage *manage, uint32_t seconds)
{
    if (!manage->hold || manage->released)
    {
        manage->released = false;
        return false;
    }
    manage->holding = true;
    manage->hold_s = seconds;
    ov_manage_say(manage, ">HOLD:Waiting for hold release:%u", seconds);
    return true;
}

bool ov_manage_add_user(struct ov_manage *manage, const struct ov_manage_user *user)
{
    if (manage->users_count == OV_MANAGE_USERS)
    {
        return false;
    }
    manage->users[manage->users_count++] = *user;
    return true;
}

void ov_manage_remove_user(struct ov_manage *manage, const void *ctx)
{
    size_t kept = 0;
    for (size_t i = 0; manage != NULL && i < manage->users_count; i++)
    {
        if (manage->users[i].ctx != ctx)
        {
            manage->users[kept++] = manage->users[i];
        }
    }
    if (manage != NULL)
    {
        manage->users_count = kept;
        if (manage->body.ctx == ctx)
        {
            ov_manage_body_clear(manage);
        }
    }
}

uint32_t ov_manage_client_version(const struct ov_manage *manage)
{
    return manage->client_version;
}

void ov_manage_free(struct ov_manage *manage)
{
    if (manage == NULL)
    {
        return;
    }
    (void)ov_manage_flush(manage, (struct ov_now){0}); /* the last words */
    manage->users_count = 0;                           /* who is told of nothing any more */
    ov_manage_drop(manage);
    if (manage->listen_fd >= 0)
    {
        (void)close(manage->listen_fd);
    }
    if (manage->path[0] != '\0')
    {
        (void)unlink(manage->path);
    }
    ov_history_clear(&manage->log);
    ov_history_clear(&manage->states);
    ov_history_clear(&manage->echoes);
    ov_wipe(manage, sizeof *manage);
    free(manage);
}
