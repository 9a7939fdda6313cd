"""A real editor, without its screen: what its user would see."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.lsp.raw import APP, write_project

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "editors.md"
NEOVIM = shutil.which("nvim")
SCRIPT = """\
local function wait_for(condition)
  assert(vim.wait(60000, condition, 50), "nothing happened")
end
local seen = {}
vim.cmd("edit " .. ROOT .. "/app.py")
wait_for(function() return #vim.diagnostic.get(0) == 1 end)
local found = vim.diagnostic.get(0)[1]
seen.diagnostic = { found.lnum, found.col, found.end_col, found.message, found.source }

vim.cmd([[%s/mian/main/]])
wait_for(function() return #vim.diagnostic.get(0) == 0 end)

vim.api.nvim_win_set_cursor(0, { 13, 36 })
local params = vim.lsp.util.make_position_params(0, "utf-16")
local answers = vim.lsp.buf_request_sync(0, "textDocument/hover", params, 20000)
for _, answer in pairs(answers) do seen.hover = answer.result.contents.value end

vim.lsp.buf.definition()
wait_for(function() return vim.fn.expand("%:t") == "home.html" end)
seen.definition = { vim.fn.expand("%:p"), unpack(vim.api.nvim_win_get_cursor(0)) }

local file = io.open(ROOT .. "/seen.json", "w")
file:write(vim.json and vim.json.encode(seen) or vim.fn.json_encode(seen))
file:close()
vim.cmd("qall!")
"""


def configuration() -> str:
    """The one in the documentation that every version of Neovim takes."""
    fences = PAGE.read_text(encoding="utf-8").split("```lua\n")[1:]
    found = [fence.partition("```")[0] for fence in fences if "start_client" in fence]
    assert len(found) == 1
    return found[0]


@pytest.mark.skipif(NEOVIM is None, reason="no Neovim is installed")
def test_a_mistake_is_seen_and_corrected(tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    write_project(root)
    (root / "app.py").write_text(APP.replace('"main"', '"mian"'), encoding="utf-8")
    script = tmp_path / "script.lua"
    script.write_text(f"local ROOT = {json.dumps(str(root))}\nvim.cmd([[filetype on]])\n{configuration()}{SCRIPT}")
    run = [str(NEOVIM), "--clean", "--headless", "-n", "-c", f"luafile {script}", "-c", "cquit!"]
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path}
    done = subprocess.run(run, cwd=root, env=environment, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stderr

    seen = json.loads((root / "seen.json").read_text(encoding="utf-8"))
    message = "`home.html` has no block `mian`\ndid you mean `main`?"
    assert seen["diagnostic"][:3] == [12, 33, 39]
    assert seen["diagnostic"][3].startswith(message)
    assert seen["diagnostic"][4] == "chirp-check"
    assert seen["hover"].startswith("**block `main`** in `templates/home.html:2`")
    assert seen["definition"] == [str(root / "templates" / "home.html"), 2, 9]
