// SPDX-License-Identifier: GPL-3.0-or-later
// The values of a results file as jsfive reads them, which is JavaScript alone and no HDF5 library; the form is told
// in list_h5py.py.
//     node list_jsfive.mjs FOLDER_OF_NODE_MODULES FILE.h5
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { isIndex, ofScales, print } from "./listing.mjs";

const [modules, path] = process.argv.slice(2);
const hdf5 = await import(pathToFileURL(`${modules}/jsfive/dist/esm/index.mjs`));

function attributes(where, item) {
    for (const [name, value] of Object.entries(item.attrs)) {
        if (!ofScales.has(name)) {
            print(["attribute", where, name], Array.isArray(value) ? [value.length] : [], value);
        }
    }
}

function list(where, group) {
    attributes(where || "/", group);
    for (const name of group.keys) {
        const item = group.get(name);
        const path_of_item = `${where}/${name}`;
        if (item instanceof hdf5.Group) {
            list(path_of_item, item);
        } else if (!isIndex(item.attrs.NAME)) {
            print(["dataset", path_of_item], item.shape, item.value);
            attributes(path_of_item, item);
        }
    }
}

const bytes = readFileSync(path);
list("", new hdf5.File(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength), path));
