/** A command of synthc on the spec that is open, in a terminal. */

import * as path from "node:path";
import * as vscode from "vscode";

import { findProgram } from "./program";
import { surroundings } from "./surroundings";

/** Saves the spec and runs a command on it in its own folder, where its files are counted from. */
export async function runCommand(command: "compile" | "run"): Promise<void> {
  const document = vscode.window.activeTextEditor?.document;
  if (document?.languageId !== "synth" || document.isUntitled) {
    void vscode.window.showErrorMessage("No spec is open. Open a saved .synth file and try again.");
    return;
  }
  const found = findProgram(surroundings());
  if ("problem" in found) {
    void vscode.window.showErrorMessage(found.problem);
    return;
  }
  if (document.isDirty && !(await document.save())) {
    return;
  }
  const file = document.uri.fsPath;
  const execution = new vscode.ProcessExecution(found.program, [command, path.basename(file)], { cwd: path.dirname(file) });
  const scope = vscode.workspace.getWorkspaceFolder(document.uri) ?? vscode.TaskScope.Workspace;
  const task = new vscode.Task({ type: "process" }, scope, `${command} ${path.basename(file)}`, "synthc", execution);
  task.presentationOptions = { clear: true, focus: command === "run" };
  await vscode.tasks.executeTask(task);
}
