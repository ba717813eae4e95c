import { closeSync, fstatSync, openSync, readFileSync } from "node:fs";
import { type CliError, usage } from "./exit";
import type { Host } from "./host";
import { readInput } from "./prompt";

const MAX_SIDE = 16 << 20;

/** Why a file cannot be read, by the system's error. */
function unreadable(file: string, error: unknown): CliError {
  const code: unknown = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT") return usage(`file not found: ${file}`);
  if (code === "EISDIR") return usage(`${file} is a folder`);
  return usage(`${file} cannot be read`);
}

/** The bytes of a file that the person named, or of standard input for `-`. Throws CliError (usage). */
export async function readNamed(host: Host, file: string, maxBytes = MAX_SIDE): Promise<Buffer> {
  if (file === "-") return readInput(host, maxBytes);
  let handle: number;
  try {
    handle = openSync(file, "r");
  } catch (error) {
    throw unreadable(file, error);
  }
  try {
    if (fstatSync(handle).size > maxBytes) throw usage(`${file} is longer than ${maxBytes} bytes`);
    return readFileSync(handle);
  } catch (error) {
    // A folder opens and does not read.
    if (error instanceof Error && "syscall" in error) throw unreadable(file, error);
    throw error;
  } finally {
    closeSync(handle);
  }
}

/** A JSON file that the person named. Throws CliError (usage). */
export async function readJsonNamed(host: Host, file: string): Promise<unknown> {
  const bytes = await readNamed(host, file);
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw usage(`${file === "-" ? "standard input" : file} is not JSON`);
  }
}
