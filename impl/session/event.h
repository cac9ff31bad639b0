#ifndef OV_SESSION_EVENT_H
#define OV_SESSION_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "crypto/crypto.h"

/* What a session (or a hub of sessions) has to say to the program around it.
 * Events are queued and fetched one by one; fetching never blocks or fails. */
enum ov_event_kind
{
    OV_EVENT_NONE = 0,
    OV_EVENT_HANDSHAKE,    /* TLS of a key-id is complete; text describes peer and parameters */
    OV_EVENT_CONNECTED,    /* data flows; client: pulled options are final; server: address assigned */
    OV_EVENT_REKEYED,      /* a renegotiation is complete: key_id is the new one */
    OV_EVENT_REKEY_FAILED, /* a renegotiation failed; the old key goes on (err, text) */
    OV_EVENT_RESTART,      /* client: connect again (err, text = reason such as "ping-restart") */
    OV_EVENT_EXIT,         /* client: end the program (err, text = reason); hub: shutdown is complete */
    OV_EVENT_CLOSED,       /* hub: this peer is gone (err, text = reason) */
    OV_EVENT_LOGIN,        /* client: name and password are needed now; hub: a login waits for a verdict */
    OV_EVENT_TOKEN,        /* client: the server gave a token instead of the password (text) */
    OV_EVENT_CHALLENGE,    /* client: the server asks something (text = "CR_TEXT:...") [WP-AUTH-011] */
    OV_EVENT_ANSWER,       /* hub: the client of a login that waits has answered */
    OV_EVENT_CLIENT,       /* hub: a client waits for its own settings */
    OV_EVENT_UPDATED,      /* client: the pulled options have changed [WP-PUSH-030] */
    OV_EVENT_MESSAGE       /* a control message that the session itself does nothing with (text) */
};

struct ov_event
{
    enum ov_event_kind kind;
    enum ov_err err;
    uint8_t key_id;
    uint32_t peer_id; /* hub: which peer */
    uint64_t ticket;  /* hub, LOGIN, ANSWER and CLIENT: which login */
    bool next_remote; /* RESTART: go on to the next remote [WP-AUTH-003, section 5.7] */
    bool next_addr;   /* RESTART: go on to the next address of this remote */
    uint32_t wait_s;  /* RESTART: wait that long first, once [WP-CLI-007]; 0: as usual */
    char text[256];   /* one line, no control characters */
};

const char *ov_event_name(enum ov_event_kind kind);
/* Set the text as printf does; control characters become '?', too long is cut. */
void ov_event_text(struct ov_event *event, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Events that wait. All-zero is empty. */
#define OV_EVENTS_MAX 8u

struct ov_events
{
    uint32_t first;
    uint32_t count;
    uint32_t lost; /* overwritten because nobody fetched them */
    struct ov_event slot[OV_EVENTS_MAX];
};

void ov_events_add(struct ov_events *events, const struct ov_event *event);
bool ov_events_take(struct ov_events *events, struct ov_event *event);

#endif
