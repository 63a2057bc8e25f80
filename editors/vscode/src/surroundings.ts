/** The surroundings of this window, in which `synthc` is looked for. */

import * as fs from "node:fs";
import * as os from "node:os";
import * as vscode from "vscode";

import type { Surroundings } from "./program";

/** Reads them anew at each call. */
export function surroundings(): Surroundings {
  return {
    setting: vscode.workspace.getConfiguration("synthc").get<string>("path", "").trim(),
    folders: (vscode.workspace.workspaceFolders ?? []).filter((one) => one.uri.scheme === "file").map((one) => one.uri.fsPath),
    home: os.homedir(),
    searchPath: process.env["PATH"] ?? "",
    windows: process.platform === "win32",
    isFile: (file) => fs.statSync(file, { throwIfNoEntry: false })?.isFile() ?? false,
  };
}
