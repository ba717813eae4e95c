import { describe, expect, it } from "vitest";
import { createLogger } from "@/lib/telemetry/logger";

const CANARY = "CANARY-5e1f";

function logged(write: (logger: ReturnType<typeof createLogger>) => void): string {
  const lines: string[] = [];
  write(createLogger("test", "trace", { write: (line) => void lines.push(line) }));
  return lines.join("");
}

describe("the structured log", () => {
  it("shows of an error its name, code and frames, never its message, in its causes neither", () => {
    const error = new Error(CANARY, { cause: Object.assign(new TypeError(CANARY), { code: "E1" }) });
    const line = logged((logger) => logger.error({ err: error }, "failed"));
    expect(line).not.toContain(CANARY);
    expect(JSON.parse(line)).toMatchObject({ level: "error", err: { name: "Error", cause: { code: "E1" } } });
  });

  it("leaves out an error's message where a line has no text", () => {
    const error = new Error(CANARY);
    for (const line of [
      logged((logger) => logger.error(error)),
      logged((logger) => logger.error({ err: error })),
      logged((logger) => logger.child({ request_id: "r" }).error({ err: error })),
    ]) {
      expect(line).not.toContain(CANARY);
      expect(JSON.parse(line)).toMatchObject({ msg: "failed", err: { name: "Error" } });
    }
  });

  it("has one schema: time, level, process, instance, name and msg in every line", () => {
    const lines = [
      logged((logger) => logger.info("text")),
      logged((logger) => logger.info({ name: "start" }, "text")),
      logged((logger) => logger.child({ request_id: "r" }).warn({ alarm: "row.unreadable" }, "text")),
    ].map((line) => JSON.parse(line));
    for (const line of lines)
      expect(line).toMatchObject({
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        level: expect.stringMatching(/^(info|warn)$/),
        process: "test",
        instance: expect.stringMatching(/^[^:]+:\d+$/),
        msg: "text",
      });
    expect(lines.map(({ name }) => name)).toEqual(["message", "start", "row.unreadable"]);
    expect(lines[2]).toMatchObject({ request_id: "r", alarm: "row.unreadable" });
  });

  it("redacts members that could carry a secret, one level down too", () => {
    const line = logged((logger) =>
      logger.info(
        { authorization: CANARY, request: { password: CANARY, body: CANARY }, data: { amount: CANARY } },
        "x",
      ),
    );
    expect(line).not.toContain(CANARY);
    expect(line).toContain("[redacted]");
  });
});
