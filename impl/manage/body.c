/* Commands with a text of several lines: a signature, a certificate, settings of a client. */
#include <stdlib.h>
#include <string.h>

#include "base/wipe.h"
#include "manage/private.h"

void ov_manage_take_body(struct ov_manage *manage,
                         void (*done)(void *ctx, const char *text, size_t len, enum ov_err err), void *ctx)
{
    ov_manage_body_clear(manage);
    manage->body.done = done;
    manage->body.ctx = ctx;
}

void ov_manage_body_clear(struct ov_manage *manage)
{
    if (manage->body.text != NULL)
    {
        ov_wipe(manage->body.text, manage->body.cap);
        free(manage->body.text);
    }
    manage->body = (struct ov_manage_body){0};
}

static bool grow(struct ov_manage_body *body, size_t need)
{
    const size_t wish = need < 1024 ? 2048 : 2 * need;
    const size_t cap = wish < OV_MANAGE_BODY ? wish : OV_MANAGE_BODY;
    char *text = need <= cap ? malloc(cap) : NULL;
    if (text == NULL)
    {
        return false;
    }
    if (body->text != NULL)
    {
        memcpy(text, body->text, body->len);
        ov_wipe(body->text, body->cap);
        free(body->text);
    }
    body->text = text;
    body->cap = cap;
    return true;
}

static void add(struct ov_manage_body *body, const char *text)
{
    const size_t len = strlen(text);
    if (body->len + len + 2 > body->cap && !grow(body, body->len + len + 2))
    {
        body->too_long = true;
        return;
    }
    memcpy(body->text + body->len, text, len);
    body->len += len;
    body->text[body->len++] = '\n';
    body->text[body->len] = '\0';
}

void ov_manage_body_line(struct ov_manage *manage, const char *text, enum ov_err err)
{
    struct ov_manage_body *body = &manage->body;
    if (err != OV_OK)
    {
        body->too_long = true;
        return;
    }
    if (strcmp(text, "END") != 0)
    {
        if (!body->too_long)
        {
            add(body, text);
        }
        return;
    }
    /* What it does may take another body, or end all this. */
    struct ov_manage_body whole = *body;
    *body = (struct ov_manage_body){0};
    const bool good = !whole.too_long && whole.text != NULL;
    whole.done(whole.ctx, good ? whole.text : "", good ? whole.len : 0,
               whole.too_long ? OV_ERR_LIMIT : OV_OK);
    if (whole.text != NULL)
    {
        ov_wipe(whole.text, whole.cap);
        free(whole.text);
    }
}
