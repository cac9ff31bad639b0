/* Nobody renegotiates inside TLS: OpenVPN makes new keys in a new TLS session. The other end is the openssl program,
 * which asks for it when it is told to; what counts are the records on the way, whose types TLS 1.2 shows. */
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/testpki.h"
#include "lib/tlspair.h"

#define PATIENCE_MS 10000
#define HANDSHAKE   22u
#define ALERT       21u

/* Short: openssl prints where it listens, and gives up above 31 octets. */
static char dir[] = "/tmp/ovref-tls.XXXXXX";

/* Records of one direction, of which a stream is made: type, version, length. */
struct records
{
    uint8_t head[5];
    size_t head_len;
    size_t left;
    unsigned of_type[256];
};

static void count_records(struct records *r, const uint8_t *data, size_t len)
{
    while (len > 0)
    {
        if (r->left == 0)
        {
            r->head[r->head_len++] = *data++;
            len--;
            if (r->head_len == sizeof r->head)
            {
                r->of_type[r->head[0]]++;
                r->left = (size_t)r->head[3] << 8 | r->head[4];
                r->head_len = 0;
            }
            continue;
        }
        const size_t n = len < r->left ? len : r->left;
        r->left -= n;
        data += n;
        len -= n;
    }
}

struct talk
{
    struct ov_tls tls;
    pid_t program;
    int to_program; /* its standard input */
    int fd;
    struct records in, out;
};

