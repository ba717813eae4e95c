import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromHex, toHex, utf8 } from "../bytes";
import { FormatError } from "../format-error";
import { canonicalBytes, canonicalJson, parseCanonicalJson, parseStrictJson } from "./canonical-json";
import { StrictJsonParser } from "./strict-json-parser";

function pointerOf(text: string): string | undefined {
  try {
    parseStrictJson(text);
  } catch (error) {
    if (error instanceof FormatError) return error.pointer;
  }
  throw new Error(`accepted: ${text.slice(0, 80)}`);
}

describe("canonical JSON", () => {
  it("canonical JSON has the bytes of RFC 8785 section 3.2.4", () => {
    const text =
      '{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],' +
      '"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}';
    expect(toHex(canonicalBytes(JSON.parse(text)))).toBe(
      toHex(
        utf8(
          '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
            '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
        ),
      ),
    );
  });

  it("canonical JSON sorts names by UTF-16 code units (RFC 8785 section 3.2.3)", () => {
    const value = { "\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\ud83d\ude00": 5, "\u0080": 6, "\u00f6": 7 };
    expect(Object.values(JSON.parse(canonicalJson(value)))).toHaveLength(7);
    expect(canonicalJson(value)).toBe('{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"😀":5,"\ufb33":3}');
  });

  it("canonical JSON writes the numbers of RFC 8785 appendix B", () => {
    const samples: [string, string][] = [
      ["8000000000000000", "0"],
      ["0000000000000001", "5e-324"],
      ["7fefffffffffffff", "1.7976931348623157e+308"],
      ["4340000000000000", "9007199254740992"],
      ["44b52d02c7e14af6", "1e+23"],
      ["444b1ae4d6e2ef50", "1e+21"],
      ["3eb0c6f7a0b5ed8d", "0.000001"],
      ["41b3de4355555555", "333333333.3333333"],
      ["becbf647612f3696", "-0.0000033333333333333333"],
    ];
    for (const [hex, text] of samples) {
      const bytes = fromHex(hex);
      expect(canonicalJson(new DataView(bytes.buffer).getFloat64(0))).toBe(text);
    }
  });

  it("canonical JSON refuses values outside JSON and names their place", () => {
    const bad = [
      undefined,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      1n,
      "\ud800",
      new Date(0),
      new Map(),
      () => 1,
      Symbol("x"),
    ];
    for (const value of bad) expect(() => canonicalJson({ "a/b": [value] })).toThrow(FormatError);
    expect(() => canonicalJson({ "\udc00": 1 })).toThrow("surrogate");
    let deep: unknown = 1;
    for (let level = 0; level < 65; level++) deep = [deep];
    expect(() => canonicalJson(deep)).toThrow("deep");
  });

  it("canonical JSON is a fixed point, and other spellings are not canonical", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(parseCanonicalJson(text))).toBe(text);
        expect(canonicalJson(parseStrictJson(text))).toBe(text);
      }),
    );
    for (const text of [
      '{"b":1,"a":2}',
      "1.0",
      '{"a":1,"a":1}',
      '"\\u0041"',
      " 1",
      "1e400",
      '{"__proto__":1,"__proto__":1}',
    ]) {
      expect(() => parseCanonicalJson(text)).toThrow(FormatError);
    }
    expect(canonicalJson(parseStrictJson('{"__proto__":{"a":1}}'))).toBe('{"__proto__":{"a":1}}');
  });
});

