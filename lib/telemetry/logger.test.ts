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
