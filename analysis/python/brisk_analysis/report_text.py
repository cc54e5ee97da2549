# SPDX-License-Identifier: GPL-3.0-or-later
"""Values as a reader wants to see them. No function here ever returns 'nan' or 'inf'."""
import math
import re
from fractions import Fraction

import numpy as np

MISSING = "\N{EN DASH}"  # stands where there is no number
MINUS = "\N{MINUS SIGN}"
SPACE = "\N{NO-BREAK SPACE}"
THIN = "\N{NARROW NO-BREAK SPACE}"
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufffe\uffff]")


def clean(text):
    """A text of a file, without characters that no page may hold or that reorder the text around them."""
    return CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


def is_number(value):
    """Whether it is a finite number (flags and NumPy's numbers too)."""
    return isinstance(value, (int, float, np.integer, np.floating, np.bool_)) and math.isfinite(value)


def grouped(digits):
    """'26492' as '26 492'; four digits stay together."""
    return f"{int(digits):,}".replace(",", THIN) if len(digits) > 4 else digits


def count(value):
    """A whole number."""
    if not is_number(value):
        return MISSING
    value = int(value)
    return (MINUS if value < 0 else "") + grouped(str(abs(value)))


def fixed(value, digits):
    """With so many digits behind the point."""
    if not is_number(value):
        return MISSING
    whole, point, rest = f"{abs(value):.{digits}f}".partition(".")
    negative = value < 0 and (int(whole) or rest.strip("0"))
    return (MINUS if negative else "") + grouped(whole) + point + rest


def significant(value, digits=5):
    """With so many significant digits, as 12 345, 0.0123 or 1.2 x 10^-7."""
    if not is_number(value):
        return MISSING
    if isinstance(value, (int, np.integer)) or (value == int(value) and abs(value) < 1e15):
        return count(value)
    mantissa, exponent = f"{abs(value):.{digits - 1}e}".split("e")
    power, sign = int(exponent), MINUS if value < 0 else ""
    if -5 < power < 15:
        text = f"{abs(value):.{max(digits - 1 - power, 0)}f}"
        whole, point, rest = text.partition(".")
        rest = rest.rstrip("0")
        return sign + grouped(whole) + (point + rest if rest else "")
    mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
    return f"{sign}{mantissa}{SPACE}×{SPACE}10{superscript(power)}"


def scientific(value, digits=3):
    """As 1.55 x 10^-5, whatever its size; zero is 0."""
    if not is_number(value):
        return MISSING
    if value == 0:
        return "0"
    mantissa, exponent = f"{abs(value):.{digits - 1}e}".split("e")
    return f"{MINUS if value < 0 else ''}{mantissa}{SPACE}×{SPACE}10{superscript(int(exponent))}"


def superscript(power):
    return str(power).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def percent(rate, digits=2):
    """A rate as a percentage: 0.037 is '3.70 %'."""
    return fixed(100 * rate, digits) + SPACE + "%" if is_number(rate) else MISSING


def level(rate):
    """A confidence level: 0.9 is '90 %', 0.999 is '99.9 %'."""
    return significant(100 * rate, 6) + SPACE + "%" if is_number(rate) else MISSING


def points(rate, digits=2):
    """A difference of rates, in percentage points."""
    return f"{fixed(100 * rate, digits)}{SPACE}percentage points" if is_number(rate) else MISSING


def enclosure(low, high):
    """[low, high] of a rate in percent, rounded outwards, with the digits that tell the two ends apart."""
    if not (is_number(low) and is_number(high)):
        return MISSING
    low, high = Fraction(float(low)) * 100, Fraction(float(high)) * 100
    for digits in range(2, 9):
        left, right = math.floor(low * 10**digits), math.ceil(high * 10**digits)
        if left + 1 < right:
            break
    return f"[{fixed(left / 10**digits, digits)}, {fixed(right / 10**digits, digits)}]{SPACE}%"


def counted(number, noun, plural=None):
    """'1 point', '26 492 points'."""
    return f"{count(number)} {noun if number == 1 else plural or noun + 's'}"


def listing(words, joint="and"):
    """'a', 'a and b', 'a, b and c'."""
    words = list(words)
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {joint} {words[-1]}" if words else ""


def words(small):
    """Numbers up to twelve in words, as in running text."""
    names = "no one two three four five six seven eight nine ten eleven twelve".split()
    return names[small] if 0 <= small < len(names) else count(small)


def capital(text):
    return text[:1].upper() + text[1:]


def seconds(value):
    if not is_number(value):
        return MISSING
    return f"{significant(value, 3)}{SPACE}s"
