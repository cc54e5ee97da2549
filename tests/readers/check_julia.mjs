// SPDX-License-Identifier: GPL-3.0-or-later
// Debian has no Julia, so what can be said of Julia code without running it: a full grammar parses it, and
// every function it calls exists, in the package or in the interfaces listed below.
//
// usage: node check_julia.mjs FILE.jl|FILE.md ...
//        node check_julia.mjs --self-test FILE.jl ...     plants faults in copies and must find each
// Of a Markdown page the blocks marked julia are checked.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Language, Parser } from 'web-tree-sitter';

// What the package may call, by its documentation. A name is added here after a look at that documentation.
const KNOWN = new Set([
    // Julia's Base
    'abs', 'all', 'close', 'diff', 'div', 'eachindex', 'error', 'filter', 'first', 'get', 'getproperty', 'haskey', 'in',
    'include', 'isempty', 'isnan', 'keys', 'length', 'maximum', 'NamedTuple', 'Pair', 'println', 'push!', 'read', 'rpad',
    'size', 'startswith', 'sum', 'Symbol', 'Int', 'zip',
    // HDF5.jl
    'attributes', 'h5open', 'read_attribute',
    // Plots.jl
    'plot', 'plot!', 'vline!',
    // Pkg
    'Pkg.develop', 'Pkg.test',
]);
const KNOWN_MACROS = new Set(['@test', '@testset', '@test_throws']);

function blocks(path) {
    const text = readFileSync(path, 'utf8');
    if (!path.endsWith('.md')) {
        return [{ where: path, text }];
    }
    return [...text.matchAll(/^```julia\n([\s\S]*?)^```/gm)].map((found) => ({
        where: `${path}, line ${text.slice(0, found.index).split('\n').length}`,
        text: found[1],
    }));
}

function* nodes(node) {
    yield node;
    for (const child of node.children) {
        yield* nodes(child);
    }
}

// The call that a definition has on its left: of "function f(x)", "function f end" and "f(x) = ...".
function defined(node) {
    if (node.type === 'function_definition') {
        const signature = node.children.find((child) => child.type === 'signature');
        let found = signature?.namedChild(0);
        while (found && !['identifier', 'field_expression'].includes(found.type)) {
            found = found.namedChild(0);
        }
        return found?.text;
    }
    if (node.type === 'assignment' && node.namedChild(0)?.type === 'call_expression') {
        return node.namedChild(0).namedChild(0).text;
    }
    return undefined;
}

function faults(parser, texts) {
    const found = [];
    const trees = texts.map(({ where, text }) => ({ where, root: parser.parse(text).rootNode }));
    const ours = new Set();
    for (const { root } of trees) {
        for (const node of nodes(root)) {
            const name = defined(node);
            if (name) {
                ours.add(name.replace(/^.*[.]/, ''));
            }
        }
    }
    for (const { where, root } of trees) {
        for (const node of nodes(root)) {
            const line = node.startPosition.row + 1;
            if (node.type === 'ERROR' || node.isMissing) {
                found.push(`${where}:${line}: the grammar does not take: ${node.text.split('\n')[0]}`);
            } else if (node.type === 'call_expression' || node.type === 'broadcast_call_expression') {
                const name = node.namedChild(0).text;
                const operator = /^[^\w]+$/.test(name);
                if (!operator && !KNOWN.has(name) && !ours.has(name) && !ours.has(name.replace(/^BriskResults[.]/, ''))) {
                    found.push(`${where}:${line}: calls ${name}, which is neither defined here nor known`);
                }
            } else if (node.type === 'macrocall_expression') {
                const name = node.namedChild(0).text;
                if (!KNOWN_MACROS.has(name)) {
                    found.push(`${where}:${line}: uses ${name}, which is not known`);
                }
            }
        }
    }
    return found;
}

await Parser.init();
const grammar = createRequire(import.meta.url).resolve('tree-sitter-julia/tree-sitter-julia.wasm');
const parser = new Parser();
parser.setLanguage(await Language.load(grammar));

const files = process.argv.slice(2);
const selfTest = files[0] === '--self-test' && files.shift();
const texts = files.flatMap(blocks);
if (texts.length === 0) {
    console.error('usage: node check_julia.mjs [--self-test] FILE.jl|FILE.md ...');
    process.exit(2);
}
const found = faults(parser, texts);
found.forEach((fault) => console.error(fault));
let missed = 0;
if (selfTest) {
    // A missing end, an unclosed bracket, and a wrong name in every text that has one to plant it in.
    const plants = [
        ['\nend\n', '\n\n'],
        ['(', '(('],
        ['read_attribute(', 'readattribute('],
        ['isempty(', 'is_empty('],
    ];
    for (const [right, wrong] of plants) {
        const spoilt = texts.map(({ where, text }) => ({ where, text: text.replace(right, wrong) }));
        if (spoilt.every(({ text }, i) => text === texts[i].text) || faults(parser, spoilt).length === 0) {
            console.error(`self-test: ${JSON.stringify(wrong)} in place of ${JSON.stringify(right)} was not found`);
            missed++;
        }
    }
}
console.log(`${texts.length} texts in Julia, ${found.length} faults`);
process.exit(found.length + missed > 0 ? 1 : 0);
