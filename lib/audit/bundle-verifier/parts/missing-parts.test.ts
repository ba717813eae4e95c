import { describe, expect, it } from "vitest";
import {
  draftOf,
  type EntryChange,
  fixtureEntry,
  fixtureId,
  keysOf,
  layOut,
  operator,
  PERSON_KEY,
  PERSON_PART,
} from "../bundle-fixture";
import { type Manifest, Policy } from "../claims/bundle-format";
import { verifyBundle } from "../verify-bundle";

const OURS = operator(1);
const POLICY = Policy.parse({ ...keysOf(OURS), quorum: 1 });

/** A bundle of six entries, some of them without parts. */
async function without(
  gone: readonly number[],
  manifest: Partial<Manifest> = {},
  changes: Record<number, EntryChange> = {},
) {
  const entries = Array.from({ length: 6 }, (_, at) => {
    const entry = fixtureEntry(at, changes[at]);
    return gone.includes(at) ? { ...entry, parts: [] } : entry;
  });
  const report = await verifyBundle(layOut({ ...draftOf(OURS, entries, [6]), manifest }, OURS), {
    policy: POLICY,
  });
  return { verdict: report.verdict, found: report.findings.map(({ class: of, seq }) => [of, seq]) };
}

it("an entry without its org part is named, in a whole and in a filtered bundle", async () => {
  const wrong = { verdict: "wrong", found: [["part", 3]] };
  expect(await without([3])).toEqual(wrong);
  expect(await without([3], { complete: false, filter: { outcome: "done" } })).toEqual(wrong);
});

it("a bundle that was requested without parts has none, and verifies", async () => {
  expect(await without([0, 1, 2, 3, 4, 5], { parts: "none" })).toEqual({ verdict: "verified", found: [] });
});

it("a part that a recovery names as lost is reported as lost and not also as missing", async () => {
  const recovery = { from: 2, to: 4, lost: [`entry:${fixtureId(3)}`] };
  const changes: Record<number, EntryChange> = { 5: { class: "log", pub: { recovery } } };
  expect(await without([3], {}, changes)).toMatchObject({ found: [["lost", undefined]] });
  expect((await without([1, 3], {}, changes)).found).toEqual(expect.arrayContaining([["part", 1]]));
});

it.each([
  ["itself", { from: 0, to: 6, lost: [5] }, [5]],
  ["itself, after its range,", { from: 0, to: 5, lost: [5] }, [5]],
  ["an entry before its range", { from: 2, to: 4, lost: [1] }, [1]],
  ["an entry after its range", { from: 2, to: 4, lost: [4] }, [4]],
  ["an entry outside every range", { from: 0, to: 0, lost: [3] }, [3]],
  ["an entry of a range that did not exist yet", { from: 2, to: 6, lost: [3] }, [3]],
])("a recovery that names %s as lost explains no missing part", async (_, { lost, ...range }, gone) => {
  const recovery = { ...range, lost: lost.map((seq) => `entry:${fixtureId(seq)}`) };
  const { found } = await without(gone, {}, { 5: { class: "log", pub: { recovery } } });
  expect(found).toEqual(expect.arrayContaining(gone.map((seq) => ["part", seq])));
});

