#include "tests/lib/duo.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lib/tlspair.h"

#define START_MS   UINT64_C(1000000)
#define START_WALL 0x60000000u
#define ROUNDS_MAX 400u

static void keep_line(void *ctx, enum ov_level level, const char *text)
{
    struct ov_duo_end *end = ctx;
    const size_t len = strlen(end->said);
    if (ov_test_traced())
    {
        (void)fprintf(stderr, "%10.3f %s[%d] %s\n", (double)end->now.mono_ms / 1000, end->title, (int)level,
                      text);
    }
    if (level <= OV_LOG_WARN)
    {
        (void)snprintf(end->said + len, sizeof end->said - len, "%s\n", text);
    }
}

static void open_end(struct ov_duo_end *end, const struct ov_crypto *crypto, const char *more, bool first,
                     uint64_t seed)
{
    char text[2048];
    memset(end, 0, sizeof *end);
    end->title = first ? "first" : "second";
    end->random.state = seed ^ (first ? 1 : 2);
    end->rng = ov_test_rng(&end->random);
    end->log = (struct ov_log){keep_line, end, OV_LOG_PACKET};
    const int len =
        snprintf(text, sizeof text,
                 "dev tun\nifconfig 10.8.0.%d 10.8.0.%d\nallow-deprecated-insecure-static-crypto\n"
                 "<secret>\nkey\n</secret>\n%s",
                 first ? 1 : 2, first ? 2 : 1, more);
    assert_in_range(len, 1, sizeof text - 1);
    const enum ov_err err = ov_options_from_text(end->title, text, (size_t)len, NULL, &end->options);
    for (const struct ov_diag *d = ov_options_diags(end->options)->first; d != NULL && err != OV_OK;
         d = d->next)
    {
        char line[OV_DIAG_LINE];
        print_error("%s\n", ov_diag_line(d, line));
    }
    ov_assert_err(err, OV_OK);
    end->keys.has_secret = true;
    for (size_t i = 0; i < sizeof end->keys.secret; i++)
    {
        ((uint8_t *)&end->keys.secret)[i] = (uint8_t)(i * 7 + 1);
    }
    (void)ov_test_backends(); /* starts them */
    ov_session_settings_init(&end->settings, ov_options_config(end->options), crypto, NULL, &end->keys,
                             "0.test");
    end->settings.compressors = ov_compressors;
    end->env = (struct ov_session_env){&end->settings, &end->rng, &end->log, ""};
}

void ov_duo_open(struct ov_duo *duo, const struct ov_crypto *const crypto[2], const char *const more[2],
                 const struct ov_wire_faults *faults, uint64_t seed)
{
    memset(duo, 0, sizeof *duo);
    duo->now = (struct ov_now){START_MS, START_WALL};
    ov_wire_init(&duo->wire, seed, faults);
    for (unsigned i = 0; i < 2; i++)
    {
        open_end(&duo->end[i], crypto[i], more[i], i == 0, seed);
        duo->end[i].addr = ov_test_addr4((uint8_t)(i + 1), 1194);
    }
}

void ov_duo_close(struct ov_duo *duo)
{
    for (unsigned i = 0; i < 2; i++)
    {
        ov_session_clear(&duo->end[i].session);
        ov_options_free(duo->end[i].options);
    }
    ov_wire_clear(&duo->wire);
}

void ov_duo_start(struct ov_duo *duo, unsigned which, const struct ov_addr *peer)
{
    static const struct ov_addr anybody;
    struct ov_duo_end *end = &duo->end[which];
    end->now = duo->now;
    /* Nor does the end itself know what its former life has seen; that would take --replay-persist. */
    memset(end->seen, 0, sizeof end->seen);
    ov_session_clear(&end->session);
    ov_assert_err(ov_session_init(&end->session, &end->env, peer != NULL ? peer : &anybody, duo->now), OV_OK);
}

/* ---- packets ---- */

static void launch(struct ov_duo *duo, unsigned from, const struct ov_datagram *dg)
{
    ov_wire_put(&duo->wire, duo->now.mono_ms, (uint8_t)(1 - from), &duo->end[from].addr, &dg->addr,
                ov_buf_data(&dg->buf), dg->buf.len);
}

enum ov_fate ov_duo_send(struct ov_duo *duo, unsigned from, uint32_t len)
{
    static struct ov_test_batch batch;
    struct ov_duo_end *end = &duo->end[from];
    uint8_t inner[OV_TEST_INNER];
    assert_true(end->sent < OV_DUO_NUMBERS);
    len = ov_test_inner4(inner, 0x0a080001 + from, 0x0a080002 - from, end->sent++, len);
    ov_test_batch_reset(&batch);
    ov_test_batch_add(&batch, NULL, inner, len);
    ov_session_send(&end->session, batch.dg, 1, duo->now);
    if (batch.dg[0].fate == OV_FATE_LINK)
    {
        launch(duo, from, &batch.dg[0]);
    }
    return (enum ov_fate)batch.dg[0].fate;
}

