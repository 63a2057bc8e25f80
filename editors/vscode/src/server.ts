/** The language server, `synthc lsp`, from start to stop. */

import * as vscode from "vscode";
import { LanguageClient, type LanguageClientOptions, type ServerOptions } from "vscode-languageclient/node";

import { findProgram } from "./program";
import { surroundings } from "./surroundings";

/** One server for the window. */
export class Server implements vscode.Disposable {
  private readonly output = vscode.window.createOutputChannel("Synth", { log: true });
  private client: LanguageClient | undefined;
  private queue: Promise<void> = Promise.resolve();

  /** Starts or restarts it, after whatever was asked before; a workspace that isn't trusted starts no program. */
  restart(): Promise<void> {
    this.queue = this.queue.then(() => this.stopNow()).then(() => this.startNow());
    return this.queue;
  }

  stop(): Promise<void> {
    this.queue = this.queue.then(() => this.stopNow());
    return this.queue;
  }

  show(): void {
    this.output.show();
  }

  dispose(): void {
    this.output.dispose();
  }

  private async startNow(): Promise<void> {
    if (!vscode.workspace.isTrusted) {
      return;
    }
    const found = findProgram(surroundings());
    if ("problem" in found) {
      void this.complain(found.problem);
      return;
    }
    this.output.info(`starting ${found.program} lsp`);
    const server: ServerOptions = { command: found.program, args: ["lsp"] };
    const options: LanguageClientOptions = {
      documentSelector: [{ scheme: "file", language: "synth" }, { scheme: "untitled", language: "synth" }],
      outputChannel: this.output,
      synchronize: { fileEvents: vscode.workspace.createFileSystemWatcher("**/*.synth") },
    };
    this.client = new LanguageClient("synthc", "Synth", server, options);
    try {
      await this.client.start();
    } catch (raised) {
      this.output.error(raised instanceof Error ? raised : String(raised));
      void this.complain(`${found.program} lsp did not start. Run \`synthc doctor\` in a terminal to see what it misses.`);
    }
  }

  private async stopNow(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    try {
      await client?.dispose();
    } catch (raised) {
      this.output.warn(`the server did not stop in order: ${String(raised)}`);
    }
  }

  private async complain(problem: string): Promise<void> {
    this.output.error(problem);
    const chosen = await vscode.window.showErrorMessage(problem, "Open Setting", "Show Output");
    if (chosen === "Open Setting") {
      await vscode.commands.executeCommand("workbench.action.openSettings", "synthc.path");
    } else if (chosen === "Show Output") {
      this.show();
    }
  }
}
