/*
 * Which protection does a control channel have? Nothing in a packet says so.
 * Each candidate reads all packets; the one under which most of them make
 * sense wins. A single wrong packet can therefore not change the answer.
 */
#include "ovspec/session.h"

#include <string.h>

enum
{
    TLV_ROOM = 16,         /* early negotiation fields in a reset */
    MESSAGE_ID_SLACK = 16, /* message ids run this far beyond the number of packets seen */
    WRAP_ID_MAX = 1 << 20
};

/* In order of preference where two explain the same packets. */
static const struct ovs_wrap candidates[] = {
    {OVS_WRAP_PLAIN, 0},     {OVS_WRAP_TLS_AUTH, 20}, {OVS_WRAP_TLS_AUTH, 32}, {OVS_WRAP_TLS_AUTH, 64},
    {OVS_WRAP_TLS_AUTH, 48}, {OVS_WRAP_TLS_AUTH, 28}, {OVS_WRAP_TLS_AUTH, 16}, {OVS_WRAP_TLS_CRYPT, 0},
};

const char *ovs_wrap_name(struct ovs_wrap wrap)
{
    static const struct
    {
        struct ovs_wrap wrap;
        const char *name;
    } names[] = {
        {{OVS_WRAP_PLAIN, 0}, "plain"},
        {{OVS_WRAP_TLS_AUTH, 16}, "tls-auth MD5"},
        {{OVS_WRAP_TLS_AUTH, 20}, "tls-auth SHA1"},
        {{OVS_WRAP_TLS_AUTH, 28}, "tls-auth SHA224"},
        {{OVS_WRAP_TLS_AUTH, 32}, "tls-auth SHA256"},
        {{OVS_WRAP_TLS_AUTH, 48}, "tls-auth SHA384"},
        {{OVS_WRAP_TLS_AUTH, 64}, "tls-auth SHA512"},
        {{OVS_WRAP_TLS_CRYPT, 0}, "tls-crypt"},
        {{OVS_WRAP_TLS_CRYPT_V2, 0}, "tls-crypt-v2"},
    };

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    {
        if (names[i].wrap.kind == wrap.kind && names[i].wrap.digest_len == wrap.digest_len)
        {
            return names[i].name;
        }
    }
    return "unknown";
}

static bool plausible_wrap_id(uint32_t id)
{
    uint32_t top = id >> 24;

    /* 0x0F starts the counter of a client that can send WKc again [WP-TC2-020]. */
    return (top == 0 || top == 0x0f) && (id & 0xffffff) != 0 && (id & 0xffffff) < WRAP_ID_MAX;
}

static bool plausible_body(const struct ovs_session *session, const struct ovs_control *control)
{
    if (!control->has_body)
    {
        return false;
    }
    if (control->ack_count > 0 && !ovs_session_peer_has_sid(session, control->dir, control->remote_sid))
    {
        return false;
    }
    if (control->opcode == OVS_ACK_V1)
    {
        return control->ack_count > 0 && control->payload_len == 0;
    }
    bool is_reset = control->opcode != OVS_CONTROL_V1 && control->opcode != OVS_CONTROL_WKC_V1;
    return control->message_id <= session->control_count + MESSAGE_ID_SLACK &&
           !(is_reset && control->payload_len > TLV_ROOM);
}

static size_t key_class(const struct ovs_control *control)
{
    return control->key_id == 0 ? 0 : 1;
}

/* How many packets of a class make sense; `*total` is how many could. */
static size_t score(const struct ovs_session *session, size_t class, struct ovs_wrap wrap, size_t *total)
{
    size_t good = 0;
    bool timed[2] = {false, false};
    uint32_t last_time[2] = {0, 0};

    *total = 0;
    for (size_t i = 0; i < session->control_count; i++)
    {
        struct ovs_control control = session->control[i];

        if (!control.has_sid || control.packet->snapped || key_class(&control) != class)
        {
            continue;
        }
        *total += 1;
        ovs_control_decode_body(&control, wrap);
        bool plausible =
            wrap.kind == OVS_WRAP_TLS_CRYPT ? !control.malformed : plausible_body(session, &control);
        if (wrap.kind != OVS_WRAP_PLAIN)
        {
            bool same_time = !timed[control.dir] || last_time[control.dir] == control.wrap_time;

            plausible = plausible && control.has_wrap_id && plausible_wrap_id(control.wrap_id) && same_time;
            timed[control.dir] = control.has_wrap_id;
            last_time[control.dir] = control.wrap_time;
        }
        good += plausible;
    }
    return good;
}

