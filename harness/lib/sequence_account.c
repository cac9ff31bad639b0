#include "lib/sequence.h"

static unsigned bin_of(uint64_t displacement)
{
    unsigned bin = 0;
    while (displacement > 1 && bin + 1 < LAB_SEQUENCE_BINS)
    {
        displacement >>= 1;
        bin++;
    }
    return bin;
}

void lab_sequence_note_time(struct lab_sequence_account *account, uint64_t now_ns)
{
    uint64_t gap_ns = account->last_ns > 0 && now_ns > account->last_ns ? now_ns - account->last_ns : 0;
    account->gap_max_ns = gap_ns > account->gap_max_ns ? gap_ns : account->gap_max_ns;
    account->last_ns = now_ns;
}

void lab_sequence_take(struct lab_sequence_account *account, uint64_t number, uint32_t delay_us)
{
    if (number >= LAB_SEQUENCE_PACKETS)
    {
        return; /* not ours */
    }
    uint8_t *seen = &account->seen[number / 8];
    uint8_t bit = (uint8_t)(1u << (number % 8));
    account->arrived++;
    if ((*seen & bit) != 0)
    {
        account->duplicated++;
        return;
    }
    *seen |= bit;
    uint64_t every = account->delay_every > 0 ? account->delay_every : 1;
    if (account->received % every == 0 && account->delay_count < LAB_SEQUENCE_DELAYS)
    {
        account->delay_us[account->delay_count++] = delay_us;
    }
    account->received++;
    if (number >= account->next)
    {
        account->next = number + 1;
        return;
    }
    uint64_t displacement = account->next - 1 - number;
    account->late++;
    account->late_max = displacement > account->late_max ? displacement : account->late_max;
    account->late_histogram[bin_of(displacement)]++;
}
