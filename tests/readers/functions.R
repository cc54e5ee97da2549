# SPDX-License-Identifier: GPL-3.0-or-later
# Rscript functions.R BRISK.R FILE.h5 PICTURE.pdf: what the functions of analysis/r/brisk.R find, one value a line
# as "name TAB value", doubles in hexadecimal so that no bit is lost; and the picture.
arguments <- commandArgs(trailingOnly = TRUE)
source(arguments[1])
path <- arguments[2]

tell <- function(name, values) {
  shown <- if (is.double(values) && !inherits(values, "integer64")) {
    ifelse(is.nan(values), "nan", sprintf("%a", values))
  } else {
    as.character(values)
  }
  if (length(shown) > 0) cat(paste0(name, "[", seq_along(shown) - 1, "]\t", shown), sep = "\n")
}

found <- networks(path)
for (column in names(found)) tell(paste0("networks/", column), found[[column]])
pdf(arguments[3])
for (network in found$name) {
  table <- intervals(path, network)
  for (column in names(table)) tell(paste("intervals", network, column, sep = "/"), table[[column]])
  histogram <- trial_histogram(path, network)
  for (part in names(histogram)) tell(paste("histogram", network, part, sep = "/"), histogram[[part]])
  drawn <- plot_trials(path, network)$intervals
  for (column in c("method", "low", "high")) tell(paste("drawn", network, column, sep = "/"), drawn[[column]])
}
invisible(dev.off())

refused <- function(expression, words) {
  said <- tryCatch({
    force(expression)
    "nothing"
  }, error = conditionMessage)
  if (!grepl(words, said)) stop("expected a refusal with '", words, "', got: ", said)
}
refused(networks("no such file.h5"), "there is no file")
refused(intervals(path, "no_such_network"), "has no network/no_such_network/interval")
