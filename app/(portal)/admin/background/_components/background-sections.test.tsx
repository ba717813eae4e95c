// @vitest-environment happy-dom
import { screen, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { answerCalls, show } from "@/lib/testing/components";
import { DeadSection, JobsSection, QueuesSection } from "./background-sections";

const ID = "01936f2a-7c1b-7def-8a10-3f2b4c5d6e7f";
const AT = "2026-11-29T12:00:00.000Z";
const dead = [{ kind: "mail", id: ID, at: AT, ended_at: AT, attempts: 5 }] as const;

it("work that is out of retries is queued again by one press, with its kind", async () => {
  const calls = answerCalls(() => ({ status: 200, json: { id: ID } }));
  const { user, moves } = show(<DeadSection dead={[...dead]} />);
  await user.click(screen.getByRole("button", { name: /^Try .* again$/ }));
  expect(calls.map(({ path, body }) => [path, body])).toEqual([
    ["/confidential/admin/background/retry", { kind: "mail", id: ID }],
  ]);
  expect(moves).toEqual([["refresh"]]);
});

it("a page without dead work and without reports says so, in both languages", () => {
  for (const [language, none, silent] of [
    ["en", "No work is out of retries", "No portal has reported yet"],
    ["de", "Keine aufgegebene Arbeit", "Noch hat sich kein Portal gemeldet"],
  ] as const) {
    const shown = show(
      <>
        <DeadSection dead={[]} />
        <JobsSection jobs={[]} />
      </>,
      { language },
    );
    expect(shown.getByText(none)).toBeDefined();
    expect(shown.getByText(silent)).toBeDefined();
    shown.unmount();
  }
});

it("queues and jobs are tables with their figures, and a failure shows its name", () => {
  const queues = [{ kind: "export", waiting: 3, running: 1, dead: 0, oldest_at: AT }] as const;
  const job = { name: "deliveries", processes: 2, every_ms: 1_000, last_at: AT, last_ms: 12, next_at: AT };
  show(
    <>
      <QueuesSection queues={[...queues]} />
      <JobsSection jobs={[{ ...job, failures: 4, failed_at: AT, failure: "TypeError" }]} />
    </>,
  );
  const table = within(screen.getByRole("table", { name: "Queues" }));
  expect(table.getByText("Background export")).toBeDefined();
  const jobs = screen.getByRole("table", { name: "Background jobs" });
  expect(jobs.textContent).toContain("12 ms");
  expect(jobs.textContent).toContain("TypeError");
  expect(jobs.textContent).toContain("Send e-mails and webhook messages");
  expect(jobs.textContent).toContain("deliveries");
});
