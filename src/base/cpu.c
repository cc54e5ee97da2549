/* SPDX-License-Identifier: GPL-3.0-or-later
 * What this machine offers: instruction sets, and CPUs that this process may use. */
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "brisk/base.h"

const char *bk_isa_name(bk_isa isa)
{
    static const char *const names[BK_ISA_COUNT] = {[BK_ISA_SCALAR] = "scalar",
                                                    [BK_ISA_AVX2] = "avx2",
                                                    [BK_ISA_AVX512] = "avx512",
                                                    [BK_ISA_NEON] = "neon"};
    return isa >= 0 && isa < BK_ISA_COUNT ? names[isa] : "unknown";
}

bool bk_cpu_supports(bk_isa isa)
{
    switch (isa) {
    case BK_ISA_SCALAR:
        return true;
#if defined(__x86_64__)
    case BK_ISA_AVX2:
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    case BK_ISA_AVX512:
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
               __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
               __builtin_cpu_supports("fma");
#elif defined(__aarch64__)
    case BK_ISA_NEON:
        return true;
#endif
    default:
        return false;
    }
}

static int affinity_cpus(void)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof set, &set) != 0) {
        return BK_MAX_THREADS; /* more CPUs than the fixed mask holds: no limit from here */
    }
    return CPU_COUNT(&set);
}

/* Reads up to two numbers from the start of a small file; "max" and failures leave -1. */
static void read_numbers(const char *path, long long *first, long long *second)
{
    *first = -1;
    *second = -1;
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return;
    }
    char line[128];
    if (fgets(line, sizeof line, file) != NULL) {
        char *end = NULL;
        const long long value = strtoll(line, &end, 10);
        if (end != line) {
            *first = value;
        } else if (strncmp(line, "max", 3) == 0) {
            end = line + 3;
        }
        const long long next = end == NULL ? -1 : strtoll(end, NULL, 10);
        *second = next > 0 ? next : -1;
    }
    (void)fclose(file);
}

static int quota_cpus(long long quota, long long period)
{
    if (quota <= 0 || period <= 0) {
        return BK_MAX_THREADS;
    }
    const long long cpus = (quota + period - 1) / period;
    return cpus < 1 ? 1 : cpus > BK_MAX_THREADS ? BK_MAX_THREADS : (int)cpus;
}

/* The quota of cgroup v2 applies at every level from this process's group up to the root. */
static int cgroup2_cpus(void)
{
    FILE *file = fopen("/proc/self/cgroup", "re");
    if (file == NULL) {
        return BK_MAX_THREADS;
    }
    char line[1024];
    char group[1024] = "";
    while (fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, "0::", 3) == 0) {
            line[strcspn(line, "\n")] = '\0';
            memcpy(group, line + 3, strlen(line + 3) + 1);
        }
    }
    (void)fclose(file);
    int least = BK_MAX_THREADS;
    for (;;) {
        char path[1200];
        (void)snprintf(path, sizeof path, "/sys/fs/cgroup%s/cpu.max", group);
        long long quota;
        long long period;
        read_numbers(path, &quota, &period);
        const int cpus = quota_cpus(quota, period);
        least = cpus < least ? cpus : least;
        char *slash = strrchr(group, '/');
        if (slash == NULL) {
            return least;
        }
        *slash = '\0';
    }
}

static int cgroup1_cpus(void)
{
    long long quota;
    long long period;
    long long unused;
    read_numbers("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", &quota, &unused);
    read_numbers("/sys/fs/cgroup/cpu/cpu.cfs_period_us", &period, &unused);
    return quota_cpus(quota, period);
}

/* OMP_NUM_THREADS may be a list (one number for each nesting level); the first counts. */
static int environment_cpus(void)
{
    const char *text = getenv("OMP_NUM_THREADS");
    if (text == NULL) {
        return BK_MAX_THREADS;
    }
    char *end = NULL;
    const long value = strtol(text, &end, 10);
    if (end == text || value < 1 || value > BK_MAX_THREADS) {
        return BK_MAX_THREADS;
    }
    return (int)value;
}

int bk_usable_cpus(void)
{
    const int limits[] = {affinity_cpus(), cgroup2_cpus(), cgroup1_cpus(), environment_cpus()};
    int least = BK_MAX_THREADS;
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        least = limits[i] < least ? limits[i] : least;
    }
    return least < 1 ? 1 : least;
}
