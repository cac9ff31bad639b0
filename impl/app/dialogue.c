#include "app/dialogue.h"

#include <stdio.h>
#include <string.h>

#include "base/wipe.h"
#include "loop/loop.h"

static const struct ov_dialogue_answer *answer_to(const struct ov_dialogue *dialogue, const char *question)
{
    for (size_t i = 0; i < dialogue->count; i++)
    {
        if (strcmp(dialogue->answer[i].question, question) == 0)
        {
            return &dialogue->answer[i];
        }
    }
    return NULL;
}

bool ov_dialogue_knows(const struct ov_dialogue *dialogue, const char *question)
{
    return answer_to(dialogue, question) != NULL || strcmp(dialogue->question, question) == 0;
}

static void close_terminal(struct ov_dialogue *dialogue)
{
    if (dialogue->terminal.open)
    {
        ov_loop_unwatch(dialogue->loop, OV_WATCH_TERMINAL);
        ov_terminal_end(&dialogue->terminal);
    }
}

static enum ov_err show(struct ov_dialogue *dialogue, const char *question, bool echo)
{
    const int len = snprintf(dialogue->question, sizeof dialogue->question, "%s", question);
    dialogue->failed = OV_OK;
    if (len < 0 || (size_t)len >= sizeof dialogue->question || dialogue->count == OV_DIALOGUE_ANSWERS)
    {
        dialogue->question[0] = '\0';
        return OV_ERR_LIMIT;
    }
    enum ov_err err = ov_terminal_begin(&dialogue->terminal, question, echo);
    if (err == OV_OK && ov_loop_watch(dialogue->loop, OV_WATCH_TERMINAL, dialogue->terminal.fd) != OV_OK)
    {
        ov_terminal_end(&dialogue->terminal);
        err = OV_ERR_IO;
    }
    if (err != OV_OK)
    {
        dialogue->question[0] = '\0';
    }
    return err == OV_OK ? OV_ERR_AGAIN : err;
}

enum ov_err ov_dialogue_ask(struct ov_dialogue *dialogue, const char *question, bool echo, char *out,
                            size_t cap)
{
    const struct ov_dialogue_answer *answer = answer_to(dialogue, question);
    if (dialogue->loop == NULL)
    {
        return ov_terminal_ask(question, echo, out, cap);
    }
    if (answer != NULL)
    {
        const size_t len = strlen(answer->text);
        memcpy(out, answer->text, len < cap ? len + 1 : 0);
        return len < cap ? OV_OK : OV_ERR_LIMIT;
    }
    if (dialogue->terminal.open)
    {
        return OV_ERR_AGAIN; /* this one, or one of somebody else, who comes first */
    }
    if (dialogue->failed != OV_OK && strcmp(dialogue->question, question) == 0)
    {
        const enum ov_err err = dialogue->failed;
        ov_dialogue_drop(dialogue);
        return err;
    }
    return show(dialogue, question, echo);
}

void ov_dialogue_typed(struct ov_dialogue *dialogue)
{
    struct ov_dialogue_answer *next = &dialogue->answer[dialogue->count];
    if (!dialogue->terminal.open)
    {
        return;
    }
    const enum ov_err err = ov_terminal_read(&dialogue->terminal, next->text, sizeof next->text);
    if (err == OV_ERR_AGAIN)
    {
        return;
    }
    ov_loop_unwatch(dialogue->loop, OV_WATCH_TERMINAL); /* the terminal has closed itself */
    dialogue->failed = err;
    if (err == OV_OK)
    {
        memcpy(next->question, dialogue->question, sizeof next->question);
        dialogue->question[0] = '\0';
        dialogue->count++;
    }
    dialogue->answered(dialogue->ctx);
}

void ov_dialogue_drop(struct ov_dialogue *dialogue)
{
    close_terminal(dialogue);
    ov_wipe(dialogue->answer, sizeof dialogue->answer);
    dialogue->count = 0;
    dialogue->question[0] = '\0';
    dialogue->failed = OV_OK;
}
