/* SPDX-License-Identifier: GPL-3.0-or-later
 * What a run says while it works: the line, the log that grows ever more slowly, the JSON objects. */
#define _GNU_SOURCE
#include <criterion/criterion.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/progress_line.h"

static const bk_progress half_way = {.stage = "trials",
                                     .done = 600,
                                     .total = 1000,
                                     .found = 200,
                                     .elapsed_s = 20.0,
                                     .output = "error_count",
                                     .estimate = 83.2345,
                                     .mcse = 0.31};

static const char *text_of(bk_progress progress)
{
    static char text[500];
    cr_assert(bk_progress_text(text, sizeof text, &progress));
    return text;
}

Test(progress_line, the_line_tells_everything)
{
    /* 400 trials in 20 s; 400 more take 20 s. */
    cr_assert_str_eq(text_of(half_way), "trials: 600 of 1000 (60 %), 20 a second, 20.0 s, 20.0 s left, "
                                        "error_count 83.2 +- 0.3 (MCSE)");
    bk_progress progress = half_way;
    progress.output = NULL;
    progress.found = 0;
    cr_assert_str_eq(text_of(progress), "trials: 600 of 1000 (60 %), 30 a second, 20.0 s, 13.3 s left");
    /* Nothing done here yet: no rate, no time left. */
    progress.found = 600;
    cr_assert_str_eq(text_of(progress), "trials: 600 of 1000 (60 %), 20.0 s, ? left");
    progress.done = progress.found = 0;
    progress.elapsed_s = 0.0;
    cr_assert_str_eq(text_of(progress), "trials: 0 of 1000 (0 %), 0.0 s, ? left");
}

Test(progress_line, times_and_rates_of_every_size)
{
    bk_progress progress = {.stage = "s", .done = 1, .total = 100001, .elapsed_s = 3.0};
    cr_assert_str_eq(text_of(progress), "s: 1 of 100001 (0 %), 0.333 a second, 3.0 s, 83.3 h left");
    progress.done = 50000;
    progress.total = 1000000;
    progress.elapsed_s = 4.0;
    cr_assert_str_eq(text_of(progress), "s: 50000 of 1000000 (5 %), 12500 a second, 4.0 s, 76.0 s left");
    progress.elapsed_s = 400.0;
    cr_assert_str_eq(text_of(progress), "s: 50000 of 1000000 (5 %), 125 a second, 7 min, 2.1 h left");
}

Test(progress_line, estimates_have_the_digits_of_their_error)
{
    static const struct {
        double estimate, mcse;
        const char *text;
    } cases[] = {{0.0831234, 0.00042, ", y 0.0831 +- 0.0004 (MCSE)"},
                 {12345.6, 17.0, ", y 12346 +- 17 (MCSE)"},
                 {3.0, 0.0, ", y 3 +- 0 (MCSE)"},
                 {3.25, NAN, ", y 3.25"},
                 {NAN, NAN, ""},
                 {1e20, 1e12, ", y 1e+20 +- 1e+12 (MCSE)"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const bk_progress progress = {.stage = "s",
                                      .done = 1,
                                      .total = 2,
                                      .elapsed_s = 1.0,
                                      .output = "y",
                                      .estimate = cases[i].estimate,
                                      .mcse = cases[i].mcse};
        char wanted[200];
        snprintf(wanted, sizeof wanted, "s: 1 of 2 (50 %%), 1 a second, 1.0 s, 1.0 s left%s", cases[i].text);
        cr_expect_str_eq(text_of(progress), wanted);
    }
}

/* ---- JSON -----------------------------------------------------------------------------------------------
 */

Test(progress_line, objects_hold_every_key_and_never_nan)
{
    static const char *const keys[] = {"event",     "stage",  "done",   "total",    "found", "rate_per_s",
                                       "elapsed_s", "left_s", "output", "estimate", "mcse"};
    char text[2000];
    bk_progress progress = half_way;
    cr_assert(bk_progress_json(text, sizeof text, &progress));
    json_t *object = json_loads(text, 0, NULL);
    cr_assert_not_null(object, "%s", text);
    cr_assert_eq(json_object_size(object), sizeof keys / sizeof keys[0]);
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        cr_assert_not_null(json_object_get(object, keys[i]), "%s is missing", keys[i]);
    }
    cr_assert_str_eq(json_string_value(json_object_get(object, "event")), "progress");
    cr_assert_eq(json_number_value(json_object_get(object, "rate_per_s")), 20.0);
    cr_assert_eq(json_number_value(json_object_get(object, "left_s")), 20.0);
    cr_assert_eq(json_integer_value(json_object_get(object, "found")), 200);
    cr_assert_float_eq(json_number_value(json_object_get(object, "estimate")), 83.2345, 1e-9);
    json_decref(object);

    progress.found = progress.done;
    progress.mcse = NAN;
    cr_assert(bk_progress_json(text, sizeof text, &progress));
    object = json_loads(text, 0, NULL);
    cr_assert_not_null(object, "%s", text);
    cr_assert(json_is_null(json_object_get(object, "rate_per_s")));
    cr_assert(json_is_null(json_object_get(object, "left_s")));
    cr_assert(json_is_null(json_object_get(object, "mcse")));
    json_decref(object);

    progress.output = NULL;
    cr_assert(bk_progress_json(text, sizeof text, &progress));
    object = json_loads(text, 0, NULL);
    cr_assert(json_is_null(json_object_get(object, "output")));
    cr_assert(json_is_null(json_object_get(object, "estimate")));
    json_decref(object);
    cr_assert_not(bk_progress_json(text, 20, &progress), "what does not fit is told");
}

