#include "lib/record.h"

#include "lib/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum lab_err lab_record_open(struct lab_record *record, const char *dir, struct lab_why *why)
{
    char path[LAB_PATH_MAX];
    *record = (struct lab_record){.fd = -1, .started_us = lab_now_us()};
    enum lab_err err = lab_path_set(path, why, "%s/%s", dir, LAB_RECORD_NAME);
    if (err != LAB_OK)
    {
        return err;
    }
    snprintf(record->dir, sizeof record->dir, "%s", dir);
    record->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0644);
    return record->fd >= 0 ? LAB_OK : lab_why_errno(why, "%s", path);
}

/* A disk that fills up may take half a line: it is cut off again. */
static enum lab_err append_line(struct lab_record *record, const char *text, size_t len, struct lab_why *why)
{
    struct stat before;
    if (fstat(record->fd, &before) != 0)
    {
        return lab_why_errno(why, "record");
    }
    ssize_t wrote = write(record->fd, text, len);
    if (wrote == (ssize_t)len)
    {
        return LAB_OK;
    }
    if (wrote >= 0)
    {
        errno = ENOSPC;
    }
    enum lab_err err = lab_why_errno(why, "writing the record");
    if (wrote > 0 && ftruncate(record->fd, before.st_size) != 0)
    {
        (void)lab_why_errno(why, "the record ends in half a line");
    }
    return err;
}

enum lab_err lab_record_copy(struct lab_record *record, const json_t *line, struct lab_why *why)
{
    enum lab_err err = lab_record_validate(line, why);
    char *text = err == LAB_OK ? json_dumps(line, JSON_COMPACT | JSON_REAL_PRECISION(9)) : NULL;
    if (text != NULL)
    {
        size_t len = strlen(text);
        text[len] = '\n'; /* The terminator's place: written with its length. */
        err = append_line(record, text, len + 1, why);
    }
    else if (err == LAB_OK)
    {
        err = lab_why_set(why, LAB_ERR_FORMAT, "a record line could not be printed");
    }
    free(text);
    if (err == LAB_OK && record->on_line != NULL)
    {
        record->on_line(record->on_line_arg, line);
    }
    return err;
}

enum lab_err lab_record_write(struct lab_record *record, json_t *line, struct lab_why *why)
{
    double seconds = (double)(lab_now_us() - record->started_us) / 1e6;
    json_object_set_new(line, "schema", json_integer(LAB_SCHEMA_VERSION));
    json_object_set_new(line, "t_s", json_real(round(seconds * 1e3) / 1e3));
    enum lab_err err = lab_record_copy(record, line, why);
    json_decref(line);
    return err;
}

void lab_record_close(struct lab_record *record)
{
    if (record->fd >= 0)
    {
        fchmod(record->fd, 0444);
        close(record->fd);
        record->fd = -1;
    }
}

static enum lab_err read_line(const char *text, size_t number, void (*on_line)(void *arg, const json_t *line),
                              void *arg, struct lab_why *why)
{
    struct lab_why inner;
    json_error_t error;
    json_t *line = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    enum lab_err err = line != NULL ? lab_record_validate(line, &inner)
                                    : lab_why_set(&inner, LAB_ERR_FORMAT, "%s", error.text);
    if (err == LAB_OK)
    {
        on_line(arg, line);
    }
    else
    {
        (void)lab_why_set(why, err, "%s line %zu: %s", LAB_RECORD_NAME, number, inner.text);
    }
    json_decref(line);
    return err;
}

enum lab_err lab_record_read(const char *dir, void (*on_line)(void *arg, const json_t *line), void *arg,
                             struct lab_why *why)
{
    char path[LAB_PATH_MAX];
    enum lab_err err = lab_path_set(path, why, "%s/%s", dir, LAB_RECORD_NAME);
    FILE *file = err == LAB_OK ? fopen(path, "re") : NULL;
    if (file == NULL)
    {
        return err != LAB_OK ? err : lab_why_errno(why, "%s", path);
    }
    char *text = NULL;
    size_t size = 0;
    size_t number = 0;
    while (err == LAB_OK && getline(&text, &size, file) > 0)
    {
        err = read_line(text, ++number, on_line, arg, why);
    }
    if (err == LAB_OK && number == 0)
    {
        err = lab_why_set(why, LAB_ERR_FORMAT, "%s is empty", path);
    }
    free(text);
    fclose(file);
    return err;
}

json_t *lab_json_number(double value)
{
    return isfinite(value) ? json_real(value) : json_null();
}

json_t *lab_json_numbers(const double *values, size_t count)
{
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++)
    {
        json_array_append_new(array, lab_json_number(values[i]));
    }
    return array;
}
