#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fails when a line is in the wrong room.

    check_rooms.py [CHECKOUT]     the rules of CONTRIBUTING.md, over every file of the checkout
    check_rooms.py --self-test    plants one fault a rule (and its innocent twin) and looks for it

Rules read includes, words and file headers. Words are looked for in code: comments are taken out
first, and what stands between quotes too where a rule does not need it.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile

# What a room may include besides itself (CONTRIBUTING.md has the same table).
ROOMS = {
    "base": [],
    "kernel": ["base"],
    "rng": ["base", "kernel"],
    "tensor": ["base", "kernel"],
    "stats": ["base", "kernel", "rng"],
    "model": ["base", "kernel", "rng", "tensor"],
    "results": ["base"],
    "sim": ["base", "rng", "stats", "results"],
    "cli": ["base", "kernel", "rng", "tensor", "stats", "model", "results", "sim"],
}
TABLES = {"status.def": "base", "purposes.def": "rng", "data.h": "results",
          "interval.h": "stats", "tally.h": "stats", "sequence.h": "stats", "comparison.h": "stats", "plan.h": "stats", "bootstrap.h": "stats", "coverage.h": "stats",
          "classification.h": "stats", "simultaneous.h": "stats"}

C_AND_POSIX = set(
    "assert ctype errno fcntl fenv float glob inttypes iso646 limits locale math poll sched setjmp signal "
    "stdalign stdarg stdatomic stdbool stddef stdint stdio stdlib stdnoreturn string strings time unistd "
    "dirent sys/file sys/ioctl sys/mman sys/resource sys/stat sys/time sys/types sys/utsname sys/wait"
    .split())
# Files that may hold an instruction by name, because no compiler makes it of the plain twin beside it.
INTRINSICS = ["src/kernel/loops/multiply_halves.h", "src/kernel/loops/resample_lanes.h"]
# Headers of libraries and of the system that belong to one place: pattern -> folders or files.
HEADERS = [
    (r"hdf5(_hl)?|H5\w+", ["src/results/"]),
    (r"Rmath", ["src/stats/", "src/model/"]),
    (r"nettle/\w+", ["src/results/"]),
    (r"csv|zlib", ["src/results/"]),
    (r"ini", ["src/base/"]),
    (r"argp|jansson|sys/random", ["src/cli/"]),
    (r"mpi", ["src/sim/mpi.c"]),
    (r"malloc", ["src/base/memory.c"]),
    (r"omp|pthread|threads", ["src/base/parallel.c", "src/base/mutex.c"]),
    (r"immintrin|arm_neon", INTRINSICS),
    (r"sanitizer/asan_interface", ["src/base/", "src/tensor/"]),
    (r"cpuid|sys/auxv|asm/hwcap", ["src/base/cpu.c"]),
]

LIBRARY = ["src/", "include/"]
C_CODE = LIBRARY + ["experiments/"]
EVERYWHERE = [""]

