import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Returns what `npm run create-admin` printed for the instance with this data folder. Throws its error output. */
export async function createAdmin(dataDir: string, ...args: readonly string[]): Promise<string> {
  const { PATH = "", HOME = "" } = process.env;
  const env = { NODE_ENV: "production" as const, PATH, HOME, DATA_DIR: dataDir };
  try {
    return (await run("npm", ["run", "--silent", "create-admin", "--", ...args], { env })).stdout;
  } catch (failed) {
    throw new Error(String(Reflect.get(Object(failed), "stderr")));
  }
}

/** Returns the links in the printed text. */
export function linksIn(printed: string): string[] {
  return printed.match(/http\S+\/invitation#\S+/g) ?? [];
}
