#include "lib/capture.h"

#include "lib/file.h"

#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define START_TIMEOUT_MS 5000
#define STOP_TIMEOUT_MS  5000
#define READY_LINE       "capturing"

struct ready_question
{
    const struct lab_capture *capture;
    bool ready;
};

static bool is_ready(void *arg)
{
    struct ready_question *question = arg;
    struct lab_why why;
    if (lab_file_matches(question->capture->counts_path, "^" READY_LINE "$", &question->ready, &why) !=
        LAB_OK)
    {
        question->ready = false;
    }
    return question->ready || !question->capture->proc.running;
}

enum lab_err lab_capture_start(struct lab_loop *loop, struct lab_capture *capture, const char *self,
                               const char *netns, const char *interface, uint16_t port, const char *pcap_path,
                               const char *counts_path, struct lab_why *why)
{
    char port_text[8];
    *capture = (struct lab_capture){0};
    snprintf(port_text, sizeof port_text, "%u", port);
    snprintf(capture->counts_path, sizeof capture->counts_path, "%s", counts_path);
    const char *argv[] = {self, "internal-capture", interface, port_text, pcap_path, NULL};
    const struct lab_proc_spec spec = {.argv = argv, .netns = netns, .out_path = counts_path};
    enum lab_err err = lab_proc_spawn(loop, &capture->proc, &spec, why);
    if (err != LAB_OK)
    {
        return err;
    }
    struct ready_question question = {.capture = capture};
    err = lab_loop_until(loop, is_ready, &question, 10, START_TIMEOUT_MS);
    if (err == LAB_OK && question.ready)
    {
        return LAB_OK;
    }
    char line[256];
    lab_file_last_line(counts_path, line, sizeof line);
    err = lab_why_set(why, err == LAB_OK ? LAB_ERR_EXITED : err, "capture on %s: %s", interface,
                      err == LAB_OK ? line : "not ready in time");
    lab_capture_clear(capture);
    return err;
}

static enum lab_err read_counts(struct lab_capture *capture, struct lab_why *why)
{
    char line[512];
    lab_file_last_line(capture->counts_path, line, sizeof line);
    json_t *counts = json_loads(line, 0, NULL);
    json_int_t written;
    json_int_t omitted;
    json_int_t dropped;
    if (counts == NULL || json_unpack(counts, "{s:I, s:I, s:I}", "written", &written, "data_omitted",
                                      &omitted, "dropped", &dropped) != 0)
    {
        json_decref(counts);
        return lab_why_set(why, LAB_ERR_FORMAT, "the capture told no counts: %s", line);
    }
    capture->written = (uint64_t)written;
    capture->omitted = (uint64_t)omitted;
    capture->dropped = (uint64_t)dropped;
    json_decref(counts);
    return LAB_OK;
}

enum lab_err lab_capture_stop(struct lab_capture *capture, struct lab_why *why)
{
    lab_proc_signal(&capture->proc, SIGTERM);
    enum lab_err err = lab_proc_wait(&capture->proc, STOP_TIMEOUT_MS);
    if (err != LAB_OK)
    {
        (void)lab_why_set(why, err, "the capture did not end");
    }
    else if (!lab_proc_exited_with(&capture->proc, 0))
    {
        char end[64];
        lab_proc_end_text(&capture->proc, end, sizeof end);
        err = lab_why_set(why, LAB_ERR_EXITED, "the capture ended with %s", end);
    }
    lab_capture_clear(capture);
    return err == LAB_OK ? read_counts(capture, why) : err;
}

void lab_capture_clear(struct lab_capture *capture)
{
    lab_proc_clear(&capture->proc);
}

bool lab_capture_filter(char *dst, size_t size, uint16_t port)
{
    /* 0x48 is opcode 9 (P_DATA_V2) with the key-id masked off; its packet-id
     * stands 4 octets behind. `udp[]` sees IPv4 only, so IPv6 counts from its
     * own header: 40 octets IPv6, 8 octets UDP. A TCP stream is of no use with
     * holes: it is taken whole, and cases over TCP end the capture before bulk
     * transfers. */
    int len = snprintf(dst, size,
                       "(ip and udp port %u and not (udp[8] & 0xf8 = 0x48 and udp[12:4] > 1024 and"
                       " udp[12:4] & 0xfff >= 64)) or "
                       "(ip6 and udp port %u and not (ip6[48] & 0xf8 = 0x48 and ip6[52:4] > 1024 and"
                       " ip6[52:4] & 0xfff >= 64)) or "
                       "tcp port %u",
                       port, port, port);
    return len > 0 && (size_t)len < size;
}
