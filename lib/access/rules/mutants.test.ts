import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { context } from "esbuild";
import { expect, it } from "vitest";
import { defaultSet } from "@/lib/access/policy/default-document";
import { decideOpening } from "@/lib/access/rules/decide";
import type { OpeningFacts } from "@/lib/access/rules/facts";
import { type Mutant, mutantsOf } from "@/lib/testing/contracts/mutants";
import { openSet } from "@/lib/testing/contracts/open-set";
import { randomFacts } from "@/lib/testing/contracts/opening-facts";
import { differs } from "@/lib/testing/contracts/opening-oracle";
import { scale, someOf } from "@/lib/testing/scale";

const ROOT = process.cwd();
const RULES = [
  "lib/access/rules/floor.ts",
  "lib/access/rules/grant-cover.ts",
  "lib/access/rules/limits.ts",
] as const;
const FACTS = scale("mutant cases");

type Decide = typeof decideOpening;

/** Returns what builds the rules as a module of their own, with this file changed. Unchanged files are read once. */
async function builderOf(file: string) {
  let source = "";
  const building = await context({
    entryPoints: [path.join(ROOT, "lib/access/rules/decide.ts")],
    bundle: true,
    write: false,
    platform: "node",
    format: "cjs",
    packages: "external",
    logLevel: "silent",
    alias: { "@": ROOT, "server-only": path.join(ROOT, "node_modules/server-only/empty.js") },
    plugins: [
      {
        name: "mutant",
        setup: ({ onLoad }) => {
          const filter = new RegExp(`/${file.replaceAll(".", "\\.")}$`);
          onLoad({ filter }, () => ({ contents: source, loader: "ts" }));
        },
      },
    ],
  });
  const rulesWith = async (changed: string): Promise<Decide> => {
    source = changed;
    const { outputFiles } = await building.rebuild();
    const module = { exports: {} as { decideOpening: Decide } };
    new Function("module", "exports", "require", outputFiles[0]?.text ?? "")(
      module,
      module.exports,
      createRequire(import.meta.url),
    );
    return module.exports.decideOpening;
  };
  return { rulesWith, end: () => building.dispose() };
}

/** The least that the floor asks, whatever the policies permit: a party of the record, or staff with a grant. */
function hasBasis({ subject: { role, participantId = "" }, record, grant }: OpeningFacts): boolean {
  const isParty = role === "client" || role === "miner";
  return isParty ? record.participants.includes(participantId) : grant !== undefined;
}

/** Returns whether these facts show that the rules are not ours. A mutant that throws is caught as well. */
function isWrong(decide: Decide, facts: OpeningFacts): boolean {
  try {
    return (
      differs(decide(facts, defaultSet()), facts) || (!hasBasis(facts) && decide(facts, openSet()).isAllowed)
    );
  } catch {
    return true;
  }
}

/** Facts that caught a mutant are tried first on the next one: most of them catch several. */
const catchers = new Set<OpeningFacts>();

/** Returns whether some facts catch the mutant. The unchanged rules must be right about the same facts. */
function isCaught(mutant: Decide, all: readonly OpeningFacts[]): boolean {
  const isCatcher = (facts: OpeningFacts) => isWrong(mutant, facts);
  const found = [...catchers].find(isCatcher) ?? all.find(isCatcher);
  if (found === undefined) return false;
  expect(isWrong(decideOpening, found)).toBe(false);
  catchers.add(found);
  return true;
}

/**
 * Mutants that decide the same as the rules, each with the reason. They change which of several refusals is named, or
 * what no combination of facts reaches; `decide.test.ts` checks the names.
 */
const EQUAL: Readonly<Record<string, string>> = {
  'facts.now < grant.notBefore ? "The grant is not in force yet." : "The grant has ended.", → facts.now <= grant.notBefore ? "The grant is not in force yet." : "The grant has ended.",':
    "it chooses words",
  'found.push(reason("floor.dispute-masked", "access.level", "A dispute opens masked fields only.")); → ((..._: unknown[]) => 0)(reason("floor.dispute-masked", "access.level", "A dispute opens masked fields only."));':
    "only support holds a dispute's grant, and support sees masked fields only",
};

const all = Array.from({ length: FACTS }, (_none, at) => randomFacts(at + 1));

const sourceOf = (file: string): string => readFileSync(path.join(ROOT, file), "utf8");

it.each(RULES)("in %s the oracle detects every mutant that this run makes", async (file) => {
  const mutants: readonly Mutant[] = mutantsOf(sourceOf(file));
  const { rulesWith, end } = await builderOf(file);
  const living: string[] = [];
  const tried = new Set(someOf(mutants.length, "mutants of a rule file"));
  for (const { name, source } of mutants.filter((_, nth) => tried.has(nth))) {
    if (EQUAL[name] === undefined && !isCaught(await rulesWith(source), all)) living.push(name);
  }
  await end();
  expect(living).toEqual([]);
  expect(mutants.length).toBeGreaterThan(4);
  console.log(`${file}: ${tried.size} of ${mutants.length} mutants`);
});

it("each mutant that decides the same exists", () => {
  const names = RULES.flatMap((file) => mutantsOf(sourceOf(file)));
  expect(names.map(({ name }) => name)).toEqual(expect.arrayContaining(Object.keys(EQUAL)));
});
