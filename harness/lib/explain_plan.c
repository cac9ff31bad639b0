#include "lib/explain_plan.h"

#include "lib/profile.h"
#include "lib/rng.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct lab_factor known[WINCOST_FACTORS] = {
    {"buffers", "socket buffers", "set sndbuf and rcvbuf to 512 kB or more, on the end that loses packets",
     false, WINCOST_BUFFERS},
    {"calls", "one datagram a call, no offload",
     "move several packets with each system call (sendmmsg, UDP_SEGMENT, RIO), and use the device's offload",
     false, WINCOST_CALLS},
    {"depth", "one write under way", "keep several writes to the device under way", false, WINCOST_DEPTH},
    {"device", "cost of the tun device",
     "use a device with a shared ring (wintun) or the kernel's data channel", false, WINCOST_DEVICE},
    {"stalls", "stalls of the device",
     "never wait for a write to the device in the loop that reads the socket", false, WINCOST_STALLS},
    {"tick", "timer tick", "wait for events instead of time, or ask for a finer timer resolution", false,
     WINCOST_TICK},
    {"throttle", "packet throttle", "set NetworkThrottlingIndex to ffffffff, or play no media meanwhile",
     false, WINCOST_THROTTLE},
    {"reorder", "packets out of order",
     "keep a flow on one receive queue; a replay window must be larger than the displacement", false,
     WINCOST_REORDER},
};

static const struct lab_factor programs[] = {
    {"program", "the other program, a packet a call",
     "the cost of its own code for each packet: profile it (perf/profile)", true, WINCOST_FACTORS},
    {"calls", "its batches and offload",
     "move several packets with each system call (sendmmsg, UDP_SEGMENT), and use the device's offload",
     false, WINCOST_CALLS},
};

static bool is_subject(const struct lab_paths *paths, const char *name)
{
    char path[LAB_PATH_MAX + 80];
    snprintf(path, sizeof path, "%s/%s", paths->subjects, name);
    return strchr(name, '/') == NULL && strcmp(name, "lib") != 0 && access(path, X_OK) == 0;
}

static enum lab_err make_profiles(struct lab_question *question, const struct lab_paths *paths,
                                  const char *subject, struct lab_why *why)
{
    enum lab_err err = LAB_OK;
    question->subject[0] = question->subject[1] = subject;
    for (size_t i = 0; err == LAB_OK && i < 2; i++)
    {
        err = lab_profile_read(paths->root, question->ends[i], &question->profile[i], why);
    }
    for (enum wincost_factor factor = 0; err == LAB_OK && factor < WINCOST_FACTORS; factor++)
    {
        if (wincost_profile_differs(&question->profile[0], &question->profile[1], factor))
        {
            question->factors[question->factor_count++] = known[factor];
        }
    }
    return err;
}

/* The way from A to B leads over B with its hands tied: what only it does, apart from how it does the
 * rest. */
static void make_programs(struct lab_question *question)
{
    question->subject[0] = question->ends[0];
    question->subject[1] = question->ends[1];
    question->profile[0] =
        (struct wincost_profile){.single_datagrams = 1, .no_udp_offload = 1, .no_tun_offload = 1};
    memcpy(question->factors, programs, sizeof programs);
    question->factor_count = 2;
}

enum lab_err lab_question_make(struct lab_question *question, const struct lab_paths *paths, const char *a,
                               const char *b, const char *subject, struct lab_why *why)
{
    enum lab_err err = LAB_OK;
    question->ends[0] = a;
    question->ends[1] = b;
    if (lab_profile_is(paths->root, a) && lab_profile_is(paths->root, b))
    {
        err = make_profiles(question, paths, subject, why);
    }
    else if (is_subject(paths, a) && is_subject(paths, b) && strcmp(a, b) != 0)
    {
        make_programs(question);
    }
    else
    {
        err = lab_why_set(why, LAB_ERR_USAGE,
                          "%.60s and %.60s are neither two profiles (netns-lab/profiles) nor two subjects", a,
                          b);
    }
    if (err == LAB_OK && question->factor_count == 0)
    {
        err = lab_why_set(why, LAB_ERR_USAGE, "%.60s and %.60s do not differ in anything", a, b);
    }
    return err;
}

static void add_mask(struct lab_question *question, unsigned mask)
{
    for (unsigned i = 0; i < question->mask_count; i++)
    {
        if (question->masks[i] == mask)
        {
            return;
        }
    }
    question->masks[question->mask_count++] = mask;
}

