import { describe, expect, it } from "vitest";
import { AlarmBuffer } from "@/lib/alerts/alarm-buffer";
import { createLogger } from "@/lib/telemetry/logger";

const AT = new Date("2026-11-29T20:00:00Z");

/** A logger whose alarms a buffer takes, as in the portal. */
function logged() {
  const lines: Record<string, unknown>[] = [];
  const buffer = new AlarmBuffer("portal");
  const destination = { write: (line: string) => void lines.push(JSON.parse(line)) };
  const logger = createLogger("portal", "info", destination, (facts) => buffer.take(facts, AT));
  return { logger, buffer, lines };
}
const seen = (buffer: AlarmBuffer) =>
  buffer.drain().map(({ name, subject, count }) => [name, subject, count]);

describe("the alarms of a process", () => {
  it("are taken from the lines of its log, which are written as before", () => {
    const { logger, buffer, lines } = logged();
    logger.error(
      { alarm: "envelope.replaced", transaction: "t-1" },
      "stored envelope does not match the log",
    );
    logger.child({ more: 1 }).error({ alarm: "row.unreadable", list: "requests", id: "r-1" }, "a row");
    logger.info({ alarm: 3 }, "no name");
    logger.warn("no facts");
    expect(lines).toHaveLength(4);
    expect(lines[0]).toMatchObject({ alarm: "envelope.replaced", transaction: "t-1", level: "error" });
    expect(seen(buffer)).toEqual([
      ["envelope.replaced", "transaction:t-1", 1],
      ["row.unreadable", "requests:r-1", 1],
    ]);
    expect(buffer.drain()).toEqual([]);
  });

  it("are counted together where name and subject are the same, also when they come back", () => {
    const { logger, buffer } = logged();
    for (let i = 0; i < 3; i += 1) logger.error({ alarm: "policy.run", run: "x" }, "failed");
    const taken = buffer.drain();
    logger.error({ alarm: "policy.run", run: "x" }, "failed");
    for (const one of taken) buffer.add(one);
    expect(seen(buffer)).toEqual([["policy.run", "run:x", 4]]);
  });

  it("leave out what the state of the instance shows, and a job that failed twice", () => {
    const { logger, buffer } = logged();
    for (const alarm of ["worker-down", "log.verification", "signer.refused"])
      logger.error({ alarm }, "alarm");
    for (const failures of [1, 2, 3]) logger.error({ alarm: "exports.failed", failures }, "failed");
    expect(seen(buffer)).toEqual([["exports.failed", "process:portal", 1]]);
  });

  it("are bounded: of very many only names are kept apart", () => {
    const { logger, buffer } = logged();
    for (let i = 0; i < 1_000; i += 1)
      logger.error({ alarm: "envelope.replaced", transaction: `t-${i}` }, "x");
    const all = buffer.drain();
    expect(all).toHaveLength(201);
    expect(all.at(-1)).toMatchObject({ subject: "process:portal", count: 800 });
  });
});
