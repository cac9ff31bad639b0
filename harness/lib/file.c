#include "lib/file.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOG_TAIL_MAX  (16 * 1024)
#define LOG_WHOLE_MAX (16 * 1024 * 1024)

enum lab_err lab_path_set(char dst[static LAB_PATH_MAX], struct lab_why *why, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    int len = vsnprintf(dst, LAB_PATH_MAX, fmt, args);
    va_end(args);
    if (len < 0 || len >= LAB_PATH_MAX)
    {
        return lab_why_set(why, LAB_ERR_USAGE, "path longer than %d octets: %.80s...", LAB_PATH_MAX - 1, dst);
    }
    return LAB_OK;
}

static enum lab_err read_all(int fd, size_t max_len, char **text, size_t *len)
{
    size_t size = 4096;
    char *buf = malloc(size + 1);
    *len = 0;
    while (buf != NULL && *len < max_len)
    {
        if (*len == size)
        {
            size *= 2;
            char *bigger = realloc(buf, size + 1);
            if (bigger == NULL)
            {
                break;
            }
            buf = bigger;
        }
        size_t room = size - *len < max_len - *len ? size - *len : max_len - *len;
        ssize_t got = read(fd, buf + *len, room);
        if (got < 0 && errno == EINTR)
        {
            continue;
        }
        if (got < 0)
        {
            free(buf);
            return LAB_ERR_SYSTEM;
        }
        if (got == 0)
        {
            break;
        }
        *len += (size_t)got;
    }
    if (buf == NULL)
    {
        return LAB_ERR_SYSTEM;
    }
    buf[*len] = '\0';
    *text = buf;
    return LAB_OK;
}

enum lab_err lab_file_read(const char *path, size_t max_len, char **text, size_t *len, struct lab_why *why)
{
    *text = NULL;
    *len = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
    {
        enum lab_err err = errno == ENOENT ? LAB_ERR_ABSENT : LAB_ERR_SYSTEM;
        (void)lab_why_errno(why, "%s", path);
        return err;
    }
    enum lab_err err = read_all(fd, max_len, text, len);
    if (err != LAB_OK)
    {
        (void)lab_why_errno(why, "reading %s", path);
    }
    close(fd);
    return err;
}

enum lab_err lab_file_replace(const char *path, const char *text, struct lab_why *why)
{
    char temp[LAB_PATH_MAX];
    enum lab_err err = lab_path_set(temp, why, "%s.new.%d", path, (int)getpid());
    if (err != LAB_OK)
    {
        return err;
    }
    FILE *file = fopen(temp, "we");
    if (file == NULL)
    {
        return lab_why_errno(why, "%s", temp);
    }
    bool wrote = fputs(text, file) >= 0;
    wrote = fclose(file) == 0 && wrote;
    if (!wrote || rename(temp, path) != 0)
    {
        err = lab_why_errno(why, "writing %s", path);
        unlink(temp);
        return err;
    }
    return LAB_OK;
}

enum lab_err lab_dir_make(const char *path, struct lab_why *why)
{
    char part[LAB_PATH_MAX];
    enum lab_err err = lab_path_set(part, why, "%s", path);
    if (err != LAB_OK)
    {
        return err;
    }
    for (char *at = part + 1; *at != '\0'; at++)
    {
        if (*at == '/')
        {
            *at = '\0';
            if (mkdir(part, 0755) != 0 && errno != EEXIST)
            {
                return lab_why_errno(why, "mkdir %s", part);
            }
            *at = '/';
        }
    }
    if (mkdir(part, 0755) != 0 && errno != EEXIST)
    {
        return lab_why_errno(why, "mkdir %s", part);
    }
    return LAB_OK;
}

void lab_text_trim(char *dst, size_t size, const char *text)
{
    while (isspace((unsigned char)*text))
    {
        text++;
    }
    size_t len = strlen(text);
    while (len > 0 && isspace((unsigned char)text[len - 1]))
    {
        len--;
    }
    snprintf(dst, size, "%.*s", (int)len, text);
}

void lab_file_last_line(const char *path, char *line, size_t size)
{
    line[0] = '\0';
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
    {
        return;
    }
    off_t end = lseek(fd, 0, SEEK_END);
    char tail[LOG_TAIL_MAX + 1];
    off_t from = end > LOG_TAIL_MAX ? end - LOG_TAIL_MAX : 0;
    ssize_t got = end > 0 ? pread(fd, tail, LOG_TAIL_MAX, from) : 0;
    close(fd);
    if (got <= 0)
    {
        return;
    }
    /* A NUL octet must not hide what follows it. */
    for (ssize_t i = 0; i < got; i++)
    {
        tail[i] = tail[i] == '\0' ? ' ' : tail[i];
    }
    while (got > 0 && isspace((unsigned char)tail[got - 1]))
    {
        got--;
    }
    tail[got] = '\0';
    char *start = strrchr(tail, '\n');
    lab_text_trim(line, size, start != NULL ? start + 1 : tail);
    lab_text_clean(line);
}

enum lab_err lab_text_matches(const char *text, const char *pattern, bool *matched, struct lab_why *why)
{
    regex_t re;
    *matched = false;
    int code = regcomp(&re, pattern, REG_EXTENDED | REG_NOSUB | REG_NEWLINE);
    if (code != 0)
    {
        char said[128];
        regerror(code, &re, said, sizeof said);
        return lab_why_set(why, LAB_ERR_FORMAT, "bad regular expression '%s': %s", pattern, said);
    }
    *matched = regexec(&re, text, 0, NULL, 0) == 0;
    regfree(&re);
    return LAB_OK;
}

enum lab_err lab_file_matches(const char *path, const char *pattern, bool *matched, struct lab_why *why)
{
    char *text;
    size_t len;
    *matched = false;
    enum lab_err err = lab_file_read(path, LOG_WHOLE_MAX, &text, &len, why);
    if (err == LAB_ERR_ABSENT)
    {
        return LAB_OK;
    }
    if (err != LAB_OK)
    {
        return err;
    }
    /* A NUL octet in a log would hide the rest of it from the matcher. */
    for (size_t i = 0; i < len; i++)
    {
        text[i] = text[i] == '\0' ? ' ' : text[i];
    }
    err = lab_text_matches(text, pattern, matched, why);
    free(text);
    return err;
}

void lab_file_slug(char *id)
{
    for (char *at = id; *at != '\0'; at++)
    {
        *at = *at == '/' ? '_' : *at;
    }
}

bool lab_program_find(const char *name, char path[static LAB_PATH_MAX])
{
    const char *from_env = getenv("PATH");
    char dirs[4096];
    snprintf(dirs, sizeof dirs, "%s:/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin", from_env ? from_env : "");
    for (char *save = NULL, *dir = strtok_r(dirs, ":", &save); dir != NULL; dir = strtok_r(NULL, ":", &save))
    {
        int len = snprintf(path, LAB_PATH_MAX, "%s/%s", dir, name);
        if (len > 0 && len < LAB_PATH_MAX && access(path, X_OK) == 0)
        {
            return true;
        }
    }
    path[0] = '\0';
    return false;
}
