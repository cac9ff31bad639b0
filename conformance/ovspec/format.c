/* What do data packets look like behind their header? Inferred as options.h says. */
#include "ovspec/session.h"

enum
{
    SAMPLE_MAX = 256,     /* packets looked at */
    STEP_MAX = 1024,      /* an id rises by less than this: what was lost in between included */
    FIRST_ID_MAX = 64,    /* a lone packet counts if its id is this small */
    CBC_MIN_PACKETS = 8,  /* before a common remainder means anything */
    CBC_MIN_LENGTHS = 3,  /* so many different lengths have to share it */
    CBC_MIN_PAYLOAD = 32, /* a digest and a block */
    BLOCK_LEN = 16
};

const char *ovs_format_name(enum ovs_data_format format)
{
    static const char *const names[] = {
        [OVS_FORMAT_AUTO] = "no data packets",
        [OVS_FORMAT_AEAD] = "AEAD",
        [OVS_FORMAT_EPOCH] = "epoch",
        [OVS_FORMAT_CBC] = "CBC",
        [OVS_FORMAT_NONE] = "none",
        [OVS_FORMAT_OPAQUE] = "opaque",
    };

    return names[format];
}

size_t ovs_data_header_len(const struct ovs_data *data)
{
    return data->opcode == OVS_DATA_V2 ? 4 : 1;
}

bool ovs_data_packet_id(const struct ovs_data *data, enum ovs_data_format format, uint64_t *id,
                        uint16_t *epoch)
{
    struct ovs_cursor cursor = ovs_cursor_over(data->packet->data, data->packet->kept_len);

    *epoch = 0;
    ovs_take(&cursor, ovs_data_header_len(data));
    if (format == OVS_FORMAT_EPOCH && data->opcode == OVS_DATA_V2)
    {
        *epoch = ovs_take_u16(&cursor);
        *id = ovs_take_uint(&cursor, 6);
        return !cursor.failed;
    }
    *id = ovs_take_u32(&cursor);
    return !cursor.failed && (format == OVS_FORMAT_AEAD || format == OVS_FORMAT_NONE);
}

/* Do the ids rise in small steps, per direction and key id? */
static bool ids_rise(const struct ovs_session *session, enum ovs_data_format format)
{
    uint64_t last[2][OVS_KEY_IDS] = {0};
    bool seen[2][OVS_KEY_IDS] = {0};
    size_t good = 0;
    size_t total = 0;

    for (size_t i = 0; i < session->data_count && total < SAMPLE_MAX; i++)
    {
        const struct ovs_data *data = &session->data[i];
        uint64_t *previous = &last[data->dir][data->key_id];
        bool *known = &seen[data->dir][data->key_id];
        uint64_t id;
        uint16_t epoch;

        if (!ovs_data_packet_id(data, format, &id, &epoch))
        {
            continue;
        }
        total++;
        bool epoch_fits = format != OVS_FORMAT_EPOCH || epoch != 0;
        if (*known)
        {
            good += epoch_fits && id > *previous && id - *previous < STEP_MAX;
        }
        else
        {
            /* The first of a session that is under way has any id; it says nothing. */
            bool lone = id <= FIRST_ID_MAX && epoch_fits;

            good += lone;
            total -= !lone && !session->from_start;
        }
        *known = true;
        *previous = id;
    }
    return total > 0 && good * 4 >= total * 3;
}

/* Remembers up to CBC_MIN_LENGTHS different lengths. */
static void note_length(uint32_t *lengths, uint32_t len)
{
    for (size_t i = 0; i < CBC_MIN_LENGTHS; i++)
    {
        if (lengths[i] == 0)
        {
            lengths[i] = len;
        }
        if (lengths[i] == len)
        {
            return;
        }
    }
}

/* Whole blocks behind digest and IV: one remainder for nine of ten packets, of several different lengths. */
static bool lengths_are_blocks(const struct ovs_session *session)
{
    uint32_t lengths[BLOCK_LEN][CBC_MIN_LENGTHS] = {0};
    size_t count[BLOCK_LEN] = {0};
    size_t total = 0;
    size_t best = 0;

    for (size_t i = 0; i < session->data_count; i++)
    {
        size_t header_len = ovs_data_header_len(&session->data[i]);
        uint32_t len = session->data[i].packet->len;

        if (len >= header_len + CBC_MIN_PAYLOAD)
        {
            size_t remainder = (len - header_len) % BLOCK_LEN;

            total++;
            count[remainder]++;
            note_length(lengths[remainder], len);
            best = count[remainder] > count[best] ? remainder : best;
        }
    }
    return total >= CBC_MIN_PACKETS && count[best] * 10 >= total * 9 &&
           lengths[best][CBC_MIN_LENGTHS - 1] != 0;
}

void ovs_session_find_format(struct ovs_session *session, const struct ovs_options *options)
{
    session->format = options->format;
    if (session->data_count == 0)
    {
        session->format = OVS_FORMAT_AUTO;
    }
    else if (options->format != OVS_FORMAT_AUTO)
    {
        return;
    }
    else if (ids_rise(session, OVS_FORMAT_AEAD))
    {
        session->format = OVS_FORMAT_AEAD;
    }
    else if (ids_rise(session, OVS_FORMAT_EPOCH))
    {
        session->format = OVS_FORMAT_EPOCH;
    }
    else
    {
        session->format = lengths_are_blocks(session) ? OVS_FORMAT_CBC : OVS_FORMAT_OPAQUE;
    }
}
