import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { DEFAULT_DOCUMENT, defaultSet } from "@/lib/access/policy/default-document";
import { policyVersionOf as versionOf } from "@/lib/access/policy/engine";
import { utf8 } from "@/lib/crypto/bytes";
import { POLICY_FILES, POLICY_SOURCES_FILE, policySources, policySourcesModule } from "./policy-sources.mjs";

const ROOT = path.dirname(import.meta.dirname);
const read = (file: string) => readFileSync(path.join(ROOT, file));
const policyVersionOf = (sources: [string, string][]) => versionOf(DEFAULT_DOCUMENT, sources);
const text = (file: string) => read(file).toString("utf8");

/** Returns our own files that this one imports for more than types. */
function importsOf(file: string): string[] {
  const statements = text(file).matchAll(
    /^(?:import|export) (?!type )[^;]*?from "(@\/|\.{1,2}\/)([^"]+)"/gms,
  );
  return [...statements]
    .map(([, kind, rest]) =>
      kind === "@/" ? `${rest}.ts` : path.join(path.dirname(file), `${kind}${rest}.ts`),
    )
    .filter((one) => existsSync(path.join(ROOT, one)));
}

describe("policy version", () => {
  it("the generated module has the digests of the source as it is; else run `npm run generate`", () => {
    expect(text(POLICY_SOURCES_FILE)).toBe(policySourcesModule(policySources(read)));
    expect(defaultSet().version).toBe(policyVersionOf(policySources(read)));
  });

  it("a change of any one rule gives another version", () => {
    const versions = POLICY_FILES.map((changed) =>
      policyVersionOf(
        policySources((file) =>
          file === changed ? utf8(text(file).replace(/(?<=\w)(?= )/, "0")) : read(file),
        ),
      ),
    );
    expect(new Set([defaultSet().version, ...versions]).size).toBe(POLICY_FILES.length + 1);
    const longer = policyVersionOf(
      policySources((file) =>
        file.endsWith("/limits.ts") ? utf8(text(file).replace("15 * 60_000", "16 * 60_000")) : read(file),
      ),
    );
    expect(versions).not.toContain(longer);
    expect(longer).not.toBe(defaultSet().version);
  });

  it("files that are exchanged give another version", () => {
    const sources = policySources(read);
    const [first, second, ...rest] = sources;
    const exchanged = [[first?.[0] ?? "", second?.[1] ?? ""], [second?.[0] ?? "", first?.[1] ?? ""], ...rest];
    expect(policyVersionOf(exchanged as [string, string][])).not.toBe(defaultSet().version);
  });

  it("every file of access that a rule imports counts", () => {
    const imported = POLICY_FILES.flatMap(importsOf).filter((file) => file.startsWith("lib/access/"));
    expect(imported.length).toBeGreaterThan(10);
    expect([...new Set(imported)].filter((file) => !POLICY_FILES.includes(file))).toEqual([
      POLICY_SOURCES_FILE,
    ]);
  });
});
