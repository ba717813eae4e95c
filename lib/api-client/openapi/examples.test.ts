import { describe, expect, it } from "vitest";
import { OPERATIONS } from "../registry";
import { exampleOf, WRITTEN_IDS } from "./examples";

describe("examples", () => {
  it("are written out for calls that there are", () => {
    const ids = OPERATIONS.map(({ id }) => id);
    expect(WRITTEN_IDS.filter((id) => !ids.includes(id))).toEqual([]);
  });

  it("fit the schemas of their own call", () => {
    const misfits = OPERATIONS.flatMap((operation) => {
      const example = exampleOf(operation);
      return (["params", "query", "body"] as const).flatMap((part) => {
        const schema = operation[part];
        const result = schema?.safeParse(example[part]);
        return result === undefined || result.success
          ? []
          : [
              `${operation.id} ${part} ${JSON.stringify(example[part])}: ${result.error.issues.map(({ path, message }) => `${path.join("/")} ${message}`).join("; ")}`,
            ];
      });
    });
    expect(misfits).toEqual([]);
  });
});
