import { expect, test } from "vitest";
import { addressOf, readFilter, withUnknown } from "./read-filter";

const NOW = Date.parse("2026-11-24T12:00:00Z");
const ID = "01a20f0e-6b5a-7665-b3d0-ba3ceb039256";

test("an address without a filter asks for everything", () => {
  expect(readFilter({}, NOW).filter).toEqual({});
});

test("a span counts back from now, and an explicit begin wins", () => {
  expect(readFilter({ within: "24h" }, NOW).filter).toEqual({ from: "2026-11-23T12:00:00.000Z" });
  expect(readFilter({ within: "24h", from: "2026-11-24T10:30" }, NOW).filter).toEqual({
    from: "2026-11-24T10:30:00.000Z",
  });
});

test("a time without a zone is UTC; one with a zone is taken as it is", () => {
  expect(readFilter({ to: "2026-11-24T10:30:15" }, NOW).filter.to).toBe("2026-11-24T10:30:15.000Z");
  expect(readFilter({ to: "2026-11-24T10:30:15+01:00" }, NOW).filter.to).toBe("2026-11-24T09:30:15.000Z");
});

test("a subject is a kind and an id, together or apart", () => {
  expect(readFilter({ kind: "grant", id: ID }, NOW).filter).toEqual({ subject: `grant:${ID}` });
  expect(readFilter({ subject: `request:${ID}` }, NOW)).toMatchObject({
    filter: { subject: `request:${ID}` },
    values: { kind: "request", id: ID },
  });
  expect(readFilter({ kind: "participant", id: "client-456" }, NOW).filter.subject).toBe(
    "participant:client-456",
  );
});

test.each([
  [{ kind: "transaction", id: "no id" }, "id"],
  [{ from: "yesterday" }, "from"],
  [{ to: "2026-13-01T00:00" }, "to"],
  [{ within: "forever" }, "within"],
  [{ outcome: "lost" }, "outcome"],
  [{ kind: "case", id: ID }, "kind"],
  [{ subject: `case:${ID}` }, "kind"],
] as const)("an invalid value marks its control: %o", (params, fault) => {
  expect(readFilter(params, NOW).fault).toBe(fault);
});

test("an unknown name is a fault, and all typed text stays", () => {
  const read = readFilter({ action: "nothing.such", outcome: "lost", id: ID }, NOW);
  expect(read.values).toMatchObject({ action: "nothing.such", outcome: "lost", id: ID });
  expect(withUnknown(read, ["action"]).fault).toBe("outcome");
  const asked = readFilter({ action: "nothing.such" }, NOW);
  expect(withUnknown(asked, ["action"])).toEqual({ ...asked, fault: "action" });
  expect(withUnknown(asked, [])).toBe(asked);
});

test("an address has the filters that are set and leaves out the others", () => {
  const { values } = readFilter({ actor: "u_1", action: "", kind: "grant" }, NOW);
  expect(addressOf("/audit", values, { before: 12, after: undefined })).toBe("/audit?actor=u_1&before=12");
  expect(addressOf("/audit", {})).toBe("/audit");
});
