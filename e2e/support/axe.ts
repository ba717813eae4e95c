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

/** Returns what axe finds in these parts of the page, one line each. Throws if it checked almost nothing. */
async function findings(page: Page, parts: readonly string[], runOnly: unknown, least: number) {
  // After a navigation inside the portal the title follows the page by a moment.
  await page.waitForFunction(() => document.title !== "");
  // The page's policy forbids scripts without its nonce; evaluation through the debugger is exempt.
  if ((await page.evaluate("typeof axe")) === "undefined") await page.evaluate(SOURCE);
  const raw: unknown = await page.evaluate(
    // For passes, axe then names one element of each rule instead of all.
    `axe.run({ include: ${JSON.stringify(parts.map((part) => [part]))} }, { runOnly: ${JSON.stringify(runOnly)}, resultTypes: ["violations"] })`,
  );
  const { violations, passes } = Results.parse(raw);
  if (passes.length < least) throw new Error("axe checked almost nothing");
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map((node) => `${id}: ${help} at ${JSON.stringify(node.target)} ${node.failureSummary ?? ""}`),
  );
}

/** Returns what axe finds on the whole current page, or only of its colours. */
export function pageFindings(page: Page, what: "all" | "colours" = "all"): Promise<string[]> {
  if (what === "colours") return findings(page, ["html"], { type: "rule", values: COLOUR_RULES }, 1);
  return findings(page, ["html"], { type: "tag", values: TAGS }, 5);
}

/**
 * Returns what axe finds in the part that a story has changed: the open dialog, otherwise the main part and the column of
 * facts. What is around it is the same on each page, and e2e/deep/gates.spec.ts checks each page whole.
 */
export async function axeFindings(page: Page): Promise<string[]> {
  const hasDialog = (await page.locator("dialog:modal").count()) > 0;
  return findings(page, hasDialog ? ["dialog:modal"] : ["main", "aside"], { type: "tag", values: TAGS }, 3);
}
