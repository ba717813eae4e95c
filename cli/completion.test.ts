import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { completionScript, SHELLS } from "./completion";
import { COMMANDS } from "./table";

const script = completionScript("bash", COMMANDS);

/** Returns what bash offers for the last of these words. */
const offered = (...words: readonly string[]): string[] => offeredIn(process.env, ...words);

function offeredIn(env: NodeJS.ProcessEnv, ...words: readonly string[]): string[] {
  const act = `${script}\nCOMP_WORDS=("$@"); COMP_CWORD=$(($#-1)); _sealport; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const text = execFileSync("bash", ["-c", act, "bash", "sealport", ...words], { encoding: "utf8", env });
  return text.split("\n").filter((line) => line !== "");
}

describe("bash", () => {
  it("is offered groups, commands, options and values", () => {
    expect(offered("")).toEqual([...new Set(COMMANDS.map(({ path }) => path[0]))].sort());
    expect(offered("transactions", "")).toEqual(["batch", "create", "list", "open", "show"]);
    expect(offered("transactions", "open", "ID", "--purp")).toEqual(["--purpose"]);
    expect(offered("transactions", "open", "ID", "--purpose", "")).toContain("settlement");
    expect(offered("keys", "state", "ID", "des")).toEqual(["destroyed"]);
    expect(offered("completion", "")).toEqual(expect.arrayContaining([...SHELLS]));
    expect(offered("--json", "tr")).toEqual(["transactions"]);
  });

  it("is offered the command behind options of every command, and profiles where one is named", () => {
    expect(offered("--profile", "reg", "transactions", "li")).toEqual(["list"]);
    expect(offered("--profile=reg", "--json", "requests", "sho")).toEqual(["show"]);
    expect(offered("--url", "http://localhost:3000", "tr")).toEqual(["transactions"]);
    const folder = mkdtempSync(path.join(tmpdir(), "sealport-completion-"));
    try {
      const program = path.join(folder, "sealport");
      writeFileSync(program, "#!/bin/sh\nprintf 'current,name\\n,miner\\n*,demo\\n'\n", { mode: 0o755 });
      const env = { ...process.env, PATH: `${folder}:${process.env.PATH}` };
      for (const words of [
        ["--profile", ""],
        ["transactions", "list", "--profile", ""],
        ["profile", "use", ""],
      ])
        expect(offeredIn(env, ...words), words.join(" ")).toEqual(["miner", "demo"]);
      expect(offeredIn(env, "profile", "show", "--js")).toEqual(["--json"]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it("is offered every option of every command", () => {
    for (const { path, options = [] } of COMMANDS)
      expect(offered(...path, "--"), path.join(" ")).toEqual(
        expect.arrayContaining(options.map(({ name }) => `--${name}`)),
      );
  });
});

it.each(SHELLS)("%s's script names every command, and help that would end a quote does not", (shell) => {
  const [first] = COMMANDS;
  if (first === undefined) throw new Error("no command");
  const text = completionScript(shell, [
    {
      ...first,
      summary: "it's $(touch /tmp/owned)",
      options: [{ name: "x", kind: "text", help: "don't `id`" }],
    },
  ]);
  const unquoted = text.replaceAll("'\\''", "").replaceAll(/'[^']*'/g, "");
  expect(unquoted).not.toContain("touch");
  expect(unquoted).not.toContain("`id`");
  const whole = completionScript(shell, COMMANDS);
  for (const { path } of COMMANDS) expect(whole).toContain(path.at(-1));
});
