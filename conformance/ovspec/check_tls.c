/* Section 2.1: the payload of control packets is TLS, where it is readable. */
#include "ovspec/check.h"
#include "ovspec/messages.h"

enum
{
    NOT_TLS
};

enum
{
    RECORD_ALERT = 21,
    RECORD_HANDSHAKE = 22,
    RECORD_FIRST_TYPE = 20, /* change cipher spec */
    RECORD_LAST_TYPE = 24,  /* heartbeat */
    CLIENT_HELLO = 1,
    SERVER_HELLO = 2,
    RECORD_LEN_MAX = 16384 + 2048
};

static const struct ovs_rule rules[] = {
    [NOT_TLS] = {"WP-CTRL-005", OVS_VIOLATION,
                 "payloads in message id order are a stream of TLS records that begins with a hello"},
};

/* Position in the record stream of one direction and negotiation. */
struct records
{
    uint8_t header[6]; /* record header and, in the first record, the type of the handshake message */
    size_t header_len;
    size_t header_want;
    uint32_t skip; /* octets left of the current record */
    bool first_done;
};

static bool header_is_good(const struct records *records, enum ovs_dir dir)
{
    uint8_t type = records->header[0];
    uint32_t len = (uint32_t)records->header[3] << 8 | records->header[4];
    bool record = type >= RECORD_FIRST_TYPE && type <= RECORD_LAST_TYPE && records->header[1] == 3 &&
                  len <= RECORD_LEN_MAX && len > 0;

    if (records->first_done || !record)
    {
        return record;
    }
    uint8_t hello = dir == OVS_C2S ? CLIENT_HELLO : SERVER_HELLO;
    return (type == RECORD_HANDSHAKE && records->header[5] == hello) ||
           (type == RECORD_ALERT && dir == OVS_S2C);
}

/* False at the first octets that are not TLS. */
static bool walk(struct records *records, const struct ovs_control *control)
{
    struct ovs_cursor cursor = ovs_cursor_over(control->payload, control->payload_len);

    while (cursor.left > 0)
    {
        if (records->skip > 0)
        {
            size_t part = records->skip < cursor.left ? records->skip : cursor.left;

            ovs_take(&cursor, part);
            records->skip -= (uint32_t)part;
            continue;
        }
        records->header_want = records->first_done ? 5 : 6;
        records->header[records->header_len++] = ovs_take_u8(&cursor);
        if (records->header_len < records->header_want)
        {
            continue;
        }
        if (!header_is_good(records, control->dir))
        {
            return false;
        }
        uint32_t len = (uint32_t)records->header[3] << 8 | records->header[4];
        records->skip = len - (records->first_done ? 0 : 1);
        records->first_done = true;
        records->header_len = 0;
    }
    return true;
}

/* Walks the messages of one direction and negotiation; stops at a hole. Returns where the next ones begin. */
static size_t check_stream(struct ovs_context *context, const struct ovs_message_list *list, size_t at)
{
    const struct ovs_message *start = &list->items[at];
    struct records records = {0};
    bool stopped = !context->session->negotiations[start->negotiation].from_start;
    uint32_t expected = 0;

    for (; at < list->count; at++)
    {
        const struct ovs_message *message = &list->items[at];

        if (message->dir != start->dir || message->negotiation != start->negotiation)
        {
            break;
        }
        stopped = stopped || message->id != expected || message->first == NULL;
        expected++;
        bool tls = !stopped &&
                   (message->first->opcode == OVS_CONTROL_V1 || message->first->opcode == OVS_CONTROL_WKC_V1);
        if (tls && !walk(&records, message->first))
        {
            ovs_find(context, &rules[NOT_TLS], message->first->packet,
                     "message %u of the %s (key id %u): no TLS record where one begins", message->id,
                     ovs_dir_name(message->dir), message->first->key_id);
            stopped = true;
        }
    }
    return at;
}

static void run(struct ovs_context *context)
{
    struct ovs_message_list list;

    if (!ovs_messages_collect(context->session, &list))
    {
        context->findings->out_of_memory = true;
        ovs_messages_clear(&list);
        return;
    }
    for (size_t at = 0; at < list.count;)
    {
        at = check_stream(context, &list, at);
    }
    ovs_messages_clear(&list);
}

const struct ovs_check ovs_check_tls = {.name = "tls", OVS_RULES(rules), .run = run};
