/* SPDX-License-Identifier: GPL-3.0-or-later
 * The options that say what the input is. */
#include <string.h>

#include "cli/input.h"

static bk_status take_range(bk_input_request *request, const char *value)
{
    char low[64];
    const char *colon = strchr(value, ':');
    if (colon == NULL || (size_t)(colon - value) >= sizeof low) {
        return bk_fail(BK_INVALID, "--range: '%s' is not of the form A:B, as in 0:1", value);
    }
    memcpy(low, value, (size_t)(colon - value));
    low[colon - value] = '\0';
    BK_TRY(bk_parse_real(&request->range_low, low, "--range"));
    BK_TRY(bk_parse_real(&request->range_high, colon + 1, "--range"));
    if (request->range_low >= request->range_high) {
        return bk_fail(BK_INVALID, "--range: %s is empty: the least loss comes first, as in 0:1", value);
    }
    request->range_given = true;
    return BK_OK;
}

/* The number of a word among count; names is what the message lists. */
static bk_status take_word(size_t *which, const char *option, const char *value, const char *const *words,
                           size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(value, words[i]) == 0) {
            *which = i;
            return BK_OK;
        }
    }
    bk_text list = {0};
    for (size_t i = 0; i < count; i++) {
        bk_text_append(&list, "%s%s", i == 0 ? "" : i + 1 == count ? " or " : ", ", words[i]);
    }
    const bk_status status =
        bk_fail(BK_INVALID, "--%s: '%s' is not one of %s", option, value, bk_text_string(&list));
    bk_text_clear(&list);
    return status;
}

static bk_status take_delimiter(bk_input_request *request, const char *value)
{
    static const char *const names[] = {"comma", "tab", "semicolon", "blank"};
    size_t which = 0;
    if (value[0] != '\0' && value[1] == '\0') {
        if (strchr("\"\r\n#", value[0]) != NULL || (value[0] >= '0' && value[0] <= '9')) {
            return bk_fail(BK_INVALID, "--delimiter: '%c' cannot separate numbers", value[0]);
        }
        request->layout.delimiter = value[0];
        return BK_OK;
    }
    BK_TRY(take_word(&which, "delimiter", value, names, 4));
    request->layout.delimiter = ",\t; "[which];
    return BK_OK;
}

static bk_status take_choice(bk_input_request *request, bool *taken, const char *name, const char *value)
{
    static const char *const losses[] = {"zero-one", "brier", "log"};
    static const char *const headers[] = {"auto", "yes", "no"};
    size_t which = 0;
    if (strcmp(name, "loss") == 0) {
        BK_TRY(take_word(&which, name, value, losses, 3));
        request->loss = (bk_loss_kind)which;
        request->loss_given = true;
    } else if (strcmp(name, "header") == 0) {
        BK_TRY(take_word(&which, name, value, headers, 3));
        request->layout.header = (bk_data_header)which;
    } else if (strcmp(name, "threshold") == 0) {
        request->threshold_given = true;
        return bk_parse_real(&request->threshold, value, "--threshold");
    } else if (strcmp(name, "range") == 0) {
        return take_range(request, value);
    } else if (strcmp(name, "delimiter") == 0) {
        return take_delimiter(request, value);
    } else {
        *taken = false;
    }
    return BK_OK;
}

bk_status bk_input_take(bk_input_request *request, bool *taken, const char *name, const char *value)
{
    const struct {
        const char *name;
        const char **where;
    } texts[] = {{"column", &request->column},          {"label", &request->label},
                 {"prediction", &request->prediction},  {"score", &request->score},
                 {"positive", &request->positive},      {"group", &request->group},
                 {"strata", &request->strata},          {"weights", &request->weights},
                 {"denominator", &request->denominator}};
    *taken = true;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (strcmp(name, texts[i].name) == 0) {
            *texts[i].where = value;
            return BK_OK;
        }
    }
    return take_choice(request, taken, name, value);
}
