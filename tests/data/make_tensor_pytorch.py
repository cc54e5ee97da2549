#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""tensor_pytorch.txt: values and gradients of every operation, by PyTorch (Debian's python3-torch).

A case is a block of lines; an array is `DTYPE [SIZE ...] : values`, the shortest decimals that give the number:

    case NAME [KEY=VALUE ...]   the operation as in tests/tensor/dual_operations.def, and its parameters
    in|const ARRAY              an input that requires a gradient, or one that does not
    out ARRAY
    seed ARRAY                  of the backward pass
    grad ARRAY                  of each input that requires one, in order
    end

tolerance=T oscale=S gscale=G: equal to T eps (|x| + S) for the output, with G for the gradients: S and G are
what cancels in a sum, computed here from absolute values.

Where the two differ on purpose, the case is left out or computed by what PyTorch documents otherwise:
sign and abs of NaN (NaN here, 0 and a slope of 0 there), softplus above its threshold of 20 (the threshold is
moved), sigmoid in f32 below -88 (subnormal here, 0 there), the powers 0.5 and -0.5 of -infinity (C99's here,
those of a square root there), the index of a NaN maximum.
Run: /usr/bin/python3 make_tensor_pytorch.py > tensor_pytorch.txt
"""
import itertools
import math
import random

import torch
import torch.nn.functional as F

random.seed(1)
DTYPES = {"f32": torch.float32, "f64": torch.float64}
NAN, INF = math.nan, math.inf
SHAPES = [(), (5,), (2, 3), (2, 1, 3), (2, 1, 2, 2), (0, 3)]
PAIRS = [((), ()), ((4,), (4,)), ((2, 3), (3,)), ((2, 1), (1, 3)), ((2, 1, 3), (2, 1)), ((0, 3), (1,)), ((3,), ())]
SEEDS = [0.5, -1.25, 2.0, 1.5, -0.75, 3.0, -2.0]


def number(x):
    return repr(float(x)) if math.isfinite(x) else ("nan" if x != x else "inf" if x > 0 else "-inf")


def shortest(t, dtype):
    """Values as the shortest decimals of their type."""
    if dtype == "i64":
        return [str(int(v)) for v in t.reshape(-1).tolist()]
    if dtype == "f32":
        return [str(v) if math.isfinite(v) else number(float(v)) for v in t.detach().reshape(-1).numpy()]
    return [number(v) for v in t.detach().reshape(-1).tolist()]


def name_of(t):
    return {torch.float32: "f32", torch.float64: "f64", torch.int64: "i64", torch.bool: "i64"}[t.dtype]


def line(word, t):
    dtype = name_of(t)
    t = t.contiguous()
    print(word, dtype, *t.shape, ":", *shortest(t, dtype))


def values(shape, low=-2.0, high=2.0):
    """Thousandths, so that they are short; never the same twice in a row."""
    count = math.prod(shape)
    return torch.tensor([round(random.uniform(low, high), 3) for _ in range(count)], dtype=torch.float64).reshape(shape)


def finite_sum(t):
    t = t.detach().double().abs()
    t = t[torch.isfinite(t)]
    return float(t.max()) if t.numel() else 0.0


def text_of(value):
    if isinstance(value, (list, tuple)):
        return ",".join(text_of(v) for v in value) or "-"
    return number(value) if isinstance(value, float) else str(int(value))


def case(name, function, inputs, tolerance=8, oscale=0.0, gscale=0.0, constants=(), **parameters):
    """inputs: tensors in f64; each dtype gets them rounded. constants: numbers of those without gradient."""
    for dtype, torch_dtype in DTYPES.items():
        tensors = [t.to(torch_dtype).clone().requires_grad_(i not in constants) for i, t in enumerate(inputs)]
        out = function(*tensors)
        seed = torch.tensor([SEEDS[i % len(SEEDS)] for i in range(out.numel())], dtype=out.dtype).reshape(out.shape)
        leaves = [t for i, t in enumerate(tensors) if i not in constants]
        grads = torch.autograd.grad(out, leaves, seed, allow_unused=True)
        words = [f"{k}={text_of(v)}" for k, v in parameters.items()]
        print("case", name, f"tolerance={tolerance}", f"oscale={number(oscale)}", f"gscale={number(gscale)}", *words)
        for i, t in enumerate(tensors):
            line("const" if i in constants else "in", t)
        line("out", out)
        line("seed", seed)
        for leaf, grad in zip(leaves, grads):
            line("grad", torch.zeros_like(leaf) if grad is None else grad)
        print("end")


def vector(numbers):
    return torch.tensor(numbers, dtype=torch.float64)


# ---- Of one input ----

SPECIAL = [NAN, INF, -INF, 0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 1e-30, -1e-30, 1e30, -1e30]
UNARY = {  # function, range of values, further points, gradient scale
    "neg": (torch.neg, (-2, 2), [], 0),
    "square": (torch.square, (-2, 2), [], 0),
    "exp": (torch.exp, (-3, 3), [88.5, -87.0, -103.0, 709.5, -745.0], 0),
    "log": (torch.log, (0.1, 4), [1e-40, 0.999, 1.001], 0),
    "log1p": (torch.log1p, (-0.8, 3), [1e-10, -0.999, 1e-20], 0),
    "sqrt": (torch.sqrt, (0.1, 4), [4.0, 1e-40], 0),
    "sin": (torch.sin, (-4, 4), [100.0, 1e4, -3e5, 1e-10], 0),
    "cos": (torch.cos, (-4, 4), [100.0, 1e4, -3e5, 1e-10], 0),
    "tanh": (torch.tanh, (-3, 3), [10.0, -20.0, 1e-10], 2),
    "sigmoid": (torch.sigmoid, (-4, 4), [20.0, -50.0, 80.0, -80.0], 2),
    "softplus": (None, (-4, 4), [20.0, -50.0, 75.0, -100.0], 0),
    "log_sigmoid": (F.logsigmoid, (-4, 4), [20.0, -50.0, 80.0, -100.0], 0),
    "relu": (F.relu, (-2, 2), [], 0),
    "abs": (torch.abs, (-2, 2), [], 0),
    "sign": (torch.sign, (-2, 2), [], 0),
}


def softplus(x):
    return F.softplus(x, threshold=80.0 if x.dtype == torch.float32 else 700.0)


def unary_cases():
    for name, (function, (low, high), further, gscale) in UNARY.items():
        function = function or softplus
        for shape in SHAPES:
            case(name, function, [values(shape, low, high)], gscale=gscale)
        special = SPECIAL[1:] if name in ("sign", "abs") else SPECIAL
        case(name, function, [vector(special + further)], gscale=gscale)
    for constant in (-1.75, 0.3, 0.0):
        for shape in SHAPES[:4]:
            case("scale", lambda x: x * constant, [values(shape)], constant=constant)
            case("add_constant", lambda x: x + constant, [values(shape)], constant=constant)
    for exponent in (-1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 3.0, 2.5, -2.0):
        for shape in ((), (2, 3)):
            case("pow_constant", lambda x: x**exponent, [values(shape, 0.1, 3)], tolerance=16, constant=exponent)
        if exponent == int(exponent):
            case("pow_constant", lambda x: x**exponent, [values((4,))], tolerance=16, constant=exponent)
        special = [NAN, INF, 0.0, 1.0, -1.0] + ([] if abs(exponent) == 0.5 else [-INF])
        case("pow_constant", lambda x: x**exponent, [vector(special)], constant=exponent)
    for low, high in ((-0.5, 0.75), (None, 0.75), (-0.5, None), (1.0, -1.0)):
        bounds = {k: v for k, v in (("low", low), ("high", high)) if v is not None}
        for shape in SHAPES[:4]:
            if low is None or high is None or low < high:
                case("clamp", lambda x: torch.clamp(x, low, high), [values(shape)], **bounds)
        if (low, high) != (1.0, -1.0):
            kinks = vector([NAN, INF, -INF, -0.5, 0.75, 0.0])
            case("clamp", lambda x: torch.clamp(x, low, high), [kinks], **bounds)


# ---- Of two inputs ----

GRID = [NAN, INF, -INF, 0.0, 1.0, -1.0, 2.0, -0.5]


def binary_cases():
    rows = {"add": torch.add, "sub": torch.sub, "mul": torch.mul, "div": torch.div, "maximum": torch.maximum,
            "minimum": torch.minimum}
    first, second = (vector(t) for t in zip(*itertools.product(GRID, GRID)))
    for name, function in rows.items():
        for a, b in PAIRS:
            case(name, function, [values(a), values(b, 0.5, 2) if name == "div" else values(b)],
                 oscale=2 if name in ("add", "sub") else 0, gscale=16)
        case(name, function, [first, second])
    for a, b in PAIRS:
        case("pow", torch.pow, [values(a, 0.1, 3), values(b)], tolerance=16, gscale=16)
    case("pow", torch.pow, [first, second])
    case("pow", torch.pow, [vector([0.0, 0.0, 0.0, 2.0, -2.0, -2.0]), vector([0.0, 2.0, 0.5, 0.0, 2.0, 3.0])])
    ties = vector([1.0, 2.0, 2.0, -1.0, 0.0]), vector([1.0, 1.0, 3.0, -1.0, -0.0])
    for name in ("maximum", "minimum"):
        case(name, rows[name], list(ties))
    for a, b in PAIRS:
        shape = torch.broadcast_shapes(a, b)
        mask = [random.choice((0, 1, -3)) for _ in range(math.prod(shape))]
        condition = torch.tensor(mask).reshape(shape) != 0
        case("where", lambda x, y: torch.where(condition, x, y), [values(a), values(b)], gscale=8, index=mask)
    for constant in (-0.25, 3.0):
        for a, b in (((4,), (4,)), ((2, 3), (3,)), ((2, 1, 3), ())):
            case("add_scaled_in_place", lambda x, y: x.clone().add_(y, alpha=constant), [values(a), values(b)],
                 oscale=8, gscale=16, constant=constant)
    for a, b in (((4,), (4,)), ((2, 3), (3,)), ((2, 1, 3), ())):
        case("copy_in_place", lambda x, y: x.clone().copy_(y), [values(a), values(b)], gscale=16)
        for name, function in (("add", torch.Tensor.add_), ("sub", torch.Tensor.sub_), ("mul", torch.Tensor.mul_),
                               ("div", torch.Tensor.div_)):
            case(name, lambda x, y: function(x.clone(), y), [values(a), values(b, 0.5, 2)], oscale=2, gscale=16,
                 in_place=1)
    case("relu", lambda x: torch.relu_(x.clone()), [vector([NAN, INF, -INF, 0.0, -0.0, 1.5, -1.5])], in_place=1)


MATRICES = [((4,), (4,)), ((2, 3), (3,)), ((3,), (3, 2)), ((2, 3), (3, 4)), ((1, 3), (3, 1)), ((2, 0), (0, 3)),
            ((0, 2), (2, 3)), ((2, 2, 3), (3, 2)), ((2, 2, 3), (2, 3, 2)), ((2, 1, 2, 3), (3, 3, 2)),
            ((3,), (2, 3, 2)), ((2, 2, 3), (3,)), ((5, 19), (19, 6))]


def matrix_cases():
    for a, b in MATRICES:
        x, y = values(a), values(b)
        size = finite_sum(torch.matmul(x.abs(), y.abs()))
        case("matmul", torch.matmul, [x, y], oscale=size, gscale=12.0 * max(a[-1], x.numel(), y.numel(), 1))


# ---- Reductions ----

def reduced(function, shape):
    """Every choice of axes, with and without keepdim."""
    for count in range(len(shape) + 1):
        for axes in itertools.combinations(range(len(shape)), count):
            for keepdim in (False, True):
                yield list(axes) if not keepdim else [d - len(shape) for d in axes], keepdim


def over_all(function, axes, keepdim, x):
    return function(x, list(range(x.dim())) if not axes else axes, keepdim)


def log_softmax_axes(x, axes):
    return x - torch.logsumexp(x, axes or list(range(x.dim())), True)


TIES = torch.tensor([[2.0, 1.0, 2.0], [-1.0, 3.0, 2.0]], dtype=torch.float64)


def reduction_cases():
    for shape in SHAPES[:5] + [(37,)]:
        x = values(shape)
        total = float(x.abs().sum())
        case("sum", torch.sum, [x], oscale=total)
        case("mean", torch.mean, [x], oscale=total)
        case("max", torch.max, [x])
        case("min", torch.min, [x])
    case("sum", torch.sum, [values((0, 3))])
    case("mean", torch.mean, [values((0, 3))])
    for shape in SHAPES[1:5]:
        for d in range(len(shape)):
            x = values(shape)
            for keepdim in (False, True):
                axis = d - len(shape) if keepdim else d
                for name, function in (("sum_axis", torch.sum), ("mean_axis", torch.mean),
                                       ("logsumexp", torch.logsumexp)):
                    case(name, lambda t: function(t, axis, keepdim), [x], oscale=12, gscale=3, axis=axis, keepdim=keepdim)
                for name, function in (("max_axis", torch.max), ("min_axis", torch.min)):
                    case(name, lambda t: function(t, axis, keepdim)[0], [x], axis=axis, keepdim=keepdim)
            case("softmax", lambda t: torch.softmax(t, d), [x], tolerance=16, gscale=9, axis=d)
            case("log_softmax", lambda t: torch.log_softmax(t, d), [x], oscale=4, gscale=9, axis=d)
    several = {"sum_axes": torch.sum, "mean_axes": torch.mean, "max_axes": torch.amax, "min_axes": torch.amin,
               "logsumexp_axes": torch.logsumexp}
    for shape in ((3,), (2, 3), (2, 1, 3)):
        for name, function in several.items():
            for axes, keepdim in reduced(function, shape):
                case(name, lambda t: over_all(function, axes, keepdim, t), [values(shape)], oscale=12, gscale=3, axes=axes,
                     keepdim=keepdim)
        for axes, _ in reduced(None, shape):
            case("log_softmax_axes", lambda t: log_softmax_axes(t, axes), [values(shape)], oscale=8, gscale=9, axes=axes)
            case("softmax_axes", lambda t: torch.exp(log_softmax_axes(t, axes)), [values(shape)], tolerance=32,
                 gscale=9, axes=axes)
    for name in ("max_axes", "min_axes"):
        for axes in ([0], [1], []):
            case(name, lambda t: over_all(several[name], axes, False, t), [TIES], axes=axes)
    case("max", torch.max, [TIES.clamp(max=2.0)])
    case("min", torch.min, [TIES.clamp(min=2.0)])
    for name, function in (("max_axis", torch.max), ("min_axis", torch.min)):
        for axis in (0, 1):
            case(name, lambda t: function(t, axis)[0], [TIES], axis=axis)
    special_reductions(several)


def special_reductions(several):
    rows = torch.tensor([[NAN, 1.0, 2.0], [INF, 1.0, 2.0], [-INF, 1.0, 2.0], [1e4, -1e4, 0.0], [1e4, 1e4, 1e4]],
                        dtype=torch.float64)
    case("sum_axis", lambda t: torch.sum(t, 1), [rows], axis=1)
    case("mean_axis", lambda t: torch.mean(t, 1), [rows], axis=1)
    case("max_axis", lambda t: torch.max(t, 1)[0], [rows[1:]], axis=1)
    case("min_axis", lambda t: torch.min(t, 1)[0], [rows[1:]], axis=1)
    case("max_axes", lambda t: torch.amax(t, [1]), [rows[1:]], axes=[1])
    case("min_axes", lambda t: torch.amin(t, [1]), [rows[1:]], axes=[1])
    finite = rows[2:]
    case("logsumexp", lambda t: torch.logsumexp(t, 1), [finite], gscale=1, axis=1)
    case("softmax", lambda t: torch.softmax(t, 1), [finite], gscale=9, axis=1)
    case("log_softmax", lambda t: torch.log_softmax(t, 1), [finite], gscale=9, axis=1)


# ---- Elements that move ----

def movement_cases():
    for shape, to in (((2, 3), (6,)), ((2, 3), (3, 2)), ((4,), (2, 1, 2)), ((), (1, 1)), ((0, 3), (3, 0, 2))):
        case("reshape", lambda x: x.reshape(to), [values(shape)], shape=to)
    for shape in ((2, 3), (2, 1, 3), (0, 3), (2, 1, 2, 2)):
        case("transpose", lambda x: x.transpose(-2, -1), [values(shape)])
        last = len(shape) - 1
        case("transpose_axes", lambda x: x.transpose(0, last), [values(shape)], axis=0, axis2=last)
        order = list(range(1, len(shape))) + [0]
        case("permute", lambda x: x.permute(order), [values(shape)], order=order)
    for shape in ((3,), (2, 3)):
        case("detach", lambda x: x.detach() + 0 * x, [values(shape)])
    for shape, axis, start, stop, step in (((5,), 0, 1, 4, 1), ((5,), 0, 0, 5, 2), ((2, 3), 1, 1, 3, 1),
                                           ((2, 3, 4), 2, 0, 4, 3), ((3, 2), 0, 1, 1, 1)):
        index = [slice(None)] * axis + [slice(start, stop, step)]
        case("slice", lambda x: x[tuple(index)], [values(shape)], axis=axis, start=start, stop=stop, step=step)
    for shape, axis, at in (((5,), 0, 2), ((2, 3), 1, -1), ((2, 3, 2), 1, 0), ((2, 3, 2), 0, 1)):
        case("select", lambda x: x.select(axis, at), [values(shape)], axis=axis, index=[at])
    for shape, to in (((), (2, 3)), ((3,), (2, 3)), ((2, 1), (2, 3)), ((1, 3), (2, 0, 3)), ((2, 1, 1), (3, 2, 2, 2))):
        case("expand", lambda x: x.expand(to), [values(shape)], gscale=36, shape=to)
    for shape, axis, numbers in (((5,), 0, [4, 0, 0, -2]), ((2, 3), 1, [2, 2, 0]), ((2, 3), 0, [1]), ((3, 2), 0, [])):
        index = torch.tensor([n % shape[axis] for n in numbers], dtype=torch.int64)
        case("index_select", lambda x: x.index_select(axis, index), [values(shape)], gscale=12, axis=axis, index=numbers)
    for shape, axis, to in (((5,), 0, (3,)), ((2, 3), 1, (2, 4)), ((2, 3), 0, (3, 2)), ((2, 3, 2), 1, (1, 4, 2))):
        numbers = [random.randrange(-shape[axis], shape[axis]) for _ in range(math.prod(to))]
        index = torch.tensor([n % shape[axis] for n in numbers]).reshape(to)
        case("gather", lambda x: x.gather(axis, index), [values(shape)], gscale=36, axis=axis, shape=to, index=numbers)
    for shapes, axis in ((((2,), (3,)), 0), (((2, 1), (2, 3), (2, 2)), 1), (((1, 2), (0, 2)), 0), (((2, 2),), 1)):
        case("concatenate", lambda *t: torch.cat(t, axis), [values(s) for s in shapes], axis=axis)
    for shape, count, axis in (((), 3, 0), ((2,), 2, 0), ((2,), 3, 1), ((2, 3), 2, 1)):
        case("stack", lambda *t: torch.stack(t, axis), [values(shape) for _ in range(count)], axis=axis)
    case("cast", lambda x: x.to(torch.float64), [values((2, 3))], dtype=64)
    case("cast", lambda x: x.to(torch.float32), [values((2, 3))], dtype=32)


def mixed_dtypes():
    """f32 with f64 gives f64, and each gradient has its input's dtype."""
    for name, function in (("add", torch.add), ("mul", torch.mul), ("div", torch.div), ("maximum", torch.maximum)):
        a = values((2, 3)).to(torch.float32).requires_grad_()
        b = values((3,), 0.5, 2).requires_grad_()
        for first, second in ((a, b), (b, a)):
            if name == "div" and second is a:
                continue
            out = function(first, second)
            seed = torch.tensor(SEEDS[:6], dtype=torch.float64).reshape(2, 3)
            grads = torch.autograd.grad(out, [first, second], seed)
            print("case", name, "tolerance=8", "oscale=0.0", "gscale=8.0")
            for word, t in (("in", first), ("in", second), ("out", out), ("seed", seed), ("grad", grads[0]),
                            ("grad", grads[1])):
                line(word, t)
            print("end")


def comparisons():
    first, second = (vector(t) for t in zip(*itertools.product([NAN, INF, -INF, 0.0, -0.0, 1.0], repeat=2)))
    rows = {"equal": torch.eq, "not_equal": torch.ne, "less": torch.lt, "less_equal": torch.le, "greater": torch.gt,
            "greater_equal": torch.ge}
    for name, function in rows.items():
        for dtype in DTYPES.values():
            pairs = [(first, second), (values((2, 3)), values((3,))), (values(()), values((2, 1)))]
            for a, b in pairs:
                a, b = a.to(dtype), b.to(dtype)
                print("case", name, "tolerance=0 oscale=0.0 gscale=0.0")
                line("const", a)
                line("const", b)
                line("out", function(a, b))
                print("end")


unary_cases()
binary_cases()
matrix_cases()
reduction_cases()
movement_cases()
mixed_dtypes()
comparisons()
