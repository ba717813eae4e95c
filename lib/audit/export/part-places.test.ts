import { describe, expect, it } from "vitest";
import type { CompartmentKind } from "@/lib/context/recorder";
import { type PlacedEntry, type PlacedPart, partsAstray } from "./part-places";

const [TENANT, CASE, OTHER_CASE, ACTOR, OTHER_PERSON] = ["t-1", "c-1", "c-2", "u-1", "u-2"];
type Place = readonly [CompartmentKind, string];
const PLACES: readonly Place[] = [
  ["org", TENANT],
  ["case", CASE],
  ["case", OTHER_CASE],
  ["suspicion", TENANT],
  ["subject", ACTOR],
  ["subject", OTHER_PERSON],
];

/** A part's row. If its bytes were not requested, their absence makes no difference. */
const rowOf = (c: string, [kind, subject]: Place): PlacedPart => ({
  c,
  kind,
  subject,
  stored: undefined,
});

/** An entry as it is sealed: with or without a case, a suspicion, a person. */
function sealed(of: { readonly case: boolean; readonly suspicion: boolean; readonly person: boolean }) {
  const places = new Map<string, Place>([["org", ["org", TENANT]]]);
  if (of.case) places.set("aaaaaaaaaaA", ["case", CASE]);
  if (of.suspicion) places.set("bbbbbbbbbbA", ["suspicion", TENANT]);
  if (of.person) places.set("ccccccccccA", ["subject", ACTOR]);
  const org = {
    actor: ACTOR,
    ...(of.case ? { case: true } : {}),
    ...(of.suspicion ? { suspicion: true } : {}),
  };
  const entry = { sealed: [...places.keys()].sort().map((c) => ({ c, d: "x" })) };
  const caseId = of.case ? CASE : null;
  const placed = (moved: ReadonlyMap<string, Place>): PlacedEntry => {
    const parts = [...moved].map(([c, place]) => rowOf(c, place));
    return {
      entry,
      org: moved.get("org") === places.get("org") ? org : undefined,
      caseId,
      tenantId: TENANT,
      parts,
      kinds: [],
    };
  };
  return { places, placed };
}

const BOTH = [true, false];
const SHAPES = BOTH.flatMap((isOfCase) =>
  BOTH.flatMap((suspicion) => BOTH.map((person) => ({ case: isOfCase, suspicion, person }))),
);

describe.each(SHAPES)("parts of an entry with %o", (shape) => {
  const { places, placed } = sealed(shape);

  it("sealed parts are in place", () => {
    expect(partsAstray(placed(places))).toEqual({ gone: [], doubtful: [] });
  });

  it("each part counts as missing when it is dropped", () => {
    for (const c of places.keys()) {
      const rest = new Map([...places].filter(([label]) => label !== c));
      expect([c, partsAstray(placed(rest)).gone]).toEqual([c, [c]]);
    }
  });

  it("each part is named when it is moved to any other compartment", () => {
    for (const [c, [kind, subject]] of places)
      for (const place of PLACES) {
        if (place[0] === kind && place[1] === subject) continue;
        const { gone, doubtful } = partsAstray(placed(new Map([...places, [c, place]])));
        expect([c, place, [...gone, ...doubtful].includes(c)]).toEqual([c, place, true]);
      }
  });

  it("each part is named when the index row has another case, or none", () => {
    for (const caseId of [OTHER_CASE, null]) {
      const { gone } = partsAstray({ ...placed(places), caseId });
      expect(gone).toEqual(shape.case ? ["aaaaaaaaaaA"] : []);
    }
  });
});

it("a part whose requested bytes are absent counts as missing", () => {
  const { places, placed } = sealed({ case: true, suspicion: false, person: true });
  const entry = placed(places);
  const missed = (kinds: readonly CompartmentKind[], stored?: Buffer) =>
    partsAstray({ ...entry, parts: entry.parts.map((part) => ({ ...part, stored })), kinds }).gone;
  expect(missed(["case", "subject"])).toEqual(["aaaaaaaaaaA", "ccccccccccA"]);
  expect(missed(["org"])).toEqual(["org"]);
  expect(missed(["org", "case", "subject"], Buffer.alloc(0))).toEqual([]);
});

it("a compartment without a row gives no place: only its key is reported as missing", () => {
  const { places, placed } = sealed({ case: false, suspicion: false, person: true });
  const entry = placed(places);
  const parts = entry.parts.map((part) => ({ ...part, subject: part.c === "org" ? part.subject : null }));
  expect(partsAstray({ ...entry, parts }).gone).toEqual(["ccccccccccA"]);
  const given = parts.map((part) => ({ ...part, stored: Buffer.alloc(1) }));
  expect(partsAstray({ ...entry, parts: given })).toEqual({ gone: [], doubtful: [] });
});

it("bytes that are not an entry bind no part", () => {
  for (const entry of [undefined, null, {}, { sealed: "x" }, { sealed: [7] }])
    expect(
      partsAstray({ entry, org: undefined, caseId: null, tenantId: TENANT, parts: [], kinds: [] }).gone,
    ).toEqual([]);
});
