#include <stdlib.h>
#include <string.h>

#include "app/manage_clients_private.h"
#include "options/values.h"

/* Verdicts of management about clients, in its commands. */

static void answer(const struct ov_manage_clients *clients, const char *command, bool good)
{
    ov_manage_say(clients->spec.manage, "%s: %s command %s", good ? "SUCCESS" : "ERROR", command,
                  good ? "succeeded" : "failed");
}

/* CID and KID of words 1 and 2, as a ticket; it says what is wrong with them. A login that is over has a ticket
 * too: the hub refuses its verdict. */
static bool read_ticket(const struct ov_manage_clients *clients, const struct ov_manage_words *words,
                        uint64_t *ticket)
{
    uint32_t cid, kid;
    if (!ov_value_u32(words->word[1], &cid))
    {
        ov_manage_say(clients->spec.manage, "ERROR: cannot parse CID");
        return false;
    }
    if (!ov_value_u32(words->word[2], &kid))
    {
        ov_manage_say(clients->spec.manage, "ERROR: cannot parse KID");
        return false;
    }
    const struct ov_guest_record *record = ov_guest_record_of(clients, cid);
    *ticket = record != NULL && record->kid == kid ? record->ticket : 0; /* 0: nobody's */
    return true;
}

static bool let_in(struct ov_manage_clients *clients, uint64_t ticket, const char *settings)
{
    static const struct ov_verdict good = {.kind = OV_VERDICT_ACCEPT};
    struct ov_guest_record *record =
        ticket != 0 ? ov_guest_record_of(clients, ov_hub_ticket_cid(ticket)) : NULL;
    if (record == NULL)
    {
        return false;
    }
    if (record->accepted == ticket)
    {
        return true; /* twice is no mistake in 2.x either */
    }
    /* A renegotiation changes no settings [WP-MGMT-013]. */
    if (!record->established)
    {
        free(record->settings);
        record->settings = settings != NULL ? strdup(settings) : NULL;
    }
    const bool taken = ov_manage_clients_decide(clients, ticket, &good);
    record->accepted = taken ? ticket : 0;
    return taken;
}

static void on_settings(void *ctx, const char *text, size_t len, enum ov_err err)
{
    struct ov_manage_clients *clients = ctx;
    (void)len;
    answer(clients, "client-auth", err == OV_OK && let_in(clients, clients->body_ticket, text));
}

static void on_auth(void *ctx, const struct ov_manage_words *words)
{
    struct ov_manage_clients *clients = ctx;
    if (read_ticket(clients, words, &clients->body_ticket))
    {
        ov_manage_take_body(clients->spec.manage, on_settings, clients);
    }
}

static void on_auth_nt(void *ctx, const struct ov_manage_words *words)
{
    struct ov_manage_clients *clients = ctx;
    uint64_t ticket;
    if (read_ticket(clients, words, &ticket))
    {
        answer(clients, "client-auth", let_in(clients, ticket, NULL)); /* 2.x calls it so too */
    }
}

static void on_deny(void *ctx, const struct ov_manage_words *words)
{
    struct ov_manage_clients *clients = ctx;
    uint64_t ticket;
    if (!read_ticket(clients, words, &ticket))
    {
        return;
    }
    const struct ov_verdict verdict = {.kind = OV_VERDICT_REFUSE, .reason = words->word[4]};
    ov_logf(clients->spec.log, OV_LOG_WARN, "management refuses client %s: %s", words->word[1],
            words->word[3]);
    const bool good = ticket != 0 && ov_manage_clients_decide(clients, ticket, &verdict);
    struct ov_guest_record *record = good ? ov_guest_record_of(clients, ov_hub_ticket_cid(ticket)) : NULL;
    answer(clients, words->word[0], good);
    if (record != NULL && !record->established)
    {
        /* It never was a client; 2.x tells its end all the same. */
        ov_manage_say(clients->spec.manage, ">CLIENT:DISCONNECT,%u", record->cid);
        ov_manage_say(clients->spec.manage, ">CLIENT:ENV,END");
        ov_guest_record_drop(clients, record);
    }
}

static void on_pending(void *ctx, const struct ov_manage_words *words)
{
    struct ov_manage_clients *clients = ctx;
    struct ov_verdict verdict = {.kind = OV_VERDICT_PENDING, .extra = words->word[3]};
    uint64_t ticket;
    if (!read_ticket(clients, words, &ticket))
    {
        return;
    }
    if (!ov_value_u32(words->word[4], &verdict.timeout_s))
    {
        ov_manage_say(clients->spec.manage, "ERROR: cannot parse timeout");
        return;
    }
    if (ticket == 0 || !ov_manage_clients_decide(clients, ticket, &verdict))
    {
        ov_manage_say(clients->spec.manage,
                      "ERROR: client-pending-auth command failed. Extra parameter might be too long");
        return;
    }
    answer(clients, words->word[0], true);
}

static void on_filter(void *ctx, const struct ov_manage_words *words)
{
    struct ov_manage_clients *clients = ctx;
    uint32_t level = 0;
    if (words->count > 1)
    {
        (void)ov_value_u32(words->word[1], &level);
    }
    clients->filter = level;
    ov_manage_say(clients->spec.manage, "SUCCESS: env_filter_level=%u", level);
}

static const struct ov_manage_command commands[] = {
    {"client-auth", 2, on_auth, "CID KID, then settings and END: let a client in"},
    {"client-auth-nt", 2, on_auth_nt, "CID KID: let a client in"},
    {"client-deny", 3 | OV_MANAGE_OR_MORE, on_deny, "CID KID REASON [what the client is told]: refuse it"},
    {"client-pending-auth", 4, on_pending, "CID KID EXTRA SECONDS: tell it that it takes longer"},
    {"env-filter", 0, on_filter, "[level]: which variables are told, 0: all"},
};

struct ov_manage_clients *ov_manage_clients_new(const struct ov_manage_clients_spec *spec)
{
    struct ov_manage_clients *clients = calloc(1, sizeof *clients);
    const struct ov_manage_user user = {
        .ctx = clients, .commands = commands, .count = sizeof commands / sizeof commands[0]};
    if (clients == NULL)
    {
        return NULL;
    }
    clients->spec = *spec;
    if (!ov_manage_add_user(spec->manage, &user))
    {
        free(clients);
        return NULL;
    }
    return clients;
}

void ov_manage_clients_free(struct ov_manage_clients *clients)
{
    while (clients != NULL && clients->first != NULL)
    {
        ov_guest_record_drop(clients, clients->first);
    }
    if (clients != NULL)
    {
        ov_manage_remove_user(clients->spec.manage, clients);
    }
    free(clients);
}
