;;; synth-mode.el --- Specs of synthc  -*- lexical-binding: t; -*-

;; Version: 0.1.0
;; Package-Requires: ((emacs "28.1"))
;; Keywords: languages
;; SPDX-License-Identifier: Apache-2.0

;;; Commentary:

;; Colours and indentation for .synth files, and `synthc lsp' for Eglot.

;;; Code:

(require 'syntax)

;; The lists are kept equal to the compiler's by tests/editors/test_words.py.

(defconst synth--kinds
  '("endpoint" "evaluate" "federate" "filter" "generate" "let" "measure" "mix" "model" "param" "pretrain" "source" "transform" "vocab"))

(defconst synth--items
  '("budget" "import" "prompt" "publish" "synth" "test"))

(defconst synth--steps
  '("ask" "chunk" "decontaminate" "dedup" "explode" "let" "redact" "repeat" "sample" "select" "shuffle" "spread" "take" "top" "where"))

(defconst synth--settings
  '("adapter" "alpha" "ask" "bands" "batch" "betas" "bootstrap" "buffers" "checks" "choose" "clip" "cohort" "column" "compile" "complete" "concurrency" "config" "count_noise" "coupled" "default" "delta" "device" "domain" "dp" "draw" "dropout" "dtype" "embedding" "emoji" "endpoint" "epochs" "epsilon" "examples" "heads" "hidden" "initial" "inner" "input" "insecure" "kinds" "layers" "learning_rate" "license" "like" "local" "lowercase" "mark" "max_failures" "max_input" "max_items" "max_output" "max_sentences" "max_words" "members" "metrics" "min_words" "model" "momentum" "near" "noise" "numbers" "on_fail" "output" "overflow" "pairs" "part" "paths" "patience" "people" "population" "precision" "preset" "price" "projection" "provider" "proximal" "punctuation" "quantile" "rate" "report_goal" "repository" "require" "rest" "restart" "retries" "revision" "rounds" "rows" "schedule" "search" "seeds" "separation" "server" "simulate" "size" "softmax" "split" "stop" "stragglers" "system" "tau" "temperature" "tied" "timeout" "token" "tokens" "top_p" "tries" "trip" "turns" "url" "user" "users" "validation" "warmup" "weigh" "width" "words" "workers"))

(defconst synth--calls
  '("abs" "adam" "adaptive" "banded" "best" "blt" "by" "ceil" "characters" "contains" "count" "date" "day" "days" "dirichlet" "embedded" "ends_with" "env" "exp" "extract" "files" "first" "float" "floor" "gaussian" "grid" "gru" "hf" "histogram" "hub" "int" "join" "language" "last" "lines" "log" "logprob" "lower" "lstm" "matches" "max" "mean" "min" "month" "next_word" "openai" "pool" "record" "replace" "round" "rows" "sampled" "secret" "sgd" "split" "sqrt" "starts_with" "strip" "subword_vocab" "sum" "tgi" "transformer" "transformers" "tree" "unique" "upper" "weekday" "word_vocab" "words" "year"))

(defconst synth--types
  '("bool" "date" "float" "int" "list" "share" "text"))

(defconst synth--constants
  '("false" "none" "true"))

(defconst synth--operators
  '("and" "else" "in" "not" "or" "vs"))

(defconst synth--clauses
  '("as" "by" "from" "on" "over" "to" "using"))

(defgroup synth nil
  "Specs of synthc."
  :group 'languages)

(defcustom synth-program nil
  "The synthc that serves Eglot; nil means the project's, else the one on PATH."
  :type '(choice (const :tag "The project's, else on PATH" nil) file)
  :safe #'stringp)

(defcustom synth-indent-offset 2
  "Columns that a step, or what stands in a bracket, is indented."
  :type 'natnum
  :safe #'natnump)

(defvar synth-mode-syntax-table
  (let ((table (make-syntax-table)))
    (modify-syntax-entry ?# "<" table)
    (modify-syntax-entry ?\n ">" table)
    (modify-syntax-entry ?_ "_" table)
    (modify-syntax-entry ?. "." table)
    (modify-syntax-entry ?| "." table)
    table))

(defun synth--triple-quote ()
  "Make the triple quote just matched open or close a text."
  (let ((string (nth 3 (save-excursion (syntax-ppss (match-beginning 0)))))
        (comment (nth 4 (save-excursion (syntax-ppss (match-beginning 0))))))
    (cond
     ((eq string t)
      (put-text-property (1- (match-end 0)) (match-end 0) 'syntax-table (string-to-syntax "|")))
     ((not (or string comment))
      (put-text-property (match-beginning 0) (1+ (match-beginning 0)) 'syntax-table (string-to-syntax "|"))))))

(defconst synth--propertize
  (syntax-propertize-rules ("\"\"\"" (0 (ignore (synth--triple-quote))))))

(defun synth--hole (limit)
  "Find the next hole of a text before LIMIT."
  (let (found)
    (while (and (not found) (re-search-forward "\\(\\\\\\)?{{[^}]*\\(?:}[^}]+\\)*}}" limit t))
      (setq found (and (not (match-beginning 1))
                       (eq t (nth 3 (save-match-data (save-excursion (syntax-ppss (match-beginning 0)))))))))
    found))

(defconst synth--name "[A-Za-z_][A-Za-z0-9_]*")

(defconst synth-font-lock-keywords
  `((,(concat "^\\(synth\\|import\\)\\_>") 1 font-lock-keyword-face)
    (,(concat "^\\(" (regexp-opt synth--items) "\\)[ \t]+\\(" synth--name "\\(?:\\." synth--name "\\)*\\)")
     (1 font-lock-keyword-face) (2 font-lock-function-name-face))
    (,(concat "^\\(?:\\(public\\|private\\)[ \t]+\\)?\\(" (regexp-opt synth--kinds) "\\)[ \t]+\\(" synth--name "\\)")
     (1 font-lock-builtin-face nil t) (2 font-lock-keyword-face) (3 font-lock-variable-name-face))
    (,(concat "|[ \t]*\\(" (regexp-opt synth--steps) "\\)\\_>") 1 font-lock-keyword-face)
    (,(concat ":[ \t]*\\(?:\\(list\\)[ \t]*([ \t]*\\)*\\(" (regexp-opt synth--types) "\\)\\_>")
     (1 font-lock-type-face nil t) (2 font-lock-type-face))
    (,(concat "->[ \t]*\\(?:\\(list\\)[ \t]*([ \t]*\\)*\\(" (regexp-opt synth--types) "\\)\\_>")
     (1 font-lock-type-face nil t) (2 font-lock-type-face))
    (,(concat "\\_<" (regexp-opt synth--constants) "\\_>") . font-lock-constant-face)
    (,(concat "\\_<" (regexp-opt (append synth--operators synth--clauses)) "\\_>") . font-lock-keyword-face)
    (,(concat "\\_<\\(" (regexp-opt synth--calls) "\\)[ \t]*(") 1 font-lock-builtin-face)
    (,(concat "[{, \t]\\(" (regexp-opt synth--settings) "\\)[ \t]*\\(?:=[^=]\\|:\\)") 1 font-lock-variable-name-face)
    ("\\_<[0-9]+\\(?:\\.[0-9]+\\)?\\(?:%\\|[kMB]\\_>\\|\\(?:s\\|min\\|h\\)\\_>\\|e[+-]?[0-9]+\\_>\\|\\_>\\)" . font-lock-constant-face)
    (synth--hole 0 font-lock-variable-name-face t)
    ("\\(?:^\\|[^\\]\\)\\(# synth:[ \t]*ignore\\[[a-z0-9-]+\\]\\)" 1 font-lock-preprocessor-face t))
  "What `synth-mode' colours.")

