/* Recursive descent over the text: what is read is computed at once, there is no tree. */
#include "lib/expr.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 32

struct reader
{
    const char *text;
    const char *at;
    const struct lab_scope *scope;
    struct lab_why *why;
    enum lab_err err; /* the first one stays */
    unsigned depth;
};

static const struct lab_operand unknown = {.number = NAN};

static struct lab_operand number(double value)
{
    return (struct lab_operand){.number = value};
}

static struct lab_operand truth(bool value)
{
    return number(value ? 1.0 : 0.0);
}

static struct lab_operand fail(struct reader *reader, const char *what)
{
    if (reader->err == LAB_OK)
    {
        reader->err = lab_why_set(reader->why, LAB_ERR_FORMAT, "%s at column %zu of '%.80s'", what,
                                  (size_t)(reader->at - reader->text) + 1, reader->text);
    }
    return unknown;
}

static void skip_blanks(struct reader *reader)
{
    while (*reader->at == ' ' || *reader->at == '\t' || *reader->at == '\n')
    {
        reader->at++;
    }
}

static bool take(struct reader *reader, const char *sign)
{
    skip_blanks(reader);
    size_t len = strlen(sign);
    if (strncmp(reader->at, sign, len) != 0)
    {
        return false;
    }
    reader->at += len;
    return true;
}

static bool is_name_octet(char octet)
{
    return isalnum((unsigned char)octet) || octet == '_' || octet == '.';
}

static bool take_word(struct reader *reader, const char *word)
{
    skip_blanks(reader);
    size_t len = strlen(word);
    if (strncmp(reader->at, word, len) != 0 || is_name_octet(reader->at[len]))
    {
        return false;
    }
    reader->at += len;
    return true;
}

static struct lab_operand read_or(struct reader *reader);

static struct lab_operand read_number(struct reader *reader)
{
    char *end;
    /* strtod also takes names such as inf and 0x: only digits begin a number here. */
    size_t len = strspn(reader->at, "0123456789.");
    char digits[32];
    if (len >= sizeof digits)
    {
        return fail(reader, "a number that is too long");
    }
    snprintf(digits, sizeof digits, "%.*s", (int)len, reader->at);
    double value = strtod(digits, &end);
    if (*end != '\0')
    {
        return fail(reader, "not a number");
    }
    reader->at += len;
    if (*reader->at == 'k' || *reader->at == 'M')
    {
        value *= *reader->at == 'k' ? 1024.0 : 1048576.0;
        reader->at++;
    }
    return is_name_octet(*reader->at) ? fail(reader, "an unknown unit") : number(value);
}

static struct lab_operand read_text(struct reader *reader)
{
    struct lab_operand value = {.is_text = true, .number = NAN};
    reader->at++;
    size_t len = strcspn(reader->at, "'");
    if (reader->at[len] != '\'' || len >= sizeof value.text)
    {
        return fail(reader, "a text that does not end, or is too long");
    }
    memcpy(value.text, reader->at, len);
    reader->at += len + 1;
    return value;
}

static struct lab_operand both(struct reader *reader, bool larger)
{
    struct lab_operand left = read_or(reader);
    if (!take(reader, ","))
    {
        return fail(reader, "a comma is missing");
    }
    struct lab_operand right = read_or(reader);
    if (!take(reader, ")"))
    {
        return fail(reader, "a ) is missing");
    }
    if (isnan(left.number) || isnan(right.number))
    {
        return unknown;
    }
    return number(larger == (left.number > right.number) ? left.number : right.number);
}

static struct lab_operand is_known(struct reader *reader)
{
    struct lab_operand value = read_or(reader);
    return take(reader, ")") ? truth(value.is_text || !isnan(value.number)) : fail(reader, "a ) is missing");
}

