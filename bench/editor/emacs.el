;;; emacs.el --- Looks at synth-mode; run by emacs.sh  -*- lexical-binding: t; -*-

(require 'cl-lib)
(require 'imenu)
(require 'json)
(load (expand-file-name "../../editors/emacs/synth-mode.el" (file-name-directory load-file-name)) nil t)

(defvar root (expand-file-name "../.." (file-name-directory load-file-name)))
(defvar results nil)

(defmacro check (name &rest body)
  "Run BODY, which signals what is wrong, and keep the outcome under NAME."
  (declare (indent 1))
  `(let* ((began (float-time))
          (problem (condition-case raised (progn ,@body nil) (error (error-message-string raised)))))
     (message "%s %s%s" (if problem "FAIL" "ok  ") ,name (if problem (concat "\n" problem) ""))
     (push `((name . ,,name) (ok . ,(if problem :json-false t))
             (milliseconds . ,(round (* 1000 (- (float-time) began)))) ,@(and problem `((problem . ,problem))))
           results)))

(defun equal! (expected actual)
  (unless (equal expected actual)
    (error "expected %S, got %S" expected actual)))

(defun face (text)
  "Return the face of the first letter of TEXT in this buffer."
  (goto-char (point-min))
  (search-forward text)
  (get-text-property (match-beginning 0) 'face))

(defmacro with-spec (text &rest body)
  (declare (indent 1))
  `(with-temp-buffer (insert ,text) (synth-mode) (font-lock-ensure) ,@body))

(defun wait-for (what condition)
  (with-timeout (20 (error "no %s" what))
    (while (not (funcall condition)) (accept-process-output nil 0.05))))

(check "file type"
  (equal! 'synth-mode (assoc-default "a/b.synth" auto-mode-alist #'string-match)))

(check "colours"
  (with-spec "synth 1\n\npublic source web = files(\"a\") { license = \"CC0\" }\nfilter typed = web\n  | where words(text) in 5..40 # why\n"
    (equal! '(font-lock-keyword-face font-lock-builtin-face font-lock-keyword-face font-lock-variable-name-face)
            (mapcar #'face '("synth" "public" "source" "web")))
    (equal! '(font-lock-builtin-face font-lock-string-face font-lock-variable-name-face font-lock-keyword-face)
            (mapcar #'face '("files" "\"a\"" "license" "where")))
    (equal! '(font-lock-builtin-face font-lock-keyword-face font-lock-constant-face font-lock-comment-face)
            (mapcar #'face '("words" "in 5" "5" "why")))))

(check "texts and holes"
  (with-spec "prompt say(t: text) -> list(text) {\n  ask = \"\"\"\n    A \"word\" # no comment {{ t }} \\{{\n    \"\"\"\n}\nlet after = 1\n"
    (equal! '(font-lock-string-face font-lock-string-face font-lock-variable-name-face font-lock-keyword-face)
            (mapcar #'face '("word" "# no" "{{ t" "let")))
    (equal! '(font-lock-type-face font-lock-type-face) (mapcar #'face '("text)" "list")))))

(check "indenting every spec anew changes nothing"
  (dolist (file (append (file-expand-wildcards (concat root "/specs/*/*.synth"))
                        (file-expand-wildcards (concat root "/compiler/std/*.synth"))))
    (with-temp-buffer
      (insert-file-contents file)
      (let ((text (buffer-string)))
        (synth-mode)
        (indent-region (point-min) (point-max))
        (cl-mapc #'equal! (split-string text "\n") (split-string (buffer-string) "\n"))))))

(check "declarations are listed"
  (with-spec "synth 1\nprivate source users = files(\"a\") { user = .u }\nprompt say(t: text) -> text {\n  ask = \"a\"\n}\n"
    (equal! '("users" "say") (mapcar #'car (imenu--generic-function imenu-generic-expression)))))

(when (require 'eglot nil t)
  (let ((file (expand-file-name "spec.synth" (getenv "SCRATCH"))))
    (with-temp-file file
      (insert "synth 1\n\n# Pages.\npublic source web = files(\"web.jsonl\") { license = \"CC0-1.0\" }\n\nfilter typed=web\n  | take docs\n"))
    (find-file file)
    (setq-local eglot-sync-connect 20)
    (check "eglot: diagnostics"
      (apply #'eglot (eglot--guess-contact))
      (flymake-mode 1)
      (wait-for "diagnostic" #'flymake-diagnostics)
      (equal! '(t) (mapcar (lambda (one) (and (string-match-p "docs" (flymake-diagnostic-text one)) t)) (flymake-diagnostics))))
    (check "eglot: formatting"
      (eglot-format-buffer)
      (goto-char (point-min))
      (search-forward "filter typed = web"))
    (check "eglot: definition"
      (search-backward "web")
      (let ((found (xref-backend-definitions 'eglot (xref-backend-identifier-at-point 'eglot))))
        (equal! 4 (xref-location-line (xref-item-location (car found))))))
    (check "eglot: rename"
      (eglot--signal-textDocument/didChange) ; what idle time does
      (goto-char (point-min))
      (search-forward "filter ty")
      (eglot-rename "kept")
      (goto-char (point-min))
      (search-forward "filter kept = web"))))

(with-temp-file (getenv "RESULT")
  (insert (json-encode `((editor . ,(format "GNU Emacs %s" emacs-version)) (checks . ,(vconcat (reverse results))))) "\n")
  (let ((json-encoding-pretty-print t)) (json-pretty-print-buffer)))
(kill-emacs (if (cl-every (lambda (one) (eq t (alist-get 'ok one))) results) 0 1))