static uint64_t now_ms(void)
{
    struct timespec ts;
    assert_int_equal(clock_gettime(CLOCK_MONOTONIC, &ts), 0);
    return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

/* ---- the other end ---- */

static const char *path_of(const char *name)
{
    static char path[4][64];
    static unsigned at;
    char *out = path[at++ % 4];
    (void)snprintf(out, sizeof path[0], "%s/%s", dir, name);
    return out;
}

static void keep(const char *name, const char *text)
{
    FILE *file = fopen(path_of(name), "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static int open_unix(struct sockaddr_un *at)
{
    *at = (struct sockaddr_un){.sun_family = AF_UNIX};
    (void)snprintf(at->sun_path, sizeof at->sun_path, "%s/s", dir);
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    return fd;
}

static void start_program(struct talk *t, const char *const *args)
{
    int input[2];
    assert_int_equal(pipe2(input, O_CLOEXEC), 0);
    t->program = fork();
    assert_true(t->program >= 0);
    if (t->program == 0)
    {
        const int null = open("/dev/null", O_WRONLY);
        (void)dup2(input[0], 0);
        (void)dup2(null, 1);
        (void)dup2(null, 2);
        (void)execvp(args[0], (char *const *)args);
        _exit(127);
    }
    (void)close(input[0]);
    t->to_program = input[1];
}

/* The program calls us, or we call it. */
static void join(struct talk *t, enum ov_role own)
{
    struct sockaddr_un at;
    int fd = open_unix(&at);
    const char *const socket_path = path_of("s");
    const bool serves = own == OV_ROLE_CLIENT;
    const char *const args[] = {"openssl",
                                serves ? "s_server" : "s_client",
                                "-unix",
                                socket_path,
                                "-tls1_2",
                                "-CAfile",
                                path_of("ca"),
                                "-cert",
                                path_of("cert"),
                                "-key",
                                path_of("key"),
                                serves ? "-Verify" : "-verify",
                                "3",
                                NULL};
    (void)unlink(at.sun_path);
    if (!serves)
    {
        assert_int_equal(bind(fd, (const struct sockaddr *)&at, sizeof at), 0);
        assert_int_equal(listen(fd, 1), 0);
    }
    start_program(t, args);
    if (!serves)
    {
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        assert_int_equal(poll(&wait, 1, PATIENCE_MS), 1);
        t->fd = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
        (void)close(fd);
        assert_true(t->fd >= 0);
        return;
    }
    const uint64_t until_ms = now_ms() + PATIENCE_MS;
    while (connect(fd, (const struct sockaddr *)&at, sizeof at) != 0)
    {
        assert_true(now_ms() < until_ms);
        (void)poll(NULL, 0, 20);
    }
    t->fd = fd;
}

static void leave(struct talk *t)
{
    ov_tls_clear(&t->tls);
    (void)close(t->fd);
    (void)close(t->to_program);
    (void)kill(t->program, SIGKILL);
    (void)waitpid(t->program, NULL, 0);
}

/* ---- octets both ways ---- */

static void send_out(struct talk *t)
{
    uint8_t data[4096];
    size_t len = 0;
    while (ov_tls_drain(&t->tls, data, sizeof data, &len) == OV_OK && len > 0)
    {
        count_records(&t->out, data, len);
        assert_int_equal(send(t->fd, data, len, MSG_NOSIGNAL), len);
    }
}

/* One read. False: nothing came within that time, or the other end has left. */
static bool take_in(struct talk *t, int wait_ms)
{
    uint8_t data[4096];
    struct pollfd wait = {.fd = t->fd, .events = POLLIN};
    if (poll(&wait, 1, wait_ms) != 1)
    {
        return false;
    }
    const ssize_t len = recv(t->fd, data, sizeof data, 0);
    if (len <= 0)
    {
        return false;
    }
    count_records(&t->in, data, (size_t)len);
    (void)!ov_tls_feed(&t->tls, data, (size_t)len);
    return true;
}

static void connect_tls(struct talk *t)
{
    const uint64_t until_ms = now_ms() + PATIENCE_MS;
    while (ov_tls_step(&t->tls) == OV_ERR_AGAIN)
    {
        send_out(t);
        assert_true(now_ms() < until_ms);
        (void)take_in(t, 100);
    }
    send_out(t);
    if (t->tls.state != OV_TLS_OPEN)
    {
        fail_msg("no connection: %s", ov_tls_reason(&t->tls));
    }
}

/* The other end asks; what we say to that until it is silent. */
static void ask_for_it(struct talk *t, enum ov_role own)
{
    const char *word = own == OV_ROLE_CLIENT ? "r\n" : "R\n";
    uint8_t record[OV_TLS_RECORD_MAX];
    size_t len = 0;
    const uint64_t until_ms = now_ms() + PATIENCE_MS;
    memset(&t->out, 0, sizeof t->out);
    memset(&t->in, 0, sizeof t->in);
    assert_int_equal(write(t->to_program, word, 2), 2);
    while (t->in.of_type[HANDSHAKE] == 0 && now_ms() < until_ms)
    {
        (void)take_in(t, 100);
    }
    assert_true(t->in.of_type[HANDSHAKE] > 0); /* it did ask */
    for (unsigned rounds = 0; rounds < 10; rounds++)
    {
        while (ov_tls_read(&t->tls, record, &len) == OV_OK)
        {
        }
        (void)!ov_tls_step(&t->tls);
        send_out(t);
        if (!take_in(t, 200))
        {
            break;
        }
    }
}

static void refuse(const struct ov_crypto *crypto, enum ov_role own)
{
    static struct talk t;
    char why[OV_TLS_ERROR_TEXT];
    struct ov_tls_conf *conf = NULL;
    const char *const certs[] = {"client-ec", "server-ec"};
    const struct ov_testpki_entry *theirs = ov_testpki(certs[1 - own]);
    struct ov_tls_settings settings = ov_testpki_settings(own, certs[own]);
    settings.version_min = settings.version_max = OV_TLS_VERSION_1_2;
    memset(&t, 0, sizeof t);
    keep("cert", theirs->cert);
    keep("key", theirs->key);
    assert_int_equal(crypto->tls->conf_new(&settings, &conf, why), OV_OK);
    assert_int_equal(ov_tls_init(&t.tls, crypto->tls, conf), OV_OK);
    join(&t, own);
    connect_tls(&t);
    (void)poll(NULL, 0, 200); /* the program has printed and reads its input */
    while (take_in(&t, 50))
    {
    }
    ask_for_it(&t, own);
    if (t.out.of_type[HANDSHAKE] > 0)
    {
        fail_msg("%s as %s went along: %u handshake records", crypto->name,
                 own == OV_ROLE_CLIENT ? "client" : "server", t.out.of_type[HANDSHAKE]);
    }
    /* It says so, or the connection is over. */
    assert_true(t.out.of_type[ALERT] > 0 || t.tls.state == OV_TLS_FAILED || own == OV_ROLE_CLIENT);
    leave(&t);
    crypto->tls->conf_free(conf);
}

static void as_client(void **state)
{
    (void)state;
    const struct ov_crypto *const *all = ov_test_real_backends();
    for (size_t i = 0; all[i] != NULL; i++)
    {
        refuse(all[i], OV_ROLE_CLIENT);
    }
}

static void as_server(void **state)
{
    (void)state;
    const struct ov_crypto *const *all = ov_test_real_backends();
    for (size_t i = 0; all[i] != NULL; i++)
    {
        refuse(all[i], OV_ROLE_SERVER);
    }
}

static int make_dir(void **state)
{
    (void)state;
    const bool made = mkdtemp(dir) != NULL;
    if (made)
    {
        keep("ca", ov_testpki("ca")->cert);
    }
    return made ? 0 : -1;
}

static int remove_dir(void **state)
{
    static const char *const names[] = {"ca", "cert", "key", "s"};
    (void)state;
    for (size_t i = 0; i < 4; i++)
    {
        (void)unlink(path_of(names[i]));
    }
    return rmdir(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_client),
        cmocka_unit_test(as_server),
    };
    return cmocka_run_group_tests_name("tls_renegotiation", tests, make_dir, remove_dir);
}
