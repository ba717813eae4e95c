import os from "node:os";
import path from "node:path";

/** The parts of its process that a run uses. Only this file reads the environment. */
export interface Host {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly configFolder: string;
  readonly stateFolder: string;
}

/** A folder of the XDG base directory specification: relative paths in its variables are ignored, as it says. */
function folderOf(variable: string | undefined, fallback: string): string {
  const base = variable !== undefined && path.isAbsolute(variable) ? variable : fallback;
  return path.join(base, "sealport");
}

export function hostOf(process: NodeJS.Process): Host {
  const { env, stdin, stdout, stderr } = process;
  const home = env.HOME ?? os.homedir();
  return {
    env,
    stdin,
    stdout,
    stderr,
    configFolder: folderOf(env.XDG_CONFIG_HOME, path.join(home, ".config")),
    stateFolder: folderOf(env.XDG_STATE_HOME, path.join(home, ".local", "state")),
  };
}

/** Returns a variable's value; an empty one counts as missing. */
export function variable(host: Host, name: string): string | undefined {
  const value = host.env[name];
  return value === undefined || value === "" ? undefined : value;
}
