/* The capturing process of capture.h. */
#include "lib/capture.h"

#include <netinet/in.h>
#include <pcap/pcap.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#define RING_SIZE       (16 * 1024 * 1024)
#define READ_TIMEOUT_MS 50
#define BUDGET_PER_S    2000u

enum
{
    ETHERNET_LEN = 14,
    IPV6_LEN = 40,
    UDP_LEN = 8,
    OPCODE_DATA_V1 = 6,
    OPCODE_DATA_V2 = 9,
    IPV4_PROTOCOL_AT = 9,
    IPV6_NEXT_AT = 6,
};

struct writer
{
    pcap_dumper_t *dump;
    uint64_t written;
    uint64_t omitted;
    time_t second; /* the budget's current second */
    unsigned used;
};

static volatile sig_atomic_t stop_asked;
static pcap_t *open_capture;

static void on_stop(int signal_number)
{
    (void)signal_number;
    stop_asked = 1;
    pcap_breakloop(open_capture);
}

/* First octet of the UDP payload, -1 when the frame is none or was cut. */
static int first_octet(const struct pcap_pkthdr *header, const uint8_t *frame)
{
    if (header->caplen < ETHERNET_LEN + 20)
    {
        return -1;
    }
    unsigned type = (unsigned)frame[12] << 8 | frame[13];
    size_t at;
    if (type == 0x0800 && frame[ETHERNET_LEN + IPV4_PROTOCOL_AT] == IPPROTO_UDP)
    {
        at = ETHERNET_LEN + (size_t)(frame[ETHERNET_LEN] & 0x0f) * 4 + UDP_LEN;
    }
    else if (type == 0x86dd && frame[ETHERNET_LEN + IPV6_NEXT_AT] == IPPROTO_UDP)
    {
        at = ETHERNET_LEN + IPV6_LEN + UDP_LEN;
    }
    else
    {
        return -1;
    }
    return at < header->caplen ? frame[at] : -1;
}

static void on_packet(u_char *user, const struct pcap_pkthdr *header, const u_char *frame)
{
    struct writer *writer = (struct writer *)user;
    struct pcap_pkthdr kept = *header;
    int octet = first_octet(header, frame);
    int opcode = octet >> 3;
    if (octet >= 0 && (opcode == OPCODE_DATA_V1 || opcode == OPCODE_DATA_V2))
    {
        if (header->ts.tv_sec != writer->second)
        {
            writer->second = header->ts.tv_sec;
            writer->used = 0;
        }
        if (writer->used >= BUDGET_PER_S)
        {
            writer->omitted++;
            return;
        }
        writer->used++;
        kept.caplen = kept.caplen < LAB_CAPTURE_DATA_SNAPLEN ? kept.caplen : LAB_CAPTURE_DATA_SNAPLEN;
    }
    pcap_dump((u_char *)writer->dump, &kept, frame);
    writer->written++;
}

static pcap_t *open_interface(const char *interface, uint16_t port)
{
    char said[PCAP_ERRBUF_SIZE] = "";
    char filter[512];
    struct bpf_program program;
    pcap_t *handle = pcap_create(interface, said);
    if (handle == NULL)
    {
        printf("%s\n", said);
        return NULL;
    }
    pcap_set_snaplen(handle, LAB_CAPTURE_SNAPLEN);
    pcap_set_buffer_size(handle, RING_SIZE);
    pcap_set_timeout(handle, READ_TIMEOUT_MS);
    if (pcap_activate(handle) < 0 || !lab_capture_filter(filter, sizeof filter, port) ||
        pcap_compile(handle, &program, filter, 1, PCAP_NETMASK_UNKNOWN) != 0)
    {
        printf("%s\n", pcap_geterr(handle));
        pcap_close(handle);
        return NULL;
    }
    int code = pcap_setfilter(handle, &program);
    pcap_freecode(&program);
    if (code != 0 || pcap_datalink(handle) != DLT_EN10MB)
    {
        printf("%s\n", code != 0 ? pcap_geterr(handle) : "not an Ethernet interface");
        pcap_close(handle);
        return NULL;
    }
    return handle;
}

static void capture_until_stopped(struct writer *writer)
{
    while (!stop_asked)
    {
        int got = pcap_dispatch(open_capture, -1, on_packet, (u_char *)writer);
        if (got < 0 && got != PCAP_ERROR_BREAK)
        {
            break;
        }
    }
    /* Packets may wait in a block of the ring that the kernel has not handed
     * over yet; it does so once the read timeout has passed. */
    char said[PCAP_ERRBUF_SIZE];
    struct pollfd ready = {.fd = pcap_get_selectable_fd(open_capture), .events = POLLIN};
    if (pcap_setnonblock(open_capture, 1, said) != 0)
    {
        return;
    }
    do
    {
        (void)pcap_dispatch(open_capture, -1, on_packet, (u_char *)writer);
    } while (poll(&ready, 1, 2 * READ_TIMEOUT_MS) > 0);
}

int lab_capture_main(const char *interface, uint16_t port, const char *pcap_path)
{
    struct writer writer = {0};
    struct pcap_stat stats = {0};
    setvbuf(stdout, NULL, _IOLBF, 0);
    open_capture = open_interface(interface, port);
    if (open_capture == NULL)
    {
        return 1;
    }
    writer.dump = pcap_dump_open(open_capture, pcap_path);
    if (writer.dump == NULL)
    {
        printf("%s\n", pcap_geterr(open_capture));
        pcap_close(open_capture);
        return 1;
    }
    struct sigaction act = {.sa_handler = on_stop};
    sigaction(SIGTERM, &act, NULL);
    sigaction(SIGINT, &act, NULL);
    printf("capturing\n");
    capture_until_stopped(&writer);
    bool wrote = pcap_dump_flush(writer.dump) == 0;
    pcap_stats(open_capture, &stats);
    pcap_dump_close(writer.dump);
    pcap_close(open_capture);
    if (!wrote)
    {
        printf("%s: write error\n", pcap_path);
        return 1;
    }
    printf("{\"received\":%u,\"written\":%llu,\"data_omitted\":%llu,\"dropped\":%u}\n", stats.ps_recv,
           (unsigned long long)writer.written, (unsigned long long)writer.omitted,
           stats.ps_drop + stats.ps_ifdrop);
    return 0;
}
