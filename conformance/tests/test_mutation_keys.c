/* Mutations of clean captures: wrap ids, tls-crypt-v2, renegotiation, data. */
#include "tests/lib/mutate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* ---- wrap ids ---- */

static void wrap_id_zero(struct cap *cap)
{
    mutate_set_u32(mutate_payload(cap, cap_find(cap, FROM_CLIENT, ACK, 0, 1)) + WRAP_AT, 0);
}

static void wrap_id_repeated(struct cap *cap)
{
    memcpy(mutate_payload(cap, cap_find(cap, FROM_CLIENT, ACK, 0, 1)) + WRAP_AT,
           mutate_payload(cap, cap_find(cap, FROM_CLIENT, ACK, 0, 0)) + WRAP_AT, 4);
}

static void auth_wrap_id_repeated(struct cap *cap)
{
    memcpy(mutate_payload(cap, cap_find(cap, FROM_SERVER, CONTROL, 0, 1)) + AUTH_WRAP_AT,
           mutate_payload(cap, cap_find(cap, FROM_SERVER, CONTROL, 0, 0)) + AUTH_WRAP_AT, 4);
}

static void wrap_id_from_1000(struct cap *cap)
{
    for (size_t i = 0; i < cap->count; i++)
    {
        uint8_t *payload = mutate_payload(cap, i);

        if (payload[0] >> 3 != DATA_V2 && cap_by_client(cap, i))
        {
            mutate_add_u32(payload + WRAP_AT, 1000);
        }
    }
}

static void wrap_time_changes(struct cap *cap)
{
    mutate_add_u32(mutate_payload(cap, cap_find(cap, FROM_CLIENT, ACK, 0, 1)) + WRAP_AT + 4, 1);
}

/* An id that was left out comes when the counter is far beyond it. */
static void wrap_id_goes_back(struct cap *cap)
{
    size_t early = cap_find(cap, FROM_CLIENT, CONTROL, 1, 0);
    size_t late = cap->count - 1;
    uint8_t id[4];

    while (!cap_by_client(cap, late) || mutate_payload(cap, late)[0] >> 3 != ACK)
    {
        late--;
    }
    memcpy(id, mutate_payload(cap, early) + WRAP_AT, sizeof id);
    memcpy(mutate_payload(cap, late) + WRAP_AT, id, sizeof id);
    cap_remove(cap, early);
}

/* ---- tls-crypt-v2 ---- */

static void wkc_length_wrong(struct cap *cap)
{
    uint32_t len;
    uint8_t *wkc = cap_udp_payload(cap, cap_find(cap, FROM_CLIENT, WKC_V1, 0, 0), &len);

    wkc[len - 2] = 0x20;
}

static void wkc_differs(struct cap *cap)
{
    uint32_t len;
    uint8_t *wkc = cap_udp_payload(cap, cap_find(cap, FROM_CLIENT, WKC_V1, 0, 0), &len);

    wkc[len - 100] ^= 1;
}

static void v3_counts_from_1(struct cap *cap)
{
    mutate_set_u32(mutate_payload(cap, cap_find(cap, FROM_CLIENT, CLIENT_V3, 0, 0)) + WRAP_AT, 1);
}

/* ---- renegotiation ---- */

static void key_id_out_of_order(struct cap *cap)
{
    for (size_t i = 0; i < cap->count; i++)
    {
        uint8_t *payload = mutate_payload(cap, i);

        if ((payload[0] & 7) == 1)
        {
            payload[0] += 4;
        }
    }
}

static void soft_reset_unanswered(struct cap *cap)
{
    cap_remove(cap, cap_find(cap, FROM_CLIENT, SOFT_RESET, 1, 0));
}

static void control_key_id_out_of_sync(struct cap *cap)
{
    mutate_payload(cap, cap_find(cap, FROM_CLIENT, CONTROL, 2, 1))[0] += 4;
}

/* ---- data ---- */

static void data_before_handshake(struct cap *cap)
{
    cap_copy(cap, cap_find(cap, FROM_CLIENT, DATA_V2, 0, 0), 2, 0);
}

static void data_under_unknown_key(struct cap *cap)
{
    mutate_payload(cap, cap_find(cap, FROM_CLIENT, DATA_V2, 0, 5))[0] += 6;
}

static void data_under_retired_key(struct cap *cap)
{
    cap_copy(cap, cap_find(cap, FROM_CLIENT, DATA_V2, 0, 2), cap_find(cap, FROM_CLIENT, DATA_V2, 3, 3), 0);
}

