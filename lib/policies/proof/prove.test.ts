import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { DEFAULT_POLICIES } from "@/lib/access/policy/default-policies";
import { prove, proveWith } from "./prove";
import { Solver } from "./solver";

function changed(id: string, from: string | RegExp, to: string) {
  const text = DEFAULT_POLICIES[id]?.replace(from, to);
  if (text === undefined || text === DEFAULT_POLICIES[id]) throw new Error(`no change in ${id}`);
  return { ...DEFAULT_POLICIES, [id]: text };
}

const open = (condition: string) => ({
  one: `permit(principal, action == Action::"open", resource) when { ${condition} };`,
});

/** A policy that no other equals. */
function pair(n: number): string {
  return `permit(principal, action == Action::"open", resource) when {
  context has grant && context.office.minute >= ${n} && context.office.minute < ${n + 7} && context.purpose == "p${n % 37}" };`;
}

/** Processes of the solver that this process started and that still run. */
function solverProcesses(): string[] {
  return readdirSync("/proc").filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      const parent = /^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
      const isOurs = parent === String(process.pid);
      return isOurs && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("solver-process.mjs");
    } catch {
      return false;
    }
  });
}

describe("proof", () => {
  it("proves that a set allows nothing more than itself, and keeps the questions", async () => {
    const proof = await prove(DEFAULT_POLICIES, DEFAULT_POLICIES);
    expect(proof).toMatchObject({ outcome: "proved" });
    expect(proof.questions.open).toContain("; A person has exactly one role");
    expect(proof.questions.request).toContain("(check-sat)");
  });

  it("proves that fewer hours give no new permission, and finds the gain of more hours", async () => {
    const narrow = changed("hours-auditor", "< 1020", "< 960");
    expect(await prove(DEFAULT_POLICIES, narrow)).toMatchObject({ outcome: "proved" });
    const { outcome, counterexample } = await prove(narrow, DEFAULT_POLICIES);
    expect(outcome).toBe("counterexample");
    expect(counterexample).toMatchObject({ policies: ["auditor-grant"], refused_by: ["hours-auditor"] });
    expect(counterexample?.facts.minute).toBeGreaterThanOrEqual(960);
    expect(counterexample?.facts.minute).toBeLessThan(1020);
  });

  it("shows a gain as a sentence of an ordinary case", async () => {
    const { counterexample } = await prove(
      DEFAULT_POLICIES,
      changed("support-dispute", "context has grant && ", ""),
    );
    expect(counterexample).toMatchObject({ policies: ["support-dispute"], refused_by: [] });
    expect(counterexample?.sentence).toBe(
      "Support could see amount masked on a Wednesday at 12:00, for dispute, without a dispute.",
    );
  });

  it("finds gains in the action request", async () => {
    const wide = changed("request-officer", '"compliance"', '"compliance", "reporting"');
    const { counterexample } = await prove(DEFAULT_POLICIES, wide);
    expect(counterexample?.sentence).toMatch(
      /^(A regulator|An auditor) could request data for reporting, (in full|masked)\.$/,
    );
  });

  it("shows duties, approvals and the level of the grant where they make the gain", async () => {
    const { counterexample } = await prove(
      open('context has grant && context.grant.approvals >= 4 && principal.duties.contains("legal")'),
      open('context has grant && context.grant.approvals >= 3 && principal.duties.contains("legal")'),
    );
    expect(counterexample?.facts).toMatchObject({ approvals: 3, duties: ["legal"] });
    expect(counterexample?.sentence).toMatch(/with the duty legal, approved by 3\.$/);
    const gain = await prove(
      open("false"),
      open('context has grant && context.grant.level == "full" && context.level == "masked"'),
    );
    expect(gain.counterexample).toMatchObject({ grant_level: "full" });
    expect(gain.counterexample?.sentence).toContain("though the grant says full");
  });

  it("tells purposes apart that look alike, and passes quotes and escapes through unchanged", async () => {
    const solver = new Solver({ ms: 60_000, wallMs: 240_000, memoryMb: 1_024 });
    try {
      for (const purpose of [
        "аudit",
        'a"b',
        "a\\u{41}b",
        "a\\\\b",
        "ü",
        "a\u0301",
        "\u{1F600}",
        "|)(",
        " ",
      ]) {
        const literal = JSON.stringify(purpose).replaceAll("\\\\u", "\\\\u");
        const wide = open(`context.purpose == "audit" || context.purpose == ${literal}`);
        const gain = await proveWith(solver, open('context.purpose == "audit"'), wide);
        expect(gain.counterexample?.facts.purpose, `${literal} ${JSON.stringify(gain.why)}`).toBe(purpose);
        expect(await proveWith(solver, wide, wide), literal).toMatchObject({ outcome: "proved" });
      }
    } finally {
      solver.stop();
    }
  });

  it("assumes no list of purposes", async () => {
    const all = open(
      '["settlement", "audit", "compliance", "dispute", "support", "reporting"].contains(context.purpose)',
    );
    expect(await prove(all, open("true"))).toMatchObject({ outcome: "counterexample" });
  });

  it("is undecided outside the fragment, and names construct and policy", async () => {
    const { outcome, why } = await prove(DEFAULT_POLICIES, open('context.purpose like "a*"'));
    expect({ outcome, why }).toEqual({
      outcome: "undecided",
      why: { code: "fragment", detail: "The proof does not cover the operator like (policy one)." },
    });
  });

  it.each(["permit(", "permit(principal, action, resource) when { context.nothing };"])(
    "is undecided for the set %s, which is not valid",
    async (one) => {
      expect(await prove({ one }, DEFAULT_POLICIES)).toMatchObject({ why: { code: "invalid" } });
    },
  );
});