# Words: rule, pattern, where it is looked for, where it is allowed, what to do instead.
WORDS = [
    ("hdf5", r"\bH5[A-Z]*\w+\b", C_CODE, ["src/results/"], "a dataset goes through brisk/results.h"),
    ("thread", r"\b(pthread|thrd|omp)_\w+|\bfork\s*\(", C_CODE, ["src/base/parallel.c", "src/base/mutex.c"],
     "threads start in bk_parallel_for alone"),
    ("thread", r"#\s*pragma\s+omp\b(?!\s+(declare\s+)?simd\b)", C_CODE, ["src/base/parallel.c"],
     "threads start in bk_parallel_for alone"),
    ("simd", r"#\s*pragma\s+omp\s+(declare\s+)?simd\b", C_CODE, ["src/kernel/"], "a hot loop is a kernel"),
    ("print", r"(?<!format\()\b(printf|vprintf|fprintf|vfprintf|dprintf|puts|putchar|perror)\b|"
     r"\bstd(out|err)\b",
     C_CODE, ["src/cli/"],
     "only the cli room prints; bk_run_say logs, bk_fail reports, bk_text collects"),
    ("exit", r"\b(exit|_exit|_Exit|quick_exit|abort|assert|atexit|raise)\s*\(", C_CODE, ["src/cli/"],
     "return a bk_status"),
    ("memory", r"\b(malloc|calloc|realloc|reallocarray|free|aligned_alloc|posix_memalign|strdup|strndup|"
     r"v?asprintf|alloca)\s*\(", C_CODE, ["src/base/"], "bk_allocate, bk_arena_allocate, bk_free"),
    ("rmath", r"\b(dbinom|pbinom|qbinom|dnorm4?|pnorm5?|qnorm5?|dbeta|pbeta|qbeta|pt|qt|qchisq|unif_rand|"
     r"norm_rand)\s*\(", C_CODE, ["src/stats/", "src/model/"], "distribution functions belong to stats"),
    ("random", r"\b(rand|srand|rand_r|random|srandom|drand48|getrandom|arc4random)\s*\(", C_CODE,
     ["src/cli/"], "a bk_stream with an address; only the command draws a seed"),
    ("clock", r"\b(time|clock|clock_gettime|gettimeofday|getenv|secure_getenv)\s*\(", ["experiments/"], [],
     "an experiment reads no clock and no environment"),
    ("long-double", r"\blong\s+double\b", C_CODE, [], "its width differs by machine"),
    ("fp-pragma", r"#\s*pragma\s+(STDC|GCC\s+(optimize|target)|clang\s+fp)|__attribute__\s*\(\(\s*"
     r"(optimize|target)\b", C_CODE, [], "floating-point rules are the same in every file"),
    ("intrinsic", r"\b_mm\d*_\w+|\b__m(128|256|512)[id]?\b", C_CODE,
     INTRINSICS, "kernels are plain C"),
]
# The same for build files, which are read as they are.
BUILD_WORDS = [
    ("fast-math", r"fast-math|-Ofast|unsafe-math|associative-math|reciprocal-math|finite-math|"
     r"-ffp-contract=(fast|on)", EVERYWHERE, [], "it changes results"),
    ("isa-flag", r"-m(arch|tune|cpu|avx|fma|sse|bmi|prefer-vector)", EVERYWHERE,
     ["src/kernel/CMakeLists.txt"], "one instruction set's flags belong to its kernels alone"),
]

COMMENTED = {".c", ".h", ".def", ".py", ".sh", ".cmake", ".in", ".jl", ".R", ".r", ".js", ".toml"}
BINARY = {".png", ".h5", ".npy", ".gz", ".ico"}
MACHINE_PATHS = re.compile(r"(?<![\w.}$)~-])/(?:wo" r"rk|farm|Us" r"ers|ho" r"me|root)/\w[\w./-]*"
                           r"|(?<![\w.}$)~-])/tm" r"p/(?![\w.-]*XXXXXX)\w[\w./-]*")
LONGEST_FILE = 500

TOKEN = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.DOTALL)
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.MULTILINE)


def code_of(text, keep_strings=False):
    """text without comments (and without what strings hold), every line at its place."""
    def blank(match):
        token = match.group()
        if token[0] == "/":
            return " " + "\n" * token.count("\n")
        return token if keep_strings else token[0] * 2
    return TOKEN.sub(blank, text)


def line_at(text, position):
    return text.count("\n", 0, position) + 1


def is_in(path, places):
    return any(path == place or path.startswith(place) for place in places)


def is_build_file(path):
    return path.endswith((".cmake", "CMakeLists.txt")) or path == "CMakePresets.json"


class Findings(list):
    def __init__(self, path):
        super().__init__()
        self.path = path

    def add(self, rule, line, message):
        self.append((rule, "%s:%d: [%s] %s" % (self.path, line, rule, message)))


def room_of_header(name):
    """The room that owns an included header, 'all' for brisk.h, None for what is not ours."""
    folder, _, file = name.partition("/")
    if folder == "brisk":
        if file == "brisk.h":
            return "all"
        return TABLES.get(file, file.rpartition(".")[0])
    return folder if folder in ROOMS else None


