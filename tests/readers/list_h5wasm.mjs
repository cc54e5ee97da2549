// SPDX-License-Identifier: GPL-3.0-or-later
// The values of a results file as h5wasm reads them; the form is told in list_h5py.py.
//     node list_h5wasm.mjs FOLDER_OF_NODE_MODULES FILE.h5
import { pathToFileURL } from "node:url";
import { isIndex, ofScales, print } from "./listing.mjs";

const [modules, path] = process.argv.slice(2);
const h5wasm = await import(pathToFileURL(`${modules}/h5wasm/dist/node/hdf5_hl.js`));
await h5wasm.ready;

function attributes(where, item) {
    for (const [name, attribute] of Object.entries(item.attrs)) {
        if (!ofScales.has(name)) {
            print(["attribute", where, name], attribute.shape, attribute.value);
        }
    }
}

function list(where, group) {
    attributes(where || "/", group);
    for (const name of group.keys()) {
        const item = group.get(name);
        const path_of_item = `${where}/${name}`;
        if (item instanceof h5wasm.Group) {
            list(path_of_item, item);
        } else if (!isIndex(item.attrs.NAME?.value)) {
            print(["dataset", path_of_item], item.shape, item.value);
            attributes(path_of_item, item);
        }
    }
}

const file = new h5wasm.File(path, "r");
list("", file);
file.close();
