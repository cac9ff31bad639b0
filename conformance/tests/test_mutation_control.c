/* Mutations of clean captures: opcodes, session ids, acks, messages, resets. */
#include "tests/lib/mutate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* ---- opcodes ---- */

static void undefined_opcode_in_data(struct cap *cap)
{
    mutate_payload(cap, cap_find(cap, FROM_CLIENT, DATA_V2, 0, 5))[0] = 17 << 3;
}

static void opcode_zero(struct cap *cap)
{
    mutate_payload(cap, cap_find(cap, FROM_SERVER, DATA_V2, 0, 5))[0] = 0;
}

static void obsolete_opcode(struct cap *cap)
{
    mutate_payload(cap, cap_find(cap, FROM_CLIENT, DATA_V2, 0, 5))[0] = 1 << 3;
}

static void empty_datagram(struct cap *cap)
{
    mutate_shorten(cap, cap_find(cap, FROM_CLIENT, DATA_V2, 0, 5), 0);
}

static void client_sends_server_reset(struct cap *cap)
{
    size_t at = cap_find(cap, FROM_CLIENT, DATA_V2, 0, 5);

    cap_copy(cap, cap_find(cap, FROM_CLIENT, CLIENT_V2, 0, 0), at, 1);
    mutate_payload(cap, at)[0] = SERVER_V2 << 3;
    mutate_set_u32(mutate_payload(cap, at) + WRAP_AT, 60);
}

static void server_sends_wkc(struct cap *cap)
{
    uint32_t len;
    const uint8_t *wkc = cap_udp_payload(cap, cap_find(cap, FROM_CLIENT, WKC_V1, 0, 0), &len);
    size_t model = cap_find(cap, FROM_SERVER, CONTROL, 0, 0);
    size_t at = cap_find(cap, FROM_SERVER, DATA_V2, 0, 5);
    uint8_t sid[8];

    memcpy(sid, mutate_payload(cap, model) + 1, sizeof sid);
    cap_copy(cap, model, at, 1);
    cap_set_udp_payload(cap, at, wkc, len);
    memcpy(mutate_payload(cap, at) + 1, sid, sizeof sid);
    mutate_set_u32(mutate_payload(cap, at) + WRAP_AT, 60);
    memcpy(mutate_payload(cap, at) + WRAP_AT + 4, mutate_payload(cap, model) + WRAP_AT + 4, 4);
}

/* ---- session ids ---- */

static void zero_sid(struct cap *cap)
{
    memset(mutate_payload(cap, cap_find(cap, FROM_CLIENT, ACK, 0, 1)) + 1, 0, 8);
}

static void other_client_sid(struct cap *cap)
{
    mutate_payload(cap, cap_find(cap, FROM_CLIENT, ACK, 0, 1))[4] ^= 1;
}

static void other_server_sid(struct cap *cap)
{
    mutate_payload(cap, cap_find(cap, FROM_SERVER, CONTROL, 0, 1))[4] ^= 1;
}

static void wrong_remote_sid(struct cap *cap)
{
    uint32_t len;
    uint8_t *ack = cap_udp_payload(cap, cap_find(cap, FROM_CLIENT, ACK, 0, 1), &len);

    ack[len - 1] ^= 1;
}

/* ---- acknowledgements; an ACK_V1 is opcode, sid, count, ids, remote sid ---- */

static void nine_acks(struct cap *cap)
{
    size_t at = cap_find(cap, FROM_CLIENT, ACK, 0, 0);
    uint8_t count = mutate_payload(cap, at)[9];

    mutate_splice(cap, at, 9, 1u + 4u * count,
                  "09 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000");
}

static void five_acks_in_control(struct cap *cap)
{
    size_t at = cap_find(cap, FROM_CLIENT, CONTROL, 0, 1);
    uint8_t count = mutate_payload(cap, at)[9];

    mutate_splice(cap, at, 9, 1u + 4u * count, "05 00000000 00000000 00000000 00000000 00000000");
}

static void ack_of_nothing(struct cap *cap)
{
    size_t at = cap_find(cap, FROM_CLIENT, ACK, 0, 0);

    mutate_splice(cap, at, 9, 1u + 4u * mutate_payload(cap, at)[9] + 8u, "00");
}

static void ack_with_tail(struct cap *cap)
{
    size_t at = cap_find(cap, FROM_CLIENT, ACK, 0, 0);
    uint32_t len;

    cap_udp_payload(cap, at, &len);
    mutate_splice(cap, at, len, 0, "00000007");
}

static void ack_of_the_future(struct cap *cap)
{
    mutate_set_u32(mutate_payload(cap, cap_find(cap, FROM_CLIENT, ACK, 0, 0)) + 10, 40);
}

static void control_cut_short(struct cap *cap)
{
    mutate_shorten(cap, cap_find(cap, FROM_CLIENT, ACK, 0, 0), 12);
}

/* ---- messages ---- */

