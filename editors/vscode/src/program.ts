/** Which `synthc` checks and runs the specs of a workspace. */

import * as path from "node:path";

/** What is known when the program is looked for. */
export interface Surroundings {
  /** The setting `synthc.path`, as written. */
  readonly setting: string;
  /** The folders of the workspace, in order. */
  readonly folders: readonly string[];
  readonly home: string;
  readonly searchPath: string;
  readonly windows: boolean;
  readonly isFile: (file: string) => boolean;
}

/** The program found, or what to tell the user. */
export type Found = { readonly program: string } | { readonly problem: string };

/** Looks where the setting says, else in the workspace's `.venv`, else on `PATH`. */
export function findProgram(around: Surroundings): Found {
  if (around.setting !== "") {
    return configured(around);
  }
  const { join, delimiter } = around.windows ? path.win32 : path.posix;
  const file = around.windows ? "synthc.exe" : "synthc";
  const own = around.folders.map((folder) => join(folder, ".venv", around.windows ? "Scripts" : "bin", file));
  const onPath = around.searchPath.split(delimiter).filter((folder) => folder !== "").map((folder) => join(folder, file));
  const program = [...own, ...onPath].find(around.isFile);
  if (program !== undefined) {
    return { program };
  }
  const first = around.folders[0];
  const inVenv = first === undefined ? "" : `in ${join(first, ".venv")} or `;
  return {
    problem: `synthc was not found ${inVenv}on PATH, so .synth files are coloured but not checked. Install synthc there, or say where it is in the setting synthc.path.`,
  };
}

function configured(around: Surroundings): Found {
  const { resolve } = around.windows ? path.win32 : path.posix;
  const first = around.folders[0] ?? around.home;
  const written = around.setting.replace("${workspaceFolder}", first).replace(/^~(?=[\\/])/, around.home);
  const program = resolve(first, written);
  if (around.isFile(program)) {
    return { program };
  }
  return { problem: `The setting synthc.path says ${around.setting}, and there is no such file. Correct it, or empty it to use the synthc of .venv or PATH.` };
}
