# SPDX-License-Identifier: GPL-3.0-or-later
# Writes stats_boot.txt: bootstraps and intervals by R's package boot (made with R 4.2.2, boot 1.3-28.1).
#
# Rscript make_stats_boot.R > stats_boot.txt
# Each case: "case NAME n R", then t0, var.t0, z0 and a (regression), a (jackknife), the replicates, their
# variances, the counts [R, n], the influence values [n] by regression, and lines "expect METHOD LEVEL LOW
# HIGH" ending with "stop".
# 16 points: mean and its variance; bca with both influences. law school: correlation, no variances.
library(boot)

number <- function(x) cat(formatC(x, digits = 17, format = "g"), sep = "\n")

write_case <- function(name, data, statistic, resamples, studentized) {
    set.seed(20240501)
    b <- boot(data, statistic, R = resamples)
    n <- NROW(data)
    variance <- if (studentized) b$t[, 2] else rep(0, resamples)
    regression <- empinf(b)
    jackknife <- empinf(b, type = "jack")
    a <- function(l) sum(l^3) / (6 * sum(l^2)^1.5)
    cat("case", name, n, resamples, "\n")
    number(c(b$t0[1], if (studentized) b$t0[2] else 0, qnorm(mean(b$t[, 1] < b$t0[1])),
             a(regression), a(jackknife)))
    number(b$t[, 1])
    number(variance)
    cat(t(boot.array(b)), fill = 100)
    number(regression)
    for (level in c(0.9, 0.95)) {
        expect <- function(method, ends)
            cat("expect", method, level, formatC(ends, digits = 17, format = "g"), "\n")
        tail2 <- function(row) row[length(row) - 1:0]
        types <- c("norm", "basic", "perc", "bca", if (studentized) "stud")
        ci <- boot.ci(b, conf = level, type = types)
        expect("bootstrap-normal", tail2(ci$normal))
        expect("bootstrap-basic", tail2(ci$basic))
        expect("bootstrap-percentile", tail2(ci$percent))
        expect("bootstrap-bca", tail2(ci$bca))
        expect("jackknife-bca", tail2(boot.ci(b, conf = level, type = "bca", L = jackknife)$bca))
        if (studentized) expect("bootstrap-studentized", tail2(ci$student))
    }
    cat("stop\n")
}

sixteen <- c(10, 12, 12.5, 12.5, 13.9, 15, 21, 22, 23, 34, 50, 81, 89, 121, 134, 213)
write_case("sixteen", sixteen, function(x, i) c(mean(x[i]), var(x[i]) / length(i)), 999, TRUE)

law <- cbind(c(576, 635, 558, 578, 666, 580, 555, 661, 651, 605, 653, 575, 545, 572, 594),
             c(3.39, 3.30, 2.81, 3.03, 3.44, 3.07, 3.00, 3.43, 3.36, 3.13, 3.12, 2.74, 2.76, 2.88, 2.96))
write_case("law", law, function(x, i) cor(x[i, 1], x[i, 2]), 999, FALSE)
