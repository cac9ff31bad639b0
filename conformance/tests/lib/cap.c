#include "tests/lib/cap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <pcap/pcap.h>

enum
{
    ETHERNET_LEN = 14,
    IPV4_LEN = 20,
    IPV6_LEN = 40,
    UDP_LEN = 8,
    TCP_LEN = 20
};

void cap_init(struct cap *cap, int link_type)
{
    *cap = (struct cap){.link_type = link_type};
}

void cap_clear(struct cap *cap)
{
    for (size_t i = 0; i < cap->count; i++)
    {
        free(cap->frames[i].octets);
    }
    free(cap->frames);
    *cap = (struct cap){0};
}

void cap_insert(struct cap *cap, size_t at, int64_t time_ns, const void *octets, size_t len)
{
    assert_true(at <= cap->count);
    if (cap->count == cap->capacity)
    {
        cap->capacity = cap->capacity * 2 + 64;
        cap->frames = reallocarray(cap->frames, cap->capacity, sizeof *cap->frames);
        assert_non_null(cap->frames);
    }
    memmove(cap->frames + at + 1, cap->frames + at, (cap->count - at) * sizeof *cap->frames);
    cap->count++;
    struct cap_frame *frame = &cap->frames[at];
    *frame = (struct cap_frame){.time_ns = time_ns, .caplen = (uint32_t)len, .len = (uint32_t)len};
    frame->octets = malloc(len + 1);
    assert_non_null(frame->octets);
    memcpy(frame->octets, octets, len);
}

void cap_remove(struct cap *cap, size_t at)
{
    assert_true(at < cap->count);
    free(cap->frames[at].octets);
    memmove(cap->frames + at, cap->frames + at + 1, (cap->count - at - 1) * sizeof *cap->frames);
    cap->count--;
}

void cap_load(struct cap *cap, const char *path)
{
    char reason[PCAP_ERRBUF_SIZE];
    struct pcap_pkthdr *header;
    const uint8_t *octets;
    pcap_t *file = pcap_open_offline_with_tstamp_precision(path, PCAP_TSTAMP_PRECISION_NANO, reason);

    if (file == NULL)
    {
        fail_msg("%s: %s", path, reason);
        return;
    }
    cap_init(cap, pcap_datalink(file));
    while (pcap_next_ex(file, &header, &octets) == 1)
    {
        int64_t time_ns = (int64_t)header->ts.tv_sec * 1000000000 + header->ts.tv_usec;

        cap_insert(cap, cap->count, time_ns, octets, header->caplen);
        cap->frames[cap->count - 1].len = header->len;
    }
    pcap_close(file);
}

static void put_u16(uint8_t *at, size_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static void put_ip(uint8_t *frame, enum cap_from from, uint8_t protocol, size_t len)
{
    static const uint8_t head[] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, 0x45};
    uint8_t *ip = frame + ETHERNET_LEN;

    memcpy(frame, head, sizeof head);
    put_u16(ip + 2, IPV4_LEN + len);
    ip[8] = 64;
    ip[9] = protocol;
    memcpy(ip + 12, "\x0a\x00\x00\x01\x0a\x00\x00\x02", 8);
    put_u16(ip + IPV4_LEN, 40000);
    put_u16(ip + IPV4_LEN + 2, 1194);
    if (from == FROM_SERVER)
    {
        ip[15] = 2;
        ip[19] = 1;
        put_u16(ip + IPV4_LEN, 1194);
        put_u16(ip + IPV4_LEN + 2, 40000);
    }
}

void cap_add_udp(struct cap *cap, enum cap_from from, int64_t time_ms, const void *payload, size_t len)
{
    uint8_t frame[ETHERNET_LEN + IPV4_LEN + UDP_LEN + 4096] = {0};
    uint8_t *udp = frame + ETHERNET_LEN + IPV4_LEN;

    assert_true(len <= 4096);
    put_ip(frame, from, 17, UDP_LEN + len);
    put_u16(udp + 4, UDP_LEN + len);
    if (len > 0)
    {
        memcpy(udp + UDP_LEN, payload, len);
    }
    cap_insert(cap, cap->count, time_ms * 1000000, frame, ETHERNET_LEN + IPV4_LEN + UDP_LEN + len);
}

void cap_add_tcp(struct cap *cap, enum cap_from from, int64_t time_ms, uint32_t sequence, uint8_t flags,
                 const void *payload, size_t len)
{
    uint8_t frame[ETHERNET_LEN + IPV4_LEN + TCP_LEN + 4096] = {0};
    uint8_t *tcp = frame + ETHERNET_LEN + IPV4_LEN;

    assert_true(len <= 4096);
    put_ip(frame, from, 6, TCP_LEN + len);
    put_u16(tcp + 4, sequence >> 16);
    put_u16(tcp + 6, sequence & 0xffff);
    tcp[12] = 0x50;
    tcp[13] = flags;
    if (len > 0)
    {
        memcpy(tcp + TCP_LEN, payload, len);
    }
    cap_insert(cap, cap->count, time_ms * 1000000, frame, ETHERNET_LEN + IPV4_LEN + TCP_LEN + len);
}

