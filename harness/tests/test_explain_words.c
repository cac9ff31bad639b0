/* The sentences of `ovlab explain`: they follow from the figures, and what is undecided is said to be. */
#include "lib/explain_answer.h"
#include "tests/testing.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct step
{
    double low; /* of the logarithm; both NaN: one round; both 0: not measured */
    double high;
};

static struct lab_step_share share_of(struct step step, double share)
{
    return (struct lab_step_share){.log_ratio = isnan(step.low) ? -1.0 : (step.low + step.high) / 2.0,
                                   .log_interval = {step.low, step.high},
                                   .share = share,
                                   .share_interval = {share - 0.125, share + 0.125},
                                   .round_count = step.low == 0.0 && step.high == 0.0 ? 0 : 3};
}

static const struct
{
    struct step up;
    struct step down;
    struct step gap;
    bool programs;
    double effect; /* over all settings, both ways, +-0.1; NaN: only a waterfall was measured */
    const char *says[4];
} sentences[] = {
    {{-2.0, -1.0},
     {-0.5, 0.5},
     {-3.0, -2.0},
     false,
     NAN,
     {"up slower, x 0.22 [0.14 to 0.37], 50 % [38 to 62] of the gap; down undecided, x 1 [0.61 to 1.6]. ",
      "What to change: advice."}},
    {{-0.5, 0.5},
     {-0.1, 0.2},
     {-3.0, -2.0},
     false,
     NAN,
     {"up undecided, x 1", "down undecided", "Not told from noise; if it is there: advice."}},
    {{NAN, NAN},
     {NAN, NAN},
     {NAN, NAN},
     false,
     NAN,
     {"up x 0.37 in a single round, which decides nothing; down", "Not told from noise"}},
    {{0.0, 0.0}, {-2.0, -1.0}, {-3.0, -2.0}, false, NAN, {"up not measured; down slower", "What to change"}},
    /* Against the gap. */
    {{0.5, 1.0},
     {0.5, 1.0},
     {-3.0, -2.0},
     false,
     NAN,
     {"up faster, x 2.1 [1.6 to 2.7], against the gap", "Not what makes the gap; the usual advice: advice."}},
    /* Over all settings of the others it is decided, as a step it is not, and the other way round. */
    {{-0.5, 0.5},
     {-0.5, 0.5},
     {-3.0, -2.0},
     false,
     -0.5,
     {"up slower, x 0.61 [0.55 to 0.67] over all settings of the others; down", "What to change"}},
    {{-2.0, -1.0},
     {-2.0, -1.0},
     {-3.0, -2.0},
     false,
     0.0,
     {"up undecided, x 1 [0.9 to 1.1] over all settings of the others, in the waterfall slower, x 0.22",
      "What to change"}},
    /* Both decided, and they disagree. */
    {{0.5, 1.0},
     {0.5, 1.0},
     {-3.0, -2.0},
     false,
     -0.5,
     {"up slower, x 0.61", ", but in the waterfall faster", "against the gap: it depends on the others; down",
      "What to change"}},
    /* The gap is undecided: of profiles the slower one is to be mended, of programs either. */
    {{0.5, 1.0}, {0.5, 1.0}, {-1.0, 1.0}, false, NAN, {"Not what makes the gap"}},
    {{0.5, 1.0}, {0.5, 1.0}, {-1.0, 1.0}, true, NAN, {"What to change"}},
    {{0.5, 1.0}, {0.5, 1.0}, {2.0, 3.0}, true, NAN, {"50 % [38 to 62] of the gap", "What to change"}},
};

static void test_sentences(void **state)
{
    static struct lab_answer answers[LAB_ANSWERS];
    static const char *const one = "one";
    (void)state;
    for (size_t i = 0; i < sizeof sentences / sizeof sentences[0]; i++)
    {
        static struct lab_question question;
        char text[600];
        question = (struct lab_question){.subject = {one, sentences[i].programs ? "two" : one},
                                         .factors = {{.name = "x", .title = "x", .advice = "advice"}},
                                         .factor_count = 1};
        for (unsigned way = 0; way < LAB_ANSWERS; way++)
        {
            answers[way] = (struct lab_answer){.title = way == 0 ? "up" : "down"};
            answers[way].steps[0] = share_of(way == 0 ? sentences[i].up : sentences[i].down, 0.5);
            answers[way].steps[1] = share_of(sentences[i].gap, 1.0);
            if (!isnan(sentences[i].effect))
            {
                answers[way].effects.count = 1;
                answers[way].effects.list[0] =
                    (struct lab_effect){.word = 1, .log_ratio = sentences[i].effect, .margin = 0.1};
            }
        }
        size_t len = lab_answer_sentence(&question, answers, 0, text, sizeof text);
        assert_int_equal(len, strlen(text));
        for (size_t word = 0; word < 4 && sentences[i].says[word] != NULL; word++)
        {
            if (strstr(text, sentences[i].says[word]) == NULL)
            {
                fail_msg("'%s' does not say '%s'", text, sentences[i].says[word]);
            }
        }
    }
}

/* Cut anywhere, it is the beginning of the whole, and ends. */
static void test_short_room(void **state)
{
    static struct lab_answer answers[LAB_ANSWERS];
    static struct lab_question question = {
        .subject = {"one", "one"}, .factors = {{.advice = "advice"}}, .factor_count = 1};
    char whole[600];
    (void)state;
    for (unsigned way = 0; way < LAB_ANSWERS; way++)
    {
        answers[way].title = "up";
        answers[way].steps[0] = share_of(sentences[0].up, 0.5);
        answers[way].steps[1] = share_of(sentences[0].gap, 1.0);
    }
    size_t len = lab_answer_sentence(&question, answers, 0, whole, sizeof whole);
    for (size_t size = 1; size <= len; size++)
    {
        char *cut = malloc(size);
        assert_non_null(cut);
        assert_int_equal(lab_answer_sentence(&question, answers, 0, cut, size), size - 1);
        assert_memory_equal(cut, whole, size - 1);
        assert_int_equal(cut[size - 1], '\0');
        free(cut);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sentences),
        cmocka_unit_test(test_short_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
