#ifndef OV_APP_DIALOGUE_H
#define OV_APP_DIALOGUE_H

#include <stdbool.h>
#include <stddef.h>

#include "app/terminal.h"

struct ov_loop; /* loop/loop.h */

/* Questions to whoever sits at the terminal while everything else goes on: one at a time, and answers are remembered
 * until they are dropped. So whoever needs several asks for all of them from the first one on, each time an answer
 * has come, until there is none left to wait for. */

#define OV_DIALOGUE_ANSWERS  4u
#define OV_DIALOGUE_QUESTION 640u

/* All-zero: nothing is asked, and there is no loop: then a question waits for its answer. Holds passwords:
 * ov_dialogue_drop is their end. */
struct ov_dialogue
{
    struct ov_loop *loop; /* borrowed; whoever runs it calls ov_dialogue_typed */
    void (*answered)(void *ctx);
    void *ctx;
    struct ov_terminal terminal; /* open while somebody types */
    char question[OV_DIALOGUE_QUESTION];
    bool echo;
    enum ov_err failed; /* why the latest question has no answer; OV_OK: it has, or is still open */
    size_t count;
    struct ov_dialogue_answer
    {
        char question[OV_DIALOGUE_QUESTION];
        char text[OV_TERMINAL_LINE];
    } answer[OV_DIALOGUE_ANSWERS];
};

/* The answer to question. OV_ERR_AGAIN: not yet, and answered is called when it is there or fails. OV_ERR_IO: there is
 * no terminal; OV_ERR_CLOSED: nobody answers; OV_ERR_LIMIT: too long an answer, or too many questions. */
OV_MUST_USE enum ov_err ov_dialogue_ask(struct ov_dialogue *dialogue, const char *question, bool echo,
                                        char *out, size_t cap);
/* Is it being asked, or answered already? */
bool ov_dialogue_knows(const struct ov_dialogue *dialogue, const char *question);
/* The terminal (OV_WATCH_TERMINAL) is ready. */
void ov_dialogue_typed(struct ov_dialogue *dialogue);
/* Questions and answers are forgotten; loop and answered stay. */
void ov_dialogue_drop(struct ov_dialogue *dialogue);

#endif
