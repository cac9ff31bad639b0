/* The status file of a server, for clients and stations of any kind: whatever a peer calls itself, each stands on one
 * line with the words that the heading above it names. Input: one octet of choices (version, tap), then the peers: their
 * numbers and a name each. */
#include "app/status_text.h"
#include "lib/fuzz.h"

#define PEERS 8u

struct walk
{
    struct ov_hub_peer peer[PEERS];
    unsigned count, at;
};

static bool next_peer(void *ctx, struct ov_hub_peer *out)
{
    struct walk *walk = ctx;
    if (walk->at == walk->count)
    {
        return false;
    }
    *out = walk->peer[walk->at++];
    return true;
}

/* As many stations as the peer-id says, modulo 3. */
static bool next_mac(void *ctx, uint32_t peer_id, struct ov_hub_mac *at)
{
    static const uint8_t marks[3];
    const struct walk *walk = ctx;
    const unsigned n = at->entry == NULL ? 0 : (unsigned)((const uint8_t *)at->entry - marks) + 1;
    if (n >= peer_id % 3)
    {
        return false;
    }
    at->entry = &marks[n];
    memset(at->mac, (int)walk->count, sizeof at->mac);
    return true;
}

static void take_peer(struct fuzz_in *in, struct ov_hub_peer *peer)
{
    struct ov_session_status *s = &peer->session;
    memset(peer, 0, sizeof *peer);
    s->addr.family = (fuzz_u8(in) & 1) != 0 ? 6 : 4;
    s->addr.port = fuzz_u16(in);
    memset(s->addr.ip, fuzz_u8(in), sizeof s->addr.ip);
    s->peer_id = fuzz_u8(in);
    s->connected = (s->peer_id & 0x80) != 0;
    s->cipher = OV_CIPHER_AES_256_GCM;
    s->connected_wall_s = (uint64_t)fuzz_u32(in) << 31; /* also years that have no name */
    s->last_in_ms = fuzz_u32(in);
    s->data.link_octets_in = fuzz_u32(in);
    peer->number = fuzz_u32(in);
    peer->ip4 = fuzz_u8(in);
    peer->has_ip6 = (peer->ip4 & 1) != 0;
    size_t len = fuzz_u8(in) % sizeof s->common_name;
    len = len < in->left ? len : in->left;
    memcpy(s->common_name, in->at, len); /* a NUL ends it early */
    in->at += len;
    in->left -= len;
}

static unsigned words_in(const char *line, size_t len, char comma)
{
    unsigned count = 1;
    for (size_t i = 0; i < len; i++)
    {
        FUZZ_CHECK((unsigned char)line[i] >= ' ' || line[i] == comma);
        FUZZ_CHECK(line[i] != 0x7f);
        count += line[i] == comma;
    }
    return count;
}

/* Lines by what they begin with, and how many words they have. Version 1 has none such. */
static void check_lines(const char *text, size_t len, uint32_t version, unsigned clients, unsigned routes)
{
    const char comma = version == 3 ? '\t' : ',';
    unsigned found_clients = 0, found_routes = 0, lines = 0;
    FUZZ_CHECK(len > 4 && memcmp(text + len - 4, "END\n", 4) == 0 && strlen(text) == len);
    for (const char *at = text; *at != '\0'; lines++)
    {
        const size_t n = strcspn(at, "\n");
        const unsigned words = words_in(at, n, comma);
        if (version > 1 && strncmp(at, "CLIENT_LIST", 11) == 0)
        {
            FUZZ_CHECK(words == 13);
            found_clients++;
        }
        if (version > 1 && strncmp(at, "ROUTING_TABLE", 13) == 0)
        {
            FUZZ_CHECK(words == 6);
            found_routes++;
        }
        at += n + 1;
    }
    FUZZ_CHECK(version == 1 || (found_clients == clients && found_routes == routes));
    FUZZ_CHECK(lines == clients + routes + (version == 1 ? 9u : 8u));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_in in = {data, size};
    struct walk walk = {.count = 0};
    struct ov_counters counters = {.at = {{"drops", 5}}, .count = 1};
    const uint8_t choices = fuzz_u8(&in);
    const uint32_t version = 1 + choices % 3;
    const bool tap = (choices & 4) != 0;
    unsigned routes = 0;
    while (in.left > 0 && walk.count < PEERS)
    {
        struct ov_hub_peer *peer = &walk.peer[walk.count++];
        take_peer(&in, peer);
        routes += tap ? peer->session.peer_id % 3 : (peer->ip4 != 0) + (unsigned)peer->has_ip6;
    }
    const struct ov_status_peers peers = {
        .next = next_peer, .next_mac = tap ? next_mac : NULL, .ctx = &walk, .flood_most = 1};
    char *text = NULL;
    size_t len = 0;
    FILE *file = open_memstream(&text, &len);
    FUZZ_CHECK(file != NULL);
    ov_status_text_server(file, version, "fuzz, the title", &peers, &counters,
                          (struct ov_now){UINT32_MAX, UINT32_MAX});
    FUZZ_CHECK(fclose(file) == 0);
    check_lines(text, len, version, walk.count, routes);
    free(text);
    return 0;
}