const deep = (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`;

const awkward = fc.constantFrom(
  '"\\ud800"',
  '{"10":1,"9":2}',
  '{"9":1,"10":2}',
  '{"b":1,"a":2}',
  "-0",
  "1e3",
  "1E400",
  '{"a":1,"a":2}',
  '{"a":1,"\\u0061":1}',
  "12345678901234567890",
);
const value = fc.oneof(
  fc.jsonValue({ maxDepth: 4 }),
  fc.dictionary(
    fc.constantFrom("a", "b", "10", "9", "__proto__", "é", "\u{1f600}", "\ufb33"),
    fc.jsonValue(),
  ),
);
/** Texts that are JSON or nearly, in canonical and in other spellings. */
const nearlyJson = fc.oneof(
  value.map((item) => JSON.stringify(item)),
  value.map((item) => canonicalJson(item)),
  awkward,
  fc.tuple(value, fc.nat(), fc.constantFrom(" ", "0", '"', "\\", "e", "\ud800")).map(([item, at, put]) => {
    const written = canonicalJson(item);
    return written.slice(0, at % (written.length + 1)) + put + written.slice(at % (written.length + 1));
  }),
);
it("the fast reader of canonical JSON accepts and refuses exactly what the slow one does", () => {
  const slow = (text: string) => {
    try {
      return canonicalJson(JSON.parse(text)) === text;
    } catch {
      return false;
    }
  };
  const quick = (text: string) => {
    try {
      parseCanonicalJson(text);
      return true;
    } catch {
      return false;
    }
  };
  fc.assert(
    fc.property(nearlyJson, (written) => {
      expect(quick(written)).toBe(slow(written));
    }),
    { numRuns: 2_000 },
  );
  for (const levels of [63, 64, 65]) expect(quick(deep(levels))).toBe(slow(deep(levels)));
});

describe("strict parsing", () => {
  it("the fast way of the strict parser accepts and refuses exactly what the parser does, with the same value", () => {
    const outcome = (parse: () => unknown) => {
      try {
        return { value: parse() };
      } catch (error) {
        return { refused: error instanceof FormatError && error.pointer };
      }
    };
    const expectSame = (text: string) => {
      const parser = () => new StrictJsonParser(text).document();
      expect(outcome(() => parseStrictJson(text))).toEqual(outcome(parser));
    };
    fc.assert(fc.property(nearlyJson, expectSame), { numRuns: 2_000 });
    for (const levels of [63, 64, 65, 100_000]) expectSame(deep(levels));
    for (const text of ["null", JSON.stringify("x".repeat(1024 * 1024))]) expectSame(text);
  });

  it("the strict parser agrees with JSON.parse on every text without traps", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(4), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        expect(JSON.stringify(parseStrictJson(text))).toBe(JSON.stringify(JSON.parse(text)));
      }),
    );
  });

  it("the strict parser refuses numbers that read differently from their text, by JSON Pointer", () => {
    const numbers = [
      "1e400",
      "-1e400",
      "12345678901234567890",
      "0.1000000000000000055",
      "1e-400",
      "9007199254740993",
    ];
    for (const number of numbers) {
      expect(pointerOf(`{"a":{"b~/":[0,${number}]}}`)).toBe("/a/b~0~1/1");
    }
    for (const number of [
      "0.1",
      "1.0",
      "1e2",
      "-0",
      "1E+2",
      "100000000000000000000",
      "5e-324",
      "0.10",
      "0e9",
    ]) {
      expect(parseStrictJson(number)).toBe(Number(number));
    }
    expect(pointerOf(`1${"0".repeat(2000)}`)).toBe("");
  });

  it("the strict parser refuses duplicates, lone surrogates, depth and everything that JSON.parse refuses", () => {
    expect(pointerOf('{"x":{"a":1,"\\u0061":2}}')).toBe("/x/a");
    expect(pointerOf('["\\ud800"]')).toBe("/0");
    expect(pointerOf(`${"[".repeat(65)}${"]".repeat(65)}`)).toBe("/0".repeat(64));
    const bad = [
      "",
      "{",
      "[1,]",
      '{"a":1,}',
      "01",
      "+1",
      ".5",
      "1.",
      "'a'",
      '"\n"',
      '"\\x"',
      "nul",
      "1 2",
      "[1 2]",
      "\ufeff1",
      "NaN",
      '{"a" 1}',
      "{a:1}",
      "\u00a01",
      '"a',
    ];
    for (const text of bad) expect(() => parseStrictJson(text)).toThrow(FormatError);
  });
});
