#include "session/private.h"

#include "wire/opcode.h"

static bool is_data(const struct ov_session *s, const struct ov_datagram *dg)
{
    return s->data.bare || (dg->buf.len > 0 && ov_opcode_is_data(ov_opcode_of(ov_buf_data(&dg->buf)[0])));
}

static void drop_all(struct ov_session *s, struct ov_datagram *dg, size_t n, enum ov_err why)
{
    for (size_t i = 0; i < n; i++)
    {
        ov_datagram_drop(&dg[i], why);
        ov_drops_count(&s->control.in, why);
    }
}

/* Data packets are taken in runs, so that the crypto library sees batches; order against control packets is
 * kept, because a control packet may change the keys. */
void ov_session_receive(struct ov_session *s, struct ov_datagram *dg, size_t n, struct ov_now now)
{
    if (s->ending.over)
    {
        drop_all(s, dg, n, OV_ERR_CLOSED);
        return;
    }
    size_t i = 0;
    while (i < n)
    {
        size_t run = 0;
        while (i + run < n && is_data(s, &dg[i + run]))
        {
            run++;
        }
        if (run > 0)
        {
            ov_session_data_in(s, dg + i, run, now);
            i += run;
        }
        else
        {
            ov_control_receive(s, &dg[i], now);
            i++;
        }
    }
}
