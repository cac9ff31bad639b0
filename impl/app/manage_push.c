#include "app/manage_push.h"

#include "options/values.h"

/* The words are those of 2.7, the reason in the log is ours. */
static void answer(const struct ov_manage_server *server, enum ov_err err)
{
    if (err == OV_OK)
    {
        ov_manage_say(server->manage, "SUCCESS: push-update command succeeded");
    }
    else
    {
        ov_manage_say(server->manage, "ERROR: push-update command failed: %s",
                      err == OV_ERR_OPTION        ? "an option can't be updated"
                      : err == OV_ERR_PEER_ID     ? "there is no such client"
                      : err == OV_ERR_UNSUPPORTED ? "this client doesn't know updates"
                      : err == OV_ERR_DUPLICATE   ? "another client has this address"
                                                  : ov_err_name(err));
    }
    server->wake(server->ctx);
}

void ov_manage_push_all(const struct ov_manage_server *server, const struct ov_manage_words *words)
{
    struct ov_hub *hub = server->hub(server->ctx);
    uint32_t sent = 0;
    if (words->count != 2 || hub == NULL)
    {
        ov_manage_say(server->manage, "ERROR: push-update-broad command requires 1 parameter");
        return;
    }
    answer(server, ov_hub_push_update_all(hub, words->word[1], &sent, ov_loop_now()));
}

void ov_manage_push_one(const struct ov_manage_server *server, const struct ov_manage_words *words)
{
    struct ov_hub *hub = server->hub(server->ctx);
    struct ov_hub_peer peer;
    uint32_t cid;
    if (words->count != 3 || hub == NULL || !ov_value_u32(words->word[1], &cid))
    {
        ov_manage_say(server->manage, "ERROR: push-update-cid command requires 2 parameters");
        return;
    }
    for (uint32_t at = 0; ov_hub_next_peer(hub, &at, &peer);)
    {
        if (peer.number == cid)
        {
            answer(server, ov_hub_push_update(hub, peer.session.peer_id, words->word[2], ov_loop_now()));
            return;
        }
    }
    answer(server, OV_ERR_PEER_ID);
}
