#include "app/status_text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "options/values.h"

#define TIME_TEXT 32

/* Local time, as everybody's parser expects [WP-SRV-052]. */
static const char *time_text(uint64_t wall_s, char text[static TIME_TEXT])
{
    struct tm parts;
    time_t when = (time_t)wall_s;
    if (localtime_r(&when, &parts) == NULL || strftime(text, TIME_TEXT, "%Y-%m-%d %H:%M:%S", &parts) == 0)
    {
        text[0] = '\0';
    }
    return text;
}

/* What the lines of one file have in common. */
struct writer
{
    FILE *file;
    uint32_t version;
    char comma; /* what stands between the words of a line */
    struct ov_now now;
    const struct ov_status_peers *peers;
};

/* A peer's name may hold what would end a word or a line. */
static void put_name(const struct writer *w, const char *name)
{
    for (const char *at = name[0] != '\0' ? name : "UNDEF"; *at != '\0'; at++)
    {
        (void)fputc((unsigned char)*at < ' ' || *at == 0x7f || *at == w->comma ? '_' : *at, w->file);
    }
}

static void put_time(const struct writer *w, uint64_t wall_s)
{
    char text[TIME_TEXT];
    (void)fputs(time_text(wall_s, text), w->file);
    if (w->version > 1)
    {
        (void)fprintf(w->file, "%c%" PRIu64, w->comma, wall_s);
    }
}

/* Headings are written with commas here. */
static void put_heading(const struct writer *w, const char *words)
{
    for (const char *at = words; *at != '\0'; at++)
    {
        (void)fputc(*at == ',' ? w->comma : *at, w->file);
    }
    (void)fputc('\n', w->file);
}

static const char *outer_text(const struct writer *w, const struct ov_addr *addr,
                              char text[static OV_OUTER_TEXT])
{
    return ov_outer_text(addr, w->peers->sockets, w->peers->sockets_count, text);
}

static void put_client(const struct writer *w, const struct ov_hub_peer *peer)
{
    const struct ov_session_status *s = &peer->session;
    char addr[OV_OUTER_TEXT];
    char ip4[OV_IP4_TEXT] = "";
    char ip6[OV_IP6_TEXT] = "";
    char c = w->comma;
    if (w->version > 1)
    {
        (void)fprintf(w->file, "CLIENT_LIST%c", c);
    }
    put_name(w, s->common_name);
    (void)fprintf(w->file, "%c%s%c", c, outer_text(w, &s->addr, addr), c);
    if (w->version > 1)
    {
        (void)fprintf(w->file, "%s%c%s%c", peer->ip4 != 0 ? ov_value_ip4_text(peer->ip4, ip4) : "", c,
                      peer->has_ip6 ? ov_value_ip6_text(peer->ip6, ip6) : "", c);
    }
    (void)fprintf(w->file, "%" PRIu64 "%c%" PRIu64 "%c", s->data.link_octets_in + s->control.octets_in, c,
                  s->data.link_octets_out + s->control.octets_out, c);
    put_time(w, s->connected_wall_s);
    if (w->version > 1)
    {
        (void)fputc(c, w->file);
        put_name(w, peer->username);
        (void)fprintf(w->file, "%c%" PRIu64 "%c%u%c%s", c, peer->number, c, s->peer_id, c,
                      s->connected ? ov_cipher_name(s->cipher) : "");
    }
    (void)fputc('\n', w->file);
}

static void put_route(const struct writer *w, const struct ov_hub_peer *peer, const char *ip,
                      uint64_t seen_ms)
{
    const struct ov_session_status *s = &peer->session;
    char addr[OV_OUTER_TEXT];
    const uint64_t age_ms = w->now.mono_ms > seen_ms ? w->now.mono_ms - seen_ms : 0;
    if (w->version > 1)
    {
        (void)fprintf(w->file, "ROUTING_TABLE%c", w->comma);
    }
    (void)fprintf(w->file, "%s%c", ip, w->comma);
    put_name(w, s->common_name);
    (void)fprintf(w->file, "%c%s%c", w->comma, outer_text(w, &s->addr, addr), w->comma);
    put_time(w, w->now.wall_s - age_ms / 1000);
    (void)fputc('\n', w->file);
}

static void put_macs(const struct writer *w, const struct ov_hub_peer *peer,
                     const struct ov_status_peers *peers)
{
    char text[24]; /* behind the address stands its VLAN */
    for (struct ov_hub_mac at = {0}; peers->next_mac(peers->ctx, peer->session.peer_id, &at);)
    {
        (void)snprintf(text, sizeof text, "%02x:%02x:%02x:%02x:%02x:%02x@%u", at.mac[0], at.mac[1], at.mac[2],
                       at.mac[3], at.mac[4], at.mac[5], at.vlan);
        put_route(w, peer, text, at.seen_ms);
    }
}

/* A network, or one of its addresses, which 2.x marks as found in its cache [WP-SRV-009]. */
static void put_behind(const struct writer *w, const struct ov_hub_peer *peer,
                       const struct ov_status_peers *peers)
{
    char ip[OV_IP6_TEXT];
    char text[OV_IP6_TEXT + 8];
    for (struct ov_hub_behind at = {0}; peers->next_behind(peers->ctx, peer->session.peer_id, &at, w->now);)
    {
        const uint32_t ip4 =
            (uint32_t)at.ip[0] << 24 | (uint32_t)at.ip[1] << 16 | (uint32_t)at.ip[2] << 8 | at.ip[3];
        (void)(at.len == 4 ? ov_value_ip4_text(ip4, ip) : ov_value_ip6_text(at.ip, ip));
        (void)snprintf(text, sizeof text, at.is_host ? "%sC" : "%s/%u", ip, at.bits);
        put_route(w, peer, text, at.is_host ? at.seen_ms : peer->session.last_in_ms);
    }
}

