#include "app/environment.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "wire/peer_info.h"

/* Not ours: what started us may have put anything there. */
static const char search_path[] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/* One more, and the NULL behind. */
static bool has_room(struct ov_environment *environment)
{
    if (environment->count + 1 < environment->cap)
    {
        return true;
    }
    const size_t cap = environment->cap == 0 ? 128 : 2 * environment->cap;
    const char **list =
        cap <= OV_ENVIRONMENT_MAX + 1 + 128 ? ov_arena_array(environment->arena, cap, sizeof *list) : NULL;
    if (list == NULL || environment->count >= OV_ENVIRONMENT_MAX)
    {
        return false;
    }
    if (environment->count > 0)
    {
        memcpy(list, environment->list, environment->count * sizeof *list);
    }
    environment->list = list;
    environment->cap = cap;
    return true;
}

bool ov_environment_init(struct ov_environment *environment)
{
    *environment = (struct ov_environment){.arena = ov_arena_new()};
    if (environment->arena == NULL || !has_room(environment))
    {
        ov_environment_clear(environment);
        return false;
    }
    ov_environment_add(environment, "PATH", search_path);
    return true;
}

bool ov_environment_copy(struct ov_environment *to, const struct ov_environment *from)
{
    *to = (struct ov_environment){.arena = ov_arena_new()};
    bool good = to->arena != NULL && has_room(to);
    for (size_t i = 0; good && i < from->count; i++)
    {
        const char *copy = has_room(to) ? ov_arena_strdup(to->arena, from->list[i]) : NULL;
        good = copy != NULL;
        if (good)
        {
            to->list[to->count++] = copy;
            to->list[to->count] = NULL;
        }
    }
    if (!good)
    {
        ov_environment_clear(to);
    }
    return good;
}

void ov_environment_clear(struct ov_environment *environment)
{
    ov_arena_free(environment->arena);
    memset(environment, 0, sizeof *environment);
}

/* Where name stands; count: nowhere. */
static size_t find(const struct ov_environment *environment, const char *name, size_t name_len)
{
    size_t i = 0;
    while (i < environment->count &&
           (strncmp(environment->list[i], name, name_len) != 0 || environment->list[i][name_len] != '='))
    {
        i++;
    }
    return i;
}

/* The value, to be made harmless; NULL: it had no place. */
static char *add(struct ov_environment *environment, const char *name, size_t name_len, const char *value,
                 size_t value_len)
{
    const size_t at = find(environment, name, name_len);
    char *text = at < environment->count || has_room(environment)
                     ? ov_arena_alloc(environment->arena, name_len + value_len + 2)
                     : NULL;
    if (text == NULL)
    {
        return NULL;
    }
    memcpy(text, name, name_len);
    text[name_len] = '=';
    memcpy(text + name_len + 1, value, value_len);
    text[name_len + 1 + value_len] = '\0';
    environment->list[at] = text;
    if (at == environment->count)
    {
        environment->list[++environment->count] = NULL;
    }
    return text + name_len + 1;
}

void ov_environment_add(struct ov_environment *environment, const char *name, const char *value)
{
    char *copy = add(environment, name, strlen(name), value, strlen(value));
    for (; copy != NULL && *copy != '\0'; copy++)
    {
        *copy = (unsigned char)*copy < ' ' || *copy == 0x7f ? '_' : *copy;
    }
}

void ov_environment_merge(struct ov_environment *to, const struct ov_environment *from)
{
    for (size_t i = 0; i < from->count; i++)
    {
        const size_t len = strcspn(from->list[i], "=");
        const char *value = from->list[i] + len + 1; /* every one has a value */
        (void)add(to, from->list[i], len, value, strlen(value));
    }
}

void ov_environment_number(struct ov_environment *environment, const char *name, uint64_t value)
{
    char text[24];
    (void)snprintf(text, sizeof text, "%" PRIu64, value);
    ov_environment_add(environment, name, text);
}

void ov_environment_since(struct ov_environment *environment, uint32_t unix_s)
{
    const time_t since = unix_s;
    struct tm broken;
    char text[64] = "";
    if (localtime_r(&since, &broken) != NULL)
    {
        (void)strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &broken);
    }
    ov_environment_add(environment, "time_ascii", text);
    ov_environment_number(environment, "time_unix", unix_s);
}

void ov_environment_add_nth(struct ov_environment *environment, const char *name, size_t n, const char *value)
{
    char whole[80];
    (void)snprintf(whole, sizeof whole, "%s_%zu", name, n);
    ov_environment_add(environment, whole, value);
}

/* The first at or behind at that begins so, NULL: none. */
static const char *next_begin(const struct ov_environment *environment, size_t *at, const char *begin)
{
    const size_t len = strlen(begin);
    while (*at < environment->count && strncmp(environment->list[*at], begin, len) != 0)
    {
        ++*at;
    }
    return *at < environment->count ? environment->list[(*at)++] : NULL;
}

bool ov_environment_same_begin(const struct ov_environment *a, const struct ov_environment *b,
                               const char *begin)
{
    size_t at_a = 0, at_b = 0;
    const char *x, *y;
    do
    {
        x = next_begin(a, &at_a, begin);
        y = next_begin(b, &at_b, begin);
    } while (x != NULL && y != NULL && strcmp(x, y) == 0);
    return x == NULL && y == NULL;
}

void ov_environment_remove(struct ov_environment *environment, const char *name)
{
    const size_t at = find(environment, name, strlen(name));
    if (at < environment->count)
    {
        memmove(&environment->list[at], &environment->list[at + 1],
                (environment->count - at) * sizeof environment->list[0]);
        environment->count--;
    }
}

void ov_environment_peer_info(struct ov_environment *environment, const char *peer_info)
{
    size_t len = strlen(peer_info);
    struct ov_peer_info_line line;
    enum ov_err err;
    while ((err = ov_peer_info_next(&peer_info, &len, &line)) != OV_ERR_AGAIN)
    {
        if (err != OV_OK || line.name_len < 4 ||
            (memcmp(line.name, "IV_", 3) != 0 && memcmp(line.name, "UV_", 3) != 0))
        {
            continue; /* nobody sets LD_PRELOAD for us */
        }
        char *value = add(environment, line.name, line.name_len, line.value, line.value_len);
        for (; value != NULL && *value != '\0'; value++)
        {
            const bool plain = *value > ' ' && *value <= '~' && strchr("$(`", *value) == NULL;
            *value = plain ? *value : '_';
        }
    }
}
