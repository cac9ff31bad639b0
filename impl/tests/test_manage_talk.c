/* Whole dialogues with the management interface over its socket: users of it, texts of several lines, questions, a key
 * that the other end keeps, and others that behave badly (bad-inputs.md 49). */
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
#include "app/key_desk.h"
#include "loop/loop.h"
#include "manage/manage.h"

struct talk
{
    char path[64];
    struct ov_manage *manage;
    int fd;
    char got[65536];
    size_t len;
};

static void drop_text(struct talk *t)
{
    t->len = 0;
    t->got[0] = '\0';
}

static void join(struct talk *t)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    memcpy(at.sun_path, t->path, strlen(t->path) + 1);
    t->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
    assert_true(t->fd >= 0);
    assert_int_equal(connect(t->fd, (const struct sockaddr *)&at, sizeof at), 0);
    (void)ov_manage_run(t->manage, ov_loop_now());
}

static void begin(struct talk *t, bool hold)
{
    char text[OV_MANAGE_TEXT] = "";
    *t = (struct talk){.fd = -1};
    (void)snprintf(t->path, sizeof t->path, "/tmp/ovref-talk.%d", (int)getpid());
    const struct ov_manage_settings settings = {.address = t->path,
                                                .port = "unix",
                                                .hold = hold,
                                                .title = "talk",
                                                .log_lines = 250,
                                                .now = ov_loop_now};
    assert_int_equal(ov_manage_new(&settings, &t->manage, text), OV_OK);
    join(t);
}

static void end(struct talk *t)
{
    (void)close(t->fd);
    ov_manage_free(t->manage);
}

static void hear(struct talk *t)
{
    (void)ov_manage_run(t->manage, ov_loop_now());
    (void)ov_manage_flush(t->manage, ov_loop_now());
    const ssize_t n = recv(t->fd, t->got + t->len, sizeof t->got - 1 - t->len, 0);
    t->len += n > 0 ? (size_t)n : 0;
    t->got[t->len] = '\0';
}

/* In pieces of that size; what comes back is in got. */
static void say_in(struct talk *t, const char *text, size_t piece)
{
    for (size_t at = 0; at < strlen(text); at += piece)
    {
        const size_t rest = strlen(text) - at;
        assert_int_equal(send(t->fd, text + at, piece < rest ? piece : rest, 0), piece < rest ? piece : rest);
        hear(t);
    }
}

static void expect(struct talk *t, const char *said, const char *answer)
{
    drop_text(t);
    say_in(t, said, 4096);
    hear(t);
    if (strcmp(t->got, answer) != 0)
    {
        fail_msg("to '%s': '%s', expected '%s'", said, t->got, answer);
    }
}

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
    struct talk t;
    (void)state;
    begin(&t, false);
    struct user *user = calloc(1, sizeof *user);
    const struct ov_manage_user a = {.ctx = user, .commands = first, .count = 3, .left = on_left};
    user->manage = t.manage;
    assert_true(ov_manage_add_user(t.manage, &a));
    hear(&t);
    expect(&t, "same\n", "");
    assert_int_equal(user->first, 1);
    expect(&t, "take\n", "ERROR: the 'take' command requires 1 parameter\r\n");
    expect(&t, "two x\n", "ERROR: the 'two' command requires at least 2 parameters\r\n");
    expect(&t, "nothing\n", "ERROR: unknown command, enter 'help' for more options\r\n");
    expect(&t, "version 3\n", "");
    assert_int_equal(ov_manage_client_version(t.manage), 3);
    (void)close(t.fd);
    (void)ov_manage_run(t.manage, ov_loop_now());
    assert_int_equal(user->left, 1);
    assert_int_equal(ov_manage_client_version(t.manage), 1);
    join(&t);
    ov_manage_remove_user(t.manage, user);
    drop_text(&t);
    hear(&t);
    expect(&t, "same\n", "ERROR: unknown command, enter 'help' for more options\r\n");
    for (size_t i = 0; i < OV_MANAGE_USERS; i++)
    {
        assert_true(ov_manage_add_user(t.manage, &a));
    }
    assert_false(ov_manage_add_user(t.manage, &a));
    free(user);
    end(&t);
}

