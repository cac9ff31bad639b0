/* Section 6: how short data packets may be, and which lengths a block cipher can make. */
#include "ovspec/check.h"

enum
{
    AEAD_SHORT,
    EPOCH_SHORT,
    EPOCH_V1,
    CBC_SHORT,
    CBC_BLOCK
};

enum
{
    AEAD_OVERHEAD = 4 + 16, /* packet id and tag */
    EPOCH_OVERHEAD = 8 + 16,
    CBC_MIN = 16 + 16 + 16, /* the shortest digest, IV, one block */
    BLOCK_LEN = 16
};

static const struct ovs_rule rules[] = {
    [AEAD_SHORT] = {"WP-DATA-024", OVS_VIOLATION,
                    "an AEAD packet has header, packet id, tag and at least one octet"},
    [EPOCH_SHORT] = {"WP-EPOCH-011", OVS_VIOLATION,
                     "an epoch packet has header, packet id and tag: 28 octets"},
    [EPOCH_V1] = {"WP-EPOCH-001", OVS_VIOLATION,
                  "with the epoch format all data packets are DATA_V2 in that format"},
    [CBC_SHORT] = {"WP-DATA-050", OVS_VIOLATION, "a CBC packet has HMAC, IV and at least one block"},
    [CBC_BLOCK] = {"WP-DATA-051", OVS_VIOLATION, "behind HMAC and IV a CBC packet has whole blocks"},
};

static void check_short(struct ovs_context *context, const struct ovs_rule *rule, const struct ovs_data *data,
                        uint32_t least)
{
    uint32_t header_len = (uint32_t)ovs_data_header_len(data);

    /* What has no header at all is found with the data key. */
    if (data->packet->len > header_len && data->packet->len < header_len + least)
    {
        ovs_find(context, rule, data->packet, "%s of the %s: %u octets, at least %u are needed",
                 ovs_opcode_name(data->opcode), ovs_dir_name(data->dir), data->packet->len,
                 header_len + least);
    }
}

/* The remainder that most packets share; the digest's length decides it. */
static uint32_t usual_remainder(const struct ovs_session *session)
{
    size_t count[BLOCK_LEN] = {0};
    uint32_t best = 0;

    for (size_t i = 0; i < session->data_count; i++)
    {
        uint32_t rest = session->data[i].packet->len - (uint32_t)ovs_data_header_len(&session->data[i]);

        count[rest % BLOCK_LEN]++;
        best = count[rest % BLOCK_LEN] > count[best] ? rest % BLOCK_LEN : best;
    }
    return best;
}

static void check_cbc(struct ovs_context *context, const struct ovs_data *data, uint32_t usual)
{
    uint32_t header_len = (uint32_t)ovs_data_header_len(data);
    uint32_t len = data->packet->len;

    check_short(context, &rules[CBC_SHORT], data, CBC_MIN);
    /* Blowfish and DES have blocks of half the length. */
    if (len >= header_len + CBC_MIN && (len - header_len) % (BLOCK_LEN / 2) != usual % (BLOCK_LEN / 2))
    {
        ovs_find(context, &rules[CBC_BLOCK], data->packet, "%s of the %s: %u octets are not whole blocks",
                 ovs_opcode_name(data->opcode), ovs_dir_name(data->dir), len);
    }
}

static void run(struct ovs_context *context)
{
    const struct ovs_session *session = context->session;
    uint32_t usual = session->format == OVS_FORMAT_CBC ? usual_remainder(session) : 0;

    for (size_t i = 0; i < session->data_count; i++)
    {
        const struct ovs_data *data = &session->data[i];

        switch (session->format)
        {
        case OVS_FORMAT_AEAD:
            check_short(context, &rules[AEAD_SHORT], data, AEAD_OVERHEAD + 1);
            break;
        case OVS_FORMAT_EPOCH:
            check_short(context, &rules[EPOCH_SHORT], data, EPOCH_OVERHEAD);
            if (data->opcode == OVS_DATA_V1)
            {
                ovs_find(context, &rules[EPOCH_V1], data->packet, "DATA_V1 of the %s",
                         ovs_dir_name(data->dir));
            }
            break;
        case OVS_FORMAT_CBC:
            check_cbc(context, data, usual);
            break;
        case OVS_FORMAT_AUTO:
        case OVS_FORMAT_NONE:
        case OVS_FORMAT_OPAQUE:
            break;
        }
    }
}

const struct ovs_check ovs_check_datalen = {.name = "datalen", OVS_RULES(rules), .run = run};
