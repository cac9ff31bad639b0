#include "tests/lib/pairlife.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "data/framing.h"

#define UPDATED_ROUTE 0x0a4d0000u

static uint32_t up_before;
static uint32_t down_before;

static bool exchanged(const struct ov_pair *pair)
{
    return pair->up.arrived >= up_before + 8 && pair->down.arrived >= down_before + 8;
}

static bool rekeyed_or_lost(const struct ov_pair *pair)
{
    return (pair->rekeys[0] > 0 && pair->rekeys[1] > 0) || !ov_pair_is_up(pair);
}

static bool switched_or_lost(const struct ov_pair *pair)
{
    return (pair->up.key_id != 0 && pair->down.key_id != 0) || !ov_pair_is_up(pair);
}

static bool updated_or_lost(const struct ov_pair *pair)
{
    const struct ov_pulled *pulled = ov_session_pulled(&pair->client.session);
    return !ov_pair_is_up(pair) || (pulled != NULL && pulled->effective.tunnel.routes4_count == 1 &&
                                    pulled->effective.tunnel.routes4[0].net == UPDATED_ROUTE);
}

static bool over(const struct ov_pair *pair)
{
    return pair->client_gone || pair->restarts > 0;
}

static bool ended(const struct ov_pair *pair)
{
    return pair->client_gone && pair->server_peers == 0;
}

static const char *connect(struct ov_pair *pair)
{
    return ov_pair_until(pair, ov_pair_is_up, 600) ? NULL : "did not connect in 600 s";
}

static const char *exchange(struct ov_pair *pair)
{
    up_before = pair->up.arrived;
    down_before = pair->down.arrived;
    pair->pace_ms = 40;
    return ov_pair_until(pair, exchanged, 30) ? NULL : "data did not flow in 30 s";
}

static void start_rekey(struct ov_pair *pair, enum ov_plan_rekey how)
{
    enum ov_err client = how == OV_PLAN_REKEY_SERVER ? OV_OK : OV_ERR_AGAIN;
    enum ov_err server = how == OV_PLAN_REKEY_CLIENT ? OV_OK : OV_ERR_AGAIN;
    for (unsigned i = 0; i < 100000 && ov_pair_is_up(pair) && (client != OV_OK || server != OV_OK); i++)
    {
        client = client != OV_OK ? ov_session_renegotiate(&pair->client.session, pair->now) : OV_OK;
        server = server != OV_OK ? ov_hub_renegotiate(pair->server.hub, 0, pair->now) : OV_OK;
        if (pair->rekeys[0] + pair->rekeys[1] > 0)
        {
            break; /* the other end was first */
        }
        ov_pair_step(pair);
    }
}

/* A wire like this may end the connection; then the client comes back and it is tried again. */
static const char *renegotiate(struct ov_pair *pair, enum ov_plan_rekey how)
{
    for (unsigned attempt = 0; attempt < 8; attempt++)
    {
        const char *why = connect(pair);
        if (why != NULL)
        {
            return why;
        }
        pair->up.key_id = pair->down.key_id = 0;
        pair->rekeys[0] = pair->rekeys[1] = 0;
        pair->pace_ms = 500;
        if (how < OV_PLAN_REKEY_TIME)
        {
            start_rekey(pair, how);
        }
        if (!ov_pair_until(pair, rekeyed_or_lost, 400))
        {
            return "did not renegotiate in 400 s";
        }
        if (!ov_pair_until(pair, switched_or_lost, 200))
        {
            return "did not switch to the new key in 200 s";
        }
        if (ov_pair_is_up(pair))
        {
            return NULL;
        }
    }
    return "lost the connection in each of 8 renegotiations";
}

static const char *end(struct ov_pair *pair)
{
    pair->pace_ms = 0;
    pair->reconnect_ms = UINT64_MAX;
    ov_session_exit(&pair->client.session, pair->now);
    return ov_pair_until(pair, ended, 300) ? NULL : "did not end in 300 s";
}

/* The client's address changes, as behind a router that forgot it; the tunnel goes on. */
static const char *move(struct ov_pair *pair)
{
    for (unsigned attempt = 0; attempt < 8; attempt++)
    {
        const char *why = connect(pair);
        const uint32_t restarts = pair->restarts;
        if (why != NULL)
        {
            return why;
        }
        pair->client_addr.port += 1000;
        why = exchange(pair);
        if (why == NULL || restarts == pair->restarts)
        {
            return why == NULL ? NULL : "did not go on from its new address";
        }
    }
    return "lost the connection each time it moved";
}

