if exists("b:did_indent")
  finish
endif
let b:did_indent = 1

setlocal indentexpr=SynthIndent(v:lnum) indentkeys=o,O,0},0),0],0<Bar>
let b:undo_indent = "setlocal indentexpr< indentkeys<"

if exists("*SynthIndent")
  finish
endif

function s:InText(line, column) abort
  return synIDattr(synID(a:line, a:column, 1), "name") =~# 'synth\(Text\|Template\|Hole\|Comment\)'
endfunction

" A line stands two deeper than the line of the bracket around it, a step two deep, and an item at the margin.
" The words of a triple-quoted text are the author's and stay where they are.
function SynthIndent(line) abort
  call cursor(a:line, 1)
  if a:line > 1 && synIDattr(synID(a:line - 1, max([1, col([a:line - 1, "$"]) - 1]), 1), "name") ==# "synthTemplate" && s:InText(a:line, 1)
    return getline(a:line) =~# '\S' ? -1 : indent(prevnonblank(a:line - 1))
  endif
  let open = searchpair('[({[]', '', '[)}\]]', 'bnW', 's:InText(line("."), col("."))', prevnonblank(a:line - 60))
  if open > 0
    return indent(open) + (getline(a:line) =~# '^\s*[)}\]]' ? 0 : shiftwidth())
  endif
  return getline(a:line) =~# '^\s*|' ? shiftwidth() : 0
endfunction
