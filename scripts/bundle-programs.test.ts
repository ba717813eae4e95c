import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, statSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

// In a folder that has only what is bundled: the programs, and a file that one of them opens by its place.
const BUNDLER = path.resolve("scripts/bundle-programs.mjs");
const NAMES = [
  "start-worker",
  "start-signer",
  "start-custodian",
  "start-witness",
  "create-keys",
  "keys",
  "seed",
  "op",
];
let root: string;

beforeAll(() => {
  root = realpathSync(mkdtempSync(path.join(os.tmpdir(), "sealport-bundles-")));
  mkdirSync(path.join(root, "scripts"));
  mkdirSync(path.join(root, "lib"));
  for (const name of NAMES) writeFileSync(path.join(root, `scripts/${name}.ts`), "export {};\n");
  writeFileSync(
    path.join(root, "scripts/op.ts"),
    'import "server-only";\nimport { answer } from "../lib/answer";\nprocess.stdout.write(answer() + " " + process.argv[2]);\n',
  );
  writeFileSync(
    path.join(root, "lib/answer.ts"),
    'import { readFileSync } from "node:fs";\nexport const answer = (): string => readFileSync(new URL("./answer.txt", import.meta.url), "utf8");\n',
  );
  writeFileSync(path.join(root, "lib/answer.txt"), "first");
  mkdirSync(path.join(root, "node_modules/server-only"), { recursive: true });
  writeFileSync(path.join(root, "node_modules/server-only/index.js"), "");
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const folder = () => path.join(root, "node_modules/.cache/sealport-programs");
function bundle(): void {
  const program = `import { bundlePrograms } from ${JSON.stringify(BUNDLER)}; await bundlePrograms(${JSON.stringify(root)});`;
  execFileSync(process.execPath, ["--input-type=module", "--eval", program]);
}
const run = (): string =>
  execFileSync(process.execPath, [path.join(folder(), "op.mjs"), "asked"], { encoding: "utf8" });
const inode = (): number => statSync(path.join(folder(), "op.mjs")).ino;

describe("bundles of the programs", () => {
  it("run alone, and open files where their source is", () => {
    bundle();
    expect(readdirSync(folder()).sort()).toEqual(
      [...NAMES.map((name) => `${name}.mjs`), "inputs.json"].sort(),
    );
    expect(run()).toBe("first asked");
  });

  it("stay until a source changes, and are then made again", () => {
    const before = inode();
    bundle();
    expect(inode()).toBe(before);
    writeFileSync(path.join(root, "lib/answer.ts"), 'export const answer = (): string => "second";\n');
    bundle();
    expect(run()).toBe("second asked");
  });
});
