/* SPDX-License-Identifier: GPL-3.0-or-later
 * The files of an export: tables as CSV (RFC 4180 but for line ends, which are a line feed), a list of all
 * columns, all attributes, and a page that explains the folder. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/export.h"

/* ---- Cells ---- */

/* What stands between quotes. */
static void put_doubled(bk_sink *sink, const char *text)
{
    for (const char *c = text; *c != '\0'; c++) {
        bk_sink_bytes(sink, *c == '"' ? "\"\"" : c, *c == '"' ? 2 : 1);
    }
}

/* Empty text is "", so that it is told from a missing value and that no line is blank. */
static void put_text(bk_sink *sink, const char *text)
{
    if (text[0] != '\0' && text[strcspn(text, ",\"\r\n")] == '\0' && text[0] != ' ') {
        bk_sink_text(sink, text);
        return;
    }
    bk_sink_text(sink, "\"");
    put_doubled(sink, text);
    bk_sink_text(sink, "\"");
}

/* A value; an empty field for NaN. */
static void put_value(bk_sink *sink, bk_dtype dtype, const void *values, size_t i)
{
    char digits[BK_NUMBER_BYTES];
    size_t length;
    switch (dtype) {
    case BK_TEXT:
        put_text(sink, ((const char *const *)values)[i]);
        return;
    case BK_F64:
        length =
            isnan(((const double *)values)[i]) ? 0 : bk_shortest_real(digits, ((const double *)values)[i]);
        break;
    case BK_F32:
        length =
            isnan(((const float *)values)[i]) ? 0 : bk_shortest_real_f32(digits, ((const float *)values)[i]);
        break;
    case BK_U64:
        length = bk_decimal_unsigned(digits, ((const uint64_t *)values)[i]);
        break;
    case BK_I64:
        length = bk_decimal_integer(digits, ((const int64_t *)values)[i]);
        break;
    case BK_U32:
        length = bk_decimal_unsigned(digits, ((const uint32_t *)values)[i]);
        break;
    case BK_I32:
        length = bk_decimal_integer(digits, ((const int32_t *)values)[i]);
        break;
    default:
        length = bk_decimal_unsigned(digits, ((const uint8_t *)values)[i]);
        break;
    }
    bk_sink_bytes(sink, digits, length);
}

/* ---- Tables ---- */

/* The place along each axis of one row. */
typedef struct place {
    size_t at[BK_MAX_AXES];
} place;

static void step(place *row, const bk_dataset *shape)
{
    for (size_t axis = bk_dataset_rank(shape); axis > 0; axis--) {
        if (++row->at[axis - 1] < bk_dataset_shape(shape)[axis - 1]) {
            return;
        }
        row->at[axis - 1] = 0;
    }
}

static void put_row(bk_sink *sink, const bk_export_table *table, const place *row, size_t i)
{
    const size_t rank = bk_dataset_rank(table->first);
    const bool single = rank + table->count == 1;
    for (size_t axis = 0; axis < rank; axis++) {
        const bk_dataset *coordinate = bk_dataset_coordinate(table->first, axis);
        char digits[BK_NUMBER_BYTES];
        bk_sink_text(sink, axis == 0 ? "" : ",");
        if (coordinate == NULL) {
            bk_sink_bytes(sink, digits, bk_decimal_unsigned(digits, row->at[axis]));
        } else if (single && isnan(bk_dataset_real(coordinate, row->at[axis])) &&
                   bk_dataset_dtype(coordinate) != BK_TEXT) {
            bk_sink_text(sink, "\"\""); /* a blank line would be skipped by readers */
        } else {
            put_value(sink, bk_dataset_dtype(coordinate), bk_dataset_values(coordinate), row->at[axis]);
        }
    }
    for (size_t c = 0; c < table->count; c++) {
        const bk_dataset *column = table->columns[c];
        bk_sink_text(sink, rank + c == 0 ? "" : ",");
        if (single && bk_dataset_dtype(column) != BK_TEXT && isnan(bk_dataset_real(column, i))) {
            bk_sink_text(sink, "\"\"");
        } else {
            put_value(sink, bk_dataset_dtype(column), bk_dataset_values(column), i);
        }
    }
    bk_sink_text(sink, "\n");
}