static void arrive(struct ov_duo_end *sender, struct ov_duo_end *end, const struct ov_datagram *dg)
{
    uint32_t number = 0;
    if (!ov_test_inner4_number(ov_buf_data(&dg->buf), dg->buf.len, &number) || number >= sender->sent)
    {
        fail_msg("a tunnel packet of %u octets arrived damaged", dg->buf.len);
    }
    if (end->seen[number % OV_DUO_NUMBERS] != 0)
    {
        fail_msg("tunnel packet %u arrived twice", number);
    }
    end->seen[number % OV_DUO_NUMBERS] = 1;
    end->arrived++;
}

static void deliver(struct ov_duo *duo)
{
    static struct ov_test_batch batch;
    struct ov_wire_packet *packet;
    while ((packet = ov_wire_take(&duo->wire, duo->now.mono_ms)) != NULL)
    {
        struct ov_duo_end *end = &duo->end[packet->to];
        if (ov_addr_equal(&packet->dst, &end->addr) && end->session.env.log != NULL)
        {
            ov_test_batch_reset(&batch);
            ov_test_batch_add(&batch, &packet->src, packet->data, packet->len);
            ov_session_receive(&end->session, batch.dg, 1, duo->now);
            assert_int_not_equal(batch.dg[0].fate, OV_FATE_NONE);
            if (batch.dg[0].fate == OV_FATE_TUN)
            {
                arrive(&duo->end[1 - packet->to], end, &batch.dg[0]);
            }
        }
        free(packet);
    }
}

static void transmit(struct ov_duo *duo, unsigned from)
{
    static struct ov_test_batch batch;
    size_t count;
    do
    {
        ov_test_batch_reset(&batch);
        count = ov_session_transmit(&duo->end[from].session, batch.dg, 4, duo->now);
        for (size_t i = 0; i < count; i++)
        {
            launch(duo, from, &batch.dg[i]);
        }
    } while (count == 4);
}

static void events(struct ov_duo_end *end)
{
    struct ov_event event;
    while (ov_session_event(&end->session, &event))
    {
        end->connects += event.kind == OV_EVENT_CONNECTED;
        end->restarts += event.kind == OV_EVENT_RESTART;
        end->ends += event.kind == OV_EVENT_EXIT;
        if (event.kind == OV_EVENT_RESTART || event.kind == OV_EVENT_EXIT)
        {
            (void)snprintf(end->last_text, sizeof end->last_text, "%s", event.text);
        }
    }
}

static uint64_t work(struct ov_duo *duo)
{
    uint64_t next = ov_wire_next(&duo->wire);
    deliver(duo);
    if (duo->pace_ms > 0 && duo->now.mono_ms >= duo->traffic_ms)
    {
        duo->traffic_ms = duo->now.mono_ms + duo->pace_ms;
        for (unsigned i = 0; i < 2; i++)
        {
            (void)ov_duo_send(duo, i,
                              28 + ov_test_below(&duo->wire.random, duo->end[i].session.data.tun_mtu - 27));
        }
    }
    for (unsigned i = 0; i < 2; i++)
    {
        struct ov_session *s = &duo->end[i].session;
        if (s->env.log == NULL)
        {
            continue; /* it is gone */
        }
        if (ov_session_deadline(s) <= duo->now.mono_ms)
        {
            ov_session_tick(s, duo->now);
        }
        transmit(duo, i);
        events(&duo->end[i]);
        next = ov_time_earlier(next, ov_session_deadline(s));
    }
    next = ov_time_earlier(next, ov_wire_next(&duo->wire));
    return duo->pace_ms > 0 ? ov_time_earlier(next, duo->traffic_ms) : next;
}

void ov_duo_run(struct ov_duo *duo, uint32_t ms)
{
    const uint64_t end_ms = duo->now.mono_ms + ms;
    unsigned idle = 0;
    while (duo->now.mono_ms < end_ms)
    {
        const uint64_t next = ov_time_earlier(work(duo), end_ms);
        idle = next > duo->now.mono_ms ? 0 : idle + 1;
        assert_in_range(idle, 0, ROUNDS_MAX);
        duo->now.mono_ms = next > duo->now.mono_ms ? next : duo->now.mono_ms;
        duo->now.wall_s = START_WALL + (uint32_t)((duo->now.mono_ms - START_MS) / 1000);
        duo->end[0].now = duo->end[1].now = duo->now;
    }
}
