#include "app/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/wipe.h"

static const char path[] = "/dev/tty";

bool ov_terminal_exists(void)
{
    int fd = open(path, O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (fd >= 0)
    {
        (void)close(fd);
    }
    return fd >= 0;
}

static void show(const struct ov_terminal *terminal, const char *text)
{
    size_t left = strlen(text);
    while (left > 0)
    {
        ssize_t n = write(terminal->fd, text, left);
        if (n < 0 && errno != EINTR)
        {
            return;
        }
        text += n > 0 ? n : 0;
        left -= n > 0 ? (size_t)n : 0;
    }
}

enum ov_err ov_terminal_begin(struct ov_terminal *terminal, const char *question, bool echo)
{
    ov_terminal_end(terminal);
    terminal->fd = open(path, O_RDWR | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (terminal->fd < 0)
    {
        return OV_ERR_IO;
    }
    terminal->open = true;
    if (!echo && tcgetattr(terminal->fd, &terminal->before) == 0)
    {
        struct termios quiet = terminal->before;
        quiet.c_lflag &= ~(tcflag_t)ECHO;
        terminal->silent = tcsetattr(terminal->fd, TCSAFLUSH, &quiet) == 0;
    }
    if (!echo && !terminal->silent)
    {
        ov_terminal_end(terminal); /* a password is never asked for in the open */
        return OV_ERR_IO;
    }
    show(terminal, question);
    return OV_OK;
}

void ov_terminal_end(struct ov_terminal *terminal)
{
    if (terminal->open)
    {
        if (terminal->silent)
        {
            (void)tcsetattr(terminal->fd, TCSANOW, &terminal->before);
            show(terminal, "\n");
        }
        (void)close(terminal->fd);
    }
    ov_wipe(terminal, sizeof *terminal);
}

/* The line up to its end, without what no name or password contains [WP-KM2-011]. */
static enum ov_err take_line(struct ov_terminal *terminal, size_t len, char *out, size_t cap)
{
    size_t kept = 0;
    enum ov_err err = OV_OK;
    for (size_t i = 0; i < len && err == OV_OK; i++)
    {
        const unsigned char c = (unsigned char)terminal->line[i];
        if (c >= ' ' && c != 0x7f)
        {
            err = kept + 1 < cap ? OV_OK : OV_ERR_LIMIT;
            out[kept] = err == OV_OK ? (char)c : '\0';
            kept += err == OV_OK;
        }
    }
    out[kept] = '\0';
    ov_terminal_end(terminal);
    return err;
}

enum ov_err ov_terminal_read(struct ov_terminal *terminal, char *out, size_t cap)
{
    ssize_t n = read(terminal->fd, terminal->line + terminal->len, sizeof terminal->line - terminal->len);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
    {
        return OV_ERR_AGAIN;
    }
    if (n <= 0)
    {
        const bool full = terminal->len == sizeof terminal->line;
        ov_terminal_end(terminal);
        return full ? OV_ERR_LIMIT : OV_ERR_CLOSED;
    }
    terminal->len += (size_t)n;
    const char *end = memchr(terminal->line, '\n', terminal->len);
    return end != NULL ? take_line(terminal, (size_t)(end - terminal->line), out, cap) : OV_ERR_AGAIN;
}

enum ov_err ov_terminal_ask(const char *question, bool echo, char *out, size_t cap)
{
    struct ov_terminal terminal = {.open = false};
    enum ov_err err = ov_terminal_begin(&terminal, question, echo);
    while (err == OV_OK || err == OV_ERR_AGAIN)
    {
        struct pollfd wait = {.fd = terminal.fd, .events = POLLIN};
        if (poll(&wait, 1, -1) < 0 && errno == EINTR)
        {
            ov_terminal_end(&terminal); /* a signal: whoever pressed Ctrl-C does not want to answer */
            return OV_ERR_CLOSED;
        }
        err = ov_terminal_read(&terminal, out, cap);
        if (err == OV_OK)
        {
            return OV_OK;
        }
    }
    return err;
}