/* What is under way when a negotiation begins goes down with the old key, as in 2.x; then it is said again.
 * */
static const char *update(struct ov_pair *pair)
{
    for (unsigned attempt = 0; attempt < 8; attempt++)
    {
        struct ov_hub_peer peer;
        uint32_t at = 0;
        const char *why = connect(pair);
        if (why != NULL)
        {
            return why;
        }
        const uint32_t rekeys = pair->rekeys[0] + pair->rekeys[1];
        enum ov_err err = OV_ERR_AGAIN; /* while a negotiation runs */
        for (unsigned i = 0; i < 100000 && err == OV_ERR_AGAIN && ov_pair_is_up(pair); i++, at = 0)
        {
            assert_true(ov_hub_next_peer(pair->server.hub, &at, &peer));
            err = ov_hub_push_update(pair->server.hub, peer.session.peer_id, "route 10.77.0.0 255.255.0.0",
                                     pair->now);
            ov_pair_step(pair);
        }
        if (!ov_pair_until(pair, updated_or_lost, 100) && rekeys == pair->rekeys[0] + pair->rekeys[1])
        {
            return "did not get its PUSH_UPDATE in 100 s";
        }
        if (ov_pair_is_up(pair) && updated_or_lost(pair))
        {
            return NULL;
        }
    }
    return "lost the connection in each of 8 updates";
}

/* Was the framing what was planned, and was it used? */
static const char *check_shape(const struct ov_pair *pair, const struct ov_plan *plan)
{
    const struct ov_data *data = &pair->client.session.data;
    const struct ov_data_framing_stats stats = ov_data_framing_stats(data);
    const bool fragments = plan->client.more != NULL && strstr(plan->client.more, "fragment") != NULL;
    if ((data->peer_id == OV_PEER_ID_NONE) != plan->without_v2)
    {
        return "sends another header than planned";
    }
    if ((data->framing != NULL) != (plan->shape->comp != OV_COMP_OFF || fragments))
    {
        return "has another framing than planned";
    }
    if (plan->shape->compresses && stats.expanded_packets + stats.compressed_packets == 0)
    {
        return "never saw a compressed packet";
    }
    return !fragments || stats.pieces_in + stats.pieces_out > 0 ? NULL : "never saw a fragment";
}

/* Nothing comes of it: the client is told why, or has to find out by itself. */
static const char *fail_as_planned(struct ov_pair *pair, const struct ov_plan *plan)
{
    static const char *const words[] = {[OV_PLAN_REFUSED_TLS] = "tls-error: ",
                                        [OV_PLAN_REFUSED_AUTH] = "auth-failure",
                                        [OV_PLAN_REFUSED_KEY] = ""};
    const bool silent = plan->refusal == OV_PLAN_REFUSED_KEY;
    for (unsigned attempt = 0; attempt < 8; attempt++)
    {
        pair->restarts = 0;
        if (!ov_pair_until(pair, over, 300))
        {
            return "did not find out in 300 s that it is refused";
        }
        if (strncmp(pair->last_text, words[plan->refusal], strlen(words[plan->refusal])) == 0)
        {
            const bool expected = !silent || strcmp(pair->last_text, "tls-error: timed out") == 0 ||
                                  strcmp(pair->last_text, "server_poll") == 0;
            return pair->connects > 0 ? "connected, but is to be refused" : expected ? NULL : "was told";
        }
    }
    return "heard of other reasons only"; /* packets were lost, and it timed out */
}

const char *ov_plan_live(struct ov_pair *pair, const struct ov_plan *plan)
{
    if (plan->refusal != OV_PLAN_WELCOME)
    {
        return fail_as_planned(pair, plan);
    }
    const char *why = connect(pair);
    why = why != NULL ? why : exchange(pair);
    why = why != NULL || !plan->floats ? why : move(pair);
    why = why != NULL ? why : renegotiate(pair, plan->rekey);
    why = why != NULL || !plan->updates ? why : update(pair);
    if (why == NULL && pair->client.session.agreed.cipher != plan->cipher)
    {
        why = "uses another cipher than planned";
    }
    if (why == NULL && pair->client.session.agreed.flags.aead_epoch != plan->epoch)
    {
        why = "uses another packet format than planned";
    }
    why = why != NULL ? why : exchange(pair);
    why = why != NULL ? why : check_shape(pair, plan);
    why = why != NULL ? why : ov_plan_check_login(pair, plan);
    return why != NULL ? why : end(pair);
}
