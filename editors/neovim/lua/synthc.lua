-- Starts `synthc lsp` for .synth files with whatever this Neovim has: vim.lsp.config (0.11), vim.lsp.start (0.8) or
-- vim.lsp.start_client (0.7).
local M = {}

local function upward(name, from)
  local folder = vim.fn.fnamemodify(from, ":p:h")
  while true do
    if vim.fn.empty(vim.fn.glob(folder .. "/" .. name)) == 0 then
      return folder
    end
    local parent = vim.fn.fnamemodify(folder, ":h")
    if parent == folder then
      return nil
    end
    folder = parent
  end
end

--- The folder a file's project is in: the nearest with a .venv, else with .git, else the file's own.
function M.root(file)
  return upward(".venv/bin/synthc", file) or upward(".git", file) or vim.fn.fnamemodify(file, ":p:h")
end

--- The command of the server: the project's own synthc before the one on PATH; nil if there is neither.
function M.command(root)
  local own = root .. "/.venv/bin/synthc"
  if vim.fn.executable(own) == 1 then
    return { own, "lsp" }
  end
  return vim.fn.executable("synthc") == 1 and { "synthc", "lsp" } or nil
end

local clients = {}

local function start(file)
  local root = M.root(file)
  local command = M.command(root)
  if not command then
    vim.notify(
      "synthc was not found in .venv of " .. root .. " or on PATH; install it there, or put it on PATH",
      vim.log.levels.WARN
    )
    return
  end
  local config = { name = "synthc", cmd = command, root_dir = root }
  if vim.lsp.start then
    vim.lsp.start(config)
    return
  end
  clients[root] = clients[root] or vim.lsp.start_client(config)
  vim.lsp.buf_attach_client(0, clients[root])
end

--- Starts the server now for the buffer that is open, and from now on for every .synth file.
function M.setup()
  vim.api.nvim_create_autocmd("FileType", {
    pattern = "synth",
    callback = function(event)
      start(vim.api.nvim_buf_get_name(event.buf))
    end,
  })
  if vim.bo.filetype == "synth" then
    start(vim.api.nvim_buf_get_name(0))
  end
end

return M
