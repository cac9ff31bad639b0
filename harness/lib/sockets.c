#include "lib/sockets.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_LEN 2048
#define NAME_LEN 64

/* One connection. Times are sums since it began. */
struct connection
{
    char local[NAME_LEN];
    char remote[NAME_LEN];
    double sent;
    double window_ms;
    double buffer_ms;
    double rtt_ms;
    double rtt_least_ms;
};

/* What follows a name in the line's words: "rtt:" in "... rtt:20.1/0.4 ..."; NaN when there is no such word. */
static double after_name(const char *line, const char *name)
{
    size_t len = strlen(name);
    for (const char *at = line; (at = strstr(at, name)) != NULL; at += len)
    {
        char *end;
        double number = strtod(at + len, &end);
        if (at > line && at[-1] == ' ' && end != at + len)
        {
            return number;
        }
    }
    return NAN;
}

static double or_zero(double number)
{
    return isnan(number) ? 0.0 : number;
}

static long port_of(const char *address)
{
    const char *colon = strrchr(address, ':');
    return colon != NULL ? strtol(colon + 1, NULL, 10) : -1;
}

/* "ESTAB 0 0 10.8.0.2:40000 10.8.0.1:5201 cubic ... busy:1996ms rwnd_limited:1500ms(75.2%) ..."; other states have
 * no traffic to speak of. */
static bool read_line(const char *line, struct connection *connection)
{
    *connection = (struct connection){.rtt_ms = NAN};
    if (strncmp(line, "ESTAB ", strlen("ESTAB ")) != 0 ||
        sscanf(line, "%*s %*u %*u %63s %63s", connection->local, connection->remote) != 2)
    {
        return false;
    }
    connection->sent = or_zero(after_name(line, "bytes_sent:"));
    connection->window_ms = or_zero(after_name(line, "rwnd_limited:"));
    connection->buffer_ms = or_zero(after_name(line, "sndbuf_limited:"));
    connection->rtt_ms = after_name(line, "rtt:");
    connection->rtt_least_ms = after_name(line, "minrtt:");
    return true;
}

static bool has_port(const struct connection *connection, bool at_client, uint16_t port)
{
    return port_of(at_client ? connection->remote : connection->local) == port;
}

/* The next line of text into line, cut to its size; NULL behind the last. */
static const char *next_line(const char *text, char line[static LINE_LEN])
{
    size_t len = strcspn(text, "\n");
    snprintf(line, LINE_LEN, "%.*s", (int)(len < LINE_LEN ? len : LINE_LEN - 1), text);
    return *text == '\0' ? NULL : text + len + (text[len] == '\n');
}

/* The one with this port that sent most, or with `same` the same connection. */
static bool find(const char *text, bool at_client, uint16_t port, const struct connection *same,
                 struct connection *found)
{
    char line[LINE_LEN];
    bool any = false;
    while ((text = next_line(text, line)) != NULL)
    {
        struct connection connection;
        bool fits = read_line(line, &connection) && has_port(&connection, at_client, port) &&
                    (same == NULL || (strcmp(same->local, connection.local) == 0 &&
                                      strcmp(same->remote, connection.remote) == 0));
        if (fits && (!any || connection.sent > found->sent))
        {
            *found = connection;
            any = true;
        }
    }
    return any;
}

bool lab_sockets_between(const char *before, const char *after, bool at_client, uint16_t port, double seconds,
                         struct lab_socket_share *share)
{
    struct connection now;
    struct connection then;
    *share = (struct lab_socket_share){NAN, NAN, NAN, NAN};
    if (!(seconds > 0.0) || !find(after, at_client, port, NULL, &now) ||
        !find(before, at_client, port, &now, &then))
    {
        return false;
    }
    *share = (struct lab_socket_share){
        .window_percent = 0.1 * (now.window_ms - then.window_ms) / seconds,
        .buffer_percent = 0.1 * (now.buffer_ms - then.buffer_ms) / seconds,
        .rtt_ms = now.rtt_ms,
        .rtt_least_ms = now.rtt_least_ms,
    };
    return true;
}
