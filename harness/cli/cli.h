/* The subcommands of ovlab. Each takes the words after its own name and returns
 * the exit status. */
#ifndef OV_CLI_CLI_H
#define OV_CLI_CLI_H

int cmd_list(int argc, char **argv);
int cmd_matrix(int argc, char **argv);
int cmd_show(int argc, char **argv);
int cmd_run(int argc, char **argv);
int cmd_doctor(int argc, char **argv);
int cmd_report(int argc, char **argv);
int cmd_compare(int argc, char **argv);
int cmd_explain(int argc, char **argv);
int cmd_merge(int argc, char **argv);
int cmd_history(int argc, char **argv);
int cmd_export(int argc, char **argv);
int cmd_figures(int argc, char **argv);

/* Started by the harness itself, see lib/capture.h. */
int cmd_internal_capture(int argc, char **argv);

/* The same, see lib/sequence.h and lib/requests.h. */
int cmd_internal_traffic(int argc, char **argv);

#endif
