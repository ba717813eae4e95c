import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { tableLines } from "./output";
import { factLines, jsonLine, linesOf, oneLine, shownValue } from "./shown";

// biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal obeys is what is looked for.
const OBEYED = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/u;
const EVIL = [
  "\u001b]52;c;ZXZpbA==\u0007",
  "\u001b[2J\u001b[H",
  "\u009b31m",
  "a\rb",
  "a\u0008b",
  "\u202Egnp.exe",
  "\u2066x\u2069",
  "\u0000",
  "\u2028",
  "\ud800",
];

describe("foreign text", () => {
  it.each(EVIL)("is shown and not obeyed: %j", (text) => {
    for (const shown of [oneLine(text), shownValue(text), shownValue({ [text]: text }), jsonLine([text])])
      expect(shown).not.toMatch(OBEYED);
    for (const line of [
      ...linesOf(text),
      ...factLines({ [text]: text, inner: { [text]: [text] }, list: [{ text }] }),
    ])
      expect(line).not.toMatch(OBEYED);
    for (const line of tableLines([{ text }], [{ title: "t", of: (item) => item.text }], false))
      expect(line).not.toMatch(OBEYED);
  });

  it("is never obeyed, whatever it is", () => {
    const anything = fc.oneof(fc.string({ unit: "binary" }), fc.json());
    fc.assert(
      fc.property(fc.dictionary(anything, fc.oneof(anything, fc.jsonValue())), (value) => {
        for (const line of [jsonLine(value), ...factLines(value)]) expect(line).not.toMatch(OBEYED);
      }),
    );
  });

  it("is the same value again when its JSON is read, and one line", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const line = jsonLine(value);
        expect(line).not.toContain("\n");
        expect(JSON.parse(line)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it("keeps its own lines, and long texts whole", () => {
    expect(linesOf("a\nb\r\nc")).toEqual(["a", "b", "c"]);
    expect(oneLine("x".repeat(100_000))).toHaveLength(100_000);
    expect(factLines({ narrative: "a\nb" })).toEqual(["narrative  a", "           b"]);
    const answer = { id: "1", inner: { receipt: { entry_id: "e-1", signature: "AAAA" } } };
    expect(factLines(answer)).toEqual(["id             1", "inner.receipt  e-1"]);
  });
});

describe("a table", () => {
  it("has equal columns, cuts text that is too long, and is bold where colours are on", () => {
    const columns = [
      { title: "a", of: (item: { a: string }) => item.a },
      { title: "b", of: () => "x" },
    ];
    const lines = tableLines([{ a: "short" }, { a: "y".repeat(200) }], columns, false);
    expect(lines[0]?.indexOf("b")).toBe(lines[1]?.indexOf("x"));
    expect(lines[2]).toContain("\u2026");
    expect(lines[2]?.length).toBeLessThan(60);
    expect(tableLines([], columns, true)[0]).toBe("\u001b[1ma  b\u001b[22m");
  });
});
