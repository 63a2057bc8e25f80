-- For `vim.lsp.enable("synthc")`, Neovim 0.11 and newer.
local synthc = require("synthc")

return {
  filetypes = { "synth" },
  root_dir = function(buffer, found)
    found(synthc.root(vim.api.nvim_buf_get_name(buffer)))
  end,
  cmd = function(dispatchers)
    local root = synthc.root(vim.api.nvim_buf_get_name(0))
    return vim.lsp.rpc.start(synthc.command(root) or { "synthc", "lsp" }, dispatchers, { cwd = root })
  end,
}