static void peer_id_changes(struct cap *cap)
{
    mutate_payload(cap, cap_find(cap, FROM_CLIENT, DATA_V2, 0, 5))[3] ^= 1;
}

static void data_without_header(struct cap *cap)
{
    mutate_shorten(cap, cap_find(cap, FROM_CLIENT, DATA_V2, 0, 5), 3);
}

static void data_id_zero(struct cap *cap)
{
    mutate_set_u32(mutate_payload(cap, cap_find(cap, FROM_CLIENT, DATA_V2, 0, 5)) + 4, 0);
}

static void data_id_repeated(struct cap *cap)
{
    memcpy(mutate_payload(cap, cap_find(cap, FROM_CLIENT, DATA_V2, 0, 6)) + 4,
           mutate_payload(cap, cap_find(cap, FROM_CLIENT, DATA_V2, 0, 5)) + 4, 4);
}

static void data_id_from_1000(struct cap *cap)
{
    for (size_t i = 0; i < cap->count; i++)
    {
        uint8_t *payload = mutate_payload(cap, i);

        if (payload[0] == DATA_V2 << 3 && cap_by_client(cap, i))
        {
            mutate_add_u32(payload + 4, 1000);
        }
    }
}

static void first_data_missing(struct cap *cap)
{
    cap_remove(cap, cap_find(cap, FROM_CLIENT, DATA_V2, 0, 0));
}

static void aead_too_short(struct cap *cap)
{
    mutate_shorten(cap, cap_find(cap, FROM_CLIENT, DATA_V2, 0, 5), 24);
}

static void cbc_not_whole_blocks(struct cap *cap)
{
    size_t at = cap_find(cap, FROM_CLIENT, DATA_V2, 0, 5);
    uint32_t len;

    cap_udp_payload(cap, at, &len);
    mutate_shorten(cap, at, len - 1);
}

static void cbc_too_short(struct cap *cap)
{
    mutate_shorten(cap, cap_find(cap, FROM_CLIENT, DATA_V2, 0, 5), 44);
}

static const struct mutation mutations[] = {
    MUTATION("tls-crypt-udp4", wrap_id_zero, "WP-RPL-003"),
    MUTATION("tls-crypt-udp4", wrap_id_repeated, "WP-RPL-001"),
    MUTATION("tls-auth-udp4", auth_wrap_id_repeated, "WP-RPL-001"),
    MUTATION("tls-crypt-udp4", wrap_id_from_1000, "WP-RPL-005"),
    MUTATION("tls-crypt-udp4", wrap_time_changes, "WP-RPL-002"),
    MUTATION("key-cycle-udp4", wrap_id_goes_back, "WP-RPL-004"),
    MUTATION("tls-crypt-v2-udp4", wkc_length_wrong, "WP-TC2-003"),
    MUTATION("tls-crypt-v2-udp6", wkc_differs, "WP-TC2-012"),
    MUTATION("tls-crypt-v2-udp4", v3_counts_from_1, "WP-TC2-020"),
    MUTATION("plain-udp4", key_id_out_of_order, "WP-STATE-020"),
    MUTATION("plain-udp4", soft_reset_unanswered, "WP-STATE-021"),
    MUTATION("plain-udp4", control_key_id_out_of_sync, "WP-REL-025"),
    MUTATION("plain-udp4", data_before_handshake, "WP-DATA-002"),
    MUTATION("cbc-udp4", data_before_handshake, "WP-DATA-002"),
    MUTATION("plain-udp4", data_under_unknown_key, "WP-STATE-029"),
    MUTATION("key-cycle-udp4", data_under_retired_key, "WP-STATE-030"),
    MUTATION("plain-udp4", peer_id_changes, "WP-FRM-022"),
    MUTATION("plain-udp4", data_without_header, "WP-FRM-023"),
    MUTATION("plain-udp4", data_id_zero, "WP-DATA-023"),
    MUTATION("tls-crypt-udp4", data_id_repeated, "WP-DATA-023"),
    MUTATION("plain-udp4", data_id_from_1000, "WP-DATA-023"),
    MUTATION("plain-udp4", first_data_missing, "~WP-DATA-023"),
    MUTATION("plain-udp4", aead_too_short, "WP-DATA-024"),
    MUTATION("cbc-udp4", cbc_not_whole_blocks, "WP-DATA-051"),
    MUTATION("cbc-udp4", cbc_too_short, "WP-DATA-050"),
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
