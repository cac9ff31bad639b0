#include "app/version.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "crypto/crypto.h"

/* "OpenSSL 3.0.17 1 Jul 2025" gives "3.0.17": the word that starts with a digit. */
static void version_number(const char *text, char out[static 32])
{
    const char *at = strpbrk(text, "0123456789");
    size_t len = at == NULL ? 0 : strcspn(at, " ,");
    (void)snprintf(out, 32, "%.*s", (int)(len < 31 ? len : 31), at == NULL ? "" : at);
}

const char *ov_version_line(char out[static OV_VERSION_LINE])
{
    struct utsname machine;
    char number[32];
    size_t len = (size_t)snprintf(out, OV_VERSION_LINE, "ovref " OV_VERSION " %.32s-linux-gnu [",
                                  uname(&machine) == 0 ? machine.machine : "unknown");
    for (size_t i = 0; ov_crypto_backends[i] != NULL && len < OV_VERSION_LINE; i++)
    {
        version_number(ov_crypto_backends[i]->version(), number);
        len += (size_t)snprintf(out + len, OV_VERSION_LINE - len, "%s%s %s", i > 0 ? ", " : "",
                                ov_crypto_backends[i]->name, number);
    }
    if (len < OV_VERSION_LINE)
    {
        (void)snprintf(out + len, OV_VERSION_LINE - len, "]");
    }
    return out;
}