describe("parts that the exporter did not find", () => {
  const listed = (parts: Manifest["missing"]): Partial<Manifest> => ({ missing: parts ?? [] });

  it("unfound parts are findings whatever their key, and the org part is named once", async () => {
    const missing = [
      { seq: 2, c: PERSON_PART },
      { seq: 3, c: "org" },
    ];
    const { verdict, found } = await without([3], listed(missing));
    expect([verdict, found]).toEqual([
      "wrong",
      [
        ["part", 2],
        ["part", 3],
      ],
    ]);
  });

  it("unfound parts are findings also where no part was requested, and for an entry that the bundle does not have", async () => {
    const manifest = { ...listed([{ seq: 5, c: PERSON_PART }]), parts: "none" as const };
    expect((await without([0, 1, 2, 3, 4, 5], manifest)).found).toEqual([["part", 5]]);
    expect((await without([], listed([{ seq: 99, c: PERSON_PART }]))).found).toEqual([["part", 99]]);
  });

  it("unfound parts are lost only if a recovery in the bundle names their entry", async () => {
    const recovery = { from: 2, to: 4, lost: [`entry:${fixtureId(3)}`] };
    const changes: Record<number, EntryChange> = { 5: { class: "log", pub: { recovery } } };
    const missing = [
      { seq: 2, c: PERSON_PART },
      { seq: 3, c: PERSON_PART },
    ];
    expect((await without([], listed(missing), changes)).found).toEqual([
      ["lost", undefined],
      ["part", 2],
    ]);
  });

  const TEXT = `2 ${PERSON_PART}\n3 ${PERSON_PART}\n3 org\n`;
  const FILE: Partial<Manifest> = { missing_file: { count: 3 } };
  const filed = async (text: string | undefined, manifest = FILE) => {
    const entries = Array.from({ length: 6 }, (_, at) => fixtureEntry(at));
    const texts = text === undefined ? {} : { texts: { "missing.txt": text } };
    const bundle = layOut({ ...draftOf(OURS, entries, [6]), manifest, ...texts }, OURS);
    return (await verifyBundle(bundle, { policy: POLICY })).findings.map((one) => [one.class, one.seq]);
  };

  it("unfound parts in a file are findings like those in the manifest", async () => {
    const rows = TEXT.replace(`3 ${PERSON_PART}\n3 org\n`, `3 org\n3 ${PERSON_PART}\n`);
    expect(await filed(rows)).toEqual([
      ["part", 2],
      ["part", 3],
      ["part", 3],
    ]);
  });

  it.each<[string, string | undefined]>([
    ["is missing", undefined],
    ["is out of order", TEXT],
    ["counts otherwise", `2 ${PERSON_PART}\n`],
    ["reaches beyond the tree", `2 ${PERSON_PART}\n3 org\n6 org\n`],
    ["names an erasure", `2 ${PERSON_PART} ${fixtureId(4)}\n3 org\n4 org\n`],
    ["has no last newline", `2 ${PERSON_PART}\n3 org\n4 org`],
  ])("unfound parts are refused in a file that %s", async (_, text) => {
    expect(await filed(text)).toContainEqual(["container", undefined]);
  });

  it.each<[string, Partial<Manifest>]>([
    ["an empty list", { missing: [] }],
    [
      "a list out of order",
      {
        missing: [
          { seq: 3, c: "org" },
          { seq: 2, c: "org" },
        ],
      },
    ],
    [
      "labels out of order",
      {
        missing: [
          { seq: 3, c: PERSON_PART },
          { seq: 3, c: "org" },
        ],
      },
    ],
    [
      "a part twice",
      {
        missing: [
          { seq: 3, c: "org" },
          { seq: 3, c: "org" },
        ],
      },
    ],
    ["a label that no entry can have", { missing: [{ seq: 3, c: "person" }] }],
    ["a list and a file", { ...FILE, missing: [{ seq: 2, c: "org" }] }],
  ])("unfound parts are refused in a manifest with %s", async (_, manifest) => {
    expect(await filed(TEXT, manifest)).toContainEqual(["container", undefined]);
  });
});

describe("entries of a filtered bundle that its filter does not name", () => {
  const filter = { action: "transaction.create" };
  const FILTERED: Partial<Manifest> = { complete: false, filter };
  const gone = `entry:${fixtureId(3)}`;
  const recovered = (lost: readonly string[], org?: string): Record<number, EntryChange> => ({
    5: {
      class: "log",
      pub: { recovery: { from: 2, to: 4, lost: [...lost] } },
      org: { action: org ?? "log.recovery" },
    },
  });

  it("a recovery is accepted and explains the parts of the entries that it names as lost", async () => {
    expect((await without([3], FILTERED, recovered([gone]))).found).toEqual([["lost", undefined]]);
  });

  it("a recovery that names no entry of the bundle is accepted", async () => {
    const other = await without([], FILTERED, recovered([`entry:${fixtureId(77)}`]));
    expect(other.found).toEqual([["lost", undefined]]);
  });

  it("an erasure is accepted, even if no part here needs it", async () => {
    const details = { compartment: "c-1", key_digest: "A".repeat(43), ...PERSON_KEY };
    const erasure: EntryChange = { class: "retention", org: { action: "compartment.erase", details } };
    const entries = Array.from({ length: 6 }, (_, at) => {
      const entry = fixtureEntry(at, at === 4 || at === 5 ? erasure : at === 1 ? { person: true } : {});
      return { ...entry, parts: entry.parts.filter(({ c }) => c !== PERSON_PART) };
    });
    const erased = [{ seq: 1, c: PERSON_PART, entry: fixtureId(4) }];
    const bundle = layOut({ ...draftOf(OURS, entries, [6]), manifest: { ...FILTERED, erased } }, OURS);
    const { findings } = await verifyBundle(bundle, { policy: POLICY });
    expect(findings).toEqual([]);
  });

  it("any other entry is a finding", async () => {
    const act = await without([], FILTERED, { 4: { org: { action: "key.revoke" } } });
    expect(act.found).toEqual([["manifest", 4]]);
    const named = { 4: { class: "retention", org: { action: "retention.change" } } } as const;
    expect((await without([], FILTERED, named)).found).toEqual([["manifest", 4]]);
  });
});