static bool chosen(enum ovs_wrap_choice choice, struct ovs_wrap wrap)
{
    return choice == OVS_CHOOSE_AUTO || (choice == OVS_CHOOSE_PLAIN && wrap.kind == OVS_WRAP_PLAIN) ||
           (choice == OVS_CHOOSE_TLS_AUTH && wrap.kind == OVS_WRAP_TLS_AUTH) ||
           (choice == OVS_CHOOSE_TLS_CRYPT && wrap.kind == OVS_WRAP_TLS_CRYPT);
}

/* The best of the candidates that `choice` admits; UNKNOWN unless it explains more than half of the packets. */
static struct ovs_wrap best(const struct ovs_session *session, size_t class, enum ovs_wrap_choice choice)
{
    struct ovs_wrap wrap = {OVS_WRAP_UNKNOWN, 0};
    size_t most = 0;

    for (size_t i = 0; i < sizeof candidates / sizeof candidates[0]; i++)
    {
        size_t total;
        size_t good = chosen(choice, candidates[i]) ? score(session, class, candidates[i], &total) : 0;

        if (good > most && (choice != OVS_CHOOSE_AUTO || good * 2 > total))
        {
            most = good;
            wrap = candidates[i];
        }
    }
    return wrap;
}

static bool has_v2_packets(const struct ovs_session *session)
{
    for (size_t i = 0; i < session->control_count; i++)
    {
        if (ovs_opcode_has_wkc(session->control[i].opcode) && session->control[i].key_id == 0)
        {
            return true;
        }
    }
    return false;
}

/* A dynamic key counts from 1 again, or has another time; the original one goes on [WP-DYN-004, WP-DYN-005]. */
static bool counts_anew(const struct ovs_session *session)
{
    uint32_t highest[2] = {0, 0};
    uint32_t time[2] = {0, 0};

    for (size_t i = 0; i < session->control_count; i++)
    {
        const struct ovs_control *control = &session->control[i];
        enum ovs_dir dir = control->dir;

        if (!control->has_wrap_id)
        {
            continue;
        }
        if (control->key_id != 0)
        {
            if (highest[dir] != 0 && control->wrap_id != 0)
            {
                return control->wrap_id < highest[dir] || control->wrap_time != time[dir];
            }
            continue;
        }
        highest[dir] = control->wrap_id > highest[dir] ? control->wrap_id : highest[dir];
        time[dir] = control->wrap_time;
    }
    return false;
}

void ovs_session_unwrap(struct ovs_session *session, const struct ovs_options *options)
{
    size_t total;

    session->wrap[0] = best(session, 0, options->wrap);
    if (options->wrap == OVS_CHOOSE_AUTO && has_v2_packets(session))
    {
        session->wrap[0] = (struct ovs_wrap){OVS_WRAP_TLS_CRYPT_V2, 0};
    }
    session->wrap[1] = session->wrap[0];
    score(session, 1, session->wrap[0], &total);
    if (total > 0)
    {
        session->wrap[1] = best(session, 1, OVS_CHOOSE_AUTO);
    }
    for (size_t i = 0; i < session->control_count; i++)
    {
        ovs_control_decode_body(&session->control[i], session->wrap[key_class(&session->control[i])]);
    }
    bool clear_0 = session->wrap[0].kind == OVS_WRAP_PLAIN || session->wrap[0].kind == OVS_WRAP_TLS_AUTH;
    session->dynamic_wrap = session->wrap[1].kind == OVS_WRAP_TLS_CRYPT && (clear_0 || counts_anew(session));
}
