import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { environments } from "@/lib/env";
import { custodyTexts } from "@/lib/env/custody";

const ROOT = process.cwd();
/** The AWS SDK and Node read these themselves; the launcher hands them on by name. */
const HANDED_ON: ReadonlySet<string> = new Set(Object.keys(custodyTexts));

/** Where the program of each environment reads it. Every program also reads through the functions of lib/env. */
const READERS: Readonly<Record<keyof typeof environments, readonly string[]>> = {
  portal: ["app", "lib", "scripts", "instrumentation.ts"],
  worker: ["scripts/start-worker.ts", "lib/launch/child.ts"],
  signer: ["scripts/start-signer.ts", "lib/launch/child.ts"],
  custodian: ["scripts/start-custodian.ts", "lib/launch/child.ts"],
  witness: ["scripts/start-witness.ts", "lib/launch/child.ts"],
  keyCreation: ["scripts/create-keys.ts"],
  custodyCommand: ["scripts/keys.ts", "lib/launch"],
  seed: ["app", "lib", "scripts", "instrumentation.ts"],
  launch: ["lib/launch"],
  recordImport: ["scripts/import.ts"],
};

function filesUnder(relative: string): string[] {
  if (relative.endsWith(".ts")) return [relative];
  return readdirSync(path.join(ROOT, relative), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !entry.name.includes(".test."))
    .map((entry) => path.relative(ROOT, path.join(entry.parentPath, entry.name)))
    .filter((file) => !/^lib\/(testing|db\/generated)\//.test(file));
}

/** Members that a text reads: `env.NAME`, or `const { NAME, NAME: other } = env`. */
function membersIn(text: string): string[] {
  const direct = [...text.matchAll(/\.([A-Za-z][A-Za-z0-9_]+)\b/g)].map(([, name]) => name ?? "");
  const taken = [...text.matchAll(/const \{([^}]+)\} = /g)].flatMap(([, names]) =>
    (names ?? "").split(",").map((name) => name.split(":")[0]?.trim() ?? ""),
  );
  return [...direct, ...taken];
}

/** The functions of lib/env, each with its text. */
const functions = new Map(
  ["lib/env", "lib/env.ts"]
    .flatMap(filesUnder)
    .flatMap((file) => readFileSync(path.join(ROOT, file), "utf8").split(/^(?=(?:export )?function )/m))
    .map((text) => [/^(?:export )?function (\w+)/.exec(text)?.[1] ?? "", text] as const)
    .filter(([name]) => name !== ""),
);

/** These texts, and the functions of lib/env that they call, and what those call. */
function withCalled(texts: readonly string[]): string[] {
  const called = [...functions].filter(([name, text]) => {
    const isCalled = texts.some((one) => new RegExp(`\\b${name}\\(`).test(one));
    return isCalled && !texts.includes(text);
  });
  return called.length === 0 ? [...texts] : withCalled([...texts, ...called.map(([, text]) => text)]);
}

function readBy(program: keyof typeof environments): ReadonlySet<string> {
  // The launcher writes its children's variables, which does not count as reading them.
  const isLauncher = program === "launch" || program === "custodyCommand";
  const files = READERS[program]
    .flatMap(filesUnder)
    .filter(
      (file) => !file.startsWith("lib/env") && (isLauncher || !/^lib\/launch\/(?!child\.ts)/.test(file)),
    );
  return new Set(
    withCalled(files.map((file) => readFileSync(path.join(ROOT, file), "utf8"))).flatMap(membersIn),
  );
}

describe("environment", () => {
  it.each(Object.keys(READERS) as (keyof typeof environments)[])(
    "%s declares only variables that it reads",
    (program) => {
      const declared = Object.keys(environments[program].shape);
      expect(declared.length).toBeGreaterThan(0);
      const read = readBy(program);
      const isRead = (name: string) => read.has(name) || (program === "launch" && HANDED_ON.has(name));
      expect(declared.filter((name) => !isRead(name))).toEqual([]);
    },
  );
});
