" Colours of .synth files. The lists of words are kept equal to the compiler's by tests/editors/test_words.py.
if exists("b:current_syntax")
  finish
endif

" Of two matches at one place Vim takes the one defined last.
syntax match synthDeclared /\s\@1<=\h[A-Za-z0-9_.]*/ contained
syntax match synthKinds /\<\%(endpoint\|evaluate\|federate\|filter\|generate\|let\|measure\|mix\|model\|param\|pretrain\|source\|transform\|vocab\)\>/ contained
syntax match synthItems /\<\%(budget\|import\|prompt\|publish\|synth\|test\)\>/ contained
syntax match synthSteps /\<\%(ask\|chunk\|decontaminate\|dedup\|explode\|let\|redact\|repeat\|sample\|select\|shuffle\|spread\|take\|top\|where\)\>/ contained
syntax match synthSettings /\<\%(adapter\|alpha\|ask\|bands\|batch\|betas\|bootstrap\|buffers\|checks\|choose\|clip\|cohort\|column\|compile\|complete\|concurrency\|config\|count_noise\|coupled\|default\|delta\|device\|domain\|dp\|draw\|dropout\|dtype\|embedding\|emoji\|endpoint\|epochs\|epsilon\|examples\|heads\|hidden\|initial\|inner\|input\|insecure\|kinds\|layers\|learning_rate\|license\|like\|local\|lowercase\|mark\|max_failures\|max_input\|max_items\|max_output\|max_sentences\|max_words\|members\|metrics\|min_words\|model\|momentum\|near\|noise\|numbers\|on_fail\|output\|overflow\|pairs\|part\|paths\|patience\|people\|population\|precision\|preset\|price\|projection\|provider\|proximal\|punctuation\|quantile\|rate\|report_goal\|repository\|require\|rest\|restart\|retries\|revision\|rounds\|rows\|schedule\|search\|seeds\|separation\|server\|simulate\|size\|softmax\|split\|stop\|stragglers\|system\|tau\|temperature\|tied\|timeout\|token\|tokens\|top_p\|tries\|trip\|turns\|url\|user\|users\|validation\|warmup\|weigh\|width\|words\|workers\)\>/ contained
syntax match synthCalls /\<\%(abs\|adam\|adaptive\|banded\|best\|blt\|by\|ceil\|characters\|contains\|count\|date\|day\|days\|dirichlet\|embedded\|ends_with\|env\|exp\|extract\|files\|first\|float\|floor\|gaussian\|grid\|gru\|hf\|histogram\|hub\|int\|join\|language\|last\|lines\|log\|logprob\|lower\|lstm\|matches\|max\|mean\|min\|month\|next_word\|openai\|pool\|record\|replace\|round\|rows\|sampled\|secret\|sgd\|split\|sqrt\|starts_with\|strip\|subword_vocab\|sum\|tgi\|transformer\|transformers\|tree\|unique\|upper\|weekday\|word_vocab\|words\|year\)\>/ contained
syntax match synthTypes /\<\%(bool\|date\|float\|int\|list\|share\|text\)\>/ contained
syntax match synthConstants /\<\%(false\|none\|true\)\>/ contained
syntax match synthOperators /\<\%(and\|else\|in\|not\|or\|vs\)\>/ contained
syntax match synthClauses /\<\%(as\|by\|from\|on\|over\|to\|using\)\>/ contained
syntax match synthVisibility /\<\%(public\|private\)\>/ contained

