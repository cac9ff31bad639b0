/* The schema of a record line, as a table. results/SCHEMA.md says what the fields
 * mean; readers ignore fields that are not named here. */
#include "lib/record.h"

#include "lib/verdict.h"

#include <stdbool.h>
#include <string.h>

enum shape
{
    TEXT,
    WHOLE,  /* integer */
    NUMBER, /* integer or real */
    FLAG,
    OBJECT,
    TEXTS,   /* array of strings */
    NUMBERS, /* object of numbers or null, units in the names */
    SAMPLES, /* object of arrays of numbers */
    VERDICT, /* one of the six names */
    CELL,    /* {"repeat": whole, "values": object of numbers and texts} */
    NAMED,   /* object of texts */
    LIST,    /* array of objects */
};

struct field
{
    const char *kind;
    const char *name;
    enum shape shape;
    bool optional; /* only some runs have it; where it is there, it has this shape */
};

static const struct field fields[] = {
    {"start", "run_id", TEXT, false},
    {"start", "suite", TEXT, false},
    {"start", "started", TEXT, false},
    {"start", "host", TEXT, false},
    {"start", "commit", TEXT, false},
    {"start", "seed", TEXT, false},
    {"start", "argv", TEXTS, false},
    {"start", "cases", TEXTS, false},
    {"start", "conformance", FLAG, false},
    {"start", "bulk_seconds", WHOLE, false},
    {"start", "experiment", OBJECT, true},
    {"measurement", "case", TEXT, false},
    {"measurement", "name", TEXT, false},
    {"measurement", "values", NUMBERS, false},
    {"measurement", "samples", SAMPLES, false},
    {"check", "case", TEXT, false},
    {"check", "name", TEXT, false},
    {"check", "verdict", VERDICT, false},
    {"check", "reason", TEXT, false},
    {"case", "case", TEXT, false},
    {"case", "number", WHOLE, false},
    {"case", "client", TEXT, false},
    {"case", "server", TEXT, false},
    {"case", "verdict", VERDICT, false},
    {"case", "reason", TEXT, false},
    {"case", "taints", TEXTS, false},
    {"case", "seconds", NUMBER, false},
    {"case", "health", NUMBERS, false},
    {"case", "files", OBJECT, false},
    {"case", "cell", CELL, true},
    {"case", "negotiated", NAMED, true},
    {"case", "link", OBJECT, true},
    {"explain", "a", TEXT, false},
    {"explain", "b", TEXT, false},
    {"explain", "subject", TEXT, false},
    {"explain", "rounds", WHOLE, false},
    {"explain", "disturbed_kept", FLAG, false},
    {"explain", "series", LIST, false},
    {"explain", "advice", LIST, false},
    {"end", "reason", TEXT, false},
    {"end", "seconds", NUMBER, false},
    {"end", "verdicts", NUMBERS, false},
    {"end", "exit_status", WHOLE, false},
};

static bool all_of(const json_t *value, bool (*fits)(const json_t *))
{
    size_t index;
    const char *key;
    json_t *item;
    if (json_is_array(value))
    {
        json_array_foreach(value, index, item)
        {
            if (!fits(item))
            {
                return false;
            }
        }
        return true;
    }
    if (json_is_object(value))
    {
        json_object_foreach((json_t *)value, key, item)
        {
            if (!fits(item))
            {
                return false;
            }
        }
        return true;
    }
    return false;
}

static bool is_text(const json_t *value)
{
    return json_is_string(value);
}

static bool is_object(const json_t *value)
{
    return json_is_object(value);
}

static bool is_number(const json_t *value)
{
    return json_is_number(value) || json_is_null(value);
}

static bool is_numbers(const json_t *value)
{
    return json_is_array(value) && all_of(value, is_number);
}

static bool is_plain(const json_t *value)
{
    return json_is_number(value) || json_is_string(value);
}

static bool has_shape(const json_t *value, enum shape shape)
{
    enum lab_verdict verdict;
    switch (shape)
    {
    case TEXT:
        return json_is_string(value);
    case WHOLE:
        return json_is_integer(value);
    case NUMBER:
        return json_is_number(value);
    case FLAG:
        return json_is_boolean(value);
    case OBJECT:
        return json_is_object(value);
    case LIST:
        return json_is_array(value) && all_of(value, is_object);
    case TEXTS:
        return json_is_array(value) && all_of(value, is_text);
    case NUMBERS:
        return json_is_object(value) && all_of(value, is_number);
    case SAMPLES:
        return json_is_object(value) && all_of(value, is_numbers);
    case VERDICT:
        return json_is_string(value) && lab_verdict_parse(json_string_value(value), &verdict);
    case CELL:
        return json_is_integer(json_object_get(value, "repeat")) &&
               json_is_object(json_object_get(value, "values")) &&
               all_of(json_object_get(value, "values"), is_plain);
    case NAMED:
        return json_is_object(value) && all_of(value, is_text);
    }
    return false;
}

enum lab_err lab_record_validate(const json_t *line, struct lab_why *why)
{
    const json_t *schema = json_object_get(line, "schema");
    const char *kind = json_string_value(json_object_get(line, "kind"));
    bool known = false;
    if (!json_is_integer(schema) || json_integer_value(schema) != LAB_SCHEMA_VERSION)
    {
        return lab_why_set(why, LAB_ERR_FORMAT, "schema is not %d", LAB_SCHEMA_VERSION);
    }
    if (kind == NULL || !json_is_number(json_object_get(line, "t_s")))
    {
        return lab_why_set(why, LAB_ERR_FORMAT, "%s is missing", kind == NULL ? "kind" : "t_s");
    }
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
    {
        if (strcmp(fields[i].kind, kind) != 0)
        {
            continue;
        }
        known = true;
        const json_t *value = json_object_get(line, fields[i].name);
        if (!has_shape(value, fields[i].shape) && !(value == NULL && fields[i].optional))
        {
            return lab_why_set(why, LAB_ERR_FORMAT, "%s.%s is %s", kind, fields[i].name,
                               value == NULL ? "missing" : "of a wrong type");
        }
    }
    return known ? LAB_OK : lab_why_set(why, LAB_ERR_FORMAT, "unknown kind '%s'", kind);
}