static struct lab_operand read_name(struct reader *reader)
{
    char name[LAB_EXPR_NAME];
    size_t len = 0;
    while (is_name_octet(reader->at[len]))
    {
        len++;
    }
    if (len == 0 || len >= sizeof name)
    {
        return fail(reader, len == 0 ? "a value is missing" : "a name that is too long");
    }
    snprintf(name, sizeof name, "%.*s", (int)len, reader->at);
    reader->at += len;
    if (take(reader, "("))
    {
        return strcmp(name, "min") == 0     ? both(reader, false)
               : strcmp(name, "max") == 0   ? both(reader, true)
               : strcmp(name, "known") == 0 ? is_known(reader)
                                            : fail(reader, "no such function (min, max, known)");
    }
    struct lab_operand value = unknown;
    if (!reader->scope->find(reader->scope->arg, name, &value) && reader->err == LAB_OK)
    {
        reader->err =
            lab_why_set(reader->why, LAB_ERR_ABSENT, "no '%s' to compute '%.80s' with", name, reader->text);
    }
    return value;
}

static struct lab_operand read_primary(struct reader *reader)
{
    skip_blanks(reader);
    if (reader->err != LAB_OK)
    {
        return unknown;
    }
    if (*reader->at == '(')
    {
        reader->at++;
        struct lab_operand value = read_or(reader);
        return take(reader, ")") ? value : fail(reader, "a ) is missing");
    }
    if (*reader->at == '\'')
    {
        return read_text(reader);
    }
    return isdigit((unsigned char)*reader->at) ? read_number(reader) : read_name(reader);
}

/* Each level of nesting passes here. */
static struct lab_operand read_unary(struct reader *reader)
{
    if (reader->depth == DEPTH_MAX)
    {
        return fail(reader, "nested too deeply");
    }
    reader->depth++;
    struct lab_operand value;
    if (take(reader, "-"))
    {
        value = read_unary(reader);
        value = value.is_text ? fail(reader, "a text has no sign") : number(-value.number);
    }
    else
    {
        value = read_primary(reader);
    }
    reader->depth--;
    return value;
}

static struct lab_operand compute(struct reader *reader, char sign, struct lab_operand left,
                                  struct lab_operand right)
{
    if (left.is_text || right.is_text)
    {
        return fail(reader, "arithmetic with a text");
    }
    switch (sign)
    {
    case '+':
        return number(left.number + right.number);
    case '-':
        return number(left.number - right.number);
    case '*':
        return number(left.number * right.number);
    default: /* nothing divided by nothing is unknown, as in arithmetic */
        return right.number == 0.0 && left.number == 0.0 ? unknown : number(left.number / right.number);
    }
}

static struct lab_operand read_product(struct reader *reader)
{
    struct lab_operand left = read_unary(reader);
    while (reader->err == LAB_OK)
    {
        char sign = take(reader, "*") ? '*' : take(reader, "/") ? '/' : '\0';
        if (sign == '\0')
        {
            break;
        }
        left = compute(reader, sign, left, read_unary(reader));
    }
    return left;
}

static struct lab_operand read_sum(struct reader *reader)
{
    struct lab_operand left = read_product(reader);
    while (reader->err == LAB_OK)
    {
        char sign = take(reader, "+") ? '+' : take(reader, "-") ? '-' : '\0';
        if (sign == '\0')
        {
            break;
        }
        left = compute(reader, sign, left, read_product(reader));
    }
    return left;
}

static struct lab_operand compare(struct reader *reader, const char *sign, const struct lab_operand *left,
                                  const struct lab_operand *right)
{
    bool equality = sign[0] == '=' || sign[0] == '!';
    if (left->is_text != right->is_text)
    {
        /* A number is never the same as a text; which one is larger is no question. */
        return equality ? truth(sign[0] == '!') : fail(reader, "a text is compared with a number");
    }
    if (left->is_text)
    {
        bool same = strcmp(left->text, right->text) == 0;
        return equality ? truth(same == (sign[0] == '=')) : fail(reader, "texts have no order");
    }
    double a = left->number;
    double b = right->number;
    if (isnan(a) || isnan(b))
    {
        return unknown;
    }
    switch (sign[0])
    {
    case '=':
        return truth(a == b);
    case '!':
        return truth(a != b);
    case '<':
        return truth(sign[1] == '=' ? a <= b : a < b);
    default:
        return truth(sign[1] == '=' ? a >= b : a > b);
    }
}

static struct lab_operand read_comparison(struct reader *reader)
{
    static const char *const signs[] = {"==", "!=", "<=", ">=", "<", ">"};
    struct lab_operand left = read_sum(reader);
    for (size_t i = 0; reader->err == LAB_OK && i < sizeof signs / sizeof signs[0]; i++)
    {
        if (take(reader, signs[i]))
        {
            struct lab_operand right = read_sum(reader);
            return reader->err == LAB_OK ? compare(reader, signs[i], &left, &right) : unknown;
        }
    }
    return left;
}

