/* Texts the link emulator reads: an impairment, or (first octet odd) a list of decisions. What is read can
 * be written again and says the same; what is refused says why. */
#include "lib/fuzz.h"
#include "netns-lab/linkemu/decisions.h"
#include "netns-lab/linkemu/netem.h"
#include "netns-lab/linkemu/spec.h"

static void check_spec(const char *text)
{
    struct emu_spec spec;
    char why[EMU_SPEC_WHY_LEN];
    char words[EMU_NETEM_LEN];
    if (!emu_spec_parse(text, &spec, why))
    {
        FUZZ_CHECK(why[0] != '\0' && strlen(why) < sizeof why);
        return;
    }
    FUZZ_CHECK(why[0] == '\0');
    FUZZ_CHECK(spec.jitter_ns <= spec.delay_ns && spec.delay_ns <= 3600ull * 1000000000u);
    FUZZ_CHECK(spec.loss_ppb <= EMU_PPB && spec.dup_ppb <= EMU_PPB && spec.corrupt_ppb <= EMU_PPB);
    FUZZ_CHECK((spec.hold_every == 0) == (spec.hold_places == 0));
    FUZZ_CHECK(spec.rate_bps == 0 || spec.queue_ns > 0 || spec.queue_len > 0);
    FUZZ_CHECK(!emu_spec_empty(&spec) || emu_spec_uniform(&spec));
    FUZZ_CHECK(emu_netem_words(words, &spec, why) ? strlen(words) < sizeof words - 1 : why[0] != '\0');
}

static void check_decisions(const char *text, size_t len)
{
    struct emu_decisions lists[2];
    char why[EMU_SPEC_WHY_LEN] = "";
    if (!emu_decisions_read(text, len, lists, why))
    {
        FUZZ_CHECK(why[0] != '\0' && lists[0].items == NULL && lists[1].items == NULL);
        return;
    }
    for (unsigned way = 0; way < 2; way++)
    {
        for (size_t i = 0; i < lists[way].count; i++)
        {
            struct emu_decisions again[2];
            char line[EMU_DECISION_LEN];
            const struct emu_decision *one = &lists[way].items[i];
            size_t written = emu_decision_write(line, way, one);
            FUZZ_CHECK(written < sizeof line && (i == 0 || lists[way].items[i - 1].index <= one->index));
            FUZZ_CHECK(emu_decisions_read(line, written, again, why) && again[way].count == 1);
            FUZZ_CHECK(again[way].items[0].index == one->index && again[way].items[0].kind == one->kind &&
                       again[way].items[0].value == one->value);
            free(again[way].items);
        }
        free(lists[way].items);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0 || size > 4096)
    {
        return 0;
    }
    if (data[0] % 2 == 1)
    {
        check_decisions((const char *)data + 1, size - 1);
        return 0;
    }
    char *text = malloc(size);
    FUZZ_CHECK(text != NULL);
    memcpy(text, data + 1, size - 1);
    text[size - 1] = '\0';
    check_spec(text);
    free(text);
    return 0;
}
