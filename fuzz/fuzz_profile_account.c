/* The account that a program under a profile leaves, which could be anything: what is read is bounded and plain. */
#include "lib/fuzz.h"
#include "lib/profile_account.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct lab_profile_account account;
    uint8_t *text = fuzz_copy(data, size);
    bool good = lab_profile_account_parse((const char *)text, size, &account);
    free(text);
    FUZZ_CHECK(good == (account.count >= 2));
    FUZZ_CHECK(good == (account.by[0] != '\0'));
    FUZZ_CHECK(account.count <= LAB_PROFILE_COUNTS && strlen(account.by) < sizeof account.by &&
               strlen(account.left_out) < sizeof account.left_out);
    for (size_t i = 0; i < account.count; i++)
    {
        const struct lab_profile_count *count = &account.counts[i];
        FUZZ_CHECK(count->value < LAB_PROFILE_COUNT_MAX && count->name[0] != '\0' &&
                   strlen(count->name) < sizeof count->name);
    }
    return 0;
}
