# SPDX-License-Identifier: GPL-3.0-or-later
"""tensor_operations.txt: values of tensor operations computed with NumPy (and SciPy for softmax and its kin) in
double precision.

A case is a line `case NAME`, then the inputs and the result as `input` or `output` RANK SHAPE... VALUES..., values
as hexadecimal floats. tests/tensor/test_operations_numpy.c maps the names to calls.
Run: /usr/bin/python3 make_tensor_operations.py > tensor_operations.txt
"""

import numpy
from scipy import special

random = numpy.random.Generator(numpy.random.PCG64(20261124))


def show(kind, array):
    array = numpy.asarray(array, dtype=numpy.float64)
    print(kind, array.ndim, *array.shape, *(float(v).hex() for v in array.ravel()))


def case(name, output, *inputs):
    print("case", name)
    for array in inputs:
        show("input", array)
    show("output", output)


def values(*shape):
    """Quarters, so that ties happen; never 0."""
    x = numpy.round(random.normal(size=shape) * 8) / 4
    return numpy.where(x == 0, 0.25, x)


def positive(*shape):
    return random.uniform(0.1, 3, size=shape)


for shape in ((), (5,), (3, 4), (2, 3, 2), (2, 1, 2, 3), (0, 3)):
    x, p = values(*shape), positive(*shape)
    case("sqrt", numpy.sqrt(p), p)
    case("log1p", numpy.log1p(p), p)
    case("abs", numpy.abs(x), x)
    case("sign", numpy.sign(x), x)
    case("sin", numpy.sin(x), x)
    case("cos", numpy.cos(x), x)
    case("softplus", numpy.logaddexp(0, x), x)
    case("clamp", numpy.clip(x, -0.75, 1.5), x)
    case("clamp_low", numpy.maximum(x, -0.75), x)
    case("pow_third", p ** (1 / 3), p)
    case("pow_minus_two", x ** -2.0, x)
    case("sum_all", x.sum(), x)
    case("mean_all", x.mean() if x.size else numpy.nan, x)
    if x.size:
        case("max", x.max(), x)
        case("min", x.min(), x)

for a_shape, b_shape in (((3, 4), (3, 4)), ((3, 4), (4,)), ((2, 1, 3), (4, 1)), ((), (3,)), ((2, 3, 2, 2), (3, 1, 2)),
                         ((0, 3), (3,))):
    a, b, p = values(*a_shape), values(*b_shape), positive(*a_shape)
    case("maximum", numpy.maximum(a, b), a, b)
    case("minimum", numpy.minimum(a, b), a, b)
    case("pow", p ** b, p, b)
    case("where", numpy.where(a > b, a, b * 2), a, b)
    case("equal", a == b, a, b)
    case("not_equal", a != b, a, b)
    case("less", a < b, a, b)
    case("less_equal", a <= b, a, b)
    case("greater", a > b, a, b)
    case("greater_equal", a >= b, a, b)

for a_shape, b_shape in (((3, 4), (4, 2)), ((2, 3, 4), (2, 4, 5)), ((2, 3, 4), (4, 5)), ((3, 4), (2, 4, 5)),
                         ((2, 1, 3, 4), (1, 3, 4, 2)), ((4,), (2, 4, 3)), ((2, 3, 4), (4,)), ((4,), (2, 2, 4, 3)),
                         ((2, 2, 3, 4), (4,)), ((2, 0, 4), (4, 3)), ((2, 3, 0), (0, 2)), ((1, 1, 4), (5, 4, 1)),
                         ((3, 2, 17), (3, 17, 9))):
    a, b = values(*a_shape), values(*b_shape)
    case("matmul", a @ b, a, b)

x = values(2, 3, 4, 2)
for axes in ((0,), (1,), (3,), (0, 1), (1, 2), (0, 2), (1, 3), (0, 3), (0, 1, 2), (0, 2, 3), (0, 1, 2, 3)):
    name = "".join(map(str, axes))
    for keep in (False, True):
        tail = name + ("k" if keep else "")
        case("sum_axes_" + tail, x.sum(axis=axes, keepdims=keep), x)
        case("mean_axes_" + tail, x.mean(axis=axes, keepdims=keep), x)
        case("max_axes_" + tail, x.max(axis=axes, keepdims=keep), x)
        case("min_axes_" + tail, x.min(axis=axes, keepdims=keep), x)
        case("logsumexp_" + tail, special.logsumexp(x, axis=axes, keepdims=keep), x)
    case("softmax_" + name, special.softmax(x, axis=axes), x)
    case("log_softmax_" + name, special.log_softmax(x, axis=axes), x)
for axis in range(4):
    case(f"max_axis_{axis}", x.max(axis=axis), x)
    case(f"argmax_{axis}", x.argmax(axis=axis), x)
    case(f"argmin_{axis}k", numpy.expand_dims(x.argmin(axis=axis), axis), x)

x = values(4, 5, 3)
for axis, start, stop, step in ((0, 1, 3, 1), (1, 0, None, 2), (2, -2, None, 1), (1, 1, -1, 3), (0, 3, 1, 1), (1, -9, 9, 4),
                                (1, 4, None, 7)):
    index = [slice(None)] * 3
    index[axis] = slice(start, stop, step)
    case(f"slice_{axis}_{start}_{'end' if stop is None else stop}_{step}", x[tuple(index)], x)
for axis, place in ((0, 2), (1, -1), (2, 0)):
    case(f"select_{axis}_{place}", numpy.take(x, place, axis=axis), x)
for order in ((0, 2, 1), (2, 0, 1), (2, 1, 0), (1, 0, 2)):
    case("permute_" + "".join(map(str, order)), x.transpose(order), x)
case("transpose_axes_02", x.swapaxes(0, 2), x)
case("expand", numpy.broadcast_to(x[:, :1], (2, 4, 5, 3)), x[:, :1])
for axis in range(3):
    chosen = random.integers(-x.shape[axis], x.shape[axis], size=6)
    case(f"index_select_{axis}", numpy.take(x, chosen, axis=axis), x, chosen)
    shape = list(x.shape)
    shape[axis] = 7
    chosen = random.integers(0, x.shape[axis], size=shape)
    case(f"gather_{axis}", numpy.take_along_axis(x, chosen, axis=axis), x, chosen)
y, z = values(4, 2, 3), values(4, 1, 3)
case("concatenate_1", numpy.concatenate((x, y, z), axis=1), x, y, z)
case("concatenate_0", numpy.concatenate((y, y), axis=0), y, y)
for axis in range(4):
    case(f"stack_{axis}", numpy.stack((y, -y, y * 2), axis=axis), y, -y, y * 2)
