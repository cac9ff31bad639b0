#include "lib/config.h"

#include "lib/profile.h"

#include <stdio.h>
#include <string.h>

#define CONFIG_MAX  8192
#define OPTIONS_MAX 4096

/* A text that grows to its limit. */
struct growing
{
    char *text;
    size_t size;
    size_t len;
    bool cut;
};

static void grow(struct growing *to, const char *text, size_t len)
{
    if (len >= to->size - to->len)
    {
        to->cut = true;
        return;
    }
    memcpy(to->text + to->len, text, len);
    to->len += len;
    to->text[to->len] = '\0';
}

/* What stands for the words in at-signs. */
struct places
{
    const struct lab_config *config;
    char set[LAB_PATH_MAX]; /* directory of the authority */
};

/* A line with its words in at-signs replaced. */
static void grow_line(struct growing *to, const struct places *places, const char *line, size_t len)
{
    const struct lab_config *config = places->config;
    const struct
    {
        const char *word;
        const char *meant;
    } words[] = {
        {"@PKI@", config->pki}, {"@SET@", places->set}, {"@ROOT@", config->root}, {"@ROLE@", config->role}};
    for (size_t i = 0; i < len;)
    {
        const char *meant = NULL;
        size_t word_len = 1;
        for (size_t w = 0; w < sizeof words / sizeof words[0]; w++)
        {
            if (strncmp(line + i, words[w].word, strlen(words[w].word)) == 0)
            {
                meant = words[w].meant;
                word_len = strlen(words[w].word);
            }
        }
        grow(to, meant != NULL ? meant : line + i, meant != NULL ? strlen(meant) : 1);
        i += word_len;
    }
    grow(to, "\n", 1);
}

/* Length of the key of "key=value", 0 if it is no such line. */
static size_t key_length(const char *line)
{
    size_t len = strspn(line, "abcdefghijklmnopqrstuvwxyz0123456789_");
    return line[len] == '=' ? len : 0;
}

/* Takes the line of that key out of a configuration. */
static void remove_key(struct growing *from, const char *key, size_t key_len)
{
    for (char *line = from->text; *line != '\0';)
    {
        size_t len = strcspn(line, "\n") + 1;
        if (strncmp(line, key, key_len) == 0 && line[key_len] == '=')
        {
            memmove(line, line + len, from->len - (size_t)(line - from->text) - len + 1);
            from->len -= len;
            continue;
        }
        line += len;
    }
}

/* The directory of the authority that the configuration names by now. */
static void find_set(const struct growing *text, struct places *places)
{
    const char *line = strstr(text->text, "\nca=");
    const char *path = line != NULL ? line + strlen("\nca=") : "";
    const char *slash = path;
    for (const char *at = path; *at != '\0' && *at != '\n'; at++)
    {
        slash = *at == '/' ? at : slash;
    }
    snprintf(places->set, sizeof places->set, "%.*s", (int)(slash - path), path);
}

/* Sorts further lines into the configuration and the options. */
static void add_lines(const struct lab_config *config, struct growing *text, struct growing *options)
{
    const char *line = config->lines != NULL ? config->lines : "";
    struct places places = {.config = config};
    while (*line != '\0')
    {
        size_t len = strcspn(line, "\n");
        size_t key_len = key_length(line);
        if (key_len > 0)
        {
            remove_key(text, line, key_len);
        }
        find_set(text, &places);
        grow_line(key_len > 0 ? text : options, &places, line, len);
        line += len + (line[len] == '\n');
    }
}

