-- Run by neovim.sh in an empty folder: every check is a name and a function that raises what it found wrong.
local root = os.getenv("SYNTHC_ROOT")
vim.opt.runtimepath:prepend(root .. "/editors/neovim")
vim.cmd("filetype plugin indent on | syntax on")

local SPEC = [[
synth 1

# Pages of the web.
public source web = files("web.jsonl") {
  text    = .text
  license = "CC0-1.0"
}

filter typed = web
  | where wrods(text) >= 2
  | take docs

filtr other = typed

let faces = ["😀 日本", nope]
let many = 20K
]]
local RIGHT = SPEC:gsub("wrods", "words"):gsub("docs", "5"):gsub("filtr", "filter"):gsub(", nope", ""):gsub("20K", "20k")

local function write(name, text)
  local file = assert(io.open(name, "w"))
  file:write(text)
  file:close()
end

local function lines(name)
  return vim.fn.readfile(name)
end

local function equal(expected, actual)
  assert(vim.deep_equal(expected, actual), "expected " .. vim.inspect(expected) .. ", got " .. vim.inspect(actual))
end

--- Opens a file with some text.
local function open(text)
  vim.cmd("silent! bwipeout!")
  write("spec.synth", text)
  vim.cmd("edit spec.synth")
  vim.cmd("syntax sync fromstart")
end

--- The place of a word, counted as the protocol counts.
local function at(word, nth)
  for number, line in ipairs(vim.api.nvim_buf_get_lines(0, 0, -1, false)) do
    local start = 1
    while true do
      local found = line:find(word, start, true)
      if not found then
        break
      end
      nth = (nth or 1) - 1
      if nth == 0 then
        return { line = number - 1, character = found - 1 }
      end
      start = found + 1
    end
  end
  error("no " .. word)
end

local function group(word, nth)
  local place = at(word, nth)
  return vim.fn.synIDattr(vim.fn.synID(place.line + 1, place.character + 1, 1), "name")
end

local function ask(method, more)
  local params = vim.tbl_extend("force", { textDocument = { uri = vim.uri_from_bufnr(0) } }, more or {})
  local answers = vim.lsp.buf_request_sync(0, method, params, 10000) or {}
  for _, answer in pairs(answers) do
    assert(not answer.error and not answer.err, vim.inspect(answer))
    return answer.result
  end
  error("no answer to " .. method)
end

local function attached()
  assert(vim.wait(20000, function()
    for _, client in pairs(vim.lsp.get_clients and vim.lsp.get_clients({ bufnr = 0 }) or vim.lsp.buf_get_clients(0)) do
      if client.initialized ~= false then
        return true
      end
    end
    return false
  end, 20), "the server did not start")
end

local function found()
  local shown = {}
  for _, diagnostic in ipairs(vim.diagnostic.get(0)) do
    local line = vim.api.nvim_buf_get_lines(0, diagnostic.lnum, diagnostic.lnum + 1, false)[1]
    local column = vim.fn.strchars(line:sub(1, diagnostic.col)) + 1
    table.insert(shown, (diagnostic.lnum + 1) .. ":" .. column .. " " .. tostring(diagnostic.code))
  end
  table.sort(shown)
  return shown
end

--- What the command finds in the file on disk, in the same form: columns count characters.
local function commanded()
  local shown = {}
  local said = vim.fn.json_decode(vim.fn.system({ "synthc", "check", "--format", "json", "spec.synth" }))
  for _, finding in ipairs(said.findings) do
    table.insert(shown, finding.range.start.line .. ":" .. finding.range.start.column .. " " .. finding.rule)
  end
  table.sort(shown)
  return shown
end

local function edited(changes)
  local buffer = vim.api.nvim_get_current_buf()
  vim.lsp.util.apply_text_edits(changes, buffer, "utf-16")
  return table.concat(vim.api.nvim_buf_get_lines(buffer, 0, -1, false), "\n") .. "\n"
end

local function every_spec()
  return vim.fn.split(vim.fn.glob(root .. "/specs/*/*.synth") .. "\n" .. vim.fn.glob(root .. "/compiler/std/*.synth"), "\n")
end