uint8_t *cap_udp_payload(const struct cap *cap, size_t at, uint32_t *len)
{
    const struct cap_frame *frame = &cap->frames[at];
    bool six = frame->octets[12] == 0x86;
    size_t start = ETHERNET_LEN + (size_t)(six ? IPV6_LEN : IPV4_LEN) + UDP_LEN;
    uint8_t protocol = frame->octets[ETHERNET_LEN + (six ? 6 : 9)];

    if (cap->link_type != DLT_EN10MB || protocol != 17 || frame->caplen < start)
    {
        return NULL;
    }
    *len = frame->caplen - (uint32_t)start;
    return frame->octets + start;
}

bool cap_by_client(const struct cap *cap, size_t at)
{
    bool six = cap->frames[0].octets[12] == 0x86;
    size_t ports = ETHERNET_LEN + (size_t)(six ? IPV6_LEN : IPV4_LEN);

    return memcmp(cap->frames[at].octets + ports, cap->frames[0].octets + ports, 2) == 0;
}

void cap_set_udp_payload(struct cap *cap, size_t at, const void *payload, size_t len)
{
    uint32_t old_len;
    uint8_t *old = cap_udp_payload(cap, at, &old_len);
    uint8_t copy[65536];

    assert_non_null(old);
    assert_true(len <= sizeof copy);
    memcpy(copy, payload, len);
    struct cap_frame *frame = &cap->frames[at];
    size_t start = frame->caplen - old_len;
    frame->octets = realloc(frame->octets, start + len + 1);
    assert_non_null(frame->octets);
    memcpy(frame->octets + start, copy, len);
    frame->caplen = (uint32_t)(start + len);
    frame->len = frame->caplen;
    put_u16(frame->octets + start - 4, UDP_LEN + len);
    if (frame->octets[12] == 0x86)
    {
        put_u16(frame->octets + ETHERNET_LEN + 4, UDP_LEN + len);
    }
    else
    {
        put_u16(frame->octets + ETHERNET_LEN + 2, IPV4_LEN + UDP_LEN + len);
    }
}

size_t cap_find(const struct cap *cap, enum cap_from from, uint8_t opcode, uint8_t key_id, size_t n)
{
    for (size_t i = 0; i < cap->count; i++)
    {
        uint32_t len;
        const uint8_t *payload = cap_udp_payload(cap, i, &len);
        bool right = payload != NULL && len > 0 && payload[0] == (opcode << 3 | key_id);

        if (right && cap_by_client(cap, i) == (from == FROM_CLIENT) && n-- == 0)
        {
            return i;
        }
    }
    fail_msg("no frame with opcode %u and key id %u", opcode, key_id);
    return 0;
}

void cap_copy(struct cap *cap, size_t from, size_t at, int64_t later_ms)
{
    struct cap_frame frame = cap->frames[from];

    assert_true(at > 0);
    cap_insert(cap, at, cap->frames[at - 1].time_ns + later_ms * 1000000, frame.octets, frame.caplen);
}

static char *new_path(int *fd)
{
    char *path = strdup("/tmp/ovspec-test-XXXXXX");

    assert_non_null(path);
    *fd = mkstemp(path);
    assert_true(*fd >= 0);
    return path;
}

char *cap_write(const struct cap *cap)
{
    int fd;
    char *path = new_path(&fd);
    pcap_t *dead = pcap_open_dead_with_tstamp_precision(cap->link_type, 262144, PCAP_TSTAMP_PRECISION_NANO);
    pcap_dumper_t *dump = pcap_dump_fopen(dead, fdopen(fd, "w"));

    assert_non_null(dump);
    for (size_t i = 0; i < cap->count; i++)
    {
        const struct cap_frame *frame = &cap->frames[i];
        struct pcap_pkthdr header = {.caplen = frame->caplen, .len = frame->len};

        header.ts.tv_sec = frame->time_ns / 1000000000;
        header.ts.tv_usec = frame->time_ns % 1000000000;
        pcap_dump((uint8_t *)dump, &header, frame->octets);
    }
    pcap_dump_close(dump);
    pcap_close(dead);
    return path;
}

char *cap_write_raw(const void *octets, size_t len)
{
    int fd;
    char *path = new_path(&fd);
    FILE *file = fdopen(fd, "w");

    assert_non_null(file);
    assert_int_equal(fwrite(octets, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
    return path;
}

void cap_unlink(char *path)
{
    unlink(path);
    free(path);
}

uint8_t *cap_read_file(const char *path, size_t *len)
{
    FILE *file = fopen(path, "r");
    uint8_t *octets = NULL;
    size_t capacity = 0;

    assert_non_null(file);
    *len = 0;
    do
    {
        capacity += 65536;
        octets = realloc(octets, capacity);
        assert_non_null(octets);
        *len += fread(octets + *len, 1, capacity - *len, file);
    } while (*len == capacity);
    fclose(file);
    return octets;
}

size_t cap_hex(const char *text, uint8_t *octets, size_t capacity)
{
    size_t digits = 0;

    for (; *text != '\0'; text++)
    {
        static const char hex[] = "0123456789abcdef";
        const char *digit = strchr(hex, *text);

        if (*text == ' ')
        {
            continue;
        }
        assert_non_null(digit);
        assert_true(digits / 2 < capacity);
        octets[digits / 2] = (uint8_t)((digits % 2 == 0 ? 0 : octets[digits / 2] << 4) | (digit - hex));
        digits++;
    }
    assert_int_equal(digits % 2, 0);
    return digits / 2;
}
