import { describe, expect, it } from "vitest";
import { CliError } from "../exit";
import { readItems } from "./read-items";

const items = (text: string, format: "csv" | "ndjson") => readItems(new TextEncoder().encode(text), format);

describe("the input of a batch", () => {
  it("from a CSV has columns by name, members by dots, and no value where a cell is empty", () => {
    const text = [
      "job_id,amount,participants,confidential,pricing.rate,pricing.unit.x,external_references",
      'j,1,"a; b|c",TRUE,5,,"[{""scheme"":""s"",""value"":""v""}]"',
    ].join("\n");
    expect(items(text, "csv")).toEqual([
      {
        line: 2,
        value: {
          job_id: "j",
          amount: "1",
          participants: ["a", "b", "c"],
          confidential: true,
          pricing: { rate: "5" },
          external_references: [{ scheme: "s", value: "v" }],
        },
      },
    ]);
  });

  it("reports what is wrong by its line, and continues", () => {
    expect(items("job_id,confidential\nj,maybe\nj,true\nj", "csv").map(({ problem }) => problem)).toEqual([
      "the cell under confidential cannot be read",
      undefined,
      "the line has 1 cells and the first one 2",
    ]);
    expect(items('{"a":1}\n\n[1]\n{', "ndjson")).toEqual([
      { line: 1, value: { a: 1 } },
      { line: 3, problem: "the line is not a JSON object" },
      { line: 4, problem: "the line is not JSON" },
    ]);
  });

  it("is refused as a whole where no line can be relied on", () => {
    for (const text of ["", "job_id,nope\nj,1", "job_id,job_id\nj,j", "__proto__\nx", "constructor.x\ny"])
      expect(() => items(text, "csv"), text).toThrow(CliError);
    expect(() => readItems(Uint8Array.of(0xff, 0xfe), "ndjson")).toThrow(CliError);
  });

  it("makes no object of another kind out of a name", () => {
    const [one] = items('{"__proto__":{"x":1},"job_id":"j"}', "ndjson");
    expect(Object.getPrototypeOf(one?.value)).toBe(Object.prototype);
    expect(Reflect.get(Object(one?.value), "x")).toBeUndefined();
    const [two] = items("job_id,pricing.__proto__\nj,1", "csv");
    expect(Object.getPrototypeOf(Object(two?.value?.pricing))).toBe(Object.prototype);
  });
});
