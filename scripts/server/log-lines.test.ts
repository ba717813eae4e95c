import { EventEmitter } from "node:events";
import { describe, expect, it } from "vitest";
import { catchPlainText, lineWriter } from "./log-lines.mjs";

const CANARY = "CANARY-77aa";

/** A console and a process of its own, so that the test's stay. */
function caught(act: (to: Console, on: EventEmitter) => void, level = "info") {
  const written: string[] = [];
  const exits: number[] = [];
  const on = Object.assign(new EventEmitter(), { exit: (code: number) => void exits.push(code) });
  const to = Object.create(console);
  catchPlainText(
    lineWriter(level, (text) => void written.push(text)),
    {
      on: on as unknown as NodeJS.Process,
      to,
    },
  );
  act(to, on);
  return { lines: written.map((line) => JSON.parse(line)), text: written.join(""), exits };
}

describe("plain text of Next and Node", () => {
  it("becomes a line in the schema of the log", () => {
    const { lines } = caught((to) => to.log(" ✓ Ready in", "210ms"));
    expect(lines).toEqual([
      {
        level: "info",
        time: expect.stringMatching(/Z$/),
        process: "portal",
        instance: expect.stringMatching(/^[^:]+:\d+$/),
        name: "next",
        msg: "✓ Ready in 210ms",
      },
    ]);
  });

  it("has no text of warnings and errors, and no message of an error", () => {
    const error = Object.assign(new TypeError(CANARY, { cause: new Error(CANARY) }), { digest: "123" });
    const { lines, text } = caught((to) => {
      to.error("⨯", error);
      to.error(`⨯ Error: ${CANARY}`);
      to.warn(CANARY);
      to.log({ data: CANARY });
    });
    expect(text).not.toContain(CANARY);
    expect(lines.map(({ level }) => level)).toEqual(["error", "error", "warn", "info"]);
    expect(lines[0]).toMatchObject({ name: "next", err: { name: "TypeError", digest: "123" } });
  });

  it("is left out below the level, and where it is empty", () => {
    expect(caught((to) => to.log("Ready"), "warn").lines).toEqual([]);
    expect(caught((to) => to.log("")).lines).toEqual([]);
  });

  it("of a warning and of a crash is described without its message", () => {
    const { lines, text, exits } = caught((_, on) => {
      on.emit("warning", new Error(CANARY));
      on.emit("uncaughtException", new RangeError(CANARY));
    });
    expect(text).not.toContain(CANARY);
    expect(lines).toMatchObject([
      { level: "warn", name: "node", err: { name: "Error" } },
      { level: "fatal", name: "crash", err: { name: "RangeError" } },
    ]);
    expect(exits).toEqual([1]);
  });
});
