/* Whole dialogues with the management interface over its socket: users of it, texts of several lines, questions, and
 * others that behave badly (bad-inputs.md 49). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "app/ask.h"
#include "lib/talk.h"
#include "loop/loop.h"

/* ---- users and texts of several lines ---- */

struct user
{
    struct ov_manage *manage;
    char body[OV_MANAGE_BODY + 1];
    size_t len;
    enum ov_err err;
    unsigned bodies, left, first, second;
};

static void on_body(void *ctx, const char *text, size_t len, enum ov_err err)
{
    struct user *user = ctx;
    user->bodies++;
    user->err = err;
    user->len = len;
    memcpy(user->body, text, len + 1);
}

static void on_take(void *ctx, const struct ov_manage_words *words)
{
    struct user *user = ctx;
    (void)words;
    ov_manage_take_body(user->manage, on_body, user);
}

static void on_first(void *ctx, const struct ov_manage_words *words)
{
    (void)words;
    ((struct user *)ctx)->first++;
}

static void on_second(void *ctx, const struct ov_manage_words *words)
{
    (void)words;
    ((struct user *)ctx)->second++;
}

static void on_left(void *ctx)
{
    ((struct user *)ctx)->left++;
}

static const struct ov_manage_command first[] = {
    {"take", 1, on_take, ""}, {"same", 0, on_first, ""}, {"two", 2 | OV_MANAGE_OR_MORE, on_first, ""}};
static const struct ov_manage_command second[] = {{"same", 0, on_second, ""}};

static void test_users(void **state)
{
    struct ov_talk t;
    (void)state;
    ov_talk_begin(&t, false);
    struct user *user = calloc(1, sizeof *user);
    const struct ov_manage_user a = {.ctx = user, .commands = first, .count = 3, .left = on_left};
    user->manage = t.manage;
    assert_true(ov_manage_add_user(t.manage, &a));
    ov_talk_hear(&t);
    ov_talk_expect(&t, "same\n", "");
    assert_int_equal(user->first, 1);
    ov_talk_expect(&t, "take\n", "ERROR: the 'take' command requires 1 parameter\r\n");
    ov_talk_expect(&t, "two x\n", "ERROR: the 'two' command requires at least 2 parameters\r\n");
    ov_talk_expect(&t, "nothing\n", "ERROR: unknown command, enter 'help' for more options\r\n");
    ov_talk_expect(&t, "version 3\n", "");
    assert_int_equal(ov_manage_client_version(t.manage), 3);
    (void)close(t.fd);
    (void)ov_manage_run(t.manage, ov_loop_now());
    assert_int_equal(user->left, 1);
    assert_int_equal(ov_manage_client_version(t.manage), 1);
    ov_talk_join(&t);
    ov_manage_remove_user(t.manage, user);
    ov_talk_drop(&t);
    ov_talk_hear(&t);
    ov_talk_expect(&t, "same\n", "ERROR: unknown command, enter 'help' for more options\r\n");
    for (size_t i = 0; i < OV_MANAGE_USERS; i++)
    {
        assert_true(ov_manage_add_user(t.manage, &a));
    }
    assert_false(ov_manage_add_user(t.manage, &a));
    free(user);
    ov_talk_end(&t);
}

/* The later of two users has the command. */
static void test_later_user(void **state)
{
    struct ov_talk t;
    struct user *one = calloc(1, sizeof *one), *two = calloc(1, sizeof *two);
    (void)state;
    ov_talk_begin(&t, false);
    ov_talk_hear(&t);
    const struct ov_manage_user a = {.ctx = one, .commands = first, .count = 3};
    const struct ov_manage_user b = {.ctx = two, .commands = second, .count = 1};
    assert_true(ov_manage_add_user(t.manage, &a) && ov_manage_add_user(t.manage, &b));
    ov_talk_expect(&t, "same\n", "");
    assert_int_equal(one->first, 0);
    assert_int_equal(two->second, 1);
    free(one);
    free(two);
    ov_talk_end(&t);
}

static void test_bodies(void **state)
{
    struct ov_talk t;
    (void)state;
    ov_talk_begin(&t, false);
    struct user *user = calloc(1, sizeof *user);
    const struct ov_manage_user a = {.ctx = user, .commands = first, .count = 3};
    user->manage = t.manage;
    assert_true(ov_manage_add_user(t.manage, &a));
    for (size_t piece = 1; piece < 40; piece += 3)
    {
        ov_talk_drop(&t);
        ov_talk_say(&t, "take 1\r\nhold \"open\r\n\r\n END\nEND\r\npid\n", piece);
        assert_string_equal(user->body, "hold \"open\n\n END\n");
        assert_int_equal(user->err, OV_OK);
        assert_non_null(strstr(t.got, "SUCCESS: pid="));
    }
    /* The end without a text; one that is too long, in all and in one line. */
    ov_talk_say(&t, "take 1\nEND\n", 100);
    assert_int_equal(user->len, 0);
    assert_int_equal(user->err, OV_OK);
    char *line = malloc(1001);
    memset(line, 'x', 1000);
    line[999] = '\n';
    line[1000] = '\0';
    ov_talk_say(&t, "take 1\n", 100);
    for (size_t i = 0; i < OV_MANAGE_BODY / 1000 + 3; i++)
    {
        ov_talk_say(&t, line, 1000);
    }
    ov_talk_say(&t, "END\n", 100);
    assert_int_equal(user->err, OV_ERR_LIMIT);
    assert_int_equal(user->len, 0);
    ov_talk_say(&t, "take 1\n", 100);
    line[999] = 'x';
    ov_talk_say(&t, line, 1000);
    ov_talk_say(&t, line, 1000);
    ov_talk_say(&t, "\nEND\n", 100);
    assert_int_equal(user->err, OV_ERR_LIMIT);
    /* Whoever goes in the middle leaves nothing behind. */
    const unsigned bodies = user->bodies;
    ov_talk_say(&t, "take 1\nhalf\n", 100);
    (void)close(t.fd);
    (void)ov_manage_run(t.manage, ov_loop_now());
    ov_talk_join(&t);
    ov_talk_drop(&t);
    ov_talk_say(&t, "pid\n", 100);
    assert_non_null(strstr(t.got, "SUCCESS: pid="));
    assert_int_equal(user->bodies, bodies);
    free(line);
    free(user);
    ov_talk_end(&t);
}

