# SPDX-License-Identifier: GPL-3.0-or-later
# Reads the results files of brisk and plots a network's trials. Needs the package hdf5r.
#
#   source("analysis/r/brisk.R")
#   networks("lab.h5")
#   intervals("lab.h5", "tanh_500")
#   plot_trials("lab.h5", "tanh_500")
#
# What each group and dataset means stands in analysis/FORMAT.md. Arrays come with their axes reversed, as R
# stores the first axis fastest: score [x1, x0] of that page has dim c(length(x0), length(x1)) here.

suppressPackageStartupMessages(library(hdf5r))

# The major version of the format that this file reads; a larger minor version only adds.
brisk_format_major <- 1L

# HDF5's and netCDF's own bookkeeping of dimension scales.
scale_attributes <- c("CLASS", "NAME", "REFERENCE_LIST", "DIMENSION_LIST", "DIMENSION_LABELS")
index_mark <- "This is a netCDF dimension but not a netCDF variable"

# Opens a file, hands it to what, and closes it whatever happens.
with_results <- function(path, what) {
  if (!file.exists(path)) stop("there is no file ", path, call. = FALSE)
  file <- H5File$new(path, mode = "r")
  on.exit(file$close_all())
  attribute <- function(name) if (name %in% h5attr_names(file)) h5attr(file, name) else ""
  if (!identical(attribute("format"), "brisk-results")) {
    stop(path, " is no results file of brisk", call. = FALSE)
  }
  if (!isTRUE(attribute("complete") == 1)) stop(path, " is not complete", call. = FALSE)
  if (h5attr(file, "format_version")[1] != brisk_format_major) {
    stop(path, " has another format version than ", brisk_format_major, call. = FALSE)
  }
  what(file)
}

# An axis that only counts has a length and no values.
is_index <- function(dataset) {
  "NAME" %in% h5attr_names(dataset) && startsWith(h5attr(dataset, "NAME"), index_mark)
}

read_attributes <- function(object) {
  names <- setdiff(h5attr_names(object), scale_attributes)
  sapply(names, function(name) h5attr(object, name), simplify = FALSE)
}

read_group <- function(group) {
  content <- list(attributes = read_attributes(group))
  for (name in names_in(group)) {
    object <- group[[name]]
    if (inherits(object, "H5Group")) {
      content[[name]] <- read_group(object)
    } else if (!is_index(object)) {
      content[[name]] <- object$read()
    }
    object$close()
  }
  content
}

# The names in a group, in the order in which they were written.
names_in <- function(group) group$ls(index_type = h5const$H5_INDEX_CRT_ORDER, order = h5const$H5_ITER_INC)$name

# HDF5 fails instead of answering where a group on the way is missing, so each step is asked for.
group_of <- function(file, path) {
  for (name in strsplit(path, "/", fixed = TRUE)[[1]]) {
    if (name == "") next
    if (!file$exists(name)) stop("the file has no ", path, call. = FALSE)
    file <- file[[name]]
  }
  file
}

# The whole file, or one group of it, as nested lists: attributes, datasets and groups by their names.
# Everything is read into memory: name the group you need of a large file.
read_results <- function(path, group = "/") {
  with_results(path, function(file) read_group(if (group == "/") file else group_of(file, group)))
}

# A data frame with one row a network: its name and its attributes, NA where it has none.
networks <- function(path) {
  with_results(path, function(file) {
    group <- group_of(file, "network")
    found <- lapply(names_in(group), function(name) c(list(name = name), read_attributes(group[[name]])))
    columns <- unique(unlist(lapply(found, names)))
    as.data.frame(sapply(columns, function(column) {
      sapply(found, function(one) if (is.null(one[[column]])) NA else one[[column]])
    }, simplify = FALSE))
  })
}

# The table of intervals of a network as a data frame. Where an interval is withheld, low and high are NaN, and
# status and reason say why.
intervals <- function(path, network) {
  table <- read_results(path, paste0("network/", network, "/interval"))
  as.data.frame(table[names(table) != "attributes"])
}

# The histogram of the fresh test sets' error rates: edge, count and density of its bins, the mean of the trials
# with its standard error, the true risk (NA where the file has none) and the error rate of the one test set
# that the intervals are about. The bins are the file's: each holds equally many of the values that an error
# rate can have.
trial_histogram <- function(path, network) {
  with_results(path, function(file) {
    group <- group_of(file, paste0("network/", network))
    trials <- group_of(group, "trials")
    # With --keep summary there are no values, and what describes them stands on the group.
    described <- read_attributes(if (trials$exists("error_count")) trials[["error_count"]] else trials)
    edge <- trials[["histogram/edge"]]$read()
    count <- as.numeric(trials[["histogram/count"]]$read())
    truth <- read_attributes(group)$true_risk
    list(
      edge = edge, count = count, density = count / (sum(count) * diff(edge)),
      mean = described$mean, mcse = described$mcse,
      true_risk = if (is.null(truth)) NA else truth,
      error_rate = h5attr(group[["test_set"]], "error_rate")
    )
  })
}

# Draws that histogram, the true risk (line), the measured error rate (dashed) and the intervals above it.
# Returns what it drew, invisibly.
plot_trials <- function(path, network) {
  histogram <- trial_histogram(path, network)
  table <- intervals(path, network)
  shown <- table[is.finite(table$low) & is.finite(table$high), ]
  top <- max(histogram$density)
  height <- top * (1 + 0.09 * seq_len(nrow(shown)))
  limits <- range(histogram$edge, shown$low, shown$high)
  plot(NULL,
    xlim = limits + c(0, 0.45) * diff(limits), ylim = c(0, max(top, height) * 1.02), yaxs = "i",
    xlab = "error rate on a test set", ylab = "density",
    main = paste0(network, ": ", sum(histogram$count), " fresh test sets")
  )
  rect(head(histogram$edge, -1), 0, tail(histogram$edge, -1), histogram$density,
    col = "#9ecae1", border = "white"
  )
  abline(h = 0)
  if (!is.na(histogram$true_risk)) segments(histogram$true_risk, 0, y1 = top, lwd = 2)
  segments(histogram$error_rate, 0, y1 = top, lwd = 2, lty = 2)
  segments(shown$low, height, shown$high, lwd = 4, col = "#08519c")
  text(shown$high, height, paste0("  ", shown$method, " (", shown$guarantee, ")"), adj = 0, cex = 0.8)
  invisible(list(histogram = histogram, intervals = shown))
}
