/* SPDX-License-Identifier: GPL-3.0-or-later
 * Writing what several parts of the lab write. Floats stand in the file as f64, whatever the precision
 * of the computation: every f32 is a f64, and readers meet one type. */
#include "lab_parts.h"

#include <string.h>

bk_status lab_put(bk_group *group, const bk_field *field, const size_t *shape, const void *values)
{
    return bk_group_add(group, field, shape, values) == NULL ? bk_error_status() : BK_OK;
}

static double element(bk_dtype dtype, const void *values, size_t i)
{
    return dtype == BK_F32 ? (double)((const float *)values)[i] : ((const double *)values)[i];
}

bk_status lab_put_floats(bk_group *group, const bk_field *field, const size_t *shape, bk_dtype dtype,
                         const void *values)
{
    size_t count = 1;
    for (size_t axis = 0; axis < field->rank; axis++) {
        if (!bk_multiply_sizes(&count, count, shape[axis])) {
            return bk_fail(BK_OVERFLOW, "the dataset %s is too large", field->name);
        }
    }
    double *wide = bk_allocate(count, sizeof *wide);
    if (wide == NULL) {
        return bk_error_status();
    }
    for (size_t i = 0; i < count; i++) {
        wide[i] = element(dtype, values, i);
    }
    const bk_status status = lab_put(group, field, shape, wide);
    bk_free(wide);
    return status;
}

bk_status lab_put_points(bk_group *group, bk_dtype dtype, const void *x, const int8_t *y, size_t count)
{
    static const bk_field x_field = {.name = "x",
                                     .dtype = BK_F64,
                                     .rank = 2,
                                     .axes = {"point", "input"},
                                     .unit = "1",
                                     .long_name = "coordinates of the points"};
    static const bk_field y_field = {.name = "y",
                                     .dtype = BK_I32,
                                     .rank = 1,
                                     .axes = {"point"},
                                     .unit = "1",
                                     .long_name = "class of the points, -1 or +1"};
    const size_t inputs = bk_mixture_lab.inputs;
    double *rows = bk_allocate(count, inputs * sizeof *rows);
    int32_t *labels = bk_allocate(count, sizeof *labels);
    bk_status status = rows == NULL || labels == NULL ? bk_error_status() : BK_OK;
    if (status == BK_OK) {
        for (size_t point = 0; point < count; point++) {
            labels[point] = y[point];
            for (size_t input = 0; input < inputs; input++) {
                rows[point * inputs + input] = element(dtype, x, input * count + point);
            }
        }
        status = lab_put(group, &x_field, (size_t[]){count, inputs}, rows);
    }
    if (status == BK_OK) {
        status = lab_put(group, &y_field, &count, labels);
    }
    bk_free(rows);
    bk_free(labels);
    return status;
}
