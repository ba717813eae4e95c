import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { EVENT_ALERTS, HEALTH_ALERTS, isOfHealth, kindOf, RULE_ALERTS } from "@/lib/alerts/catalogue";
import { DEFAULTS, THRESHOLDS } from "@/lib/alerts/rules/thresholds";

const ROOT = path.join(import.meta.dirname, "../..");
const RUNBOOKS = path.join(ROOT, "docs/runbooks");

/** Names of alarms that the sources write into logs. */
function namesInSources(): string[] {
  const found = execFileSync("git", ["grep", "-hoE", 'alarm: "[a-z.-]+"', "--", "lib/*.ts", ":!*.test.ts"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  return [...new Set([...found.matchAll(/"([^"]+)"/g)].map(([, name = ""]) => name))];
}

describe("the catalogue of alerts", () => {
  it("names every alarm that a source writes into a log", () => {
    const names = namesInSources();
    expect(names.length).toBeGreaterThan(25);
    const known = names.filter((name) => isOfHealth(name) || kindOf(name).runbook !== "other-alarm");
    expect(names.filter((name) => !known.includes(name))).toEqual([]);
  });

  it("has a runbook for each alert, which names it", () => {
    for (const { name, runbook } of [...HEALTH_ALERTS, ...EVENT_ALERTS, ...RULE_ALERTS]) {
      const file = path.join(RUNBOOKS, `${runbook}.md`);
      expect(existsSync(file), `${name}: ${runbook}`).toBe(true);
      expect(readFileSync(file, "utf8"), name).toMatch(/^# .+\n/);
    }
    expect(existsSync(path.join(RUNBOOKS, `${kindOf("never.heard").runbook}.md`))).toBe(true);
  });

  it("prefers the alert of the instance's state to the line that reports the same", () => {
    for (const name of [
      "log.verification",
      "worker-down",
      "signer-refuses-fork",
      "integration-late",
      "backup-command.failed",
    ])
      expect([name, isOfHealth(name)]).toEqual([name, true]);
    for (const name of ["envelope.replaced", "exports.failed", "worker"])
      expect([name, isOfHealth(name)]).toEqual([name, false]);
  });

  it("takes the narrowest row that fits a name", () => {
    expect(kindOf("policy.replay").ends).toBe("person");
    expect(kindOf("policy.altered").severity).toBe("critical");
    expect(kindOf("redis-down").runbook).toBe("rate-limiter");
    expect(kindOf("signer-down").runbook).toBe("process-down");
    expect(kindOf("deadlines.failed").runbook).toBe("job-failed");
    expect(kindOf("never.heard")).toMatchObject({ severity: "warning", ends: "person" });
  });
});

describe("runbooks", () => {
  const files = readdirSync(RUNBOOKS).filter((file) => file.endsWith(".md"));

  it.each(files)("%s leads to files that exist", (file) => {
    const text = readFileSync(path.join(RUNBOOKS, file), "utf8");
    for (const [, link = ""] of text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g))
      expect(existsSync(path.join(RUNBOOKS, link)), link).toBe(true);
  });
});

describe("the figures of the rules", () => {
  it("have a default within their bounds", () => {
    for (const [name, { usual, least, most }] of Object.entries(THRESHOLDS)) {
      expect(usual, name).toBeGreaterThanOrEqual(least);
      expect(usual, name).toBeLessThanOrEqual(most);
    }
    expect(Object.keys(DEFAULTS).sort()).toEqual(Object.keys(THRESHOLDS).sort());
  });
});
