/* SPDX-License-Identifier: GPL-3.0-or-later
 * Datasets of HDF5 files that are not brisk's. */
#include <hdf5.h>
#include <math.h>

#include "data_tools.h"

static void add(hid_t file, const char *name, hid_t type, hid_t memory, int rank, const hsize_t *shape,
                const void *values)
{
    const hid_t space = rank == 0 ? H5Screate(H5S_SCALAR) : H5Screate_simple(rank, shape, NULL);
    const hid_t set = H5Dcreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    cr_assert(set >= 0);
    if (values != NULL) {
        cr_assert(H5Dwrite(set, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
    }
    H5Dclose(set);
    H5Sclose(space);
}

static void make_file(void)
{
    static const double table[6] = {0, 1, 2, 3, 4, 5};
    static const signed char flags[3] = {1, 0, 1};
    static const double special[2] = {1.0, HUGE_VAL};
    const hsize_t six = 6, three = 3, two = 2, none = 0, matrix[2] = {3, 2}, cube[3] = {1, 2, 3};
    const hid_t file = H5Fcreate("x.h5", H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    const hid_t group = H5Gcreate2(file, "group", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    add(file, "group/f64", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, 1, &six, table);
    add(file, "f32be", H5T_IEEE_F32BE, H5T_NATIVE_DOUBLE, 1, &six, table);
    add(file, "i16", H5T_STD_I16BE, H5T_NATIVE_DOUBLE, 1, &six, table);
    add(file, "u64", H5T_STD_U64LE, H5T_NATIVE_DOUBLE, 1, &six, table);
    add(file, "matrix", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, 2, matrix, table);
    add(file, "cube", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, 3, cube, table);
    add(file, "scalar", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, 0, NULL, table);
    add(file, "inf", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, 1, &two, special);
    add(file, "none", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, 1, &none, NULL);
    const hid_t boolean = H5Tenum_create(H5T_NATIVE_INT8), text = H5Tcopy(H5T_C_S1);
    signed char code = 0;
    H5Tenum_insert(boolean, "FALSE", &code);
    code = 1;
    H5Tenum_insert(boolean, "TRUE", &code);
    add(file, "flags", boolean, boolean, 1, &three, flags);
    add(file, "text", text, text, 1, &three, "abc");
    H5Tclose(boolean);
    H5Tclose(text);
    H5Lcreate_soft("/group/f64", file, "soft", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_external("other.h5", "/f64", file, "external", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_soft("/nowhere", file, "dangling", H5P_DEFAULT, H5P_DEFAULT);
    H5Gclose(group);
    H5Fclose(file);
    const hid_t other = H5Fcreate("other.h5", H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    add(other, "f64", H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, 1, &six, table);
    H5Fclose(other);
}

Test(data_hdf5, numbers_of_any_type_are_read)
{
    static const struct {
        const char *source, *column, *name;
        double values[6];
        size_t count;
    } cases[] = {{"x.h5:/group/f64", NULL, "", {0, 1, 2, 3, 4, 5}, 6},
                 {"x.h5:/soft", "1", "", {0, 1, 2, 3, 4, 5}, 6},
                 {"x.h5:/f32be", NULL, "", {0, 1, 2, 3, 4, 5}, 6},
                 {"x.h5:/i16", NULL, "", {0, 1, 2, 3, 4, 5}, 6},
                 {"x.h5:/u64", NULL, "", {0, 1, 2, 3, 4, 5}, 6},
                 {"x.h5:/matrix", "2", "column 2", {1, 3, 5}, 3},
                 {"x.h5:/flags", NULL, "", {1, 0, 1}, 3},
                 {"x.h5://group//f64", NULL, "", {0, 1, 2, 3, 4, 5}, 6}};
    enter_folder();
    make_file();
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        bk_data *data = read_column(cases[i].source, cases[i].column, BK_DATA_NUMBER);
        cr_assert_not_null(data, "%s: %s", cases[i].source, bk_error_message());
        cr_assert_eq(bk_data_rows(data), cases[i].count, "%s", cases[i].source);
        cr_assert_str_eq(bk_data_column_name(data, 0), cases[i].name);
        for (size_t row = 0; row < cases[i].count; row++) {
            cr_assert_eq(bk_data_numbers(data, 0)[row], cases[i].values[row], "%s row %zu", cases[i].source,
                         row);
        }
        bk_data_destroy(data);
    }
}

Test(data_hdf5, faults_are_named)
{
    enter_folder();
    make_file();
    assert_refused("x.h5", NULL, BK_FORMAT, "FILE.h5:/PATH");
    assert_refused("x.h5:/nothing", NULL, BK_INVALID,
                   "there is nothing of that name; the file has /cube, /f32be");
    assert_refused("x.h5:/", NULL, BK_INVALID, "no dataset; the file has");
    assert_refused("x.h5:/group", NULL, BK_INVALID, "no dataset; the file has");
    assert_refused("x.h5:/dangling", NULL, BK_INVALID, "nothing of that name");
    assert_refused("x.h5:/external", NULL, BK_INVALID, "nothing of that name");
    assert_refused("x.h5:/group/f64/more", NULL, BK_INVALID, "nothing of that name");
    assert_refused("x.h5:/text", NULL, BK_UNSUPPORTED, "x.h5:/text holds text, not numbers");
    assert_refused("x.h5:/cube", NULL, BK_UNSUPPORTED, "3 axes");
    assert_refused("x.h5:/scalar", NULL, BK_UNSUPPORTED, "0 axes");
    assert_refused("x.h5:/none", NULL, BK_INVALID, "holds no values");
    assert_refused("x.h5:/matrix", NULL, BK_INVALID, "which column of x.h5:/matrix? it has 2");
    assert_refused("x.h5:/matrix", "3", BK_INVALID, "no column 3");
    assert_refused("x.h5:/inf", NULL, BK_INVALID, "x.h5:/inf, row 2: 'inf' is infinite");
    assert_refused("absent.h5:/x", NULL, BK_FILE, "cannot open absent.h5");
    write_file("text.h5", "1\n2\n", 4);
    assert_refused("text.h5:/x", NULL, BK_FORMAT, "text.h5 is not an HDF5 file");
}
