#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "net/udp.h"
#include "tests/lib/private_net.h"

/* A burst into a tiny receive buffer, in a network namespace of its own: what was sent is what was received and what
 * the link says the kernel dropped, to the last one. */

#define BURST 300u

static uint8_t memory[OV_LINK_BATCH][OV_BUF_PACKET];

typedef enum ov_err opener(const struct ov_udp_settings *settings, struct ov_link **out, char *text);

static struct ov_link *open_link(opener *open, uint32_t rcvbuf, struct ov_addr *bound)
{
    const struct ov_udp_settings settings = {
        .family = 4, .bind = true, .local = {.family = 4, .ip = {127, 0, 0, 1}}, .rcvbuf = rcvbuf};
    char text[OV_LINK_TEXT] = "";
    struct ov_link *link = NULL;
    if (open(&settings, &link, text) != OV_OK)
    {
        fail_msg("%s", text);
    }
    assert_true(ov_udp_local(link, bound));
    return link;
}

/* n datagrams in one call: a sender with segmentation makes one train of them. */
static void transmit(struct ov_link *from, const struct ov_addr *to, size_t n, uint32_t len)
{
    struct ov_datagram dg[OV_LINK_BATCH];
    memset(dg, 0, sizeof dg);
    for (size_t i = 0; i < n; i++)
    {
        dg[i].buf = ov_buf_over(memory[i], OV_BUF_PACKET, 0);
        dg[i].buf.len = len;
        dg[i].addr = *to;
        dg[i].fate = OV_FATE_LINK;
    }
    uint64_t before = from->stats.tx_datagrams;
    from->ops->send(from, dg, n);
    assert_int_equal(from->stats.tx_datagrams - before, n);
}

static size_t drain(struct ov_link *link)
{
    struct ov_datagram dg[OV_LINK_BATCH];
    size_t got = 0;
    for (size_t n = 1; n > 0;)
    {
        n = link->ops->receive(link, dg, OV_LINK_BATCH);
        got += n;
    }
    return got;
}

static void test_nothing_goes_missing_silently(void **state)
{
    static const struct
    {
        const char *name;
        opener *sender, *receiver;
        size_t train; /* datagrams that the kernel drops together */
        uint32_t len;
    } cases[] = {
        {"single to plain", ov_udp_open, ov_udp_open, 1, 1000},
        {"single to trains", ov_udp_open, ov_udp_open_gso, 1, 1000},
        {"trains to plain", ov_udp_open_gso, ov_udp_open, 1, 1000}, /* cut before they are queued */
        {"trains to trains", ov_udp_open_gso, ov_udp_open_gso, 10, 1200},
        {"trains of small ones", ov_udp_open_gso, ov_udp_open_gso, 50, 100},
    };
    (void)state;
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++)
    {
        struct ov_addr from, to;
        struct ov_link *tx = open_link(cases[c].sender, 0, &from);
        struct ov_link *rx = open_link(cases[c].receiver, 4096, &to);
        size_t sent = 0;
        size_t got = 0;
        /* Several bursts: the counter goes on, and control messages tell of the earlier ones. */
        for (unsigned round = 0; round < 3; round++)
        {
            for (; sent < (round + 1) * BURST; sent += cases[c].train)
            {
                transmit(tx, &to, cases[c].train, cases[c].len);
            }
            got += drain(rx);
            uint64_t dropped = rx->ops->stats(rx).rx_overflow;
            if (dropped == 0 || sent != got + dropped * cases[c].train)
            {
                fail_msg("%s, burst %u: %zu sent, %zu received, %llu drops of %zu", cases[c].name, round,
                         sent, got, (unsigned long long)dropped, cases[c].train);
            }
        }
        /* One more brings word of all of them, without asking. */
        transmit(tx, &to, 1, cases[c].len);
        assert_int_equal(drain(rx), 1);
        assert_int_equal(rx->stats.rx_overflow * cases[c].train, sent - got);
        tx->ops->close(tx);
        rx->ops->close(rx);
    }
}

int main(void)
{
    char text[200] = "";
    if (!private_net_enter(text, sizeof text))
    {
        printf("SKIP test_net_udp_overflow: %s\n", text);
        return 77;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_goes_missing_silently),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