(defun synth--indentation ()
  "Return the column of the line at point; nil where its white space isn't ours."
  (let* ((state (syntax-ppss (line-beginning-position)))
         (open (nth 1 state))
         (first (char-after (save-excursion (back-to-indentation) (point)))))
    (cond
     ((nth 3 state) nil)
     (open (+ (save-excursion (goto-char open) (current-indentation))
              (if (memq first '(?\) ?\] ?\})) 0 synth-indent-offset)))
     ((eq first ?|) synth-indent-offset)
     (t 0))))

(defun synth-indent-line ()
  "Indent the line at point."
  (interactive)
  (let ((column (save-excursion (synth--indentation)))
        (behind (> (current-column) (current-indentation))))
    (cond
     ((not column) 'noindent)
     (behind (save-excursion (indent-line-to column)))
     (t (indent-line-to column)))))

;;;###autoload
(define-derived-mode synth-mode prog-mode "Synth"
  "Major mode for specs of synthc."
  (setq-local comment-start "# "
              comment-start-skip "#+[ \t]*"
              indent-tabs-mode nil
              indent-line-function #'synth-indent-line
              electric-indent-chars (append "|)]}" electric-indent-chars)
              syntax-propertize-function synth--propertize
              font-lock-defaults '(synth-font-lock-keywords)
              imenu-generic-expression
              `((nil ,(concat "^\\(?:\\(?:public\\|private\\)[ \t]+\\)?"
                              (regexp-opt (append '("prompt") synth--kinds)) "[ \t]+\\(" synth--name "\\)")
                     1))))

;;;###autoload
(add-to-list 'auto-mode-alist '("\\.synth\\'" . synth-mode))

(defun synth--server (&rest _)
  "Return the command of the language server."
  (let* ((folder (locate-dominating-file default-directory ".venv/bin/synthc"))
         (own (and folder (expand-file-name ".venv/bin/synthc" folder)))
         (program (or synth-program own (executable-find "synthc"))))
    (unless program
      (user-error "No synthc in .venv of the project or on PATH; install it there, or set `synth-program'"))
    (list program "lsp")))

(with-eval-after-load 'eglot
  (defvar eglot-server-programs)
  (add-to-list 'eglot-server-programs '(synth-mode . synth--server)))

(provide 'synth-mode)
;;; synth-mode.el ends here