static void fill_experiment(struct lab_question *question, unsigned seconds)
{
    static char *levels[] = {(char *)"0", (char *)"1"};
    static char *features[] = {(char *)"profile"};
    /* A file's texts are its own; these are nobody's to change either. */
    struct lab_experiment *experiment = &question->experiment;
    snprintf(question->seconds, sizeof question->seconds, "%u", seconds);
    for (unsigned i = 0; i < question->factor_count; i++)
    {
        question->axes[i] = (struct lab_axis){.key = (char *)question->factors[i].name,
                                              .title = (char *)question->factors[i].title,
                                              .values = levels,
                                              .values_count = 2};
    }
    for (size_t i = 0; i < 2; i++)
    {
        question->traffic[i] = (struct lab_traffic){
            .kind = LAB_TRAFFIC_TCP, .direction = i == 0 ? LAB_UP : LAB_DOWN, .seconds = question->seconds};
    }
    *experiment = (struct lab_experiment){
        .name = (char *)"explain",
        .title = (char *)"Which factor explains what share of the gap",
        .subjects = (char **)question->subject,
        .subjects_count = strcmp(question->subject[0], question->subject[1]) == 0 ? 1 : 2,
        .axes = question->axes,
        .axes_count = question->factor_count,
        .features = features,
        .features_count = 1,
        .tunnel = {.cipher = (char *)question->cipher, .control = (char *)question->control},
        .traffic = question->traffic,
        .traffic_count = 2,
        .repeats = question->rounds,
    };
}

/* The profile between both ends that a mask means. */
static enum lab_err dress(const struct lab_question *question, unsigned mask, struct lab_point *point,
                          struct lab_why *why)
{
    struct wincost_profile profile = question->profile[0];
    char words[LAB_PROFILE_TEXT];
    for (unsigned i = 0; i < question->factor_count; i++)
    {
        if (mask >> i & 1 && !question->factors[i].program)
        {
            wincost_profile_take(&profile, &question->profile[1], question->factors[i].keys);
        }
    }
    wincost_profile_print(&profile, words, sizeof words);
    int len = snprintf(point->profile[0], sizeof point->profile[0], "none %s", words);
    if (len < 0 || (size_t)len >= sizeof point->profile[0])
    {
        return lab_why_set(why, LAB_ERR_USAGE, "the profile of %.80s is too long", point->id);
    }
    point->scenario.profile[0] = point->profile[0];
    return LAB_OK;
}

static enum lab_err add_point(const struct lab_question *question, struct lab_plan *plan, unsigned mask,
                              unsigned round, struct lab_why *why)
{
    struct lab_point *point;
    bool other = false;
    struct lab_place_in place = {.repeat = round};
    for (unsigned i = 0; i < question->factor_count; i++)
    {
        place.values[i] = mask >> i & 1 ? "1" : "0";
        other = other || (question->factors[i].program && mask >> i & 1);
    }
    place.subject = question->subject[other];
    enum lab_err err = lab_plan_add(plan, &place, &point, why);
    return err == LAB_OK ? dress(question, mask, point, why) : err;
}

enum lab_err lab_question_plan(struct lab_question *question, struct lab_plan *plan, struct lab_run *run,
                               unsigned seconds, struct lab_why *why)
{
    struct lab_rng rng = {plan->seed};
    enum lab_err err = LAB_OK;
    question->mask_count = 0;
    for (unsigned step = 0; step <= question->factor_count; step++)
    {
        add_mask(question, (1u << step) - 1);
    }
    lab_design_make(&question->design, question->factor_count);
    for (unsigned i = 0; question->factorial && i < question->design.runs; i++)
    {
        add_mask(question, question->design.masks[i]);
    }
    fill_experiment(question, seconds);
    plan->experiment = &question->experiment;
    plan->full = true;
    plan->repeats = question->rounds;
    for (unsigned round = 1; round <= question->rounds; round++)
    {
        size_t first = plan->count;
        for (unsigned i = 0; err == LAB_OK && i < question->mask_count; i++)
        {
            err = add_point(question, plan, question->masks[i], round, why);
        }
        lab_rng_shuffle(&rng, plan->points + first, plan->count - first, sizeof plan->points[0]);
    }
    run->plan = plan;
    run->conclude = lab_question_conclude;
    run->drive_arg = question;
    return err == LAB_OK ? lab_plan_cases(plan, run, why) : err;
}
