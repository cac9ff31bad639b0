/* Profiles of the cost shim: what is read can be written again and says the same; what is refused says why. */
#include "lib/fuzz.h"
#include "netns-lab/wincost/profile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct wincost_profile profile;
    struct wincost_profile again;
    char why[WINCOST_WHY_LEN];
    char text[1024];
    if (size > WINCOST_TEXT_MAX)
    {
        return 0;
    }
    if (!wincost_profile_parse((const char *)data, size, &profile, why))
    {
        FUZZ_CHECK(why[0] != '\0' && strlen(why) < sizeof why);
        return 0;
    }
    FUZZ_CHECK(why[0] == '\0' && profile.single_datagrams <= 1);
    FUZZ_CHECK((profile.stall_every == 0) == (profile.stall_ms == 0));
    size_t len = wincost_profile_print(&profile, text, sizeof text);
    FUZZ_CHECK(wincost_profile_parse(text, len, &again, why));
    FUZZ_CHECK(memcmp(&profile, &again, sizeof profile) == 0);
    return 0;
}
