#include "session/protect.h"

#include "base/wipe.h"

enum ov_err ov_protect_init(struct ov_protect *p, const struct ov_crypto *crypto,
                            const struct ov_wrap_key *key, enum ov_role own, uint32_t sent)
{
    *p = (struct ov_protect){.issue.last = sent};
    enum ov_err err = ov_replay_long_init(&p->window, OV_REPLAY_STANDARD_SIZE, 0, NULL);
    if (err != OV_OK)
    {
        return err;
    }
    return ov_wrap_init(&p->wrap, crypto, key, own);
}

void ov_protect_clear(struct ov_protect *p)
{
    ov_wrap_clear(&p->wrap);
    ov_wipe(p, sizeof *p);
}

enum ov_err ov_protect_seal(struct ov_protect *p, uint32_t wall_s, uint8_t first_octet,
                            const struct ov_sid *sid, struct ov_buf *packet)
{
    struct ov_wrap_id id = {0, 0};
    if (ov_wrap_has_id(&p->wrap))
    {
        enum ov_err err = ov_issue_long_take(&p->issue, wall_s, &id);
        if (err != OV_OK)
        {
            return err;
        }
    }
    return ov_wrap_seal(&p->wrap, id, first_octet, sid, packet);
}

enum ov_err ov_protect_open(struct ov_protect *p, struct ov_buf *packet, struct ov_wrap_head *head)
{
    enum ov_err err = ov_wrap_open(&p->wrap, packet, head);
    if (err != OV_OK || !ov_wrap_has_id(&p->wrap))
    {
        return err;
    }
    err = ov_replay_long_mark(&p->window, head->id);
    if (err != OV_OK)
    {
        ov_buf_drop(packet);
    }
    return err;
}
