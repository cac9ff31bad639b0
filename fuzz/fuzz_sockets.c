/* What ss prints of sockets, in two listings parted by a NUL: any text is read or refused, and what comes of it are numbers or
 * nothing. */
#include "lib/fuzz.h"
#include "lib/sockets.h"

#include <math.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct lab_socket_share share;
    char *text = malloc(size + 2);
    FUZZ_CHECK(text != NULL);
    memcpy(text, data, size);
    text[size] = text[size + 1] = '\0';
    const char *after = text + strlen(text) + 1;
    bool found = lab_sockets_between(text, after, true, 5201, 2.0, &share);
    FUZZ_CHECK(found || (isnan(share.window_percent) && isnan(share.rtt_ms)));
    /* A listing beside itself: nothing happened meanwhile. */
    bool same = lab_sockets_between(text, text, true, 5201, 2.0, &share);
    FUZZ_CHECK(!same || !(share.window_percent > 0.0 || share.window_percent < 0.0));
    free(text);
    return 0;
}