static void format(const struct lab_config *config, const char *workdir, struct growing *to)
{
    bool server = strcmp(config->role, "server") == 0;
    const char *pki = config->pki;
    int len =
        snprintf(to->text, to->size,
                 "role=%s\nproto=%s\n%s=%s\nport=%u\ndev=tun0\ncipher=%s\nauth=%s\n"
                 "ca=%s/ca.crt\ncert=%s/%s.crt\nkey=%s/%s.key\ntls_crypt=%s%s\n"
                 "tunnel4=%s\ntunnel6=%s\ntun_mtu=%u\nkeepalive=%s\nsndbuf=\nrcvbuf=\nverb=3\nworkdir=%s\n",
                 config->role, config->proto, server ? "local" : "remote", config->address, config->port,
                 config->cipher, config->auth, pki, pki, config->role, pki, config->role,
                 config->tls_crypt ? pki : "", config->tls_crypt ? "/tls-crypt.key" : "", config->tunnel4,
                 config->tunnel6, config->tun_mtu, config->keepalive, workdir);
    to->cut = len < 0 || (size_t)len >= to->size;
    to->len = to->cut ? 0 : (size_t)len;
    if (!server && !to->cut)
    {
        char goodbye[32];
        snprintf(goodbye, sizeof goodbye, "exit_notify=%u\n", config->exit_notify);
        grow(to, goodbye, strlen(goodbye));
    }
}

/* The option lines' file, if there are any. */
static enum lab_err write_options(const struct growing *options, const char *workdir, struct growing *text,
                                  struct lab_why *why)
{
    char path[LAB_PATH_MAX];
    if (options->len == 0)
    {
        return LAB_OK;
    }
    enum lab_err err = lab_path_set(path, why, "%s/options", workdir);
    grow(text, "options=", strlen("options="));
    grow(text, path, strlen(path));
    grow(text, "\n", 1);
    return err == LAB_OK ? lab_file_replace(path, options->text, why) : err;
}

/* The profile's file, and what its subject needs to run the program under it. */
static enum lab_err write_profile(const struct lab_config *config, const char *workdir, struct growing *text,
                                  struct lab_why *why)
{
    char path[LAB_PATH_MAX];
    char words[LAB_PROFILE_TEXT];
    struct wincost_profile profile;
    if (config->profile == NULL)
    {
        return LAB_OK;
    }
    enum lab_err err = lab_profile_read(config->root, config->profile, &profile, why);
    err = err == LAB_OK ? lab_path_set(path, why, "%s/profile", workdir) : err;
    if (err != LAB_OK)
    {
        return err;
    }
    wincost_profile_print(&profile, words, sizeof words);
    grow(text, "profile=", strlen("profile="));
    grow(text, path, strlen(path));
    grow(text, "\nwincost=", strlen("\nwincost="));
    grow(text, config->wincost, strlen(config->wincost));
    grow(text, "\ntunproxy=", strlen("\ntunproxy="));
    grow(text, config->tunproxy, strlen(config->tunproxy));
    grow(text, "\n", 1);
    return lab_file_replace(path, words, why);
}

enum lab_err lab_config_write(const struct lab_config *config, const char *dir,
                              char path[static LAB_PATH_MAX], struct lab_why *why)
{
    char workdir[LAB_PATH_MAX];
    char text_room[CONFIG_MAX] = "";
    char options_room[OPTIONS_MAX] = "";
    struct growing text = {.text = text_room, .size = sizeof text_room};
    struct growing options = {.text = options_room, .size = sizeof options_room};
    enum lab_err err = lab_path_set(workdir, why, "%s/%s", dir, config->role);
    err = err == LAB_OK ? lab_dir_make(workdir, why) : err;
    err = err == LAB_OK ? lab_path_set(path, why, "%s/%s.cfg", dir, config->role) : err;
    if (err != LAB_OK)
    {
        return err;
    }
    format(config, workdir, &text);
    if (config->option != NULL && config->option[0] != '\0')
    {
        grow(&options, config->option, strlen(config->option));
        grow(&options, "\n", 1);
    }
    add_lines(config, &text, &options);
    err = write_options(&options, workdir, &text, why);
    err = err == LAB_OK ? write_profile(config, workdir, &text, why) : err;
    if (text.cut || options.cut)
    {
        return lab_why_set(why, LAB_ERR_USAGE, "the %s's configuration is too long", config->role);
    }
    return err == LAB_OK ? lab_file_replace(path, text.text, why) : err;
}
