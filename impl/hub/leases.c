#include "hub/leases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options/values.h"

void ov_leases_clear(struct ov_leases *leases)
{
    free(leases->at);
    *leases = (struct ov_leases){.at = NULL};
}

static struct ov_lease *find(const struct ov_leases *leases, const char *name)
{
    for (uint32_t i = 0; i < leases->count; i++)
    {
        if (strcmp(leases->at[i].name, name) == 0)
        {
            return &leases->at[i];
        }
    }
    return NULL;
}

static struct ov_lease *add(struct ov_leases *leases)
{
    if (leases->count == leases->cap)
    {
        const uint32_t cap = leases->cap == 0 ? 64 : 2 * leases->cap;
        struct ov_lease *grown = realloc(leases->at, cap * sizeof *grown);
        if (grown == NULL)
        {
            return NULL;
        }
        leases->at = grown;
        leases->cap = cap;
    }
    return &leases->at[leases->count++];
}

/* Its addresses wait, as far as nobody else has them. */
static void reserve(struct ov_lease *lease, struct ov_address_pool *pool)
{
    lease->has_ip4 = lease->has_ip4 && ov_address_pool_reserve4(pool, lease->ip4);
    lease->has_ip6 = lease->has_ip6 && ov_address_pool_reserve6(pool, lease->ip6);
}

static void unreserve(const struct ov_lease *lease, struct ov_address_pool *pool)
{
    if (lease->has_ip4)
    {
        ov_address_pool_release4(pool, lease->ip4);
    }
    if (lease->has_ip6)
    {
        ov_address_pool_release6(pool, lease->ip6);
    }
}

enum ov_err ov_leases_learn(struct ov_leases *leases, struct ov_address_pool *pool,
                            const struct ov_lease *lease)
{
    struct ov_lease own = *lease;
    if (find(leases, lease->name) != NULL)
    {
        return OV_ERR_DUPLICATE;
    }
    reserve(&own, pool);
    if (!own.has_ip4 && !own.has_ip6)
    {
        return OV_ERR_LIMIT;
    }
    struct ov_lease *slot = add(leases);
    if (slot == NULL)
    {
        unreserve(&own, pool);
        return OV_ERR_NOMEM;
    }
    *slot = own;
    slot->in_use = false;
    slot->left = leases->leavings++;
    return OV_OK;
}

/* The one that has been away longest and has an address of this family. NULL: there is none. */
static struct ov_lease *oldest(const struct ov_leases *leases, bool six)
{
    struct ov_lease *found = NULL;
    for (uint32_t i = 0; i < leases->count; i++)
    {
        struct ov_lease *lease = &leases->at[i];
        const bool has = six ? lease->has_ip6 : lease->has_ip4;
        if (!lease->in_use && has && (found == NULL || lease->left < found->left))
        {
            found = lease;
        }
    }
    return found;
}

static enum ov_err take4(const struct ov_leases *leases, struct ov_address_pool *pool, struct ov_lease *out)
{
    enum ov_err err = ov_address_pool_take4(pool, &out->ip4);
    struct ov_lease *away = err == OV_ERR_LIMIT ? oldest(leases, false) : NULL;
    if (away != NULL)
    {
        ov_address_pool_release4(pool, away->ip4);
        away->has_ip4 = false;
        err = ov_address_pool_take4(pool, &out->ip4);
    }
    out->has_ip4 = err == OV_OK;
    return err;
}

static enum ov_err take6(const struct ov_leases *leases, struct ov_address_pool *pool, struct ov_lease *out)
{
    enum ov_err err = ov_address_pool_take6(pool, out->ip6);
    struct ov_lease *away = err == OV_ERR_LIMIT ? oldest(leases, true) : NULL;
    if (away != NULL)
    {
        ov_address_pool_release6(pool, away->ip6);
        away->has_ip6 = false;
        err = ov_address_pool_take6(pool, out->ip6);
    }
    out->has_ip6 = err == OV_OK;
    return err;
}

/* What another one took while it was away is gone from the list. */
static void drop_empty(struct ov_leases *leases)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < leases->count; i++)
    {
        if (leases->at[i].in_use || leases->at[i].has_ip4 || leases->at[i].has_ip6)
        {
            leases->at[kept++] = leases->at[i];
        }
    }
    leases->count = kept;
}

static void remember(struct ov_leases *leases, const char *name, const struct ov_lease *taken)
{
    struct ov_lease *lease = find(leases, name);
    lease = lease != NULL ? lease : add(leases);
    if (lease != NULL)
    {
        *lease = *taken;
        lease->in_use = true;
        (void)snprintf(lease->name, sizeof lease->name, "%s", name);
    }
}

