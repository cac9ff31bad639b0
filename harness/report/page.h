/* `ovlab report` as HTML: a page beside each record, and a dashboard over many. Each page is one file that
 * needs no network: style, scripts, chart library and data are inside it.
 *
 * The chart library is fetched once by `make report-assets` into build/report-assets/ ($REPORT_ASSETS
 * names another place). Without it a page still has all
 * its tables, and says how charts are had. */
#ifndef OV_REPORT_PAGE_H
#define OV_REPORT_PAGE_H

#include "lib/loaded.h"
#include "lib/paths.h"
#include "lib/term.h"

#define LAB_PAGE_RUN   "report.html" /* beside run.jsonl */
#define LAB_PAGE_INDEX "index.html"  /* in the directory of records */

/* Writes DIR/report.html from the record in dir, all or nothing. */
LAB_MUST_USE enum lab_err lab_page_run(const struct lab_paths *paths, const char *dir, struct lab_why *why);

/* Writes DIR/index.html over the records right below dir and below dir/baselines, and the page of each that has none
 * yet or an older one. *runs gets how many there are. term shows meanwhile which record is read. LAB_ERR_ABSENT when dir is not there. */
LAB_MUST_USE enum lab_err lab_page_index(const struct lab_paths *paths, const char *dir,
                                         struct lab_term *term, size_t *runs, struct lab_why *why);

/* At the end of a run: prints what it found in sentences (gist.h), writes its page and prints where that is, or why there
 * is none. shown is how dir is named to the reader. */
void lab_page_after(const char *dir, const char *shown, struct lab_term *term);

/* True when the chart library is there. */
bool lab_page_has_charts(const struct lab_paths *paths);

/* What a page is made of. */
struct lab_page
{
    const char *title;
    const json_t *data;
    void (*body)(void *arg, FILE *out); /* the tables */
    void *arg;
};
LAB_MUST_USE enum lab_err lab_page_write(const struct lab_paths *paths, const struct lab_page *page,
                                         const char *path, struct lab_why *why);

/* run_data.c: the numbers of a record for its charts. Owned by the caller. */
json_t *lab_page_run_data(const struct lab_loaded *loaded);

/* JSON of a number, null where it is none. */
json_t *lab_page_number(double value);

/* Words of a case that filters go by: cipher and profile, "" where nothing says it. */
#define LAB_PAGE_WORD 64
void lab_page_cipher(const struct lab_loaded_case *item, char word[static LAB_PAGE_WORD]);
void lab_page_profile(const struct lab_loaded_case *item, char word[static LAB_PAGE_WORD]);

/* run_tables.c: the record as tables; arg is its struct lab_loaded. */
void lab_page_run_body(void *loaded, FILE *out);

/* explain_page.c: what `ovlab explain` found, in words. Nothing for other records. */
void lab_page_explain(FILE *out, const struct lab_loaded *loaded);

/* matrix_page.c: verdicts by the values of the interop matrix. Nothing for other records. */
void lab_page_matrix(FILE *out, const struct lab_loaded *loaded);

/* The pieces that both kinds of page have. */
void lab_page_verdict(FILE *out, const char *verdict);
void lab_page_opening(FILE *out, const char *title, const char *sub, const char *home);

#endif