/* The later of two users has the command. */
static void test_later_user(void **state)
{
    struct talk t;
    struct user *one = calloc(1, sizeof *one), *two = calloc(1, sizeof *two);
    (void)state;
    begin(&t, false);
    hear(&t);
    const struct ov_manage_user a = {.ctx = one, .commands = first, .count = 3};
    const struct ov_manage_user b = {.ctx = two, .commands = second, .count = 1};
    assert_true(ov_manage_add_user(t.manage, &a) && ov_manage_add_user(t.manage, &b));
    expect(&t, "same\n", "");
    assert_int_equal(one->first, 0);
    assert_int_equal(two->second, 1);
    free(one);
    free(two);
    end(&t);
}

static void test_bodies(void **state)
{
    struct talk t;
    (void)state;
    begin(&t, false);
    struct user *user = calloc(1, sizeof *user);
    const struct ov_manage_user a = {.ctx = user, .commands = first, .count = 3};
    user->manage = t.manage;
    assert_true(ov_manage_add_user(t.manage, &a));
    for (size_t piece = 1; piece < 40; piece += 3)
    {
        drop_text(&t);
        say_in(&t, "take 1\r\nhold \"open\r\n\r\n END\nEND\r\npid\n", piece);
        assert_string_equal(user->body, "hold \"open\n\n END\n");
        assert_int_equal(user->err, OV_OK);
        assert_non_null(strstr(t.got, "SUCCESS: pid="));
    }
    /* The end without a text; one that is too long, in all and in one line. */
    say_in(&t, "take 1\nEND\n", 100);
    assert_int_equal(user->len, 0);
    assert_int_equal(user->err, OV_OK);
    char *line = malloc(1001);
    memset(line, 'x', 1000);
    line[999] = '\n';
    line[1000] = '\0';
    say_in(&t, "take 1\n", 100);
    for (size_t i = 0; i < OV_MANAGE_BODY / 1000 + 3; i++)
    {
        say_in(&t, line, 1000);
    }
    say_in(&t, "END\n", 100);
    assert_int_equal(user->err, OV_ERR_LIMIT);
    assert_int_equal(user->len, 0);
    say_in(&t, "take 1\n", 100);
    line[999] = 'x';
    say_in(&t, line, 1000);
    say_in(&t, line, 1000);
    say_in(&t, "\nEND\n", 100);
    assert_int_equal(user->err, OV_ERR_LIMIT);
    /* Whoever goes in the middle leaves nothing behind. */
    const unsigned bodies = user->bodies;
    say_in(&t, "take 1\nhalf\n", 100);
    (void)close(t.fd);
    (void)ov_manage_run(t.manage, ov_loop_now());
    join(&t);
    drop_text(&t);
    say_in(&t, "pid\n", 100);
    assert_non_null(strstr(t.got, "SUCCESS: pid="));
    assert_int_equal(user->bodies, bodies);
    free(line);
    free(user);
    end(&t);
}

/* One who asks and never reads is sent away before it costs much. */
static void test_deaf(void **state)
{
    struct talk t;
    (void)state;
    begin(&t, false);
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
    end(&t);
}

/* A release is good for one hold, before it too. */
static void test_holds(void **state)
{
    struct talk t;
    (void)state;
    begin(&t, true);
    hear(&t);
    assert_true(ov_manage_holds(t.manage, 3));
    drop_text(&t);
    hear(&t);
    assert_string_equal(t.got, ">HOLD:Waiting for hold release:3\r\n");
    expect(&t, "hold release\n", "SUCCESS: hold release succeeded\r\n");
    assert_false(ov_manage_waits(t.manage));
    assert_true(ov_manage_holds(t.manage, 0));
    expect(&t, "hold release\n", ">HOLD:Waiting for hold release:0\r\nSUCCESS: hold release succeeded\r\n");
    expect(&t, "hold release\n", "SUCCESS: hold release succeeded\r\n");
    assert_false(ov_manage_holds(t.manage, 0));
    assert_true(ov_manage_holds(t.manage, 0));
    end(&t);
}

/* ---- questions ---- */

static void count(void *ctx)
{
    (*(unsigned *)ctx)++;
}

