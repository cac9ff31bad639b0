/* The verdict of a record, what failed, and whoever else has something to say of it. */
#include "report/gist.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define REASONS_MAX 4

void lab_gist_add(struct lab_gist *gist, const char *fmt, ...)
{
    va_list args;
    if (gist->count < LAB_GIST_MAX)
    {
        va_start(args, fmt);
        vsnprintf(gist->lines[gist->count++], LAB_GIST_TEXT, fmt, args);
        va_end(args);
    }
}

void lab_gist_part(struct lab_gist_list *list, const char *part)
{
    int len = snprintf(list->of + list->used, sizeof list->of - list->used, "%s%s",
                       list->parts > 0 ? "; " : "", part);
    list->used += len > 0 && list->used + (size_t)len < sizeof list->of ? (size_t)len : 0;
    list->parts++;
}

void lab_gist_words(char *dst, size_t size, const char *name)
{
    static const struct
    {
        const char *name;
        const char *words;
    } known[] = {
        {"tcp_up", "TCP up"},
        {"tcp_down", "TCP down"},
        {"tcp_4", "TCP up in 4 streams"},
        {"tcp_both", "TCP both ways at once"},
        {"cpu_per_gb", "CPU time per octet"},
        {"udp_200", "UDP of 200 octets"},
        {"udp_1400", "UDP of 1400 octets"},
        {"rtt_idle_p50", "idle RTT"},
        {"rtt_1_p99", "RTT p99 under 1 stream"},
        {"rtt_4_p99", "RTT p99 under 4 streams"},
        {"rtt_idle", "idle"},
        {"crowd_up", "TCP up, sum of clients"},
        {"crowd_down", "TCP down, sum of clients"},
        {"jain_up", "Fairness up (Jain)"},
        {"jain_down", "Fairness down (Jain)"},
        {"goodput_up", "Goodput up"},
        {"goodput_down", "Goodput down"},
        {"goodput_per_cpu", "Goodput per CPU second"},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
    {
        if (strcmp(known[i].name, name) == 0)
        {
            snprintf(dst, size, "%s", known[i].words);
            return;
        }
    }
    snprintf(dst, size, "%s", name);
    for (char *at = dst; *at != '\0'; at++)
    {
        *at = *at == '_' ? ' ' : *at;
    }
}

static bool is_failure(const struct lab_loaded_case *item)
{
    enum lab_verdict verdict = lab_loaded_verdict(item);
    return item->line != NULL && (verdict == LAB_FAIL || verdict == LAB_ERROR);
}

/* Each reason for a failure once, with how many cases gave it, and the first of them. */
static void add_failures(const struct lab_loaded *loaded, struct lab_gist *gist)
{
    size_t told = 0;
    size_t more = 0;
    for (size_t i = 0; i < loaded->case_count; i++)
    {
        const struct lab_loaded_case *item = &loaded->cases[i];
        const char *reason = lab_loaded_text(item->line, "reason");
        size_t same = 0;
        bool before = !is_failure(item);
        for (size_t j = 0; j < loaded->case_count && !before; j++)
        {
            bool equal = is_failure(&loaded->cases[j]) &&
                         lab_text_same_words(lab_loaded_text(loaded->cases[j].line, "reason"), reason);
            same += equal;
            before = equal && j < i;
        }
        if (!before && told++ < REASONS_MAX)
        {
            lab_gist_add(gist, "%s, %zu case%s, first %s: %s", lab_verdict_name(lab_loaded_verdict(item)),
                         same, same == 1 ? "" : "s", item->id, reason);
        }
        else if (!before)
        {
            more++;
        }
    }
    if (more > 0)
    {
        lab_gist_add(gist, "And %zu more reasons for failures, below.", more);
    }
}

static bool measures(const struct lab_loaded *loaded, const char *case_id)
{
    for (size_t i = 0; i < loaded->case_count; i++)
    {
        if (strcmp(loaded->cases[i].id, case_id) == 0)
        {
            return true;
        }
    }
    return false;
}

static size_t add_part(char *text, size_t size, size_t used, size_t count, const char *what)
{
    if (count > 0 && used < size)
    {
        int len = snprintf(text + used, size - used, ", %zu %s", count, what);
        used += len > 0 ? (size_t)len : 0;
    }
    return used;
}

static void add_verdict(const struct lab_loaded *loaded, struct lab_gist *gist)
{
    size_t counts[LAB_VERDICT_COUNT];
    size_t total = 0;
    size_t used = 0;
    char rest[320] = "";
    const char *what = json_object_get(loaded->start, "experiment") != NULL ? "point" : "case";
    const char *reason = lab_loaded_text(loaded->end, "reason");
    lab_loaded_counts(loaded, counts);
    for (size_t v = 0; v < LAB_VERDICT_COUNT; v++)
    {
        total += counts[v];
    }
    used = add_part(rest, sizeof rest, used, counts[LAB_FAIL], "failed");
    used = add_part(rest, sizeof rest, used, counts[LAB_UNSUPPORTED], "not supported by a program");
    used =
        add_part(rest, sizeof rest, used, counts[LAB_TAINTED], "disturbed by the host, which are no result");
    used = add_part(rest, sizeof rest, used, counts[LAB_INCONCLUSIVE], "undecided");
    (void)add_part(rest, sizeof rest, used, counts[LAB_ERROR], "with an error of the harness or not run");
    if (loaded->end == NULL)
    {
        lab_gist_add(gist, "This run has no end: it was killed, or still runs. %zu of %zu %ss passed%s.",
                     counts[LAB_PASS], total, what, rest);
    }
    else if (strcmp(reason, "complete") != 0)
    {
        lab_gist_add(gist, "This run ended early (%s). %zu of %zu %ss passed%s.", reason, counts[LAB_PASS],
                     total, what, rest);
    }
    else if (counts[LAB_PASS] == total)
    {
        lab_gist_add(gist, "All %zu %ss passed.", total, what);
    }
    else
    {
        lab_gist_add(gist, "%zu of %zu %ss passed%s.", counts[LAB_PASS], total, what, rest);
    }
}

void lab_gist_of(const struct lab_loaded *loaded, struct lab_gist *gist)
{
    gist->count = 0;
    bool compared = measures(loaded, "compare");
    bool goals = measures(loaded, "goals");
    /* Of what repeats until it decides, the decision is the verdict, not that every sample could be taken. */
    if (compared)
    {
        lab_gist_compare(loaded, gist);
    }
    if (goals)
    {
        lab_gist_goals(loaded, gist);
    }
    if (gist->count == 0 || loaded->end == NULL)
    {
        add_verdict(loaded, gist);
    }
    lab_gist_explain(loaded, gist);
    if (!compared && !goals)
    {
        add_failures(loaded, gist);
        lab_gist_experiment(loaded, gist);
        lab_gist_reference(loaded, gist);
    }
}