void bk_export_table_csv(bk_sink *sink, const bk_export_table *table)
{
    char name[BK_COLUMN_BYTES];
    for (size_t i = 0; i < bk_dataset_rank(table->first) + table->count; i++) {
        bk_sink_text(sink, i == 0 ? "" : ",");
        put_text(sink, bk_export_column(name, table, i));
    }
    bk_sink_text(sink, "\n");
    place row = {{0}};
    for (size_t i = 0; i < bk_dataset_size(table->first) && sink->status == BK_OK; i++) {
        put_row(sink, table, &row, i);
        step(&row, table->first);
    }
}

/* ---- The list of columns ---- */

static void put_axes(bk_sink *sink, const bk_dataset *dataset)
{
    for (size_t axis = 0; axis < bk_dataset_rank(dataset); axis++) {
        bk_sink_text(sink, axis == 0 ? "" : " ");
        put_doubled(sink, bk_dataset_axis(dataset, axis));
    }
    bk_sink_text(sink, "\",");
    for (size_t axis = 0; axis < bk_dataset_rank(dataset); axis++) {
        bk_sink_print(sink, "%s%zu", axis == 0 ? "" : " ", bk_dataset_shape(dataset)[axis]);
    }
}

/* file,column,path,kind,type,axes,shape,units,long_name */
static void put_column(bk_sink *sink, const char *file, const char *column, const char *kind,
                       const bk_dataset *dataset)
{
    bk_sink_print(sink, "%s,", file);
    put_text(sink, column);
    bk_sink_text(sink, ",");
    put_text(sink, bk_dataset_path(dataset));
    bk_sink_print(sink, ",%s,%s,\"", kind, bk_dtype_name(bk_dataset_dtype(dataset)));
    put_axes(sink, dataset);
    bk_sink_text(sink, ",");
    put_text(sink, bk_dataset_unit(dataset));
    bk_sink_text(sink, ",");
    put_text(sink, bk_dataset_long_name(dataset));
    bk_sink_text(sink, "\n");
}

static void put_index(bk_sink *sink, const bk_export_table *table, const char *column, size_t axis)
{
    bk_sink_print(sink, "%s,", table->file);
    put_text(sink, column);
    bk_sink_text(sink, ",\"\",index,u64,");
    put_text(sink, bk_dataset_axis(table->first, axis));
    bk_sink_print(sink, ",%zu,1,\"place along the axis, from 0\"\n", bk_dataset_shape(table->first)[axis]);
}

void bk_export_index_csv(bk_sink *sink, const bk_export_plan *plan)
{
    char name[BK_COLUMN_BYTES];
    bk_sink_text(sink, "file,column,path,kind,type,axes,shape,units,long_name\n");
    if (plan->config != NULL) {
        put_column(sink, "config.ini", "", "text", plan->config);
    }
    for (size_t t = 0; t < plan->count; t++) {
        const bk_export_table *table = &plan->tables[t];
        const size_t rank = bk_dataset_rank(table->first);
        for (size_t i = 0; i < rank + table->count; i++) {
            const char *column = bk_export_column(name, table, i);
            const bk_dataset *coordinate = i < rank ? bk_dataset_coordinate(table->first, i) : NULL;
            if (i >= rank) {
                put_column(sink, table->file, column, "value", table->columns[i - rank]);
            } else if (coordinate != NULL) {
                put_column(sink, table->file, column, "coordinate", coordinate);
            } else {
                put_index(sink, table, column, i);
            }
        }
    }
}

/* ---- Attributes ---- */