Test(progress_line, messages_are_objects_whatever_they_hold)
{
    char text[200];
    cr_assert(bk_progress_json_message(text, sizeof text, "training \"a\"\nüber"));
    cr_assert_str_eq(text, "{\"event\":\"message\",\"text\":\"training \\\"a\\\"\\nüber\"}");
    cr_assert(bk_progress_json_message(text, sizeof text, "broken \xff byte"));
    cr_assert_str_eq(text, "{\"event\":\"message\",\"text\":\"broken ? byte\"}");
    cr_assert(bk_progress_json_error(text, sizeof text, "no \"a.h5\"", 3));
    cr_assert_str_eq(text, "{\"event\":\"error\",\"text\":\"no \\\"a.h5\\\"\",\"exit_code\":3}");
}

/* ---- What arrives on stderr -----------------------------------------------------------------------------
 */

static double now_s;
static double false_clock(void) { return now_s; }

static char captured[200000];

/* Calls say with the sink while stderr is a file, and leaves in captured what came. */
static void capture(bk_progress_mode mode, void (*act)(bk_progress_line *))
{
    FILE *stream = tmpfile();
    cr_assert_not_null(stream);
    const int file = fileno(stream), saved = dup(STDERR_FILENO);
    fflush(stderr);
    cr_assert(dup2(file, STDERR_FILENO) >= 0);
    now_s = 1000.0;
    bk_progress_line line = bk_progress_line_open(mode);
    line.clock_s = false_clock;
    if (mode == BK_PROGRESS_BAR) {
        line.last_s = now_s;
    }
    act(&line);
    bk_progress_line_close(&line);
    fflush(stderr);
    cr_assert(dup2(saved, STDERR_FILENO) >= 0);
    const ssize_t length = pread(file, captured, sizeof captured - 1, 0);
    cr_assert(length >= 0);
    captured[length] = '\0';
    fclose(stream);
    close(saved);
}

static size_t lines(void)
{
    size_t count = 0;
    for (const char *c = captured; *c != '\0'; c++) {
        count += *c == '\n';
    }
    return count;
}

/* Ten progress reports a second for five minutes, in stages of seven seconds; each stage has an end. */
static void five_minutes(bk_progress_line *line)
{
    for (int i = 1; i <= 3000; i++) {
        const bk_progress progress = {.stage = i % 140 < 70 ? "odd" : "even",
                                      .done = (uint64_t)(i % 70),
                                      .total = 70,
                                      .elapsed_s = 0.1 * (i % 70),
                                      .finished = i % 70 == 69};
        now_s = 1000.0 + 0.1 * i;
        bk_progress_line_show(line, &progress);
    }
}

Test(progress_line, a_log_grows_ever_more_slowly)
{
    capture(BK_PROGRESS_BAR, five_minutes);
    /* After 10, 30, 70, 130, 190, 250 seconds, however short the stages are. */
    cr_assert_eq(lines(), 6, "%s", captured);
    cr_assert_null(strchr(captured, '\033'), "no escape sequences in a log");
}

Test(progress_line, an_object_a_second_and_the_end_of_each_stage)
{
    capture(BK_PROGRESS_JSON, five_minutes);
    size_t finished = 0, count = 0;
    char *rest = NULL;
    for (char *line = strtok_r(captured, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest)) {
        json_t *object = json_loads(line, 0, NULL);
        cr_assert_not_null(object, "%s", line);
        finished += json_integer_value(json_object_get(object, "done")) == 69;
        count++;
        json_decref(object);
    }
    cr_assert_eq(finished, 42, "%zu stages", finished);
    cr_assert(count <= 301 + 42, "%zu lines", count);
    cr_assert(count >= 250, "%zu lines", count);
}

Test(progress_line, none_is_silent)
{
    capture(BK_PROGRESS_NONE, five_minutes);
    cr_assert_str_eq(captured, "");
}

static void speak(bk_progress_line *line)
{
    bk_progress_line_say(line, "said");
    bk_progress_line_tell(line, "told");
}

Test(progress_line, what_is_said_and_what_must_be_told)
{
    capture(BK_PROGRESS_BAR, speak);
    cr_assert_str_eq(captured, "said\ntold\n");
    capture(BK_PROGRESS_JSON, speak);
    cr_assert_str_eq(
        captured, "{\"event\":\"message\",\"text\":\"said\"}\n{\"event\":\"message\",\"text\":\"told\"}\n");
    capture(BK_PROGRESS_NONE, speak);
    cr_assert_str_eq(captured, "told\n");
}

static void on_a_narrow_terminal(bk_progress_line *line)
{
    bk_progress progress = half_way;
    line->terminal = true;
    setenv("COLUMNS", "20", 1);
    bk_progress_line_show(line, &progress);
    progress.stage = "übung";
    bk_progress_line_show(line, &progress);
    bk_progress_line_say(line, "said");
    progress.finished = true;
    bk_progress_line_show(line, &progress);
}

Test(progress_line, a_terminal_has_one_line_that_never_wraps)
{
    capture(BK_PROGRESS_BAR, on_a_narrow_terminal);
    cr_assert_str_eq(captured, "\r\033[Ktrials: 600 of 1000\r\033[Kübung: 600 of 1000 \r\033[Ksaid\n");
}
