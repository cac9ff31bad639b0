#include "tests/lib/talk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "loop/loop.h"

void ov_talk_drop(struct ov_talk *t)
{
    t->len = 0;
    t->got[0] = '\0';
}

void ov_talk_join(struct ov_talk *t)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    memcpy(at.sun_path, t->path, strlen(t->path) + 1);
    t->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
    assert_true(t->fd >= 0);
    assert_int_equal(connect(t->fd, (const struct sockaddr *)&at, sizeof at), 0);
    (void)ov_manage_run(t->manage, ov_loop_now());
}

void ov_talk_begin(struct ov_talk *t, bool hold)
{
    char text[OV_MANAGE_TEXT] = "";
    *t = (struct ov_talk){.fd = -1};
    (void)snprintf(t->path, sizeof t->path, "/tmp/ovref-talk.%d", (int)getpid());
    const struct ov_manage_settings settings = {.address = t->path,
                                                .port = "unix",
                                                .hold = hold,
                                                .title = "talk",
                                                .log_lines = 250,
                                                .now = ov_loop_now};
    assert_int_equal(ov_manage_new(&settings, &t->manage, text), OV_OK);
    ov_talk_join(t);
}

void ov_talk_end(struct ov_talk *t)
{
    (void)close(t->fd);
    ov_manage_free(t->manage);
}

void ov_talk_hear(struct ov_talk *t)
{
    (void)ov_manage_run(t->manage, ov_loop_now());
    (void)ov_manage_flush(t->manage, ov_loop_now());
    const ssize_t n = recv(t->fd, t->got + t->len, sizeof t->got - 1 - t->len, 0);
    t->len += n > 0 ? (size_t)n : 0;
    t->got[t->len] = '\0';
}

/* In pieces of that size; what comes back is in got. */
void ov_talk_say(struct ov_talk *t, const char *text, size_t piece)
{
    for (size_t at = 0; at < strlen(text); at += piece)
    {
        const size_t rest = strlen(text) - at;
        assert_int_equal(send(t->fd, text + at, piece < rest ? piece : rest, 0), piece < rest ? piece : rest);
        ov_talk_hear(t);
    }
}

void ov_talk_expect(struct ov_talk *t, const char *said, const char *answer)
{
    ov_talk_drop(t);
    ov_talk_say(t, said, 4096);
    ov_talk_hear(t);
    if (strcmp(t->got, answer) != 0)
    {
        fail_msg("to '%s': '%s', expected '%s'", said, t->got, answer);
    }
}
