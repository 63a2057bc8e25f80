import assert from "node:assert/strict";
import { test } from "node:test";

import { findProgram, type Surroundings } from "../src/program";

function around(files: readonly string[], more: Partial<Surroundings> = {}): Surroundings {
  return {
    setting: "",
    folders: ["/project"],
    home: "/home/ann",
    searchPath: "/usr/local/bin:/usr/bin",
    windows: false,
    isFile: (file) => files.includes(file),
    ...more,
  };
}

test("the project's own synthc comes before the one on PATH", () => {
  assert.deepEqual(findProgram(around(["/usr/bin/synthc", "/project/.venv/bin/synthc"])), { program: "/project/.venv/bin/synthc" });
});

test("every folder of the workspace may have it", () => {
  const found = findProgram(around(["/other/.venv/bin/synthc"], { folders: ["/project", "/other"] }));
  assert.deepEqual(found, { program: "/other/.venv/bin/synthc" });
});

test("without a project's own the first on PATH is taken", () => {
  assert.deepEqual(findProgram(around(["/usr/bin/synthc"])), { program: "/usr/bin/synthc" });
});

test("the setting comes before everything, with its short forms filled in", () => {
  const files = ["/home/ann/tools/synthc", "/project/bin/synthc", "/project/.venv/bin/synthc"];
  assert.deepEqual(findProgram(around(files, { setting: "~/tools/synthc" })), { program: "/home/ann/tools/synthc" });
  assert.deepEqual(findProgram(around(files, { setting: "${workspaceFolder}/bin/synthc" })), { program: "/project/bin/synthc" });
  assert.deepEqual(findProgram(around(files, { setting: "bin/synthc" })), { program: "/project/bin/synthc" });
});

test("a setting that leads nowhere is said, and nothing else is started in its place", () => {
  const found = findProgram(around(["/usr/bin/synthc"], { setting: "/gone/synthc" }));
  assert.match("problem" in found ? found.problem : "", /synthc\.path says \/gone\/synthc, and there is no such file/);
});

test("a synthc that is nowhere is said with where it was looked for and what to do", () => {
  const found = findProgram(around([]));
  assert.match("problem" in found ? found.problem : "", /not found in \/project\/\.venv or on PATH.*Install synthc there/);
});

test("a window without a folder looks on PATH alone", () => {
  const found = findProgram(around([], { folders: [] }));
  assert.match("problem" in found ? found.problem : "", /not found on PATH/);
});

test("Windows has other folders and a suffix", () => {
  const found = findProgram(
    around(["C:\\project\\.venv\\Scripts\\synthc.exe"], { folders: ["C:\\project"], windows: true, searchPath: "C:\\bin;D:\\bin" }),
  );
  assert.deepEqual(found, { program: "C:\\project\\.venv\\Scripts\\synthc.exe" });
});