local CHECKS = {
  { "file type", function()
    open(RIGHT)
    equal("synth", vim.bo.filetype)
    equal("# %s", vim.bo.commentstring)
  end },
  { "colours", function()
    open(RIGHT .. 'prompt say(text: text) -> list(text) {\n  ask = """\n    "quoted" {{ text }} \\{{\n    """\n}\n\nlet n = [5min, 5m]\n')
    equal({ "synthItems", "synthVisibility", "synthKinds", "synthDeclared" }, { group("synth"), group("public"), group("source"), group("web", 2) })
    equal({ "synthCalls", "synthText", "synthSettings", "synthPath" }, { group("files"), group('"web.jsonl"'), group("license"), group(".text") })
    equal({ "synthSteps", "synthPipe", "synthCalls", "synthNumber" }, { group("where"), group("| where"), group("words"), group("2") })
    equal({ "synthTypeMark", "synthTypes", "synthTemplate", "synthName" }, { group(": text"), group("list"), group('"quoted"'), group("text }}") })
    equal({ "synthLiteralHole", "synthNumber", "synthNumberError" }, { group("\\{{"), group("5min"), group("5m]") })
  end },
  { "an open bracket or text spoils one item", function()
    open('synth 1\n\nlet a = [1, (2\nlet b = 1\nlet c = """\n  open\nlet d = 2\n')
    equal({ "synthKinds", "synthKinds", "synthKinds" }, { group("let", 2), group("let", 3), group("let", 4) })
  end },
  { "indenting every spec anew changes nothing", function()
    for _, name in ipairs(every_spec()) do
      local text = table.concat(lines(name), "\n") .. "\n"
      open(text)
      vim.cmd("silent normal! gg=G")
      for number, line in ipairs(vim.api.nvim_buf_get_lines(0, 0, -1, false)) do
        equal(lines(name)[number], line)
      end
    end
  end },
  { "diagnostics are those of the command", function()
    open(SPEC)
    attached()
    local wanted = commanded()
    assert(#wanted >= 4, vim.inspect(wanted))
    vim.wait(10000, function()
      return #vim.diagnostic.get(0) >= #wanted
    end, 20)
    equal(wanted, found())
  end },
  { "they go when the mistakes are mended, and come as one types", function()
    local function errors()
      return #vim.diagnostic.get(0, { severity = vim.diagnostic.severity.ERROR })
    end
    vim.api.nvim_buf_set_lines(0, 0, -1, false, vim.split(RIGHT, "\n"))
    assert(vim.wait(10000, function()
      return errors() == 0
    end, 20), vim.inspect(found()))
    local place = at("words")
    vim.api.nvim_buf_set_text(0, place.line, place.character, place.line, place.character + 5, { "wards" })
    assert(vim.wait(10000, function()
      return errors() == 1
    end, 20), vim.inspect(found()))
  end },
  { "hover", function()
    open(RIGHT)
    attached()
    local contents = ask("textDocument/hover", { position = at("web", 4) }).contents
    local said = type(contents) == "table" and contents.value or contents
    assert(said:find("Pages of the web", 1, true), said)
  end },
  { "completion", function()
    local place = at("| where")
    local answer = ask("textDocument/completion", { position = { line = place.line, character = place.character + 2 } })
    local labels = {}
    for _, item in ipairs(answer.items or answer) do
      labels[item.label] = true
    end
    assert(labels.where and labels.dedup and labels.ask, vim.inspect(answer))
  end },
  { "definition", function()
    local answer = ask("textDocument/definition", { position = at("typed", 2) })
    local one = answer.uri and answer or answer[1]
    local range = one.range or one.targetSelectionRange
    equal(at("typed"), range.start)
  end },
  { "rename", function()
    local edit = ask("textDocument/rename", { position = at("typed", 2), newName = "kept" })
    local changes = edit.changes and edit.changes[vim.uri_from_bufnr(0)] or edit.documentChanges[1].edits
    equal((RIGHT:gsub("typed", "kept")), edited(changes))
    vim.cmd("silent undo")
  end },
  { "formatting", function()
    local plain = RIGHT:gsub("filter typed = web", "filter typed=web"):gsub("  | take", " |   take")
    open(plain)
    attached()
    local edits = ask("textDocument/formatting", { options = { tabSize = 2, insertSpaces = true } })
    equal(RIGHT, edited(edits))
  end },
}

local function start()
  if os.getenv("START") == "enable" then
    vim.lsp.enable("synthc")
  else
    require("synthc").setup()
  end
end

local function main()
  start()
  local checks, failed = {}, 0
  for _, check in ipairs(CHECKS) do
    local began = vim.loop.hrtime()
    local ok, problem = pcall(check[2])
    local took = math.floor((vim.loop.hrtime() - began) / 1e6)
    table.insert(checks, { name = check[1], ok = ok, milliseconds = took, problem = not ok and tostring(problem) or nil })
    io.stdout:write((ok and "ok   " or "FAIL ") .. check[1] .. (ok and "" or "\n" .. tostring(problem)) .. "\n")
    failed = failed + (ok and 0 or 1)
  end
  local version = vim.fn.split(vim.fn.execute("version"), "\n")[1]
  write(os.getenv("RESULT"), vim.fn.json_encode({ editor = version, start = os.getenv("START"), checks = checks }))
  vim.cmd(failed == 0 and "qall!" or "cquit!")
end

local ok, problem = pcall(main)
if not ok then
  io.stdout:write(tostring(problem) .. "\n")
  vim.cmd("cquit!")
end
