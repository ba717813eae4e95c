import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";

const README = readFileSync(path.join(import.meta.dirname, "../README.md"), "utf8");
const blocks = [...README.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, block = ""]) => block);
/** Quoted text, in which a `#` does not begin a comment. */
const QUOTED = /'[^']*'|"(?:\\.|[^"\\])*"/g;

describe("commands of the README", () => {
  it("have no comments, because an interactive zsh takes `#` for an argument", () => {
    expect(blocks.length).toBeGreaterThan(6);
    expect(blocks.filter((block) => /(^|\s)#/m.test(block.replace(QUOTED, '""')))).toEqual([]);
  });

  it("parse in the installed shells", () => {
    const shells = ["bash", "zsh"].filter((shell) => spawnSync(shell, ["-c", ":"]).error === undefined);
    expect(shells).toContain("bash");
    for (const shell of shells)
      for (const block of blocks)
        execFileSync(shell, ["-n"], { input: block, stdio: ["pipe", "ignore", "pipe"] });
  });

  it("find the address of the running instance in DATA_DIR, whatever its port is", () => {
    const dir = mkdtempSync(path.join(tmpdir(), "sp-readme-"));
    const account = { participant_id: "client-456", duties: [], api_key: "known-key" };
    const base_url = "http://localhost:4711";
    writeFileSync(path.join(dir, "demo.json"), JSON.stringify({ base_url, accounts: [account] }));
    const block = blocks.find((one) => /^API=/m.test(one)) ?? "";
    const { PORT: _, ...env } = process.env;
    const stdout = execFileSync("bash", ["-c", `${block}\necho "$API"\nkey client-456 ''`], {
      env: { ...env, DATA_DIR: dir },
      encoding: "utf8",
    });
    rmSync(dir, { recursive: true });
    expect(stdout).toBe("http://localhost:4711/confidential\nknown-key\n");
  });
});