def check_our_include(findings, path, line, name, room):
    if path.startswith("experiments/"):
        if not name.startswith("brisk/"):
            findings.add("include", line,
                         "%s is not a public header; experiments use <brisk/...> only" % name)
        return
    mine = path.split("/")[1] if path.startswith("src/") else room_of_header(path[len("include/"):])
    if mine == "all":
        return
    if mine not in ROOMS:
        findings.add("include", line, "%s is in no room of the table" % path)
    elif room != mine and room not in ROOMS[mine]:
        findings.add("include", line, "%s may not include %s (allowed: %s)"
                     % (mine, name, ", ".join([mine] + ROOMS[mine])))
    elif path.startswith("include/") and not name.startswith("brisk/"):
        findings.add("include", line, "a public header includes %s, which is not installed" % name)


def check_foreign_include(findings, path, line, quote, name):
    stem = name[:-2] if name.endswith(".h") else name
    for pattern, places in HEADERS:
        if re.fullmatch(pattern, stem):
            if not is_in(path, places):
                findings.add("include", line, "%s belongs to %s" % (name, ", ".join(places)))
            return
    own = path.startswith("experiments/") and quote == '"' and "/" not in name
    own = own or re.fullmatch(r"brisk_build_facts", stem) and path == "src/base/build_facts.c"
    if stem not in C_AND_POSIX and not own:
        findings.add("include", line,
                     "%s is on no list; dependencies stand in tests/house/check_rooms.py" % name)


def check_includes(findings, path, text):
    code = code_of(text, keep_strings=True)
    for match in INCLUDE.finditer(code):
        quote, name = match.groups()
        line = line_at(code, match.start())
        room = room_of_header(name)
        if room is None:
            check_foreign_include(findings, path, line, quote, name)
        else:
            check_our_include(findings, path, line, name, room)


def check_words(findings, path, text, words):
    for rule, pattern, places, allowed, advice in words:
        if not is_in(path, places) or is_in(path, allowed):
            continue
        for match in re.finditer(pattern, text):
            findings.add(rule, line_at(text, match.start()), "'%s': %s" % (match.group().strip(), advice))


def check_shared_functions(findings, path, code):
    """A function of kernel/loops that is not static exists once for all instruction sets, and the
    linker may keep the copy that an older CPU cannot run. Kernels carry the set's name instead."""
    static = "|".join([r"\bstatic\b", r"\bBK_KERNEL_NAME\s*\("]
                      + [r"\b%s\b" % name for name in re.findall(r"#\s*define\s+(\w+)\s+static\b", code)])
    code = re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", lambda m: "\n" * m.group().count("\n"), code,
                  flags=re.MULTILINE)
    depth = 0
    start = 0
    for match in re.finditer(r"[{};]", code):
        if match.group() == "{":
            head = code[start:match.start()]
            if depth == 0 and ")" in head and "=" not in head:
                if not re.search(static, head):
                    words = head.split()
                    findings.add("static", line_at(code, match.start()),
                                 "'%s' is not static" % " ".join(words)[:60])
            depth += 1
        elif match.group() == "}":
            depth -= 1
        if depth == 0:
            start = match.end()


def check_public_macros(findings, code):
    for match in re.finditer(r"^[ \t]*#[ \t]*define[ \t]+(\w+)", code, re.MULTILINE):
        if not match.group(1).startswith(("BK_", "BRISK_")):
            findings.add("macro", line_at(code, match.start()),
                         "a public header defines %s; only BK_ and BRISK_ are ours" % match.group(1))


def check_header(findings, path, text):
    name, extension = os.path.basename(path), os.path.splitext(path)[1]
    shebang = text.startswith("#!")
    if extension in COMMENTED or shebang or name in ("CMakeLists.txt", ".clang-format", ".editorconfig"):
        if not any("SPDX-License-Identifier: GPL-3.0-or-later" in line for line in text.split("\n")[:3]):
            findings.add("spdx", 1, "no line 'SPDX-License-Identifier: GPL-3.0-or-later' at its top")


