/* ovspec: does the traffic in a capture follow the wire specification? */
#include "ovspec/report.h"

enum
{
    EXIT_CLEAN = 0,
    EXIT_VIOLATIONS = 1,
    EXIT_UNUSABLE = 2
};

static void print_usage(FILE *out)
{
    fputs("usage: ovspec pcap FILE [--json] [--data-format auto|aead|cbc|none|epoch|opaque]\n"
          "                   [--wrap auto|plain|tls-auth|tls-crypt] [--port N] [--max-packet-size N]\n"
          "       ovspec list          what is checked: requirement, severity, check, title\n"
          "       ovspec --help\n"
          "Exit status: 0 no violation, 1 violations found, 2 unusable input.\n",
          out);
}

static int run_pcap(const struct ovs_options *options)
{
    struct ovs_analysis analysis;
    struct ovs_error error = {""};
    int status = EXIT_UNUSABLE;

    if (!ovs_analyze(options, &analysis, &error))
    {
        fprintf(stderr, "ovspec: %s: %s\n", options->path, error.text);
    }
    else if (options->json && !ovs_report_json(&analysis, stdout))
    {
        fprintf(stderr, "ovspec: the report could not be written\n");
    }
    else
    {
        if (!options->json)
        {
            ovs_report_text(&analysis, stdout);
        }
        status = analysis.violation_count > 0 ? EXIT_VIOLATIONS : EXIT_CLEAN;
    }
    ovs_analysis_clear(&analysis);
    if (fflush(stdout) != 0)
    {
        fprintf(stderr, "ovspec: the report could not be written\n");
        status = EXIT_UNUSABLE;
    }
    return status;
}

int main(int argc, char **argv)
{
    struct ovs_options options;
    const char *wrong;

    if (!ovs_options_parse(argc, argv, &options, &wrong))
    {
        if (wrong != NULL)
        {
            fprintf(stderr, "ovspec: '%s' is not understood\n", wrong);
        }
        print_usage(stderr);
        return EXIT_UNUSABLE;
    }
    switch (options.command)
    {
    case OVS_COMMAND_PCAP:
        return run_pcap(&options);
    case OVS_COMMAND_LIST:
        ovs_report_rules(stdout);
        break;
    case OVS_COMMAND_HELP:
        print_usage(stdout);
        break;
    }
    return EXIT_CLEAN;
}
