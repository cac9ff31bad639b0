#include "lib/term.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define CLEAR_LINE "\r\033[K"

void lab_term_init(struct lab_term *term, int fd)
{
    const char *name = getenv("TERM");
    *term = (struct lab_term){.fd = fd, .tty = isatty(fd) != 0, .width = 100};
    bool dumb = name == NULL || strcmp(name, "dumb") == 0;
    term->tty = term->tty && !dumb;
    term->color = term->tty && getenv("NO_COLOR") == NULL;
    struct winsize size;
    if (term->tty && ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col >= 20)
    {
        term->width = size.ws_col;
    }
}

static void write_all(struct lab_term *term, const char *text, size_t len)
{
    while (len > 0 && !term->closed)
    {
        ssize_t wrote = write(term->fd, text, len);
        if (wrote < 0 && errno == EINTR)
        {
            continue;
        }
        if (wrote < 0)
        {
            term->closed = true;
            return;
        }
        text += wrote;
        len -= (size_t)wrote;
    }
}

void lab_term_print(struct lab_term *term, const char *fmt, ...)
{
    char text[4096];
    va_list args;
    va_start(args, fmt);
    int len = vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    if (term->at_live)
    {
        write_all(term, CLEAR_LINE, strlen(CLEAR_LINE));
        term->at_live = false;
    }
    if (len > 0)
    {
        write_all(term, text, (size_t)len < sizeof text ? (size_t)len : sizeof text - 1);
    }
}

void lab_term_live(struct lab_term *term, const char *text)
{
    char line[512];
    if (!term->tty)
    {
        return;
    }
    unsigned room = term->width - 1 < 400 ? term->width - 1 : 400;
    int len = snprintf(line, sizeof line, CLEAR_LINE "%s%.*s%s", lab_term_color(term, LAB_DIM), (int)room,
                       text, lab_term_color(term, LAB_PLAIN));
    write_all(term, line, (size_t)len);
    term->at_live = true;
}

const char *lab_term_color(const struct lab_term *term, enum lab_color color)
{
    static const char *const codes[] = {
        [LAB_PLAIN] = "\033[0m",  [LAB_BOLD] = "\033[1m",   [LAB_DIM] = "\033[2m",
        [LAB_RED] = "\033[1;31m", [LAB_GREEN] = "\033[32m", [LAB_YELLOW] = "\033[33m",
    };
    return term->color ? codes[color] : "";
}

size_t lab_term_fit(const char *text, size_t room)
{
    size_t len = strlen(text);
    if (len <= room)
    {
        return len;
    }
    while (room > 0 && text[room] != ' ')
    {
        room--;
    }
    return room > 0 ? room : strcspn(text, " ");
}