static struct lab_operand read_not(struct reader *reader)
{
    bool negated = false;
    while (take_word(reader, "not"))
    {
        negated = !negated;
    }
    struct lab_operand value = read_comparison(reader);
    if (!negated || isnan(value.number))
    {
        return value;
    }
    return truth(value.number == 0.0);
}

static struct lab_operand read_and(struct reader *reader)
{
    struct lab_operand left = read_not(reader);
    while (reader->err == LAB_OK && take_word(reader, "and"))
    {
        struct lab_operand right = read_not(reader);
        bool refuted = left.number == 0.0 || right.number == 0.0;
        left = refuted ? truth(false) : isnan(left.number) || isnan(right.number) ? unknown : truth(true);
    }
    return left;
}

static struct lab_operand read_or(struct reader *reader)
{
    struct lab_operand left = read_and(reader);
    while (reader->err == LAB_OK && take_word(reader, "or"))
    {
        struct lab_operand right = read_and(reader);
        bool a = !isnan(left.number) && left.number != 0.0;
        bool b = !isnan(right.number) && right.number != 0.0;
        left = a || b ? truth(true) : isnan(left.number) || isnan(right.number) ? unknown : truth(false);
    }
    return left;
}

enum lab_err lab_expr_eval(const char *text, const struct lab_scope *scope, struct lab_operand *value,
                           struct lab_why *why)
{
    struct reader reader = {.text = text, .at = text, .scope = scope, .why = why, .err = LAB_OK};
    *value = read_or(&reader);
    skip_blanks(&reader);
    if (reader.err == LAB_OK && *reader.at != '\0')
    {
        (void)fail(&reader, "something that does not belong there");
    }
    return reader.err;
}

void lab_value_parse(const char *text, struct lab_operand *value)
{
    char *end;
    *value = (struct lab_operand){.is_text = true, .number = NAN};
    snprintf(value->text, sizeof value->text, "%s", text);
    if (!isdigit((unsigned char)text[0]) || strspn(text, "0123456789.kM") != strlen(text))
    {
        return;
    }
    double parsed = strtod(text, &end);
    double unit = strcmp(end, "k") == 0 ? 1024.0 : strcmp(end, "M") == 0 ? 1048576.0 : 1.0;
    if (*end == '\0' || unit > 1.0)
    {
        *value = number(parsed * unit);
    }
}

void lab_value_print(const struct lab_operand *value, char *dst, size_t size)
{
    if (value->is_text)
    {
        snprintf(dst, size, "%s", value->text);
    }
    else
    {
        snprintf(dst, size, "%.10g", value->number);
    }
}

enum lab_err lab_expr_fill(const char *text, const struct lab_scope *scope, char *dst, size_t size,
                           bool *missing, struct lab_why *why)
{
    size_t used = 0;
    *missing = false;
    for (const char *at = text; *at != '\0';)
    {
        char inner[256];
        char piece[100] = {*at, '\0'};
        if (at[0] == '$' && at[1] == '{')
        {
            struct lab_operand value;
            size_t len = strcspn(at + 2, "}");
            if (at[2 + len] != '}' || len >= sizeof inner)
            {
                return lab_why_set(why, LAB_ERR_FORMAT, "${ without its } in '%.80s'", text);
            }
            snprintf(inner, sizeof inner, "%.*s", (int)len, at + 2);
            enum lab_err err = lab_expr_eval(inner, scope, &value, why);
            if (err != LAB_OK)
            {
                return err;
            }
            lab_value_print(&value, piece, sizeof piece);
            *missing = *missing || (value.is_text && strcmp(value.text, "default") == 0);
            at += len + 3;
        }
        else
        {
            at++;
        }
        size_t len = strlen(piece);
        if (used + len + 1 > size)
        {
            return lab_why_set(why, LAB_ERR_USAGE, "'%.80s' is too long with its values", text);
        }
        memcpy(dst + used, piece, len + 1);
        used += len;
    }
    dst[used] = '\0';
    return LAB_OK;
}
