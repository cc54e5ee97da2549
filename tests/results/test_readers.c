/* SPDX-License-Identifier: GPL-3.0-or-later
 * The file as others read it: h5dump, h5ls, h5py, netCDF4, xarray with two engines. */
#include "sample.h"

#include <criterion/criterion.h>

Test(readers, everybody_opens_the_sample, .fini = sample_folder_remove, .timeout = 120)
{
    bk_results *results = sample_tree();
    cr_assert_eq(bk_results_write(results, sample_path("a.h5"), false), BK_OK, "%s", bk_error_message());
    bk_results_destroy(results);
    const int code = sample_python("check_readers.py", sample_path("a.h5"), NULL);
    if (code < 0) {
        cr_skip_test("h5py, netCDF4, h5netcdf or xarray is not installed");
    }
    cr_assert_eq(code, 0);
}