describe("solver's process", () => {
  it("is undecided out of time, and leaves no process", async () => {
    const rounds = {
      ...DEFAULT_POLICIES,
      ...Object.fromEntries(Array.from({ length: 400 }, (_none, n) => [`p${n}`, pair(n)])),
    };
    for (const limits of [
      { ms: 1, wallMs: 120_000, memoryMb: 1_024 },
      { ms: 60_000, wallMs: 1, memoryMb: 1_024 },
    ]) {
      const proof = await prove(DEFAULT_POLICIES, rounds, { limits });
      expect(proof).toMatchObject({ outcome: "undecided", why: { code: "time" } });
      await expect.poll(solverProcesses).toEqual([]);
    }
  });

  it("is undecided out of memory, and leaves no process", async () => {
    const proof = await prove(DEFAULT_POLICIES, DEFAULT_POLICIES, {
      limits: { ms: 60_000, wallMs: 120_000, memoryMb: 90 },
    });
    expect(proof).toMatchObject({ outcome: "undecided", why: { code: "memory" } });
    await expect.poll(solverProcesses).toEqual([]);
  });

  it("is undecided when it is killed, at once and for later questions", async () => {
    const solver = new Solver({ ms: 60_000, wallMs: 240_000, memoryMb: 1_024 });
    const asked = proveWith(solver, DEFAULT_POLICIES, DEFAULT_POLICIES);
    process.kill(solver.pid ?? 0, "SIGKILL");
    expect(await asked).toMatchObject({ outcome: "undecided", why: { code: "ended" } });
    expect(await proveWith(solver, DEFAULT_POLICIES, DEFAULT_POLICIES)).toMatchObject({
      why: { code: "ended" },
    });
  });

  it("ends when its caller gives up", async () => {
    const stop = new AbortController();
    const asked = prove(DEFAULT_POLICIES, DEFAULT_POLICIES, { signal: stop.signal });
    stop.abort();
    expect(await asked).toMatchObject({ outcome: "undecided", why: { code: "ended" } });
    await expect.poll(solverProcesses).toEqual([]);
  });
});
