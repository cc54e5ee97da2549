# SPDX-License-Identifier: GPL-3.0-or-later
# A results file, or one group of it, as nested NamedTuples.

"The major version of the format that this package reads; a larger minor version only adds."
const FORMAT_MAJOR = 1

"HDF5's and netCDF's own bookkeeping of dimension scales, which a reader has no use for."
const SCALE_ATTRIBUTES =
    ("CLASS", "NAME", "REFERENCE_LIST", "DIMENSION_LIST", "DIMENSION_LABELS", "_Netcdf4Dimid", "_Netcdf4Coordinates")

const INDEX_MARK = "This is a netCDF dimension but not a netCDF variable"

"Whether a dataset is an axis that only counts: it has a length and no values."
function is_index(dataset)
    haskey(attributes(dataset), "NAME") || return false
    return startswith(read_attribute(dataset, "NAME"), INDEX_MARK)
end

"The attributes of a file, group or dataset, as a NamedTuple."
function read_attributes(object)
    names = filter(name -> !(name in SCALE_ATTRIBUTES), keys(attributes(object)))
    return NamedTuple(Symbol(name) => read_attribute(object, name) for name in names)
end

"""
A group as a NamedTuple: `attributes`, then its datasets and groups by their names. A dataset named
`attributes` would be hidden; brisk writes none.
"""
function read_group(group)
    content = Pair{Symbol,Any}[:attributes => read_attributes(group)]
    for name in keys(group)
        object = group[name]
        if object isa HDF5.Group
            push!(content, Symbol(name) => read_group(object))
        elseif object isa HDF5.Dataset && !is_index(object)
            push!(content, Symbol(name) => read(object))
        end
        close(object)
    end
    return NamedTuple(content)
end

"Fails unless the file is one of brisk's, whole, and of a version that this package reads."
function check_format(file)
    haskey(attributes(file), "format") && read_attribute(file, "format") == "brisk-results" ||
        error("this is no results file of brisk")
    haskey(attributes(file), "complete") && read_attribute(file, "complete") == 1 ||
        error("the results file is not complete")
    major = first(read_attribute(file, "format_version"))
    major == FORMAT_MAJOR ||
        error("format version $major of the results file is not $FORMAT_MAJOR, which this package reads")
    return nothing
end

"""
    read_results(path; group = "/")

The whole file, or one group of it, as nested NamedTuples: `attributes`, datasets (scalars, strings or arrays)
and groups by their names. Names with spaces, such as those below `simulation`, are reached by
`getproperty(file.simulation, Symbol("fresh test sets"))`. Everything is read into memory: name the group you
need of a large file.
"""
function read_results(path::AbstractString; group::AbstractString = "/")
    return h5open(path, "r") do file
        check_format(file)
        group == "/" || haskey(file, group) || error("$path has no group $group")
        found = file[group]
        found isa HDF5.Group || error("$group of $path is a dataset; name the group that holds it")
        return read_group(found)
    end
end
