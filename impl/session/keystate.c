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
        /* Servers have no use for what clients say there [WP-TC2-031]. */
        return message->opcode == OV_OP_HARD_RESET_SERVER_V2
                   ? ov_early_neg_decode(message->payload, message->len, &ks->early)
                   : OV_OK;
    }
    /* An empty one is legal; where TLS records begin and end is no concern of packets [WP-CTRL-005]. */
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

/* An empty payload would do beside a long WKc, but a little progress costs nothing. */
#define BESIDE_WKC_MIN 32u

static uint32_t room_beside_wkc(const struct ov_keystate *ks, uint32_t slice)
{
    return slice > ks->wkc_len + BESIDE_WKC_MIN ? slice - ks->wkc_len : BESIDE_WKC_MIN;
}

enum ov_err ov_keystate_pump_out(struct ov_keystate *ks, uint32_t slice, bool *moved)
{
    uint8_t payload[OV_REL_SEND_PAYLOAD];
    enum ov_err err = OV_OK;
    while (err == OV_OK && ov_tls_pending(&ks->tls) > 0 && ov_rel_send_room(&ks->tx) > 0)
    {
        size_t len = 0;
        const bool with_wkc = ks->wkc_len > 0 && ks->tx.next_id == OV_KS_WKC_MESSAGE;
        const uint32_t room = with_wkc ? room_beside_wkc(ks, slice) : slice;
        err = ov_tls_drain(&ks->tls, payload, room < sizeof payload ? room : sizeof payload, &len);
        if (err == OV_OK && len == 0)
        {
            break;
        }
        if (err == OV_OK)
        {
            err = ov_rel_send_queue(&ks->tx, with_wkc ? OV_OP_CONTROL_WKC_V1 : OV_OP_CONTROL_V1, payload, len,
                                    NULL);
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
