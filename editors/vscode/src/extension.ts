/** What the extension does when a .synth file is opened, and when it is put away. */

import * as vscode from "vscode";

import { Server } from "./server";
import { runCommand } from "./task";

let server: Server | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const started = new Server();
  server = started;
  context.subscriptions.push(
    started,
    vscode.commands.registerCommand("synthc.restart", () => started.restart()),
    vscode.commands.registerCommand("synthc.showOutput", () => started.show()),
    vscode.commands.registerCommand("synthc.compile", () => runCommand("compile")),
    vscode.commands.registerCommand("synthc.run", () => runCommand("run")),
    vscode.workspace.onDidGrantWorkspaceTrust(() => started.restart()),
    vscode.workspace.onDidChangeConfiguration((change) => (change.affectsConfiguration("synthc.path") ? started.restart() : undefined)),
  );
  await started.restart();
}

export async function deactivate(): Promise<void> {
  await server?.stop();
}
