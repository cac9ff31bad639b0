#include "netns-lab/linkprobe/tally.h"

#include <stdlib.h>
#include <string.h>

#define MAGIC      0x6c706272u
#define WORD_COUNT 4u /* the number of the packet stands here so many times: a turned bit cannot hide it */

/* The header: magic, run, stage, then the number four times, then octets that follow from the number. */
struct header
{
    uint32_t magic;
    uint32_t run;
    uint32_t stage;
    uint32_t pad;
    uint32_t seq[WORD_COUNT];
};

bool probe_tally_init(struct probe_tally *tally, uint32_t count)
{
    *tally = (struct probe_tally){.arrivals = calloc(count, sizeof *tally->arrivals), .room = count};
    return tally->arrivals != NULL;
}

void probe_tally_clear(struct probe_tally *tally)
{
    free(tally->arrivals);
    *tally = (struct probe_tally){0};
}

static uint8_t filler(uint32_t seq, size_t at)
{
    return (uint8_t)(seq * 31 + at * 7);
}

void probe_packet_write(uint8_t *packet, size_t size, uint32_t run, enum probe_stage stage, uint32_t seq)
{
    const struct header header = {MAGIC, run, stage, 0, {seq, seq, seq, seq}};
    memcpy(packet, &header, sizeof header);
    for (size_t i = sizeof header; i < size; i++)
    {
        packet[i] = filler(seq, i);
    }
}

/* One turned bit spoils one of the words at most. */
static bool find_seq(const struct header *header, uint32_t *seq)
{
    *seq = header->seq[0] == header->seq[1] ? header->seq[0] : header->seq[2];
    unsigned same = 0;
    for (unsigned i = 0; i < WORD_COUNT; i++)
    {
        same += header->seq[i] == *seq;
    }
    return same >= WORD_COUNT - 1;
}

static unsigned different_bits(uint32_t left, uint32_t right)
{
    return (unsigned)__builtin_popcount(left ^ right);
}

void probe_tally_take(struct probe_tally *tally, const uint8_t *packet, size_t size, uint32_t run,
                      enum probe_stage stage, uint64_t arrived_ns)
{
    struct header header;
    uint8_t expected[PROBE_SIZE_MAX];
    uint32_t seq = 0;
    if (size < sizeof header || size > PROBE_SIZE_MAX)
    {
        tally->strange++;
        return;
    }
    memcpy(&header, packet, sizeof header);
    unsigned bits = different_bits(header.magic, MAGIC) + different_bits(header.run, run) +
                    different_bits(header.stage, stage);
    if (bits > 1 || !find_seq(&header, &seq) || seq >= tally->room)
    {
        tally->strange++;
        return;
    }
    struct probe_arrival *arrival = &tally->arrivals[seq];
    probe_packet_write(expected, size, run, stage, seq);
    arrival->damaged += memcmp(expected, packet, size) != 0;
    if (arrival->copies++ == 0)
    {
        arrival->arrived_ns = arrived_ns;
        arrival->order = tally->arrived++;
    }
}

static int by_value(const void *left, const void *right)
{
    double a = *(const double *)left;
    double b = *(const double *)right;
    return (a > b) - (a < b);
}

static bool find_delays(const struct probe_tally *tally, struct probe_facts *facts)
{
    static const double percents[5] = {0, 10, 50, 90, 99};
    double *delays = malloc((tally->arrived + 1u) * sizeof *delays);
    uint32_t count = 0;
    if (delays == NULL)
    {
        return false;
    }
    for (uint32_t i = 0; i < tally->sent; i++)
    {
        const struct probe_arrival *arrival = &tally->arrivals[i];
        if (arrival->copies > 0)
        {
            delays[count++] = ((double)arrival->arrived_ns - (double)arrival->sent_ns) / 1e6;
        }
    }
    qsort(delays, count, sizeof *delays, by_value);
    for (unsigned i = 0; i < 5 && count > 0; i++)
    {
        facts->delay_ms[i] = delays[(uint32_t)(percents[i] / 100.0 * (count - 1) + 0.5)];
    }
    free(delays);
    return true;
}

/* How many later packets arrived before each: a Fenwick tree over the order of arrival, filled from the
 * last number to the first. */
static bool find_displacements(const struct probe_tally *tally, struct probe_facts *facts, uint32_t *out)
{
    uint32_t *tree = calloc(tally->arrived + 1u, sizeof *tree);
    if (tree == NULL)
    {
        return false;
    }
    for (uint32_t seq = tally->sent; seq-- > 0;)
    {
        const struct probe_arrival *arrival = &tally->arrivals[seq];
        uint32_t before = 0;
        if (arrival->copies == 0)
        {
            if (out != NULL)
            {
                out[seq] = UINT32_MAX;
            }
            continue;
        }
        for (uint32_t at = arrival->order; at > 0; at &= at - 1)
        {
            before += tree[at];
        }
        for (uint32_t at = arrival->order + 1; at <= tally->arrived; at += at & -at)
        {
            tree[at]++;
        }
        facts->displaced += before > 0;
        facts->displacement_max = before > facts->displacement_max ? before : facts->displacement_max;
        facts->displacement_log2[before == 0                       ? 0
                                 : 32 - __builtin_clz(before) > 20 ? 20
                                                                   : 32 - __builtin_clz(before)]++;
        if (out != NULL)
        {
            out[seq] = before;
        }
    }
    free(tree);
    return true;
}

bool probe_tally_facts(const struct probe_tally *tally, struct probe_facts *facts, uint32_t *displacements)
{
    *facts = (struct probe_facts){.sent = tally->sent,
                                  .arrived = tally->arrived,
                                  .lost = tally->sent - tally->arrived,
                                  .strange = tally->strange};
    for (uint32_t i = 0; i < tally->sent; i++)
    {
        const struct probe_arrival *arrival = &tally->arrivals[i];
        facts->again += arrival->copies > 1 ? arrival->copies - 1 : 0;
        facts->damaged += arrival->damaged;
        facts->lost_runs += arrival->copies == 0 && (i == 0 || tally->arrivals[i - 1].copies > 0);
    }
    return find_delays(tally, facts) && find_displacements(tally, facts, displacements);
}
