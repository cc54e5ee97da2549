// SPDX-License-Identifier: GPL-3.0-or-later
// What the readers in JavaScript share: lines in the form of list_h5py.py.
export const ofScales = new Set(["CLASS", "NAME", "REFERENCE_LIST", "DIMENSION_LIST", "DIMENSION_LABELS"]);

export function isIndex(name) {
    return typeof name === "string" && name.startsWith("This is a netCDF dimension but not a netCDF variable.");
}

function text(value) {
    if (typeof value === "string") {
        return Buffer.from(value, "utf8").toString("hex");
    }
    return Object.is(value, -0) ? "-0" : String(value);
}

export function print(key, shape, value) {
    const scalar = value === null || typeof value !== "object";
    const values = scalar ? [value] : Array.from(value);
    const lengths = shape.length === 0 ? "-" : Array.from(shape).join("x");
    process.stdout.write([...key, lengths, ...values.map(text)].join("\t") + "\n");
}
