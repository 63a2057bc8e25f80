autocmd BufNewFile,BufRead *.synth setfiletype synth
