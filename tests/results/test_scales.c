/* SPDX-License-Identifier: GPL-3.0-or-later
 * Dimension scales as we write them are those of HDF5's own functions. */
#include "results/hdf5.h"
#include "sample.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

TestSuite(scales, .fini = sample_folder_remove);

/* A file with two datasets along x and y (3 and 2 long), x a coordinate, y an index; by us. */
static hid_t our_file(void)
{
    bk_results *results = bk_results_create();
    bk_group *group = bk_group_at(bk_results_root(results), "g");
    const double values[6] = {1, 2, 3, 4, 5, 6};
    const bk_field x = {"x", BK_F64, 1, {"x"}, "1", "x"};
    const bk_field one = {"one", BK_F64, 1, {"x"}, "1", "along x"};
    const bk_field two = {"two", BK_F64, 2, {"y", "x"}, "1", "along both"};
    const bk_field none = {"none", BK_F64, 1, {"z"}, "1", "along z"};
    bk_group_add(group, &x, &(size_t){3}, values);
    bk_group_add(group, &one, &(size_t){3}, values);
    bk_group_add(group, &two, (const size_t[]){2, 3}, values);
    bk_group_add(group, &none, &(size_t){4}, values);
    cr_assert_eq(bk_results_write(results, sample_path("ours.h5"), true), BK_OK, "%s", bk_error_message());
    bk_results_destroy(results);
    return H5Fopen(sample_path("ours.h5"), H5F_ACC_RDWR, H5P_DEFAULT);
}

/* The same by the functions of HDF5. */
static hid_t their_file(void)
{
    const hsize_t lengths[2] = {2, 3};
    const hid_t file = H5Fcreate(sample_path("theirs.h5"), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    const hid_t group = H5Gcreate2(file, "g", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    const hid_t along_x = H5Screate_simple(1, &lengths[1], NULL);
    const hid_t along_y = H5Screate_simple(1, &lengths[0], NULL);
    const hid_t both = H5Screate_simple(2, lengths, NULL);
    const hid_t d[4] = {
        H5Dcreate2(group, "x", H5T_IEEE_F64LE, along_x, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
        H5Dcreate2(group, "y", H5T_IEEE_F32LE, along_y, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
        H5Dcreate2(group, "one", H5T_IEEE_F64LE, along_x, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
        H5Dcreate2(group, "two", H5T_IEEE_F64LE, both, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT)};
    cr_assert(H5DSset_scale(d[0], "x") >= 0);
    cr_assert(H5DSset_scale(d[1], "This is a netCDF dimension but not a netCDF variable.         2") >= 0);
    cr_assert(H5DSattach_scale(d[2], d[0], 0) >= 0 && H5DSset_label(d[2], 0, "x") >= 0);
    cr_assert(H5DSattach_scale(d[3], d[1], 0) >= 0 && H5DSset_label(d[3], 0, "y") >= 0);
    cr_assert(H5DSattach_scale(d[3], d[0], 1) >= 0 && H5DSset_label(d[3], 1, "x") >= 0);
    for (int i = 0; i < 4; i++) {
        H5Dclose(d[i]);
    }
    H5Sclose(along_x);
    H5Sclose(along_y);
    H5Sclose(both);
    H5Gclose(group);
    return file;
}

static void expect_same_attribute(hid_t ours, hid_t theirs, const char *object, const char *name)
{
    const hid_t a = H5Aopen_by_name(ours, object, name, H5P_DEFAULT, H5P_DEFAULT);
    const hid_t b = H5Aopen_by_name(theirs, object, name, H5P_DEFAULT, H5P_DEFAULT);
    cr_assert(a >= 0 && b >= 0, "%s of %s", name, object);
    const hid_t type_a = H5Aget_type(a);
    const hid_t type_b = H5Aget_type(b);
    const hid_t space_a = H5Aget_space(a);
    const hid_t space_b = H5Aget_space(b);
    cr_assert(H5Tequal(type_a, type_b) > 0, "type of %s of %s", name, object);
    cr_assert(H5Sextent_equal(space_a, space_b) > 0, "space of %s of %s", name, object);
    const hid_t ids[] = {a, b, type_a, type_b, space_a, space_b};
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        H5Idec_ref(ids[i]);
    }
}

Test(scales, attributes_have_the_types_of_hdf5_s_own)
{
    const hid_t ours = our_file();
    const hid_t theirs = their_file();
    static const char *const names[][2] = {{"g/x", "CLASS"},
                                           {"g/x", "NAME"},
                                           {"g/x", "REFERENCE_LIST"},
                                           {"g/y", "CLASS"},
                                           {"g/y", "NAME"},
                                           {"g/y", "REFERENCE_LIST"},
                                           {"g/one", "DIMENSION_LIST"},
                                           {"g/one", "DIMENSION_LABELS"},
                                           {"g/two", "DIMENSION_LIST"},
                                           {"g/two", "DIMENSION_LABELS"}};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        expect_same_attribute(ours, theirs, names[i][0], names[i][1]);
    }
    H5Fclose(ours);
    H5Fclose(theirs);
}

/* What HDF5's functions say of our file; detaching and attaching, they find and change our lists. */
Test(scales, hdf5_s_functions_understand_ours)
{
    const hid_t file = our_file();
    const hid_t x = H5Dopen2(file, "g/x", H5P_DEFAULT);
    const hid_t y = H5Dopen2(file, "g/y", H5P_DEFAULT);
    const hid_t z = H5Dopen2(file, "g/z", H5P_DEFAULT);
    const hid_t one = H5Dopen2(file, "g/one", H5P_DEFAULT);
    const hid_t two = H5Dopen2(file, "g/two", H5P_DEFAULT);
    const hid_t none = H5Dopen2(file, "g/none", H5P_DEFAULT);
    cr_assert(H5DSis_scale(x) > 0 && H5DSis_scale(y) > 0 && H5DSis_scale(z) > 0 && H5DSis_scale(two) == 0);
    char name[80];
    cr_assert(H5DSget_scale_name(x, name, sizeof name) == 1 && strcmp(name, "x") == 0);
    cr_assert(H5DSget_scale_name(y, name, sizeof name) > 0);
    cr_assert_str_eq(name, "This is a netCDF dimension but not a netCDF variable.         2");
    cr_assert(H5DSget_label(two, 0, name, sizeof name) == 1 && strcmp(name, "y") == 0);
    cr_assert(H5DSget_label(two, 1, name, sizeof name) == 1 && strcmp(name, "x") == 0);
    cr_assert(H5DSget_num_scales(two, 0) == 1 && H5DSget_num_scales(two, 1) == 1);
    cr_assert(H5DSis_attached(one, x, 0) > 0 && H5DSis_attached(two, y, 0) > 0 &&
              H5DSis_attached(two, x, 1) > 0);
    cr_assert(H5DSis_attached(two, x, 0) == 0 && H5DSis_attached(one, y, 0) == 0);
    cr_assert(H5DSis_attached(none, z, 0) > 0);
    cr_assert(H5DSdetach_scale(two, x, 1) >= 0);
    cr_assert(H5DSis_attached(two, x, 1) == 0 && H5DSis_attached(one, x, 0) > 0);
    cr_assert(H5DSattach_scale(two, x, 1) >= 0 && H5DSis_attached(two, x, 1) > 0);
    const hid_t ids[] = {x, y, z, one, two, none, file};
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        H5Idec_ref(ids[i]);
    }
}
