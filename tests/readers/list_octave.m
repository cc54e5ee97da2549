% SPDX-License-Identifier: GPL-3.0-or-later
% The numbers of a results file as Octave reads them; the form is told in list_h5py.py.
%     octave list_octave.m NAMES FILE.h5
% NAMES has a line "dataset PATH", "attribute PATH NAME" or "load GROUP" (with tabs) for each thing to read: Octave's
% package netcdf reads numbers by name, but neither texts nor a list of what there is. Octave's own load knows no text of
% variable length and gives up at the first one, so it is asked for groups that hold numbers alone.
1;

function fields = fields_of (value)
  value = value(:)';
  if (isa (value, "uint64"))  % printf takes a detour over double
    fields = arrayfun (@(v) sprintf ("\t0x%08x%08x", bitshift (v, -32), bitand (v, uint64 (4294967295))), value,
                       "UniformOutput", false);
    fields = [fields{:}];
  elseif (isfloat (value))
    fields = sprintf ("\t%.17g", value);
  else
    fields = sprintf ("\t%d", value);
  end
  fields = strrep (strrep (fields, "NaN", "nan"), "Inf", "inf");
end

function emit (key, value)
  if (isempty (value))
    shape = "0";
    values = "";
  else
    shape = strjoin (arrayfun (@num2str, size (value), "UniformOutput", false), "x");
    values = fields_of (value);
  end
  printf ("%s\t%s%s\n", key, shape, values);
end

pkg load netcdf
arguments = argv ();
names = arguments{end - 1};
file = arguments{end};
lines = strsplit (strtrim (fileread (names)), "\n");
for i = 1:numel (lines)
  parts = strsplit (lines{i}, "\t");
  switch (parts{1})
    case "dataset"
      emit (lines{i}, ncread (file, parts{2}));
    case "attribute"
      emit (lines{i}, ncreadatt (file, parts{2}, parts{3}));
    case "load"
      loaded = load (file, parts{2}).(parts{2});
      for [value, name] = loaded
        path = ["/" parts{2} "/" name];
        if (any (strcmp (lines, ["dataset\t" path])) && ! isequaln (squeeze (value)(:), squeeze (ncread (file, path))(:)))
          error ("load and ncread differ for %s", path);
        end
      end
  end
end
