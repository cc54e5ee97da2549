/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * NumPy's .npy, versions 1 to 3 (numpy.lib.format): a magic, the length of a header, the header as a
 * Python literal of three known keys, the values.
 */
#include <stdio.h>
#include <string.h>

#include "results/data.h"

#define MAX_HEADER ((size_t)1 << 16)

typedef struct npy_layout {
    char kind; /* 'f', 'i', 'u', 'b' */
    size_t bytes;
    bool swap;
    bool fortran;
    size_t rows, columns;
} npy_layout;

/* Bytes of the stream, of which the first ones were read already. */
typedef struct npy_stream {
    bk_source *source;
    const unsigned char *first;
    size_t size, used;
    const char *name;
} npy_stream;

static bk_status read_exactly(npy_stream *stream, void *out, size_t size)
{
    unsigned char *bytes = out;
    while (size > 0) {
        size_t got = stream->size - stream->used;
        if (got > 0) {
            got = got < size ? got : size;
            memcpy(bytes, stream->first + stream->used, got);
            stream->used += got;
        } else {
            BK_TRY(
                bk_source_read(stream->source, bytes, size < BK_SOURCE_BLOCK ? size : BK_SOURCE_BLOCK, &got));
        }
        if (got == 0) {
            return bk_fail(BK_FILE, "%s ends too early: it was cut", stream->name);
        }
        bytes += got;
        size -= got;
    }
    return BK_OK;
}

static bool little_endian(void)
{
    const uint16_t one = 1;
    unsigned char first;
    memcpy(&first, &one, 1);
    return first == 1;
}

/* What stands behind 'KEY': in the header; NULL where it is missing. */
static const char *value_of(const char *header, const char *key)
{
    const char *at = strstr(header, key);
    if (at == NULL) {
        return NULL;
    }
    at += strlen(key);
    return at + strspn(at, " :");
}

static bk_status parse_type(npy_layout *layout, const char *header, const char *name)
{
    const char *at = value_of(header, "'descr'");
    char text[16] = "";
    if (at != NULL && *at == '\'') {
        const size_t length = strcspn(at + 1, "'");
        (void)snprintf(text, sizeof text, "%.*s", (int)(length < 15 ? length : 15), at + 1);
    }
    const bool known = (text[0] == '<' || text[0] == '>' || text[0] == '|' || text[0] == '=') &&
                       text[1] != '\0' && strchr("fiub", text[1]) != NULL && text[2] >= '1' &&
                       text[2] <= '8' && text[3] == '\0';
    layout->kind = text[1];
    layout->bytes = known ? (size_t)(text[2] - '0') : 0;
    const size_t bytes = layout->bytes;
    const bool fits = (layout->kind == 'b' && bytes == 1) ||
                      (layout->kind == 'f' && (bytes == 4 || bytes == 8)) ||
                      ((layout->kind == 'i' || layout->kind == 'u') &&
                       (bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8));
    if (!known || !fits) {
        char shown[64];
        const size_t length = at == NULL ? 0 : strcspn(at, *at == '[' ? "]" : ",");
        char piece[64] = "";
        (void)snprintf(piece, sizeof piece, "%.*s", (int)(length < 60 ? length : 60), at == NULL ? "" : at);
        return bk_fail(
            BK_UNSUPPORTED,
            "%s has values of type %s, which are not read: save real numbers (f4, f8), integers or bool",
            name, bk_data_plain(shown, sizeof shown, piece));
    }
    layout->swap = bytes > 1 && ((text[0] == '<' && !little_endian()) || (text[0] == '>' && little_endian()));
    return BK_OK;
}

static bk_status parse_shape(npy_layout *layout, const char *header, const char *name)
{
    const char *order = value_of(header, "'fortran_order'");
    const char *at = value_of(header, "'shape'");
    size_t axes[2] = {0, 1}, rank = 0;
    if (order == NULL || at == NULL || *at != '(' ||
        (strncmp(order, "True", 4) != 0 && strncmp(order, "False", 5) != 0)) {
        return bk_fail(BK_FORMAT, "%s is an .npy file with a damaged header", name);
    }
    for (at++; *at != ')'; at += strspn(at, ", ")) {
        size_t length = 0;
        if (*at < '0' || *at > '9') {
            return bk_fail(BK_FORMAT, "%s is an .npy file with a damaged shape", name);
        }
        for (; *at >= '0' && *at <= '9'; at++) {
            if (!bk_multiply_sizes(&length, length, 10) ||
                !bk_add_sizes(&length, length, (size_t)(*at - '0'))) {
                return bk_fail(BK_FORMAT, "%s claims a shape beyond the address space", name);
            }
        }
        if (rank < 2) {
            axes[rank] = length;
        }
        rank++;
    }
    if (rank < 1 || rank > 2) {
        return bk_fail(BK_UNSUPPORTED,
                       "%s has %zu axes: values are read from one axis, or from the columns of two", name,
                       rank);
    }
    size_t bytes = 0;
    if (!bk_multiply_sizes(&bytes, axes[0], axes[1]) || !bk_multiply_sizes(&bytes, bytes, layout->bytes)) {
        return bk_fail(BK_FORMAT, "%s claims a shape beyond the address space", name);
    }
    if (bytes == 0) {
        return bk_fail(BK_INVALID, "%s holds no values", name);
    }
    layout->fortran = *order == 'T';
    layout->rows = axes[0];
    layout->columns = axes[1];
    return BK_OK;
}

