import { expect, it } from "vitest";
import { NO_ROSTER, Refused, refusalLog } from "@/lib/custodian/refused";

it("the log has one plain line until the first roster, and each refusal by its reason", () => {
  const lines: unknown[][] = [];
  const note = (...line: unknown[]) => void lines.push(line);
  const log = refusalLog({ info: note, warn: note });
  for (let call = 0; call < 3; call += 1) log(new Refused("roster", NO_ROSTER));
  for (let call = 0; call < 2; call += 1) log(new Refused("roster", "Another roster follows."));
  expect(lines).toEqual([
    [expect.stringContaining("waiting for the first roster")],
    [{ reason: "roster" }, "refused"],
    [{ reason: "roster" }, "refused"],
  ]);
});