bool ov_leases_take(struct ov_leases *leases, struct ov_address_pool *pool, const char *name, bool wants_ip4,
                    bool wants_ip6, struct ov_lease *out)
{
    const struct ov_lease *had = name[0] != '\0' ? find(leases, name) : NULL;
    enum ov_err err4 = OV_OK, err6 = OV_OK;
    *out = (struct ov_lease){.in_use = true};
    if (had != NULL && !had->in_use)
    {
        out->has_ip4 = wants_ip4 && had->has_ip4 && ov_address_pool_again4(pool, had->ip4);
        out->has_ip6 = wants_ip6 && had->has_ip6 && ov_address_pool_again6(pool, had->ip6);
        out->ip4 = out->has_ip4 ? had->ip4 : 0;
        memcpy(out->ip6, had->ip6, sizeof out->ip6);
    }
    if (wants_ip4 && !out->has_ip4)
    {
        err4 = take4(leases, pool, out);
    }
    if (wants_ip6 && !out->has_ip6)
    {
        err6 = take6(leases, pool, out);
    }
    if (name[0] != '\0' && (had == NULL || !had->in_use) && (out->has_ip4 || out->has_ip6))
    {
        remember(leases, name, out);
    }
    drop_empty(leases);
    return err4 != OV_ERR_LIMIT && err6 != OV_ERR_LIMIT;
}

void ov_leases_leave(struct ov_leases *leases, struct ov_address_pool *pool, const char *name)
{
    struct ov_lease *lease = find(leases, name);
    if (lease != NULL && lease->in_use)
    {
        lease->in_use = false;
        lease->left = leases->leavings++;
        reserve(lease, pool);
        drop_empty(leases);
    }
}

void ov_leases_forget(struct ov_leases *leases, const char *name)
{
    struct ov_lease *lease = find(leases, name);
    if (lease != NULL && lease->in_use)
    {
        *lease = leases->at[--leases->count];
    }
}

/* ---- one line of the file ---- */

/* Until the next comma or the end, as text. False: too long. */
static bool next_field(const char **text, size_t *len, char *out, size_t cap)
{
    const char *comma = memchr(*text, ',', *len);
    const size_t field = comma != NULL ? (size_t)(comma - *text) : *len;
    if (field >= cap || memchr(*text, '\0', field) != NULL)
    {
        return false;
    }
    memcpy(out, *text, field);
    out[field] = '\0';
    *text += field + (comma != NULL);
    *len -= field + (comma != NULL);
    return true;
}

enum ov_err ov_lease_read(const char *text, size_t len, bool net30, struct ov_lease *out)
{
    char ip4[OV_IP4_TEXT], ip6[OV_IP6_TEXT];
    *out = (struct ov_lease){.in_use = false};
    while (len > 0 && (text[len - 1] == '\r' || text[len - 1] == ' '))
    {
        len--;
    }
    if (len == 0 || text[0] == '#' || text[0] == ';')
    {
        return OV_ERR_AGAIN;
    }
    if (!next_field(&text, &len, out->name, sizeof out->name) || !next_field(&text, &len, ip4, sizeof ip4) ||
        !next_field(&text, &len, ip6, sizeof ip6) || len > 0 || out->name[0] == '\0')
    {
        return OV_ERR_FORMAT;
    }
    out->has_ip4 = ip4[0] != '\0';
    out->has_ip6 = ip6[0] != '\0';
    if ((out->has_ip4 && !ov_value_ip4(ip4, &out->ip4)) || (out->has_ip6 && !ov_value_ip6(ip6, out->ip6)) ||
        (!out->has_ip4 && !out->has_ip6))
    {
        return OV_ERR_FORMAT;
    }
    out->ip4 += out->has_ip4 && net30 ? 2 : 0;
    return OV_OK;
}

void ov_lease_write(const struct ov_lease *lease, bool net30, char out[static OV_LEASE_LINE])
{
    char ip4[OV_IP4_TEXT] = "", ip6[OV_IP6_TEXT] = "";
    if (lease->has_ip4)
    {
        (void)ov_value_ip4_text(lease->ip4 - (net30 ? 2 : 0), ip4);
    }
    if (lease->has_ip6)
    {
        (void)ov_value_ip6_text(lease->ip6, ip6);
    }
    (void)snprintf(out, OV_LEASE_LINE, "%s,%s,%s", lease->name, ip4, ip6);
}
