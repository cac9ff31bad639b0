#include "session/event.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void ov_events_add(struct ov_events *events, const struct ov_event *event)
{
    if (events->count == OV_EVENTS_MAX)
    {
        /* Nobody fetches. The oldest goes: what matters last (restart, exit) comes last. */
        events->first = (events->first + 1) % OV_EVENTS_MAX;
        events->count--;
        events->lost++;
    }
    events->slot[(events->first + events->count++) % OV_EVENTS_MAX] = *event;
}

bool ov_events_take(struct ov_events *events, struct ov_event *event)
{
    if (events->count == 0)
    {
        return false;
    }
    *event = events->slot[events->first];
    events->first = (events->first + 1) % OV_EVENTS_MAX;
    events->count--;
    return true;
}

const char *ov_event_name(enum ov_event_kind kind)
{
    static const char *const names[] = {
        [OV_EVENT_NONE] = "none",
        [OV_EVENT_HANDSHAKE] = "handshake",
        [OV_EVENT_CONNECTED] = "connected",
        [OV_EVENT_REKEYED] = "rekeyed",
        [OV_EVENT_REKEY_FAILED] = "rekey-failed",
        [OV_EVENT_RESTART] = "restart",
        [OV_EVENT_EXIT] = "exit",
        [OV_EVENT_CLOSED] = "closed",
        [OV_EVENT_LOGIN] = "login",
        [OV_EVENT_TOKEN] = "token",
        [OV_EVENT_CHALLENGE] = "challenge",
        [OV_EVENT_ANSWER] = "answer",
        [OV_EVENT_CLIENT] = "client",
        [OV_EVENT_UPDATED] = "updated",
        [OV_EVENT_MESSAGE] = "message",
    };
    return (size_t)kind < sizeof names / sizeof names[0] ? names[kind] : "unknown";
}

void ov_event_text(struct ov_event *event, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vsnprintf(event->text, sizeof event->text, format, args);
    va_end(args);
    /* Parts of the text come from the peer. */
    for (char *p = event->text; *p != '\0'; p++)
    {
        if ((unsigned char)*p < ' ' || *p == 0x7f)
        {
            *p = '?';
        }
    }
}
