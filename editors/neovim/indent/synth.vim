if exists("b:did_indent")
  finish
endif
let b:did_indent = 1

setlocal indentexpr=SynthIndent(v:lnum) indentkeys=o,O,0},0),0],0<Bar>
let b:undo_indent = "setlocal indentexpr< indentkeys<"

if exists("*SynthIndent")
  finish
endif

function s:Group(line, column) abort
  return synIDattr(synID(a:line, a:column, 1), "name")
endfunction

function s:StartsInText(line) abort
  return index(map(synstack(a:line, 1), {_, id -> synIDattr(id, "name")}), "synthTemplate") >= 0
endfunction

" Whether a line stands in a triple-quoted text; an empty one has no colour of its own to tell.
function s:InText(line) abort
  if getline(a:line) !=# ""
    return s:StartsInText(a:line)
  endif
  let before = prevnonblank(a:line - 1)
  return before > 0 && (count(getline(before), '"""') % 2 == 1) != s:StartsInText(before)
endfunction

" A line stands two deeper than the line of the bracket around it, a step two deep, and an item at the margin.
function SynthIndent(line) abort
  if s:InText(a:line)
    return -1  " its white space is the author's
  endif
  call cursor(a:line, 1)
  let skip = 's:Group(line("."), col(".")) =~# "synth\\(Text\\|Template\\|Hole\\|Comment\\)"'
  let open = searchpair('[({[]', '', '[)}\]]', 'bnW', skip, max([1, a:line - 100]))
  if open > 0
    return indent(open) + (getline(a:line) =~# '^\s*[)}\]]' ? 0 : shiftwidth())
  endif
  return getline(a:line) =~# '^\s*|' ? shiftwidth() : 0
endfunction
