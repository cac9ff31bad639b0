#include "testpki.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct ov_testpki_entry *find(const struct ov_testpki_entry *table, const char *name)
{
    for (; table->name != NULL; table++)
    {
        if (strcmp(table->name, name) == 0)
        {
            return table;
        }
    }
    return NULL;
}

const struct ov_testpki_entry *ov_testpki(const char *name)
{
    const struct ov_testpki_entry *const tables[] = {ov_testpki_good, ov_testpki_bad, ov_testpki_deep,
                                                     ov_testpki_crl, ov_testpki_names};
    const struct ov_testpki_entry *entry = NULL;
    for (size_t i = 0; entry == NULL && i < sizeof(tables) / sizeof(tables[0]); i++)
    {
        entry = find(tables[i], name);
    }
    if (entry == NULL)
    {
        fail_msg("no test certificate is called %s", name);
        abort(); /* fail_msg does not return, but does not say so either */
    }
    return entry;
}

struct ov_pem ov_testpki_pem(const char *text)
{
    return (struct ov_pem){.text = text, .len = text == NULL ? 0 : strlen(text)};
}

struct ov_tls_settings ov_testpki_settings(enum ov_role role, const char *entry)
{
    const struct ov_testpki_entry *own = entry == NULL ? NULL : ov_testpki(entry);
    return (struct ov_tls_settings){
        .role = role,
        .ca = ov_testpki_pem(ov_testpki("ca")->cert),
        .cert = ov_testpki_pem(own == NULL ? NULL : own->cert),
        .key = ov_testpki_pem(own == NULL ? NULL : own->key),
    };
}
