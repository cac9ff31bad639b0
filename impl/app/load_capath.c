#include "app/load_capath.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "app/load_files.h"

#define FILE_OCTETS (1024u * 1024u)
#define ALL_OCTETS  (16u * 1024u * 1024u)

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* Links lead to files of the same folder, which would be read twice. */
static bool is_plain(const char *path)
{
    struct stat info;
    return lstat(path, &info) == 0 && S_ISREG(info.st_mode);
}

static bool append(struct ov_arena *arena, struct ov_pem *to, const struct ov_text *text)
{
    char *both = to->len + text->len < ALL_OCTETS ? ov_arena_alloc(arena, to->len + text->len + 2) : NULL;
    if (both == NULL)
    {
        return false;
    }
    if (to->len > 0)
    {
        memcpy(both, to->text, to->len);
    }
    both[to->len] = '\n';
    memcpy(both + to->len + 1, text->data, text->len);
    both[to->len + 1 + text->len] = '\0';
    *to = (struct ov_pem){both, to->len + 1 + text->len};
    return true;
}

bool ov_capath_load(const char *dir, struct ov_arena *arena, const struct ov_log *log, struct ov_pem *ca)
{
    struct dirent **entries = NULL;
    const int count = scandir(dir, &entries, is_visible, alphasort);
    bool good = count >= 0;
    unsigned files = 0;
    if (!good)
    {
        ov_logf(log, OV_LOG_ERROR, "--capath %s: %s", dir, strerror(errno));
    }
    for (int i = 0; i < count; i++)
    {
        char path[4096], reason[OV_LOADER_REASON] = "";
        struct ov_text text;
        const int len = snprintf(path, sizeof path, "%s/%s", dir, entries[i]->d_name);
        if (good && len > 0 && (size_t)len < sizeof path && is_plain(path) &&
            ov_file_loader.load(NULL, path, FILE_OCTETS, arena, &text, reason) == OV_OK &&
            memmem(text.data, text.len, "-----BEGIN ", 11) != NULL)
        {
            good = append(arena, ca, &text);
            files++;
        }
        free(entries[i]);
    }
    free(entries);
    if (count >= 0 && (!good || files == 0))
    {
        ov_logf(log, OV_LOG_ERROR, "--capath %s: %s", dir, good ? "no file has a certificate" : "too much");
    }
    return good && files > 0;
}
