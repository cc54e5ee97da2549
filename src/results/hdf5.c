/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * HDF5's errors, identifiers and types, tamed for the reader and the writer.
 */
#include "results/hdf5.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void bk_hdf5_begin(bk_hdf5_scope *scope)
{
    /* First of all, or HDF5 1.10.8 crashes at exit after a failed write. It reports a second call as a
     * failure, which is none. */
    (void)H5dont_atexit();
    scope->print = NULL;
    scope->print_data = NULL;
    scope->plugins = 0;
    (void)H5Eget_auto2(H5E_DEFAULT, &scope->print, &scope->print_data);
    (void)H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    (void)H5PLget_loading_state(&scope->plugins);
    (void)H5PLset_loading_state(0);
}

void bk_hdf5_end(const bk_hdf5_scope *scope)
{
    (void)H5PLset_loading_state(scope->plugins);
    (void)H5Eset_auto2(H5E_DEFAULT, scope->print, scope->print_data);
}

/* The first and the last entry of the error stack, from the call that failed down to the cause. */
typedef struct error_ends {
    char call[160];
    char cause[160];
} error_ends;

static herr_t note_error(unsigned n, const H5E_error2_t *error, void *data)
{
    error_ends *ends = data;
    const char *text = error->desc != NULL ? error->desc : "no description";
    if (n == 0) {
        snprintf(ends->call, sizeof ends->call, "%s: %s", error->func_name, text);
    } else {
        snprintf(ends->cause, sizeof ends->cause, "%s", text);
    }
    return 0;
}

bk_status bk_hdf5_fail(bk_status status, const char *format, ...)
{
    error_ends ends = {{0}, {0}};
    (void)H5Ewalk2(H5E_DEFAULT, H5E_WALK_DOWNWARD, note_error, &ends);
    char text[1200];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (ends.call[0] == '\0') {
        return bk_fail(status, "%s", text);
    }
    if (ends.cause[0] == '\0') {
        return bk_fail(status, "%s (HDF5: %s)", text, ends.call);
    }
    return bk_fail(status, "%s (HDF5: %s: %s)", text, ends.call, ends.cause);
}

bk_status bk_hdf5_close(bk_status before, hid_t id)
{
    if (id >= 0 && H5Idec_ref(id) < 0 && before == BK_OK) {
        return bk_hdf5_fail(BK_FAILED, "cannot close a part of the results file");
    }
    return before;
}

static hid_t make_text_type(void)
{
    const hid_t type = H5Tcopy(H5T_C_S1);
    if (type >= 0 && (H5Tset_size(type, H5T_VARIABLE) < 0 || H5Tset_cset(type, H5T_CSET_UTF8) < 0 ||
                      H5Tset_strpad(type, H5T_STR_NULLTERM) < 0)) {
        (void)H5Tclose(type);
        return -1;
    }
    return type;
}

bk_status bk_hdf5_types_make(bk_hdf5_types *types)
{
    types->file[BK_F32] = H5T_IEEE_F32LE;
    types->file[BK_F64] = H5T_IEEE_F64LE;
    types->file[BK_I32] = H5T_STD_I32LE;
    types->file[BK_I64] = H5T_STD_I64LE;
    types->file[BK_U8] = H5T_STD_U8LE;
    types->file[BK_U32] = H5T_STD_U32LE;
    types->file[BK_U64] = H5T_STD_U64LE;
    types->memory[BK_F32] = H5T_NATIVE_FLOAT;
    types->memory[BK_F64] = H5T_NATIVE_DOUBLE;
    types->memory[BK_I32] = H5T_NATIVE_INT32;
    types->memory[BK_I64] = H5T_NATIVE_INT64;
    types->memory[BK_U8] = H5T_NATIVE_UINT8;
    types->memory[BK_U32] = H5T_NATIVE_UINT32;
    types->memory[BK_U64] = H5T_NATIVE_UINT64;
    types->file[BK_TEXT] = make_text_type();
    types->memory[BK_TEXT] = types->file[BK_TEXT];
    if (types->file[BK_TEXT] < 0) {
        return bk_hdf5_fail(BK_FAILED, "cannot make the text type of the results file");
    }
    return BK_OK;
}

bk_status bk_hdf5_types_close(bk_status before, const bk_hdf5_types *types)
{
    return bk_hdf5_close(before, types->file[BK_TEXT]);
}