syntax cluster synthReserved contains=synthConstants,synthOperators,synthClauses
syntax match synthName /\<\h\w*\>/ contains=@synthReserved
syntax match synthOperator /==\|!=\|<=\|>=\|->\|\.\.\|[-+*\/<>=|]/
syntax match synthCall /\<\h\w*\ze\s*(/ contains=synthCalls,@synthReserved
syntax match synthSetting /\%(\w\|\.\)\@1<!\h\w*\ze\s*\%(=\%(=\)\@!\|:\)/ contained contains=synthSettings
syntax match synthSetting /\<examples\ze\s*{/ contained contains=synthSettings
syntax match synthField /\.\h\w*/
syntax match synthPath /\%([A-Za-z0-9_.)"]\|\]\)\@1<!\%(\.\h\w*\)\+/
syntax match synthType /\%(:\|->\)\s*\%(list\s*(\s*\)*\h\w*/ contains=synthTypes,synthConstants,synthTypeMark
syntax match synthTypeMark /:\|->/ contained
syntax match synthStep /|\s*\h\w*/ contains=synthSteps,synthPipe
syntax match synthPipe /|/ contained

syntax match synthNumberError /\<\d\w*\%(\.\d\w*\)\?/
syntax match synthNumber /\<\d\+\%(\.\d\+\)\?\%([kMB]\|[eE][+-]\?\d\+\)\?\>/
syntax match synthNumber /\<\d\+\%(\.\d\+\)\?\%(s\|min\|h\)\>/
syntax match synthNumber /\<\d\+\%(\.\d\+\)\?%/

" An item begins in column 1 and ends what came before it, so that an open bracket or text spoils one item.
syntax cluster synthValue contains=synthName,synthOperator,synthCall,synthField,synthPath,synthType,synthStep,synthNumberError,synthNumber,synthBlock,synthParens,synthBrackets,synthText,synthTemplate,synthComment
syntax region synthBlock matchgroup=synthMark start=/{/ end=/}/ end=/^\ze\a/ contains=@synthValue,synthSetting
syntax region synthParens matchgroup=synthMark start=/(/ end=/)/ end=/^\ze\a/ contains=@synthValue
syntax region synthBrackets matchgroup=synthMark start=/\[/ end=/\]/ end=/^\ze\a/ contains=@synthValue

syntax region synthText start=/"/ skip=/\\./ end=/"/ end=/$/ oneline contains=synthEscapeError,synthEscape
syntax match synthEscapeError /\\./ contained
syntax match synthEscape /\\\%([nt"\\]\|u{\x\{1,6}}\)/ contained
syntax region synthTemplate start=/"""/ end=/"""/ end=/^\ze\a/ contains=synthHole,synthLiteralHole
syntax match synthLiteralHole /\\{{/ contained
syntax region synthHole matchgroup=synthHoleMark start=/{{/ end=/}}/ end=/\ze"""/ end=/^\ze\a/ contained contains=@synthValue

syntax match synthHead /^\%(\%(public\|private\)\s\+\)\?\a\w*\s\+\h\w*/ contains=synthVisibility,synthKinds,synthDeclared
syntax match synthItem /^\%(test\|budget\|publish\|prompt\)\s\+\h[A-Za-z0-9_.]*/ contains=synthItems,synthDeclared
syntax match synthImport /^import\>.*/ contains=synthItems,synthText,synthClauses,synthComment
syntax match synthEdition /^synth\s\+\d\+/ contains=synthItems,synthNumber

syntax match synthComment /#.*$/ contains=synthDirective,@Spell
syntax match synthDirective /#\s*synth:\s*ignore\[[a-z0-9-]\+\]/ contained

" No item is longer than this, and one that is only loses its colours until it is scrolled through.
syntax sync match synthSync grouphere NONE /^\a/
syntax sync minlines=50

highlight default link synthKinds Keyword
highlight default link synthItems Keyword
highlight default link synthVisibility StorageClass
highlight default link synthDeclared Identifier
highlight default link synthSteps Statement
highlight default link synthPipe Operator
highlight default link synthSettings Label
highlight default link synthCalls Function
highlight default link synthTypes Type
highlight default link synthConstants Constant
highlight default link synthOperators Operator
highlight default link synthClauses Keyword
highlight default link synthOperator Operator
highlight default link synthTypeMark Operator
highlight default link synthPath Identifier
highlight default link synthMark Delimiter
highlight default link synthNumber Number
highlight default link synthNumberError Error
highlight default link synthText String
highlight default link synthTemplate String
highlight default link synthEscape SpecialChar
highlight default link synthLiteralHole SpecialChar
highlight default link synthEscapeError Error
highlight default link synthHoleMark PreProc
highlight default link synthComment Comment
highlight default link synthDirective PreProc

let b:current_syntax = "synth"
