import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "@playwright/test";
import { z } from "zod";

const SOURCE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** WCAG 2.0 to 2.2, levels A and AA, by axe-core's names. */
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

const Results = z.object({
  violations: z.array(
    z.object({
      id: z.string(),
      help: z.string(),
      nodes: z.array(z.object({ target: z.array(z.unknown()), failureSummary: z.string().optional() })),
    }),
  ),
  passes: z.array(z.unknown()),
});

/** Rules whose result depends on colours. In the other theme only these are needed for the same document. */
const COLOUR_RULES = ["color-contrast", "link-in-text-block"];

/** Returns what axe finds on the current page, one line each. Throws if axe checked nothing. */
export async function axeFindings(page: Page, what: "all" | "colours" = "all"): Promise<string[]> {
  const runOnly = what === "all" ? { type: "tag", values: TAGS } : { type: "rule", values: COLOUR_RULES };
  // After a navigation inside the portal the title follows the page by a moment.
  await page.waitForFunction(() => document.title !== "");
  // The page's policy forbids scripts without its nonce; evaluation through the debugger is exempt.
  if ((await page.evaluate("typeof axe")) === "undefined") await page.evaluate(SOURCE);
  const raw: unknown = await page.evaluate(
    // For passes, axe then names one element of each rule instead of all.
    `axe.run(document, { runOnly: ${JSON.stringify(runOnly)}, resultTypes: ["violations"] })`,
  );
  const { violations, passes } = Results.parse(raw);
  if (passes.length < (what === "all" ? 5 : 1)) throw new Error("axe checked almost nothing");
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map((node) => `${id}: ${help} at ${JSON.stringify(node.target)} ${node.failureSummary ?? ""}`),
  );
}
