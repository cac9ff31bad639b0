#include "lib/ping.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A line of an answer: "64 bytes from 10.8.0.1: icmp_seq=1 ttl=64 time=0.401 ms". */
static void parse_answer(const char *line, size_t len, struct lab_ping *ping)
{
    char copy[256];
    snprintf(copy, sizeof copy, "%.*s", (int)len, line);
    const char *time_at = strstr(copy, " time=");
    if (strstr(copy, "bytes from") == NULL || time_at == NULL)
    {
        return;
    }
    if (strstr(copy, "(DUP!)") != NULL)
    {
        ping->duplicates++;
        return;
    }
    char *end;
    double value = strtod(time_at + strlen(" time="), &end);
    if (end != time_at + strlen(" time=") && strncmp(end, " ms", 3) == 0 && ping->rtt_count < LAB_PING_MAX)
    {
        ping->rtt_ms[ping->rtt_count++] = value;
    }
}

/* "50 packets transmitted, 50 received, 0% packet loss, time 512ms"; between the
 * two counts and the loss may stand duplicates and errors. */
static bool parse_summary(const char *line, size_t len, struct lab_ping *ping)
{
    char copy[256];
    unsigned sent;
    unsigned received;
    if (len >= sizeof copy)
    {
        return false;
    }
    snprintf(copy, sizeof copy, "%.*s", (int)len, line);
    if (sscanf(copy, "%u packets transmitted, %u received", &sent, &received) != 2)
    {
        return false;
    }
    const char *loss = strstr(copy, "% packet loss, time ");
    if (loss == NULL || received > sent || strstr(loss, "ms") == NULL)
    {
        return false;
    }
    ping->sent = sent;
    ping->received = received;
    ping->loss_percent = sent > 0 ? 100.0 * (double)(sent - received) / (double)sent : 0.0;
    return true;
}

enum lab_err lab_ping_parse(const char *text, struct lab_ping *ping, struct lab_why *why)
{
    bool summary = false;
    bool times = false;
    *ping = (struct lab_ping){0};
    for (const char *line = text; *line != '\0';)
    {
        const char *end = strchr(line, '\n');
        if (end == NULL)
        {
            break; /* A line without its newline was cut. */
        }
        size_t len = (size_t)(end - line);
        parse_answer(line, len, ping);
        summary = parse_summary(line, len, ping) || summary;
        times = times || strncmp(line, "rtt min/avg/max/mdev = ", 23) == 0;
        line = end + 1;
    }
    if (!summary)
    {
        return lab_why_set(why, LAB_ERR_FORMAT, "ping printed no statistics");
    }
    if (ping->received > 0 && !times)
    {
        return lab_why_set(why, LAB_ERR_FORMAT, "ping's statistics were cut");
    }
    return LAB_OK;
}
