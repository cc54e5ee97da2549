# SPDX-License-Identifier: GPL-3.0-or-later
# BCa of the mean of n losses by R's boot, the reference implementation, in its quickest form: on one core and on all,
# with a statistic of indices and with weighted frequencies; the acceleration from the closed form of the mean.
# Rscript bootstrap_boot.R n resamples threads -> for each form a line: form, seconds, low, high; last the version.
suppressMessages(library(boot))
given <- as.integer(commandArgs(TRUE))
n <- given[1]
resamples <- given[2]
threads <- given[3]
set.seed(7)
losses <- rexp(n)
forms <- list(indices = list(stype = "i", statistic = function(x, i) mean(x[i])),
              frequencies = list(stype = "f", statistic = function(x, f) sum(x * f) / length(x)))
for (name in names(forms)) {
    for (cores in unique(c(1L, threads))) {
        form <- forms[[name]]
        start <- proc.time()[["elapsed"]]
        made <- boot(losses, form$statistic, R = resamples, stype = form$stype,
                     parallel = if (cores > 1L) "multicore" else "no", ncpus = cores)
        found <- boot.ci(made, conf = 0.9, type = "bca", L = losses - mean(losses))
        seconds <- proc.time()[["elapsed"]] - start
        cat(sprintf("%s, %d|%.6f|%.9g|%.9g\n", name, cores, seconds, found$bca[4], found$bca[5]))
    }
}
cat(sprintf("R %s.%s, boot %s\n", R.version$major, R.version$minor, packageVersion("boot")))
