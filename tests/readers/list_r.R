# SPDX-License-Identifier: GPL-3.0-or-later
# The values of a results file as R's hdf5r reads them; the form is told in list_h5py.py.
#     Rscript list_r.R FILE.h5
suppressPackageStartupMessages({
    library(hdf5r)
})

of_scales <- c("CLASS", "NAME", "REFERENCE_LIST", "DIMENSION_LIST", "DIMENSION_LABELS")
index <- "This is a netCDF dimension but not a netCDF variable."

hex <- function(text) paste(format(as.hexmode(as.integer(charToRaw(enc2utf8(text)))), width = 2), collapse = "")

fields <- function(value) {
    if (is.character(value)) vapply(value, function(v) if (nzchar(v)) hex(v) else "", "")
    else if (inherits(value, "integer64")) bit64::as.character.integer64(value)
    else ifelse(is.nan(value), "nan", sprintf("%.17g", value))
}

emit <- function(key, space, value) {
    shape <- if (space$get_simple_extent_type() == "H5S_SCALAR") "-" else paste(space$dims, collapse = "x")
    dim(value) <- NULL
    cat(c(key, shape, if (length(value) > 0) fields(value)), sep = "\t")
    cat("\n")
}

list_attributes <- function(where, item) {
    for (name in setdiff(list.attributes(item), of_scales)) {
        attribute <- item$attr_open(name)
        emit(c("attribute", where, name), attribute$get_space(), attribute$read())
        attribute$close()
    }
}

is_index <- function(item) item$attr_exists("NAME") && startsWith(h5attr(item, "NAME"), index)

list_group <- function(where, group) {
    list_attributes(if (nzchar(where)) where else "/", group)
    for (name in names(group)) {
        item <- group[[name]]
        path <- paste0(where, "/", name)
        if (inherits(item, "H5Group")) {
            list_group(path, item)
        } else if (!is_index(item)) {
            emit(c("dataset", path), item$get_space(), item$read())
            list_attributes(path, item)
        }
        item$close()
    }
}

# 64-bit integers stay integers: doubles hold those up to 2^53 only.
options(hdf5r.h5tor_default = h5const$H5TOR_CONV_NONE)
file <- H5File$new(commandArgs(trailingOnly = TRUE)[1], mode = "r")
list_group("", file)
file$close_all()