static bk_status read_header(npy_layout *layout, npy_stream *stream)
{
    unsigned char start[8], length_bytes[4] = {0};
    BK_TRY(read_exactly(stream, start, sizeof start));
    const unsigned version = start[6];
    if (version < 1 || version > 3) {
        return bk_fail(BK_UNSUPPORTED, "%s is an .npy file of version %u; 1 to 3 are read", stream->name,
                       version);
    }
    BK_TRY(read_exactly(stream, length_bytes, version == 1 ? 2 : 4));
    const size_t length = (size_t)length_bytes[0] | (size_t)length_bytes[1] << 8 |
                          (size_t)length_bytes[2] << 16 | (size_t)length_bytes[3] << 24;
    if (length > MAX_HEADER) {
        return bk_fail(BK_UNSUPPORTED, "%s has a header of %zu bytes: save an array of plain numbers",
                       stream->name, length);
    }
    char *header = bk_allocate(length + 1, 1);
    bk_status status = header == NULL ? bk_error_status() : read_exactly(stream, header, length);
    if (status == BK_OK) {
        status = parse_type(layout, header, stream->name);
    }
    if (status == BK_OK) {
        status = parse_shape(layout, header, stream->name);
    }
    bk_free(header);
    return status;
}

static double value_at(const npy_layout *layout, const unsigned char *at)
{
    unsigned char bytes[8] = {0};
    for (size_t i = 0; i < layout->bytes; i++) {
        bytes[i] = at[layout->swap ? layout->bytes - 1 - i : i];
    }
#define BK_AS(type)                            \
    do {                                       \
        type number;                           \
        memcpy(&number, bytes, sizeof number); \
        return (double)number;                 \
    } while (0)
    if (layout->kind == 'f') {
        if (layout->bytes == 4) {
            BK_AS(float);
        }
        BK_AS(double);
    }
    const bool sign = layout->kind == 'i';
    switch (layout->bytes) {
    case 1:
        return sign                  ? (double)(int8_t)bytes[0]
               : layout->kind == 'b' ? (double)(bytes[0] != 0)
                                     : (double)bytes[0];
    case 2:
        if (sign) {
            BK_AS(int16_t);
        }
        BK_AS(uint16_t);
    case 4:
        if (sign) {
            BK_AS(int32_t);
        }
        BK_AS(uint32_t);
    default:
        if (sign) {
            BK_AS(int64_t);
        }
        BK_AS(uint64_t);
    }
#undef BK_AS
}

/* Takes what belongs to the columns asked for out of the count values from number `first` on. */
static bk_status take_values(bk_data *data, const size_t *position, const npy_layout *layout,
                             const unsigned char *bytes, size_t first, size_t count)
{
    for (size_t column = 0; column < data->count; column++) {
        const size_t wanted = position[column];
        /* In C order the column's values lie `columns` apart, in Fortran order one behind the other. */
        const size_t step = layout->fortran ? 1 : layout->columns;
        const size_t begin = layout->fortran ? wanted * layout->rows : wanted;
        const size_t end = layout->fortran ? begin + layout->rows : layout->rows * layout->columns;
        size_t i = begin;
        if (i < first) {
            i += (first - i + step - 1) / step * step;
        }
        for (; i < end && i < first + count; i += step) {
            BK_TRY(bk_data_take_number(data, &data->columns[column],
                                       value_at(layout, bytes + (i - first) * layout->bytes)));
        }
    }
    return BK_OK;
}

static bk_status read_values(bk_data *data, const size_t *position, const npy_layout *layout,
                             npy_stream *stream)
{
    const size_t per_block = BK_SOURCE_BLOCK / 8;
    const size_t total = layout->rows * layout->columns;
    unsigned char *bytes = bk_allocate(per_block, layout->bytes);
    bk_status status = bytes == NULL ? bk_error_status() : BK_OK;
    for (size_t first = 0; status == BK_OK && first < total; first += per_block) {
        const size_t count = total - first < per_block ? total - first : per_block;
        status = read_exactly(stream, bytes, count * layout->bytes);
        if (status == BK_OK) {
            status = take_values(data, position, layout, bytes, first, count);
        }
    }
    bk_free(bytes);
    return status;
}

bk_status bk_data_read_npy(bk_data *data, const bk_data_column *asked, bk_source *source,
                           const unsigned char *block, size_t size)
{
    npy_layout layout = {0};
    npy_stream stream = {.source = source, .first = block, .size = size, .name = data->source};
    BK_TRY(read_header(&layout, &stream));
    size_t *position = bk_allocate(data->count, sizeof *position);
    bk_status status =
        position == NULL ? bk_error_status() : bk_data_find_columns(position, data, asked, layout.columns);
    if (status == BK_OK) {
        (void)snprintf(data->description, sizeof data->description, "NumPy array, %c%zu, %zu column%s",
                       layout.kind, layout.bytes, layout.columns, layout.columns == 1 ? "" : "s");
        status = data->looking ? BK_OK : read_values(data, position, &layout, &stream);
    }
    bk_free(position);
    return status;
}