static void test_questions(void **state)
{
    struct talk t;
    struct ov_ask ask;
    unsigned answered = 0;
    (void)state;
    begin(&t, false);
    ov_ask_open(&ask, t.manage);
    hear(&t);
    expect(&t, "password a b\n", "ERROR: no password is currently needed at this time\r\n");
    ov_ask_for(&ask, OV_ASK_LOGIN, "Auth", "SC:1,PIN?", count, &answered);
    expect(&t, "username Other x\n",
           ">PASSWORD:Need 'Auth' username/password SC:1,PIN?\r\n"
           "ERROR: username of type 'Other' entered, but we need one of type 'Auth'\r\n");
    expect(&t, "password Auth p\n", "SUCCESS: 'Auth' password entered, but not yet verified\r\n");
    assert_false(ask.done);
    /* Whoever comes later is asked the same. */
    (void)close(t.fd);
    (void)ov_manage_run(t.manage, ov_loop_now());
    join(&t);
    drop_text(&t);
    hear(&t);
    assert_non_null(strstr(t.got, ">PASSWORD:Need 'Auth' username/password SC:1,PIN?\r\n"));
    expect(&t, "username Auth u\n", "SUCCESS: 'Auth' username entered, but not yet verified\r\n");
    assert_true(ask.done);
    assert_int_equal(answered, 1);
    assert_string_equal(ask.username, "u");
    assert_string_equal(ask.text, "p");
    ov_ask_for(&ask, OV_ASK_OK, "token-insertion-request", "Please insert x", NULL, NULL);
    expect(&t, "needok token-insertion-request ok\n",
           ">NEED-OK:Need 'token-insertion-request' confirmation MSG:Please insert x\r\n"
           "SUCCESS: 'token-insertion-request' needok-confirmation entered, but not yet verified\r\n");
    ov_ask_for(&ask, OV_ASK_CERTIFICATE, "certificate", "hint", NULL, NULL);
    expect(&t, "certificate\na\nb\nEND\n",
           ">NEED-CERTIFICATE:hint\r\nSUCCESS: certificate command succeeded\r\n");
    assert_string_equal(ask.lines, "a\nb\n");
    ov_ask_close(&ask);
    end(&t);
}

/* ---- a key that the other end keeps ---- */

static const struct ov_sign_request digest = {
    .kind = OV_SIGN_ECDSA, .in = (const uint8_t *)"digest-1", .in_len = 8};
static const struct ov_sign_request other = {
    .kind = OV_SIGN_ECDSA, .in = (const uint8_t *)"digest-2", .in_len = 8};

static void test_key_desk(void **state)
{
    static const struct ov_cert_options plain = {.external_key = true, .external_pkcs1 = true};
    struct talk t;
    struct ov_key_desk desk;
    uint8_t out[OV_SIGN_MAX];
    size_t len = 0;
    unsigned answered = 0;
    (void)state;
    begin(&t, false);
    ov_key_desk_open(&desk, t.manage, &plain);
    ov_key_desk_tell(&desk, count, &answered);
    hear(&t);
    expect(&t, "pk-sig\n", "ERROR: The pk-sig command is not currently available\r\n");
    expect(&t, "version 3\n", "");
    assert_int_equal(desk.signer.sign(&desk, &digest, out, sizeof out, &len), OV_ERR_AGAIN);
    assert_int_equal(desk.signer.sign(&desk, &digest, out, sizeof out, &len), OV_ERR_AGAIN);
    expect(&t, "pk-sig\nc2ln\nLTE=\nEND\n",
           ">PK_SIGN:ZGlnZXN0LTE=,ECDSA\r\nSUCCESS: pk-sign command succeeded\r\n");
    assert_int_equal(answered, 1);
    assert_int_equal(desk.signer.sign(&desk, &digest, out, sizeof out, &len), OV_OK);
    assert_int_equal(len, 5);
    assert_memory_equal(out, "sig-1", 5);
    /* The answer to a question that nobody asks any more isn't taken for that to the next. */
    assert_int_equal(desk.signer.sign(&desk, &digest, out, sizeof out, &len), OV_ERR_AGAIN);
    assert_int_equal(desk.signer.sign(&desk, &other, out, sizeof out, &len), OV_ERR_AGAIN);
    say_in(&t, "pk-sig\nc2lnLTE=\nEND\n", 100);
    assert_int_equal(desk.signer.sign(&desk, &other, out, sizeof out, &len), OV_ERR_AGAIN);
    say_in(&t, "pk-sig\nc2lnLTI=\nEND\n", 100);
    assert_int_equal(desk.signer.sign(&desk, &other, out, sizeof out, &len), OV_OK);
    assert_memory_equal(out, "sig-2", 5);
    /* Nonsense is a refusal. */
    assert_int_equal(desk.signer.sign(&desk, &other, out, sizeof out, &len), OV_ERR_AGAIN);
    say_in(&t, "pk-sig\n!\nEND\n", 100);
    assert_int_equal(desk.signer.sign(&desk, &other, out, sizeof out, &len), OV_ERR_CRYPTO);
    /* Too large for the caller. */
    assert_int_equal(desk.signer.sign(&desk, &other, out, sizeof out, &len), OV_ERR_AGAIN);
    say_in(&t, "pk-sig\nc2lnLTI=\nEND\n", 100);
    assert_int_equal(desk.signer.sign(&desk, &other, out, 4, &len), OV_ERR_CRYPTO);
    ov_key_desk_close(&desk);
    end(&t);
}

