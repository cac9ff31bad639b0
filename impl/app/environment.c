#include "app/environment.h"

#include <stdio.h>
#include <string.h>

#include "wire/peer_info.h"

/* Not ours: what started us may have put anything there. */
static const char search_path[] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

bool ov_environment_init(struct ov_environment *environment)
{
    *environment = (struct ov_environment){.arena = ov_arena_new()};
    if (environment->arena == NULL)
    {
        return false;
    }
    ov_environment_add(environment, "PATH", search_path);
    return true;
}

void ov_environment_clear(struct ov_environment *environment)
{
    ov_arena_free(environment->arena);
    memset(environment, 0, sizeof *environment);
}

static char *add(struct ov_environment *environment, const char *name, size_t name_len, const char *value,
                 size_t value_len)
{
    char *text = environment->count < OV_ENVIRONMENT_MAX
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
    environment->list[environment->count++] = text;
    environment->list[environment->count] = NULL;
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

void ov_environment_number(struct ov_environment *environment, const char *name, uint32_t value)
{
    char text[16];
    (void)snprintf(text, sizeof text, "%u", value);
    ov_environment_add(environment, name, text);
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
