import { describe, expect, it } from "vitest";
import { toBase64url } from "@/lib/crypto/bytes";
import type { Json } from "@/lib/crypto/json/canonical-json";
import { sha256 } from "@/lib/crypto/primitives";
import { uuidv7 } from "@/lib/crypto/uuid";
import {
  draftOf,
  type EntryChange,
  type FixtureEntry,
  fixtureEntry,
  fixtureId,
  keySaid,
  layOut,
  PERSON,
  PERSON_KEY,
  PERSON_PART,
} from "../bundle-fixture";
import { classes, OURS, POLICY, verify } from "../history-fixture";
import { verifyBundle } from "../verify-bundle";
import type { Manifest } from "./bundle-format";

// Bundles as a portal with a lying database would sign them: every digest and signature in them is right.

const OTHER = keySaid(new Uint8Array(32).fill(9));
const FOLLOWER = "log.example.test/sealport/2";

function erasure(said: Record<string, Json>, more: EntryChange = {}): EntryChange {
  const details = { compartment: "c-1", key_digest: toBase64url(sha256("a key")), ...said };
  return { class: "retention", org: { action: "compartment.erase", details }, ...more };
}

/** Six entries. The person's part of the second is missing. */
function log(changes: Readonly<Record<number, EntryChange>>): FixtureEntry[] {
  return Array.from({ length: 6 }, (_, at) => {
    const entry = fixtureEntry(at, at === 1 ? { person: true, ...changes[1] } : changes[at]);
    return at === 1 ? { ...entry, parts: entry.parts.filter(({ c }) => c !== PERSON_PART) } : entry;
  });
}

const erased = (entry = fixtureId(4)): Partial<Manifest> => ({ erased: [{ seq: 1, c: PERSON_PART, entry }] });
const act = (person: Json): EntryChange => ({ org: { action: "transaction.create", person } });

describe("erased parts and their keys", () => {
  it("a part is accepted as erased with the erasure of the key that its entry names", async () => {
    const report = await verify(log({ 4: erasure(PERSON_KEY) }), { manifest: erased() });
    expect([report.verdict, report.findings]).toEqual(["verified", []]);
  });

  it.each<[string, RegExp, Readonly<Record<number, EntryChange>>]>([
    [
      "of another person",
      /not sealed with the key that the erasure, entry 4, destroyed/,
      { 4: erasure(OTHER) },
    ],
    [
      "of another person, while another erasure names its key",
      /not sealed with the key/,
      { 3: erasure(PERSON_KEY), 4: erasure(OTHER) },
    ],
    ["that does not say which key", /entry 4, does not prove which key it destroyed/, { 4: erasure({}) }],
    [
      "that names its key by half a mark",
      /does not prove which key/,
      { 4: erasure({ ...PERSON_KEY, key_mark: "A".repeat(22) }) },
    ],
    [
      "that names its key by no text",
      /does not prove which key/,
      { 4: erasure({ ...PERSON_KEY, key_mark: [PERSON.key_mark] }) },
    ],
    [
      "that spells its mark otherwise",
      /does not prove which key/,
      { 4: erasure({ ...PERSON_KEY, key_mark: `${"A".repeat(42)}B` }) },
    ],
    [
      "that proves nothing, as who only reads the mark can name it",
      /does not prove which key/,
      { 4: erasure({ key_mark: PERSON.key_mark }) },
    ],
    [
      "that proves another key",
      /does not prove which key/,
      { 4: erasure({ ...PERSON_KEY, key_proof: OTHER.key_proof }) },
    ],
    [
      "that proves it by the mark itself",
      /does not prove which key/,
      { 4: erasure({ ...PERSON_KEY, key_proof: PERSON.key_mark }) },
    ],
    ["that proves it by no text", /does not prove/, { 4: erasure({ ...PERSON_KEY, key_proof: [] }) }],
    [
      "that spells its proof otherwise",
      /does not prove/,
      { 4: erasure({ ...PERSON_KEY, key_proof: `${PERSON_KEY.key_proof}=` }) },
    ],
    [
      "that names it only in its public part",
      /does not prove which key/,
      { 4: erasure({}, { pub: { thumbprint: toBase64url(sha256("a key")) } }) },
    ],
  ])("a part is not accepted as erased by an erasure %s", async (_, fault, changes) => {
    const report = await verify(log(changes), { manifest: erased() });
    expect(report.findings).toMatchObject([
      { class: "erased", seq: 1, detail: expect.stringMatching(fault) },
    ]);
  });

  it.each<[string, EntryChange]>([
    ["no person's", { org: { action: "transaction.create" } }],
    ["another part's", act({ ...PERSON, c: "otherpartAA" })],
    ["the organisation's", act({ ...PERSON, c: "org" })],
    ["under no key", act({ c: PERSON_PART })],
    ["under what is not a mark", act({ c: PERSON_PART, key_mark: `${PERSON.key_mark}=` })],
    ["in another form", act([PERSON_PART, PERSON.key_mark])],
    ["in several", act([PERSON])],
  ])("a part is not accepted as erased if the entry says that its person's part is %s", async (_, said) => {
    const elsewhere = { ...erased(uuidv7(Date.UTC(2026, 10, 25))), erased_in: [FOLLOWER] };
    for (const manifest of [erased(), elsewhere]) {
      const entries = log({ 1: { person: true, ...said }, 4: erasure(PERSON_KEY) });
      const { findings } = await verify(entries, { manifest });
      const detail = expect.stringMatching(/does not say that this part is in such a compartment/);
      expect(findings).toMatchObject([{ class: "erased", seq: 1, detail }]);
    }
  });

  it("a part is not accepted as erased if the entry's org part is missing", async () => {
    const entries = log({ 4: erasure(PERSON_KEY) }).map((entry, at) =>
      at === 1 ? { ...entry, parts: [] } : entry,
    );
    expect(classes(await verify(entries, { manifest: erased() }))).toEqual(["erased", "part"]);
  });
});

it("each of thousands of parts with keys of their own is reported", async () => {
  const count = 3_000;
  const keys = Array.from({ length: count }, (_, at) => keySaid(sha256(`key ${at}`)));
  const entries = keys.map(({ key_mark }, at) => {
    const made = fixtureEntry(at, { person: true, org: { person: { c: PERSON_PART, key_mark } } });
    return { ...made, parts: made.parts.filter(({ c }) => c !== PERSON_PART) };
  });
  const by = fixtureId(count);
  const all = [
    ...entries,
    fixtureEntry(count, { ...erasure({ ...keys[7] }), at: "2026-11-24T14:46:00.000000Z" }),
  ];
  const text = keys.map((_, seq) => `${seq} ${PERSON_PART} ${by}\n`).join("");
  const manifest: Partial<Manifest> = { erased_file: { count } };
  const bundle = layOut(
    { ...draftOf(OURS, all, [count + 1]), manifest, texts: { "erased.txt": text } },
    OURS,
  );
  const report = await verifyBundle(bundle, { policy: POLICY });
  expect(report.notes).toContainEqual(expect.objectContaining({ class: "erased", count: 1 }));
  expect(report.notes).toContainEqual(expect.objectContaining({ class: "more findings", count: count - 51 }));
});