def check_file(path, text):
    findings = Findings(path)
    check_header(findings, path, text)
    if path != "tests/house/check_rooms.py":
        for match in MACHINE_PATHS.finditer(text):
            findings.add("path", line_at(text, match.start()),
                         "'%s' is a path of one machine" % match.group())
    if is_in(path, C_CODE) and path.endswith((".c", ".h", ".def")):
        code = code_of(text)
        check_includes(findings, path, text)
        check_words(findings, path, INCLUDE.sub("", code), WORDS)
        for match in re.finditer(r'_Pragma\s*\(\s*"(?!omp\s+simd)', code_of(text, keep_strings=True)):
            findings.add("thread", line_at(text, match.start()), "_Pragma is for omp simd in kernels alone")
        if path.startswith("src/kernel/loops/"):
            check_shared_functions(findings, path, code)
        if path.startswith("include/"):
            check_public_macros(findings, code)
        if text.count("\n") > LONGEST_FILE:
            findings.add("length", LONGEST_FILE,
                         "more than %d lines: it holds more than one idea" % LONGEST_FILE)
    if is_build_file(path):
        check_words(findings, path, re.sub(r"#[^\n]*", "", text), BUILD_WORDS)
    return findings


def files_of(checkout):
    """What git tracks or would track; without git, everything but build folders and results."""
    try:
        listing = subprocess.run(["git", "-C", checkout, "ls-files", "-z", "--cached", "--others",
                                  "--exclude-standard"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                 check=True).stdout.decode()
        paths = [path for path in listing.split("\0") if path]
    except (OSError, subprocess.CalledProcessError):
        paths = []
        for folder, folders, names in os.walk(checkout):
            folders[:] = [name for name in folders
                          if not re.match(r"\.git$|build|figures$|__pycache__", name)]
            paths += [os.path.relpath(os.path.join(folder, name), checkout) for name in names]
    return sorted(path for path in paths if os.path.splitext(path)[1] not in BINARY
                  and os.path.isfile(os.path.join(checkout, path)))


def check_checkout(checkout):
    findings = []
    paths = files_of(checkout)
    for path in paths:
        with open(os.path.join(checkout, path), encoding="utf-8") as file:
            findings += check_file(path, file.read())
    return paths, findings


# ---- The self-test ------------------------------------------------------------------------------

SPDX = "/* SPDX-License-Identifier: GPL-3.0-or-later */\n"

# A fault (rule, path, line of code) and nothing else: exactly this rule must speak.
FAULTS = [
    ("include", "src/base/a.c", '#include "brisk/rng.h"'),
    ("include", "src/base/a.c", '#include "kernel/kernel.h"'),
    ("include", "src/rng/a.c", '#include "brisk/stats.h"'),
    ("include", "src/tensor/a.c", '#include "brisk/rng.h"'),
    ("include", "src/results/a.c", '#include "brisk/stats.h"'),
    ("include", "src/stats/a.c", '#include "brisk/brisk.h"'),
    ("include", "src/sim/a.c", '#include "brisk/model.h"'),
    ("include", "src/model/a.c", '#  include "stats/quantile.h"'),
    ("include", "src/kernel/a.c", '#include "brisk/purposes.def"'),
    ("include", "include/brisk/stats.h", '#include "brisk/sim.h"'),
    ("include", "include/brisk/stats.h", '#include "stats/quantile.h"'),
    ("include", "src/attic/a.c", '#include "brisk/base.h"'),
    ("include", "src/sim/a.c", "#include <hdf5.h>"),
    ("include", "experiments/a.c", "#include <H5Fpublic.h>"),
    ("include", "src/rng/a.c", "#include <Rmath.h>"),
    ("include", "include/brisk/stats.h", "#include <Rmath.h>"),
    ("include", "src/base/a.c", "#include <nettle/sha2.h>"),
    ("include", "src/cli/a.c", "#include <ini.h>"),
    ("include", "src/cli/a.c", "#include <csv.h>"),
    ("include", "src/base/a.c", "#include <zlib.h>"),
    ("include", "src/stats/a.c", '#include "brisk/data.h"'),
    ("include", "src/base/a.c", "#include <argp.h>"),
    ("include", "src/sim/shards.c", "#include <mpi.h>"),
    ("include", "src/sim/a.c", "#include <omp.h>"),
    ("include", "src/base/cpu.c", "#include <pthread.h>"),
    ("include", "src/kernel/loops/a.c", "#include <immintrin.h>"),
    ("include", "src/kernel/loops/multiply_words.h", "#include <immintrin.h>"),
    ("include", "src/stats/a.c", "#include <gsl/gsl_cdf.h>"),
    ("include", "experiments/a.c", '#include "kernel/kernel.h"'),
    ("hdf5", "src/sim/a.c", "void f(void) { H5Fclose(1); }"),
    ("hdf5", "experiments/a.c", "static hid_t f = H5P_DEFAULT;"),
    ("thread", "src/stats/a.c", "#pragma omp parallel for"),
    ("thread", "src/kernel/loops/a.h", '#define FAST _Pragma("omp parallel for")'),
    ("thread", "src/sim/a.c", "void f(void) { omp_set_num_threads(2); }"),
    ("thread", "src/sim/a.c", "void f(void) { pthread_create(0, 0, 0, 0); }"),
    ("thread", "src/base/cpu.c", "void f(void) { thrd_create(0, 0, 0); }"),
    ("simd", "src/stats/a.c", "#pragma omp simd"),
    ("print", "src/stats/a.c", 'void f(void) { printf("x"); }'),
    ("print", "src/sim/a.c", "void f(void) { fputc(1, stderr); }"),
    ("print", "experiments/a.c", 'void f(void) { puts("x"); }'),
    ("exit", "src/base/a.c", "void f(void) { exit(1); }"),
    ("exit", "src/rng/a.c", "void f(int i) { assert(i > 0); }"),
    ("exit", "experiments/a.c", "void f(void) { abort (); }"),
    ("memory", "src/results/a.c", "void f(void) { void *p = malloc(8); }"),
    ("memory", "src/cli/a.c", "void f(void *p) { free(p); }"),
    ("memory", "experiments/a.c", 'char *f(void) { return strdup("x"); }'),
    ("rmath", "src/sim/a.c", "double f(void) { return pnorm(0, 0, 1, 1, 0); }"),
    ("random", "src/stats/a.c", "int f(void) { return rand(); }"),
    ("clock", "experiments/a.c", "long f(void) { return time(0); }"),
    ("clock", "experiments/a.c", 'char *f(void) { return getenv("X"); }'),
    ("long-double", "src/stats/a.c", "static long  double x;"),
    ("fp-pragma", "src/stats/a.c", "#pragma STDC FP_CONTRACT ON"),
    ("fp-pragma", "src/stats/a.c", '__attribute__((target("avx2"))) void f(void);'),
    ("intrinsic", "src/kernel/loops/a.h", "static __m256 x;"),
    ("intrinsic", "src/kernel/loops/multiply_halves.c", "static __m512i x;"),
    ("static", "src/kernel/loops/a.h", "inline float f(float x)\n{\n    return x;\n}"),
    ("static", "src/kernel/loops/a.c", "static int a;\nstruct s { int x; };\nvoid g(void)\n{\n}"),
    ("macro", "include/brisk/stats.h", "#define MAX(a, b) 1"),
    ("length", "src/stats/a.c", "\n" * LONGEST_FILE),
    ("path", "src/stats/a.c", '/* see /ho' 'me/ada/brisk */'),
    ("path", "tests/stats/a.c", 'static const char *p = "/tm' 'p/out.h5";'),
    ("fast-math", "cmake/flags.cmake", "target_compile_options(x PRIVATE -ffast-math)"),
    ("fast-math", "src/kernel/CMakeLists.txt", "set(flags -Ofast)"),
    ("isa-flag", "src/CMakeLists.txt", "target_compile_options(x PRIVATE -march=native)"),
    ("isa-flag", "CMakePresets.json", '{"CMAKE_C_FLAGS": "-mavx2"}'),
    ("spdx", "src/stats/b.c", None),
    ("spdx", "scripts/b.sh", None),
    ("spdx", "src/CMakeLists.txt", None),
]

# The same words where they are right.
INNOCENT = [
    ("src/cli/a.c", 'void f(void) { printf("x"); exit(1); }'),
    ("src/base/a.c", "void f(void *p) { free(p); }"),
    ("src/base/parallel.c", "#include <omp.h>\n#pragma omp parallel for"),
    ("src/kernel/loops/a.c", "#pragma omp simd\nvoid BK_KERNEL_NAME(f)(float *y)\n{\n    *y = 1;\n}"),
    ("src/kernel/loops/a.h",
     'static inline int f(int x)\n{\n    if (x) {\n        x = 2;\n    }\n    return x;\n}'),
    ("src/kernel/loops/a.h", "#define INLINE static inline\nINLINE int f(int x)\n{\n    return x;\n}"),
    ("src/kernel/loops/a.h", "static const float table[2] = {1, 2};\nstruct s { int x; };"),
    ("src/kernel/loops/a.h", '#define LOOP _Pragma("omp simd")'),
    ("src/kernel/loops/multiply_halves.h", "#include <immintrin.h>\nstatic __m256i x;"),
    ("src/results/a.c", "#include <hdf5.h>\n#include <nettle/sha2.h>\nvoid f(void) { H5Fclose(1); }"),
    ("src/stats/a.c", '#include <Rmath.h>\n#include "brisk/rng.h"\n#include "stats/quantile.h"'),
    ("src/stats/a.c",
     '/* printf(, malloc(, H5Fopen, #pragma omp parallel */ // exit(1)\nstatic char *s = "exit(1)";'),
    ("src/stats/a.c", "void f(void) { snprintf(0, 0, 0); bk_free(0); fmt_free (0); }"),
    ("src/stats/a.c", "_Static_assert(1, \"\"); static int exit_code, free_slots;"),
    ("experiments/a.c",
     '#include <brisk/brisk.h>\n#include "brisk/sim.h"\n#include "common.h"\n#include <math.h>'),
    ("include/brisk/brisk.h", '#include "brisk/sim.h"\n#define BRISK_X 1'),
    ("include/brisk/base.h", '#include "brisk/status.def"\n#define BK_X 1'),
    ("include/brisk/base.h", "void f(const char *, ...) __attribute__((format(printf, 1, 2)));"),
    ("src/base/cpu.c", 'char *f(void) { return getenv("X"); }'),
    ("src/kernel/CMakeLists.txt", "set(f -mavx2)  # never -ffast-math"),
    ("tests/stats/a.c", 'static char name[] = "/tm' 'p/brisk_XXXXXX";'),
    ("README.md", "Files go to build/ and $HOME/.cache/x, see https://example.org/home/x"),
]


def with_spdx(path, text):
    return ("# " + SPDX[3:-4] + "\n" if not path.endswith((".c", ".h")) else SPDX) + text + "\n"


def self_test(checkout):
    failures = []
    for rule, path, text in FAULTS:
        planted = "plain\n" if text is None else with_spdx(path, text)
        rules = {found for found, _ in check_file(path, planted)}
        if rules != {rule}:
            failures.append("planted %s in %s, found %s: %s" % (rule, path, sorted(rules) or "nothing", text))
    for path, text in INNOCENT:
        for _, message in check_file(path, with_spdx(path, text)):
            failures.append("innocent: " + message)

    # The whole way, in a copy: the fault is found in a file of the tree and the exit code tells.
    with tempfile.TemporaryDirectory() as copy:
        for path in files_of(checkout):
            target = os.path.join(copy, path)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            shutil.copyfile(os.path.join(checkout, path), target)
        with open(os.path.join(copy, "src", "stats", "planted.c"), "w", encoding="utf-8") as file:
            file.write(SPDX + "void f(void *p) { free(p); }\n")
        run = subprocess.run([sys.executable, os.path.abspath(__file__), copy],
                             stdout=subprocess.PIPE, check=False)
        if run.returncode != 1 or b"src/stats/planted.c:2: [memory]" not in run.stdout:
            failures.append("a copy with a planted fault gave exit code %d" % run.returncode)

    untested = {rule for rule, *_ in WORDS + BUILD_WORDS} - {rule for rule, *_ in FAULTS}
    failures += ["no fault is planted for the rule %s" % rule for rule in sorted(untested)]
    print("\n".join(failures) if failures else
          "%d planted faults found, %d innocent files left alone" % (len(FAULTS) + 1, len(INNOCENT)))
    return 1 if failures else 0


def main(arguments):
    here = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    if arguments[:1] == ["--self-test"]:
        return self_test(here)
    paths, findings = check_checkout(arguments[0] if arguments else here)
    for _, message in findings:
        print(message)
    if len(paths) < 20:
        print("only %d files were found: this is no checkout of brisk" % len(paths))
        return 1
    print("%d files, %d findings" % (len(paths), len(findings)))
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
