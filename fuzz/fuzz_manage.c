/* Lines and words of the management interface. Input: what a controlling program sends. */
#include "lib/fuzz.h"
#include "manage/line.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ov_manage_lines lines = {0};
    char *text = (char *)fuzz_copy(data, size);
    for (size_t at = 0; at < size;)
    {
        bool done;
        enum ov_err err;
        const size_t piece = size - at < 7 ? size - at : 7;
        const size_t used = ov_manage_lines_add(&lines, text + at, piece, &done, &err);
        FUZZ_CHECK(used > 0 && used <= piece);
        at += used;
        if (done && err == OV_OK)
        {
            struct ov_manage_words words;
            struct ov_arena *arena = ov_arena_new();
            FUZZ_CHECK(strlen(lines.text) <= OV_MANAGE_LINE);
            err = ov_manage_words(arena, lines.text, &words);
            FUZZ_CHECK(err == OV_OK || err == OV_ERR_FORMAT || err == OV_ERR_LIMIT);
            for (size_t i = 0; err == OV_OK && i < words.count; i++)
            {
                FUZZ_CHECK(strlen(words.word[i]) <= OV_MANAGE_WORD);
            }
            ov_arena_free(arena);
        }
    }
    free(text);
    return 0;
}