/* One that answers only the latest question gets through too. */
static void test_key_desk_latest(void **state)
{
    static const struct ov_cert_options plain = {.external_key = true, .external_pkcs1 = true};
    struct talk t;
    struct ov_key_desk desk;
    uint8_t out[OV_SIGN_MAX];
    size_t len = 0;
    (void)state;
    begin(&t, false);
    ov_key_desk_open(&desk, t.manage, &plain);
    unsigned rounds = 0;
    enum ov_err err = OV_ERR_AGAIN;
    assert_int_equal(desk.signer.sign(&desk, &digest, out, sizeof out, &len), OV_ERR_AGAIN);
    for (; rounds < 5 && err == OV_ERR_AGAIN; rounds++)
    {
        const struct ov_sign_request *request = rounds % 2 == 0 ? &other : &digest;
        assert_int_equal(desk.signer.sign(&desk, request, out, sizeof out, &len), OV_ERR_AGAIN);
        say_in(&t, "rsa-sig\nc2lnLTI=\nEND\n", 100);
        err = desk.signer.sign(&desk, request, out, sizeof out, &len);
    }
    assert_int_equal(err, OV_OK);
    assert_int_equal(rounds, 2);
    ov_key_desk_close(&desk);
    end(&t);
}

/* Without PKCS#1 of its own it gets what is padded already. */
static void test_key_desk_pads(void **state)
{
    static const struct ov_cert_options raw = {.external_key = true, .external_raw = true};
    static const struct ov_sign_request rsa = {
        .kind = OV_SIGN_RSA_PKCS1, .in = (const uint8_t *)"abc", .in_len = 3, .key_len = 18};
    struct talk t;
    struct ov_key_desk desk;
    uint8_t out[OV_SIGN_MAX];
    size_t len = 0;
    (void)state;
    begin(&t, false);
    ov_key_desk_open(&desk, t.manage, &raw);
    hear(&t);
    expect(&t, "version 3\n", "");
    struct ov_sign_request small = rsa;
    small.key_len = 13; /* no room for eight octets of padding */
    assert_int_equal(desk.signer.sign(&desk, &small, out, sizeof out, &len), OV_ERR_CRYPTO);
    assert_int_equal(desk.signer.sign(&desk, &rsa, out, sizeof out, &len), OV_ERR_AGAIN);
    drop_text(&t);
    hear(&t);
    assert_string_equal(t.got, ">PK_SIGN:AAH///////////////8AYWJj,RSA_NO_PADDING\r\n");
    ov_key_desk_close(&desk);
    end(&t);
}

#define RAW    .external_raw = true
#define PKCS1  .external_pkcs1 = true
#define PSS    .external_pss = true
#define DIGEST .external_digest = true

