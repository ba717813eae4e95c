import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { notRun } from "@/lib/testing/scale";

const ROOT = path.join(import.meta.dirname, "../..");
const FOLDER = path.join(ROOT, "deploy/prometheus");
const rules = readFileSync(path.join(FOLDER, "alerts.yml"), "utf8");
const tests = readFileSync(path.join(FOLDER, "alerts.test.yml"), "utf8");
const alerts = [...rules.matchAll(/- alert: (\w+)\n([\s\S]*?)(?=\n {6}- alert|$)/g)].map(
  ([, name = "", text = ""]) => ({ name, text }),
);

/** Whether Debian's package prometheus is installed. Without it the rules are not tested here, and this says so. */
const hasPromtool = spawnSync("promtool", ["--version"]).status === 0;
function withPromtool(run: () => void): void {
  if (hasPromtool) run();
  else notRun("promtool is not installed (Debian: prometheus)");
}
const promtool = (...args: string[]) => execFileSync("promtool", args, { cwd: FOLDER, encoding: "utf8" });

describe("the alert rules for Prometheus", () => {
  it("are valid, with their templates", () => {
    withPromtool(() =>
      expect(promtool("check", "rules", "alerts.yml")).toContain(`${alerts.length} rules found`),
    );
  });

  it("fire at their boundary and are silent under it", () => {
    withPromtool(() => expect(promtool("test", "rules", "alerts.test.yml")).toContain("SUCCESS"));
  });

  it("each have a test for both sides, a severity and a runbook that exists", () => {
    expect(alerts.length).toBeGreaterThan(20);
    for (const { name, text } of alerts) {
      expect(tests, name).toContain(`- name: ${name} fires\n`);
      expect(tests, name).toContain(`- name: ${name} is silent\n`);
      expect(text, name).toMatch(/severity: (?:critical|warning)\n/);
      expect(text, name).toMatch(/summary: .+\n\s+description: .+\n/);
      const [, runbook = "none"] = /runbook: (\S+)/.exec(text) ?? [];
      expect(existsSync(path.join(ROOT, runbook)), `${name}: ${runbook}`).toBe(true);
      expect(readFileSync(path.join(ROOT, runbook), "utf8"), `${runbook} names ${name}`).toContain(
        `\`${name}\``,
      );
    }
  });

  it("use only metrics and labels that docs/metrics.md has", () => {
    const file = path.join(ROOT, "docs/metrics.md");
    const documented = new Map(
      [...readFileSync(file, "utf8").matchAll(/^\| `(\w+)` \| \w+ \| ([^|]*) \|/gm)].map(
        ([, name = "", labels = ""]) => [name, labels],
      ),
    );
    expect(documented.size).toBeGreaterThan(30);
    const own = /^(?:sealport|nodejs|process)_/;
    const used = alerts.flatMap(({ text }) => text.match(/\b(?:sealport|nodejs|process)_\w+/g) ?? []);
    expect([...new Set(used)].filter((name) => own.test(name) && !documented.has(name))).toEqual([]);
    for (const { name, text } of alerts)
      for (const [, metric = "", matchers = ""] of text.matchAll(/\b(sealport_\w+)\{([^}]*)\}/g))
        for (const [, label = ""] of matchers.matchAll(/(\w+)\s*[!=]~?=?"/g))
          expect(documented.get(metric), `${name}: ${metric} ${label}`).toContain(`\`${label}\``);
  });
});