static void put_attribute(bk_sink *sink, const char *path, bk_attribute attribute)
{
    const size_t count = attribute.length == 0 ? 1 : attribute.length;
    for (size_t i = 0; i < count; i++) {
        put_text(sink, path);
        bk_sink_text(sink, ",");
        put_text(sink, attribute.name);
        bk_sink_text(sink, ",");
        put_value(sink, attribute.dtype, attribute.values, i);
        bk_sink_print(sink, ",%s,", bk_dtype_name(attribute.dtype));
        if (attribute.length > 0) {
            bk_sink_print(sink, "%zu", i);
        }
        bk_sink_text(sink, "\n");
    }
}

static void put_attributes(bk_sink *sink, const bk_group *group)
{
    for (size_t i = 0; i < bk_group_attribute_count(group); i++) {
        put_attribute(sink, bk_group_path(group), bk_group_attribute(group, i));
    }
    for (size_t d = 0; d < bk_group_dataset_count(group); d++) {
        const bk_dataset *dataset = bk_group_dataset(group, d);
        for (size_t i = 0; i < bk_dataset_attribute_count(dataset); i++) {
            put_attribute(sink, bk_dataset_path(dataset), bk_dataset_attribute(dataset, i));
        }
    }
    for (size_t i = 0; i < bk_group_group_count(group); i++) {
        put_attributes(sink, bk_group_child(group, i));
    }
}

void bk_export_attributes_csv(bk_sink *sink, const bk_group *root)
{
    bk_sink_text(sink, "path,name,value,type,index\n");
    put_attributes(sink, root);
}

/* ---- README.txt ---- */

static const char conventions[] =
    "What is where\n"
    "  index.csv       every column of every table: its dataset, type, axes, unit and what it is\n"
    "  attributes.csv  every attribute: whose it is, its name, value and type; one row a value of a\n"
    "                  list, and index says which\n"
    "  config.ini      the configuration of the run, which 'brisk run EXPERIMENT --config' takes\n"
    "\n"
    "How to read the tables\n"
    "  CSV in UTF-8 with a header line, commas, a line feed at the end of each line, and quotes as\n"
    "  in RFC 4180. Numbers are the shortest decimals that read back as the same bits; whole numbers\n"
    "  are written out. An empty field is NaN (in a table of one column it is \"\", so that no line is\n"
    "  blank); an empty text is \"\"; infinities are inf and -inf. Rates are fractions, not percent;\n"
    "  flags are 0 or 1.\n"
    "  Coordinates come first. A column that bears the name of an axis without coordinates counts\n"
    "  from 0: trial 7 is the one that 'brisk replay' rebuilds with --trial 7. Datasets of two and\n"
    "  more axes stand in long form, one row a value, the last axis running fastest.\n"
    "\n"
    "Tables\n";

/* A name or a text of the file without what a terminal might obey. */
static void put_tame(bk_sink *sink, const char *text)
{
    for (const char *c = text; *c != '\0'; c++) {
        const unsigned char byte = (unsigned char)*c;
        bk_sink_bytes(sink, byte < 0x20 || byte >= 0x7f ? "?" : c, 1);
    }
}

void bk_export_readme(bk_sink *sink, const bk_export_plan *plan, const bk_group *root)
{
    const char *experiment = bk_group_text(root, "experiment"),
               *version = bk_group_text(root, "brisk_version"), *digest = bk_group_text(root, "digest");
    bk_sink_text(sink, BK_EXPORT_TITLE "\n\n  experiment  ");
    put_tame(sink, experiment == NULL ? "unknown" : experiment);
    bk_sink_text(sink, "\n  written by  brisk ");
    put_tame(sink, version == NULL ? "of unknown version" : version);
    bk_sink_text(sink, "\n  digest      ");
    put_tame(sink, digest == NULL ? "none" : digest);
    bk_sink_text(sink, "\n\n");
    bk_sink_text(sink, conventions);
    for (size_t t = 0; t < plan->count; t++) {
        const bk_export_table *table = &plan->tables[t];
        bk_sink_print(sink, BK_EXPORT_ITEM "%s: %zu row%s, from ", table->file, bk_dataset_size(table->first),
                      bk_dataset_size(table->first) == 1 ? "" : "s");
        put_tame(sink, bk_group_path(table->group));
        bk_sink_text(sink, "\n");
    }
}