/* What is asked of whom, by what they said that they can do. The octets are "abc", of a message "xyz". */
static void test_key_desk_algorithms(void **state)
{
    static const struct
    {
        struct ov_cert_options can;
        enum ov_sign_kind kind;
        const char *asked;
        bool no_message;
    } rows[] = {
        {{PKCS1}, OV_SIGN_RSA_PKCS1, "YWJj,RSA_PKCS1_PADDING", false},
        {{PKCS1, PSS}, OV_SIGN_RSA_PSS, "YWJj,RSA_PKCS1_PSS_PADDING,hashalg=SHA384,saltlen=digest", false},
        {{RAW, PSS}, OV_SIGN_RSA_RAW, "YWJj,RSA_NO_PADDING", false},
        {{PKCS1, PSS, DIGEST},
         OV_SIGN_RSA_PSS,
         "eHl6,RSA_PKCS1_PSS_PADDING,hashalg=SHA384,saltlen=digest,data=message",
         false},
        {{PKCS1, DIGEST}, OV_SIGN_RSA_PKCS1, "eHl6,RSA_PKCS1_PADDING,hashalg=SHA384,data=message", false},
        {{PKCS1, DIGEST}, OV_SIGN_ECDSA, "eHl6,ECDSA,hashalg=SHA384,data=message", false},
        /* Not every library gives the message: then it is a digest. */
        {{PKCS1, DIGEST}, OV_SIGN_RSA_PKCS1, "YWJj,RSA_PKCS1_PADDING", true},
        {{PKCS1, DIGEST}, OV_SIGN_ECDSA, "YWJj,ECDSA", true},
        {{PKCS1, PSS, DIGEST},
         OV_SIGN_RSA_PSS,
         "YWJj,RSA_PKCS1_PSS_PADDING,hashalg=SHA384,saltlen=digest",
         true},
        /* Who can't pad gets a whole block, digested and padded. */
        {{RAW, DIGEST}, OV_SIGN_RSA_PKCS1, "AAH///////////////8AYWJj,RSA_NO_PADDING", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    {
        const bool none = rows[i].no_message;
        const struct ov_sign_request request = {
            rows[i].kind, (const uint8_t *)"abc", 3,
            18,           OV_DIGEST_SHA384,       none ? NULL : (const uint8_t *)"xyz",
            none ? 0 : 3};
        char line[120];
        struct talk t;
        struct ov_key_desk desk;
        uint8_t out[OV_SIGN_MAX];
        size_t len = 0;
        begin(&t, false);
        ov_key_desk_open(&desk, t.manage, &rows[i].can);
        assert_int_equal((desk.signer.can & OV_SIGN_CAN(OV_SIGN_RSA_PSS)) != 0, rows[i].can.external_pss);
        assert_int_equal((desk.signer.can & OV_SIGN_CAN(OV_SIGN_RSA_RAW)) != 0, rows[i].can.external_raw);
        hear(&t);
        expect(&t, "version 3\n", "");
        drop_text(&t);
        assert_int_equal(desk.signer.sign(&desk, &request, out, sizeof out, &len), OV_ERR_AGAIN);
        hear(&t);
        (void)snprintf(line, sizeof line, ">PK_SIGN:%s\r\n", rows[i].asked);
        assert_string_equal(t.got, line);
        ov_key_desk_close(&desk);
        end(&t);
    }
}

/* Messages of TLS 1.2 are long: what no line holds is digested here. */
static void test_key_desk_long(void **state)
{
    static const struct ov_cert_options can = {PKCS1, DIGEST};
    static uint8_t message[3 * OV_MANAGE_QUESTION];
    (void)state;
    for (size_t len = 3; len <= sizeof message; len += 3 * 331)
    {
        const struct ov_sign_request request = {.kind = OV_SIGN_ECDSA,
                                                .in = (const uint8_t *)"abc",
                                                .in_len = 3,
                                                .digest = OV_DIGEST_SHA256,
                                                .message = message,
                                                .message_len = len};
        struct talk t;
        struct ov_key_desk desk;
        uint8_t out[OV_SIGN_MAX];
        size_t out_len = 0;
        begin(&t, false);
        ov_key_desk_open(&desk, t.manage, &can);
        hear(&t);
        expect(&t, "version 3\n", "");
        drop_text(&t);
        assert_int_equal(desk.signer.sign(&desk, &request, out, sizeof out, &out_len), OV_ERR_AGAIN);
        hear(&t);
        const bool whole = strstr(t.got, ",ECDSA,hashalg=SHA256,data=message\r\n") != NULL;
        assert_int_equal(strlen(t.got), strlen(">PK_SIGN:,ECDSA\r\n") + (whole ? len / 3 * 4 + 28 : 4));
        assert_int_equal(whole, len <= 12200);
        ov_key_desk_close(&desk);
        end(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_users),         cmocka_unit_test(test_later_user),
        cmocka_unit_test(test_bodies),        cmocka_unit_test(test_deaf),
        cmocka_unit_test(test_holds),         cmocka_unit_test(test_questions),
        cmocka_unit_test(test_key_desk),      cmocka_unit_test(test_key_desk_latest),
        cmocka_unit_test(test_key_desk_pads), cmocka_unit_test(test_key_desk_algorithms),
        cmocka_unit_test(test_key_desk_long),
    };
    return cmocka_run_group_tests_name("manage talk", tests, NULL, NULL);
}
