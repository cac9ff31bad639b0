#include "session/keystate.h"

#include "base/time.h"
#include "base/wipe.h"
#include "wire/opcode.h"

const char *ov_key_state_name(enum ov_key_state state)
{
    static const char *const names[] = {"ERROR",          "ERROR_PRE", "UNDEF",         "INITIAL",
                                        "PRE_START_SKIP", "PRE_START", "START",         "SENT_KEY",
                                        "GOT_KEY",        "ACTIVE",    "GENERATED_KEYS"};
    const int index = (int)state - OV_KS_ERROR;
    return index >= 0 && index < (int)(sizeof names / sizeof names[0]) ? names[index] : "?";
}

void ov_keystate_init(struct ov_keystate *ks, uint8_t key_id, uint32_t first_id, uint32_t timeout_ms,
                      uint64_t now_ms, uint64_t give_up_ms)
{
    *ks = (struct ov_keystate){
        .state = first_id == 0 ? OV_KS_INITIAL : OV_KS_PRE_START_SKIP,
        .key_id = key_id,
        .created_ms = now_ms,
        .give_up_ms = give_up_ms,
    };
    ov_rel_send_init(&ks->tx, timeout_ms, first_id);
    ov_rel_recv_init(&ks->rx, first_id);
}

void ov_keystate_clear(struct ov_keystate *ks)
{
    ov_tls_clear(&ks->tls);
    ov_rel_send_clear(&ks->tx);
    ov_rel_recv_clear(&ks->rx);
    ov_wipe(ks, sizeof *ks);
}

static enum ov_err take_message(struct ov_keystate *ks, const struct ov_rel_message *message, uint64_t now_ms)
{
    if (message->id == 0)
    {
        /* The peer's reset is here. If it crossed ours, ours may have been lost: once more, now
         * with an acknowledgement in it [WP-REL-013]. */
        ov_rel_send_burst(&ks->tx, now_ms);
        return OV_OK;
    }
    return message->len == 0 ? OV_OK : ov_tls_feed(&ks->tls, message->payload, message->len);
}

enum ov_err ov_keystate_pump_in(struct ov_keystate *ks, uint64_t now_ms, bool *moved)
{
    for (;;)
    {
        struct ov_rel_message message;
        if (ks->rx.next_id != 0 && ks->tls.state == OV_TLS_NONE)
        {
            return OV_OK; /* stays in the window until TLS exists */
        }
        enum ov_err err = ov_rel_recv_next(&ks->rx, &message);
        if (err != OV_OK)
        {
            return err == OV_ERR_AGAIN ? OV_OK : err;
        }
        *moved = true;
        err = take_message(ks, &message, now_ms);
        if (err != OV_OK)
        {
            return err;
        }
    }
}

enum ov_err ov_keystate_pump_out(struct ov_keystate *ks, uint32_t slice, bool *moved)
{
    uint8_t payload[OV_REL_SEND_PAYLOAD];
    enum ov_err err = OV_OK;
    while (err == OV_OK && ov_tls_pending(&ks->tls) > 0 && ov_rel_send_room(&ks->tx) > 0)
    {
        size_t len = 0;
        err = ov_tls_drain(&ks->tls, payload, slice < sizeof payload ? slice : sizeof payload, &len);
        if (err == OV_OK && len == 0)
        {
            break;
        }
        if (err == OV_OK)
        {
            err = ov_rel_send_queue(&ks->tx, OV_OP_CONTROL_V1, payload, len, NULL);
            *moved = true;
        }
    }
    ov_wipe(payload, sizeof payload);
    return err;
}

bool ov_keystate_sent_all(const struct ov_keystate *ks)
{
    return ov_rel_send_empty(&ks->tx) && ov_tls_pending(&ks->tls) == 0;
}
