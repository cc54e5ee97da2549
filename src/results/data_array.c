/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What arrays of numbers (.npy, HDF5) have in common: columns go by number, values have no text.
 */
#include <math.h>
#include <stdio.h>

#include "results/data.h"

bk_status bk_data_take_number(bk_data *data, bk_column *column, double value)
{
    if (isfinite(value)) {
        return bk_column_add_number(column, value);
    }
    char where[400];
    bk_data_where(where, sizeof where, data, column->count);
    return bk_data_refuse(where, column, isnan(value) ? BK_NUMBER_NAN : BK_NUMBER_INFINITE,
                          isnan(value)  ? "nan"
                          : value > 0.0 ? "inf"
                                        : "-inf");
}

/* Names column number `number` of a source whose columns have no names. */
static bk_status name_by_number(bk_column *column, size_t number, size_t columns)
{
    char name[40] = "";
    if (columns > 1) {
        (void)snprintf(name, sizeof name, "column %zu", number);
    }
    column->number = number;
    column->name = bk_copy_text(name);
    return column->name == NULL ? bk_error_status() : BK_OK;
}

static bk_status name_all(bk_data *data, size_t columns)
{
    BK_TRY(bk_data_make_columns(data, columns));
    for (size_t i = 0; i < columns; i++) {
        BK_TRY(name_by_number(&data->columns[i], i + 1, columns));
    }
    return BK_OK;
}

bk_status bk_data_find_columns(size_t *position, bk_data *data, const bk_data_column *asked, size_t columns)
{
    if (data->looking) {
        return name_all(data, columns);
    }
    for (size_t i = 0; i < data->count; i++) {
        if (asked[i].wanted == NULL && columns > 1) {
            return bk_fail(BK_INVALID, "%s: which column of %s? it has %zu, from 1", asked[i].option,
                           data->source, columns);
        }
        position[i] = 0;
        if (asked[i].wanted != NULL) {
            BK_TRY(bk_data_column_by_number(&position[i], &asked[i], data->source, columns));
        }
        BK_TRY(name_by_number(&data->columns[i], position[i] + 1, columns));
    }
    return BK_OK;
}
