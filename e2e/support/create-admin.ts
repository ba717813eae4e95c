import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** What `npm run create-admin` printed beside the instance of this data folder; throws what it complained of. */
export async function createAdmin(dataDir: string, ...args: readonly string[]): Promise<string> {
  const { PATH = "", HOME = "" } = process.env;
  const env = { NODE_ENV: "production" as const, PATH, HOME, DATA_DIR: dataDir };
  try {
    return (await run("npm", ["run", "--silent", "create-admin", "--", ...args], { env })).stdout;
  } catch (failed) {
    throw new Error(String(Reflect.get(Object(failed), "stderr")));
  }
}

/** The links in what it printed. */
export function linksIn(printed: string): string[] {
  return printed.match(/http\S+\/invitation#\S+/g) ?? [];
}
