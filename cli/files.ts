import { closeSync, fstatSync, openSync, readFileSync } from "node:fs";
import { usage } from "./exit";
import type { Host } from "./host";
import { readInput } from "./prompt";

const MAX_SIDE = 16 << 20;

/** The bytes of a file that the person named, or of standard input for `-`. Throws CliError (usage). */
export async function readNamed(host: Host, file: string, maxBytes = MAX_SIDE): Promise<Buffer> {
  if (file === "-") return readInput(host, maxBytes);
  let handle: number;
  try {
    handle = openSync(file, "r");
  } catch {
    throw usage(`${file} cannot be read`);
  }
  try {
    if (fstatSync(handle).size > maxBytes) throw usage(`${file} is longer than ${maxBytes} bytes`);
    return readFileSync(handle);
  } catch (error) {
    // A folder opens and does not read.
    if (error instanceof Error && "syscall" in error) throw usage(`${file} cannot be read`);
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
