import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, expect, test } from "vitest";
import { dataDir } from "../support/instance";

// The story of the README and docs/guides/keys-by-curl.md, as a reader pastes them into one shell: every command, in order.
const run = promisify(execFile);
const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), "sp-curl-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs npm in the project, with files of the reader's folder by their whole names, and says how it ended. */
const NPM = `here=$PWD; npm() {
  local words=() word
  for word in "$@"; do if [ -e "$here/$word" ]; then words+=("$here/$word"); else words+=("$word"); fi; done
  (cd '${ROOT}' && command npm "\${words[@]}" > "$here/npm.txt" 2>&1); echo "{\\"ended\\": $?}"
}`;

function blocksOf(file: string): string[] {
  const text = readFileSync(path.join(ROOT, file), "utf8");
  return [...text.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, block = ""]) => block);
}

/** A file, because `tee /dev/stderr` of the story cannot open the socket that a program started by node has. */
const ERRORS = "exec 2> errors.txt";

/** What each line of the output says: a problem's code, or how a program ended. */
function outcomesOf(output: string): unknown[] {
  return output.split("\n").flatMap((line) => {
    if (!line.startsWith("{")) return [];
    const { code, ended } = JSON.parse(line);
    return [code, ended].filter((one) => one !== undefined);
  });
}

test("every command of the README's story and of Keys, call by call, does what its page says", async () => {
  const readme = blocksOf("README.md");
  const story = readme.slice(readme.findIndex((block) => block.startsWith("DEMO=")));
  const script = [ERRORS, NPM, ...story, ...blocksOf("docs/guides/keys-by-curl.md")].join("\n");
  const { PATH, HOME } = process.env;
  const env = { NODE_ENV: "production" as const, PATH, HOME, DATA_DIR: dataDir() };
  const { stdout } = await run("bash", ["-u", "-c", script], {
    cwd: folder,
    env,
    maxBuffer: 1 << 26,
  });
  const stderr = readFileSync(path.join(folder, "errors.txt"), "utf8");
  const said = stderr.split("\n").filter((line) => line !== "" && !line.startsWith("{"));
  expect(said, stdout).toEqual([]);
  const [stranger, purpose, untrusted, trusted, ...keys] = outcomesOf(stdout);
  expect([stranger, purpose]).toEqual(["transaction.not-found", "access.purpose"]);
  expect([untrusted, trusted]).toEqual([3, 0]);
  // The suspended key's opening. A former key or epoch is refused as well while its data moves.
  expect(new Set(keys)).toEqual(new Set(["key.state"]));
});