/* The client counts 0, 1, 3, 4 .. and the server acknowledges that. */
static void skip_message_id(struct cap *cap)
{
    for (size_t i = 0; i < cap->count; i++)
    {
        uint32_t len;
        uint8_t *payload = cap_udp_payload(cap, i, &len);
        uint8_t opcode = payload[0] >> 3;
        bool by_client = cap_by_client(cap, i);

        if ((opcode != CONTROL && opcode != ACK) || (payload[0] & 7) != 0)
        {
            continue;
        }
        for (size_t ack = 0; ack < payload[9] && !by_client; ack++)
        {
            mutate_add_u32(payload + 10 + 4 * ack, payload[10 + 4 * ack + 3] >= 2);
        }
        uint8_t *id = payload + 10 + 4u * payload[9] + (payload[9] > 0 ? 8 : 0);
        if (opcode == CONTROL && by_client && id[3] >= 2)
        {
            mutate_add_u32(id, 1);
        }
    }
}

static void changed_retransmission(struct cap *cap)
{
    size_t at = cap_find(cap, FROM_CLIENT, CONTROL, 0, 1);
    uint32_t len;

    cap_copy(cap, at, at + 1, 1);
    cap_udp_payload(cap, at + 1, &len);
    mutate_payload(cap, at + 1)[len - 1] ^= 1;
}

static void hello_is_not_tls(struct cap *cap)
{
    uint8_t *hello = mutate_payload(cap, cap_find(cap, FROM_CLIENT, CONTROL, 0, 0));

    /* Behind one ack, the remote sid and the message id. */
    assert_int_equal(hello[9], 1);
    assert_int_equal(hello[26], 0x16);
    hello[26] = 0x47;
}

/* ---- third packet and resets ---- */

static void third_without_ack(struct cap *cap)
{
    mutate_splice(cap, cap_find(cap, FROM_CLIENT, CONTROL, 0, 0), 9, 13, "00");
}

static void third_acks_too_much(struct cap *cap)
{
    mutate_set_u32(mutate_payload(cap, cap_find(cap, FROM_CLIENT, CONTROL, 0, 0)) + 10, 2);
}

static void third_is_not_wkc(struct cap *cap)
{
    size_t at = cap_find(cap, FROM_CLIENT, WKC_V1, 0, 0);

    mutate_payload(cap, at)[0] = CONTROL << 3;
}

static void reset_with_half_a_field(struct cap *cap)
{
    mutate_splice(cap, cap_find(cap, FROM_CLIENT, CLIENT_V2, 0, 0), 14, 0, "000100");
}

static const struct mutation mutations[] = {
    MUTATION("plain-udp4", undefined_opcode_in_data, "WP-FRM-011"),
    MUTATION("plain-udp6", opcode_zero, "WP-FRM-011"),
    MUTATION("plain-udp4", obsolete_opcode, "WP-FRM-010"),
    MUTATION("plain-udp4", empty_datagram, "WP-FRM-001"),
    MUTATION("tls-crypt-udp4", client_sends_server_reset, "WP-FRM-013"),
    MUTATION("tls-crypt-v2-udp4", server_sends_wkc, "WP-TC2-011"),
    MUTATION("plain-udp4", zero_sid, "WP-CTRL-001"),
    MUTATION("tls-crypt-udp4", zero_sid, "WP-CTRL-001"),
    MUTATION("plain-udp4", other_client_sid, "WP-STATE-012"),
    MUTATION("tls-auth-udp4", other_server_sid, "WP-STATE-012"),
    MUTATION("plain-udp4", wrong_remote_sid, "WP-CTRL-002"),
    MUTATION("tls-auth-sha256-udp6", wrong_remote_sid, "WP-CTRL-002"),
    MUTATION("plain-udp4", nine_acks, "WP-REL-020"),
    MUTATION("plain-udp4", five_acks_in_control, "WP-REL-020"),
    MUTATION("plain-udp4", ack_of_nothing, "WP-CTRL-007"),
    MUTATION("plain-udp4", ack_with_tail, "WP-CTRL-003"),
    MUTATION("plain-udp4", ack_of_the_future, "WP-REL-023"),
    MUTATION("plain-udp4", control_cut_short, "WP-CTRL-007"),
    MUTATION("plain-udp4", skip_message_id, "WP-CTRL-006"),
    MUTATION("plain-udp4", changed_retransmission, "WP-REL-014"),
    MUTATION("plain-udp4", hello_is_not_tls, "WP-CTRL-005"),
    MUTATION("plain-udp4", third_without_ack, "WP-COOK-004"),
    MUTATION("plain-udp4", third_acks_too_much, "WP-COOK-005"),
    MUTATION("tls-crypt-v2-udp4", third_is_not_wkc, "WP-TC2-033"),
    MUTATION("plain-udp4", reset_with_half_a_field, "WP-TC2-031"),
};

static void test_each_mutation_is_found(void **state)
{
    (void)state;
    mutate_run(mutations, sizeof mutations / sizeof mutations[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_each_mutation_is_found)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