/* One who asks and never reads is sent away before it costs much. */
static void test_deaf(void **state)
{
    struct ov_talk t;
    (void)state;
    ov_talk_begin(&t, false);
    const uint32_t visits = ov_manage_visits(t.manage);
    char *text = malloc(60001);
    memset(text, 'y', 60000);
    text[60000] = '\0';
    for (unsigned i = 0; i < 40; i++)
    {
        ov_manage_say_text(t.manage, text);
        (void)ov_manage_flush(t.manage, ov_loop_now());
        (void)ov_manage_run(t.manage, ov_loop_now());
    }
    assert_true(ov_manage_visits(t.manage) > visits);
    assert_true(ov_manage_client_fd(t.manage) < 0);
    free(text);
    ov_talk_end(&t);
}

/* A release is good for one hold, before it too. */
static void test_holds(void **state)
{
    struct ov_talk t;
    (void)state;
    ov_talk_begin(&t, true);
    ov_talk_hear(&t);
    assert_true(ov_manage_holds(t.manage, 3));
    ov_talk_drop(&t);
    ov_talk_hear(&t);
    assert_string_equal(t.got, ">HOLD:Waiting for hold release:3\r\n");
    ov_talk_expect(&t, "hold release\n", "SUCCESS: hold release succeeded\r\n");
    assert_false(ov_manage_waits(t.manage));
    assert_true(ov_manage_holds(t.manage, 0));
    ov_talk_expect(&t, "hold release\n",
                   ">HOLD:Waiting for hold release:0\r\nSUCCESS: hold release succeeded\r\n");
    ov_talk_expect(&t, "hold release\n", "SUCCESS: hold release succeeded\r\n");
    assert_false(ov_manage_holds(t.manage, 0));
    assert_true(ov_manage_holds(t.manage, 0));
    ov_talk_end(&t);
}

/* ---- questions ---- */

static void count(void *ctx)
{
    (*(unsigned *)ctx)++;
}

static void test_questions(void **state)
{
    struct ov_talk t;
    struct ov_ask ask;
    unsigned answered = 0;
    (void)state;
    ov_talk_begin(&t, false);
    ov_ask_open(&ask, t.manage);
    ov_talk_hear(&t);
    ov_talk_expect(&t, "password a b\n", "ERROR: no password is currently needed at this time\r\n");
    ov_ask_for(&ask, OV_ASK_LOGIN, "Auth", "SC:1,PIN?", count, &answered);
    ov_talk_expect(&t, "username Other x\n",
                   ">PASSWORD:Need 'Auth' username/password SC:1,PIN?\r\n"
                   "ERROR: username of type 'Other' entered, but we need one of type 'Auth'\r\n");
    ov_talk_expect(&t, "password Auth p\n", "SUCCESS: 'Auth' password entered, but not yet verified\r\n");
    assert_false(ask.done);
    /* Whoever comes later is asked the same. */
    (void)close(t.fd);
    (void)ov_manage_run(t.manage, ov_loop_now());
    ov_talk_join(&t);
    ov_talk_drop(&t);
    ov_talk_hear(&t);
    assert_non_null(strstr(t.got, ">PASSWORD:Need 'Auth' username/password SC:1,PIN?\r\n"));
    ov_talk_expect(&t, "username Auth u\n", "SUCCESS: 'Auth' username entered, but not yet verified\r\n");
    assert_true(ask.done);
    assert_int_equal(answered, 1);
    assert_string_equal(ask.username, "u");
    assert_string_equal(ask.text, "p");
    ov_ask_for(&ask, OV_ASK_OK, "token-insertion-request", "Please insert x", NULL, NULL);
    ov_talk_expect(
        &t, "needok token-insertion-request ok\n",
        ">NEED-OK:Need 'token-insertion-request' confirmation MSG:Please insert x\r\n"
        "SUCCESS: 'token-insertion-request' needok-confirmation entered, but not yet verified\r\n");
    ov_ask_for(&ask, OV_ASK_CERTIFICATE, "certificate", "hint", NULL, NULL);
    ov_talk_expect(&t, "certificate\na\nb\nEND\n",
                   ">NEED-CERTIFICATE:hint\r\nSUCCESS: certificate command succeeded\r\n");
    assert_string_equal(ask.lines, "a\nb\n");
    ov_ask_close(&ask);
    ov_talk_end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_users), cmocka_unit_test(test_later_user), cmocka_unit_test(test_bodies),
        cmocka_unit_test(test_deaf),  cmocka_unit_test(test_holds),      cmocka_unit_test(test_questions),
    };
    return cmocka_run_group_tests_name("manage talk", tests, NULL, NULL);
}
