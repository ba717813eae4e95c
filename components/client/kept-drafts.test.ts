import { describe, expect, it } from "vitest";
import { forgetAllBut, type KeptStorage, keptKey } from "./kept-drafts";

function storageOf(records: Readonly<Record<string, string>>): KeptStorage & { keys(): string[] } {
  const held = new Map(Object.entries(records));
  return {
    get length() {
      return held.size;
    },
    key: (index) => [...held.keys()][index] ?? null,
    getItem: (key) => held.get(key) ?? null,
    setItem: (key, value) => void held.set(key, value),
    removeItem: (key) => void held.delete(key),
    keys: () => [...held.keys()].sort(),
  };
}

const LEGAL = "coordinator-001:legal";
const MINE = [keptKey("request", LEGAL, "new"), keptKey("review", LEGAL, "01a0")];
const THEIRS = [
  keptKey("request", "regulator-001", "new"),
  keptKey("review", "coordinator-001:approve", "01a0"),
];
const OTHER = ["sealport.keys", "theme"];
const kept = () =>
  storageOf(
    Object.fromEntries(
      [...MINE, ...THEIRS, ...OTHER, "sealport.review.01a0", "sealport.sent|01a0"].map((key) => [key, "{}"]),
    ),
  );

describe("what a window keeps of forms", () => {
  it("is found by the same person again and never by another one", () => {
    const storage = kept();
    forgetAllBut(LEGAL, storage);
    expect(storage.keys()).toEqual([...MINE, ...OTHER, "sealport.sent|01a0"].sort());
    expect(keptKey("review", LEGAL, "01a0")).not.toBe(keptKey("review", "coordinator-001:approve", "01a0"));
  });

  it("is gone after a sign-out, and nothing else is", () => {
    const storage = kept();
    forgetAllBut(undefined, storage);
    expect(storage.keys()).toEqual([...OTHER].sort());
  });
});
