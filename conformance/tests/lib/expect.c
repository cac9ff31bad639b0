#include "tests/lib/expect.h"

#include "ovspec/report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum
{
    IDS_LEN = 1024
};

void expect_analysis(const struct cap *cap, const struct ovs_options *options, struct ovs_analysis *analysis)
{
    struct ovs_options with_path = options == NULL ? (struct ovs_options){0} : *options;
    struct ovs_error error = {""};
    char *path = cap_write(cap);

    with_path.path = path;
    if (!ovs_analyze(&with_path, analysis, &error))
    {
        fail_msg("the capture could not be analysed: %s", error.text);
    }
    cap_unlink(path);
}

static bool has_word(const char *words, const char *word)
{
    size_t len = strlen(word);

    for (const char *at = words; (at = strstr(at, word)) != NULL; at += len)
    {
        bool starts = at == words || at[-1] == ' ';

        if (starts && (at[len] == ' ' || at[len] == '\0'))
        {
            return true;
        }
    }
    return false;
}

static size_t count_words(const char *words)
{
    size_t count = 0;

    for (const char *at = words; *at != '\0'; at++)
    {
        count += *at != ' ' && (at == words || at[-1] == ' ');
    }
    return count;
}

void expect_ids(const struct cap *cap, const struct ovs_options *options, const char *ids, const char *what)
{
    struct ovs_analysis analysis;
    char found[IDS_LEN] = "";
    size_t found_count = 0;
    bool all_expected = true;

    expect_analysis(cap, options, &analysis);
    for (size_t i = 0; i < analysis.findings.count; i++)
    {
        const struct ovs_rule *rule = analysis.findings.items[i].rule;
        char word[32];

        snprintf(word, sizeof word, "%s%s", rule->severity == OVS_NOTE ? "~" : "", rule->id);
        all_expected = all_expected && has_word(ids, word);
        if (!has_word(found, word))
        {
            size_t used = strlen(found);

            snprintf(found + used, sizeof found - used, "%s%s", used > 0 ? " " : "", word);
            found_count++;
        }
    }
    if (!all_expected || found_count != count_words(ids))
    {
        ovs_report_text(&analysis, stderr);
        ovs_analysis_clear(&analysis);
        fail_msg("%s: expected '%s', found '%s'", what, ids, found);
    }
    ovs_analysis_clear(&analysis);
}
