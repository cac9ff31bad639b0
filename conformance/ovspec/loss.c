/* Do the packet ids that are visible say that packets are missing? */
#include "ovspec/session.h"

/* The highest id so far of one counter. */
struct counter
{
    bool started;
    int negotiation;
    uint16_t epoch;
    uint64_t highest;
};

/* A jump says that something is missing, or late: nobody knows yet which. */
static bool jumps(struct counter *counter, int negotiation, uint16_t epoch, uint64_t id)
{
    bool same = counter->started && counter->negotiation == negotiation && counter->epoch == epoch;
    bool jump = same && id > counter->highest + 1;

    if (!same || id > counter->highest)
    {
        *counter = (struct counter){true, negotiation, epoch, id};
    }
    return jump;
}

void ovs_session_find_losses(struct ovs_session *session)
{
    struct counter data_counters[2][OVS_KEY_IDS] = {0};
    struct counter wrap_counters[2][2] = {0};

    for (size_t i = 0; i < session->data_count; i++)
    {
        const struct ovs_data *data = &session->data[i];
        uint64_t id;
        uint16_t epoch;

        if (ovs_data_packet_id(data, session->format, &id, &epoch) &&
            jumps(&data_counters[data->dir][data->key_id], data->negotiation, epoch, id))
        {
            session->lossy = true;
        }
    }
    for (size_t i = 0; i < session->control_count; i++)
    {
        const struct ovs_control *control = &session->control[i];
        bool dynamic = session->dynamic_wrap && control->key_id != 0;

        if (control->has_wrap_id && control->wrap_id != 0 &&
            jumps(&wrap_counters[control->dir][dynamic], 0, 0, control->wrap_id))
        {
            session->lossy = true;
        }
    }
}