static void put_routes(const struct writer *w, const struct ov_hub_peer *peer,
                       const struct ov_status_peers *peers)
{
    if (peers->next_mac != NULL)
    {
        put_macs(w, peer, peers);
        return;
    }
    char ip4[OV_IP4_TEXT];
    char ip6[OV_IP6_TEXT];
    if (peer->ip4 != 0)
    {
        put_route(w, peer, ov_value_ip4_text(peer->ip4, ip4), peer->session.last_in_ms);
    }
    if (peer->has_ip6)
    {
        put_route(w, peer, ov_value_ip6_text(peer->ip6, ip6), peer->session.last_in_ms);
    }
    if (peers->next_behind != NULL)
    {
        put_behind(w, peer, peers);
    }
}

static void put_global(const struct writer *w, const char *name, uint64_t value)
{
    if (w->version > 1)
    {
        (void)fprintf(w->file, "GLOBAL_STATS%c", w->comma);
    }
    (void)fprintf(w->file, "%s%c%" PRIu64 "\n", name, w->comma, value);
}

static void put_start(const struct writer *w, const char *title)
{
    if (w->version == 1)
    {
        (void)fputs("OpenVPN CLIENT LIST\nUpdated,", w->file);
        put_time(w, w->now.wall_s);
        put_heading(w, "\nCommon Name,Real Address,Bytes Received,Bytes Sent,Connected Since");
        return;
    }
    (void)fprintf(w->file, "TITLE%c", w->comma);
    put_name(w, title);
    (void)fprintf(w->file, "\nTIME%c", w->comma);
    put_time(w, w->now.wall_s);
    put_heading(w,
                "\nHEADER,CLIENT_LIST,Common Name,Real Address,Virtual Address,Virtual IPv6 Address,"
                "Bytes Received,Bytes Sent,Connected Since,Connected Since (time_t),Username,Client ID,Peer "
                "ID,Data Channel Cipher");
}

void ov_status_text_server(FILE *file, uint32_t version, const char *title,
                           const struct ov_status_peers *peers, const struct ov_counters *counters,
                           struct ov_now now)
{
    const struct writer w = {
        .file = file, .version = version, .comma = version == 3 ? '\t' : ',', .now = now, .peers = peers};
    struct ov_hub_peer peer;
    /* The second list follows the whole first one: kept meanwhile, the file stands as one moment saw it. */
    char *routes = NULL;
    size_t routes_len = 0;
    struct writer second = w;
    second.file = open_memstream(&routes, &routes_len);
    put_start(&w, title);
    while (peers->next(peers->ctx, &peer))
    {
        put_client(&w, &peer);
        if (second.file != NULL)
        {
            put_routes(&second, &peer, peers);
        }
    }
    put_heading(&w, version == 1 ? "ROUTING TABLE\nVirtual Address,Common Name,Real Address,Last Ref"
                                 : "HEADER,ROUTING_TABLE,Virtual Address,Common Name,Real Address,Last "
                                   "Ref,Last Ref (time_t)");
    if (second.file != NULL && fclose(second.file) == 0)
    {
        (void)fwrite(routes, 1, routes_len, file);
    }
    free(routes);
    if (version == 1)
    {
        (void)fputs("GLOBAL STATS\n", file);
    }
    put_global(&w, "Max bcast/mcast queue length", peers->flood_most);
    if (version > 1)
    {
        put_global(&w, "dco_enabled", 0);
    }
    for (size_t i = 0; i < counters->count; i++)
    {
        put_global(&w, counters->at[i].name, counters->at[i].value);
    }
    (void)fputs("END\n", file);
}

void ov_status_text_client(FILE *file, const struct ov_status_octets *octets,
                           const struct ov_counters *counters, struct ov_now now)
{
    char text[TIME_TEXT];
    (void)fprintf(file,
                  "OpenVPN STATISTICS\nUpdated,%s\nTUN/TAP read bytes,%" PRIu64
                  "\nTUN/TAP write bytes,%" PRIu64 "\nTCP/UDP read bytes,%" PRIu64
                  "\nTCP/UDP write bytes,%" PRIu64 "\nAuth read bytes,%" PRIu64 "\n",
                  time_text(now.wall_s, text), octets->tun_read, octets->tun_written, octets->link_read,
                  octets->link_written, octets->authenticated);
    if (octets->compression)
    {
        (void)fprintf(file,
                      "pre-compress bytes,%" PRIu64 "\npost-compress bytes,%" PRIu64
                      "\npre-decompress bytes,%" PRIu64 "\npost-decompress bytes,%" PRIu64 "\n",
                      octets->compressed_in, octets->compressed_out, octets->expanded_in,
                      octets->expanded_out); /* [WP-SRV-052] */
    }
    for (size_t i = 0; i < counters->count; i++)
    {
        (void)fprintf(file, "%s,%" PRIu64 "\n", counters->at[i].name, counters->at[i].value);
    }
    (void)fputs("END\n", file);
}
