#ifndef OV_TESTS_TALK_H
#define OV_TESTS_TALK_H

#include <stdbool.h>
#include <stddef.h>

#include "manage/manage.h"

/* A management interface and who sits at its socket. Whatever goes wrong fails the test. */
struct ov_talk
{
    char path[64];
    struct ov_manage *manage;
    int fd;
    char got[65536];
    size_t len;
};

/* An interface of its own, and a visitor that has come. */
void ov_talk_begin(struct ov_talk *t, bool hold);
void ov_talk_end(struct ov_talk *t);
/* Another visitor, where the one before has left. */
void ov_talk_join(struct ov_talk *t);
/* What came goes behind what is in got. */
void ov_talk_hear(struct ov_talk *t);
void ov_talk_drop(struct ov_talk *t);
/* Said in pieces of that size; what comes back is in got. */
void ov_talk_say(struct ov_talk *t, const char *text, size_t piece);
/* What is said, and exactly what comes back. */
void ov_talk_expect(struct ov_talk *t, const char *said, const char *answer);

#endif
