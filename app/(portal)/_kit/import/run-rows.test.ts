import { describe, expect, it } from "vitest";
import { CallRefused, NetworkLost } from "@/components/client/api";
import { type Outcome, runRows, type Sent } from "./run-rows";

const problem = (status: number, code: string, retryAfterSeconds?: number) => ({
  ...{ status, code, title: "", detail: "", requestId: "", errors: [], members: {} },
  ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
});
const ROWS = [2, 3, 4].map((line) => ({ what: "create" as const, line, name: `n${line}`, body: line }));

/** Runs the lines against the answers of each, one after the other. */
async function run(
  answers: Readonly<Record<number, readonly (Error | Sent)[]>>,
  control = new AbortController(),
) {
  const outcomes: [number, Outcome][] = [];
  const pauses: (number | undefined)[] = [];
  const calls: number[] = [];
  const failure = await runRows(ROWS, {
    send: async ({ line }) => {
      const answer = answers[line]?.[calls.filter((one) => one === line).length] ?? {
        state: "active" as const,
      };
      calls.push(line);
      if (answer instanceof Error) throw answer;
      return answer;
    },
    signal: control.signal,
    onOutcome: (line, outcome) => outcomes.push([line, outcome]),
    onPause: (seconds) => pauses.push(seconds),
  }).catch((error: unknown) => error);
  return { outcomes, pauses, calls, failure };
}

describe("a run over the lines of a list", () => {
  it("waits as long as the portal asks, and sends the line again", async () => {
    const { calls, pauses, failure } = await run({ 3: [new CallRefused(problem(429, "rate.exceeded", 0))] });
    expect([calls, pauses, failure]).toEqual([[2, 3, 3, 4], [0, undefined], undefined]);
  });

  it("notes a line that is refused and sends the next one", async () => {
    const refused = problem(409, "participant.exists");
    const { outcomes, failure } = await run({ 3: [new CallRefused(refused)] });
    expect(failure).toBeUndefined();
    expect(outcomes.map(([line, outcome]) => [line, "refused" in outcome])).toEqual([
      [2, false],
      [3, true],
      [4, false],
    ]);
  });

  it.each([
    new NetworkLost("no answer"),
    new CallRefused(problem(503, "service.unavailable")),
    new CallRefused(problem(401, "auth.required")),
    new CallRefused(problem(403, "auth.role")),
    new CallRefused(problem(409, "idempotency.in-progress")),
  ])("stops where the failure is not of the line: %s", async (error) => {
    const { calls, outcomes, failure } = await run({ 3: [error] });
    expect([calls, outcomes.length, failure]).toEqual([[2, 3], 1, error]);
  });

  it("sends no further line after it was stopped", async () => {
    const control = new AbortController();
    control.abort();
    expect((await run({}, control)).calls).toEqual([]);
  });
});
