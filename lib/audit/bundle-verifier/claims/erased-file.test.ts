import { expect, test } from "vitest";
import { toBase64url } from "@/lib/crypto/bytes";
import { sha256 } from "@/lib/crypto/primitives";
import { uuidv7 } from "@/lib/crypto/uuid";
import {
  draftOf,
  type EntryChange,
  FIXTURE_LOG,
  fixtureEntry,
  fixtureId,
  keysOf,
  layOut,
  operator,
  PERSON_KEY,
  PERSON_PART,
} from "../bundle-fixture";
import { verifyBundle } from "../verify-bundle";
import { type Manifest, Policy } from "./bundle-format";

const BY = operator(1);
const POLICY = Policy.parse({ ...keysOf(BY), quorum: 1 });
const PERSONS = [1, 2, 3];
const TEXT = PERSONS.map((seq) => `${seq} ${PERSON_PART} ${fixtureId(4)}\n`).join("");
const FILE: Partial<Manifest> = { withheld: [], erased_file: { count: 3 } };

/** Six entries. Parts of three persons have no key, and entry 4 erased them. */
function verify(manifest: Partial<Manifest>, text: string | undefined) {
  const details = { compartment: "c-1", key_digest: toBase64url(sha256("a key")), ...PERSON_KEY };
  const org = { action: "compartment.erase", details };
  const changes: Record<number, EntryChange> = { 4: { class: "retention", org } };
  for (const seq of PERSONS) changes[seq] = { person: true };
  const entries = Array.from({ length: 6 }, (_, at) => {
    const entry = fixtureEntry(at, changes[at]);
    const parts = entry.parts.map(({ key, ...part }) =>
      key === undefined || (PERSONS.includes(at) && part.c === PERSON_PART) ? part : { ...part, key },
    );
    return { ...entry, parts };
  });
  const texts = text === undefined ? {} : { texts: { "erased.txt": text } };
  return verifyBundle(layOut({ ...draftOf(BY, entries, [3, 6]), manifest, ...texts }, BY), {
    policy: POLICY,
  });
}

test("erased parts in a file are accepted like those in the manifest", async () => {
  const erased = PERSONS.map((seq) => ({ seq, c: PERSON_PART, entry: fixtureId(4) }));
  const listed = await verify({ erased }, undefined);
  const filed = await verify(FILE, TEXT);
  expect([listed.verdict, filed.verdict]).toEqual(["verified", "verified"]);
  expect(filed.notes).toEqual(listed.notes);
});

test("a part without a key that the file does not name is a finding", async () => {
  const report = await verify({ ...FILE, erased_file: { count: 2 } }, TEXT.slice(TEXT.indexOf("\n") + 1));
  expect(report.findings).toContainEqual(expect.objectContaining({ class: "erased", seq: 1 }));
});

test.each<[string, string | undefined]>([
  ["is missing", undefined],
  ["counts otherwise", `${TEXT}5 ${PERSON_PART} ${fixtureId(4)}\n`],
  ["is out of order", TEXT.split("\n").slice(0, 3).reverse().join("\n").concat("\n")],
  ["names a part twice", TEXT.replace("2 ", "1 ")],
  ["reaches beyond the tree", TEXT.replace("3 ", "6 ")],
  ["has no last newline", TEXT.slice(0, -1)],
  ["has carriage returns", TEXT.replaceAll("\n", "\r\n")],
  ["is empty", ""],
])("a file of erased parts that %s is refused", async (_, text) => {
  expect((await verify(FILE, text)).findings.map((finding) => finding.class)).toContain("container");
});

const FOLLOWER = "log.example.test/sealport/2";
const LATER = uuidv7(Date.UTC(2026, 10, 25));
const BEYOND = PERSONS.map((seq) => ({ seq, c: PERSON_PART, entry: LATER }));

test("an erasure in a following log is a note, but only if the manifest names that log", async () => {
  const report = await verify({ erased: BEYOND, erased_in: [FOLLOWER] }, undefined);
  expect([report.verdict, report.findings]).toEqual(["verified", []]);
  expect(report.notes).toContainEqual(expect.objectContaining({ class: "erased elsewhere", count: 3 }));
  expect(report.notes.find((note) => note.class === "erased elsewhere")?.detail).toContain(FOLLOWER);
  const unnamed = await verify({ erased: BEYOND }, undefined);
  expect(unnamed.findings.map((finding) => finding.class)).toContain("erased");
});

test("an erasure in a following log cannot explain an organisation's part or two parts of one entry", async () => {
  const erased = [...BEYOND, { seq: 5, c: "org", entry: LATER }];
  const report = await verify({ erased, erased_in: [FOLLOWER] }, undefined);
  expect(report.findings).toContainEqual(expect.objectContaining({ class: "erased", seq: 5 }));
});

test.each([
  ["was made before the entry", uuidv7(Date.UTC(2026, 10, 23))],
  ["is not an entry", "none"],
])("an erasure in a following log explains no part if it %s", async (_, entry) => {
  const erased = BEYOND.map((part) => ({ ...part, entry }));
  const report = await verify({ erased, erased_in: [FOLLOWER] }, undefined);
  expect(report.findings.map((finding) => [finding.class, finding.seq])).toEqual(
    PERSONS.map((seq) => ["erased", seq]),
  );
});

test("an entry here that is not an erasure cannot be one for a following log", async () => {
  const erased = PERSONS.map((seq) => ({ seq, c: PERSON_PART, entry: fixtureId(0) }));
  const report = await verify({ erased, erased_in: [FOLLOWER] }, undefined);
  expect(report.findings).toContainEqual(expect.objectContaining({ class: "erased", seq: 1 }));
});

test.each<[string, Partial<Manifest>]>([
  ["an empty list of logs that followed", { erased: BEYOND, erased_in: [] }],
  ["its own log as one that followed", { erased: BEYOND, erased_in: [FIXTURE_LOG] }],
  ["logs that followed out of order", { erased: BEYOND, erased_in: [`${FOLLOWER}2`, FOLLOWER] }],
])("a manifest with %s is invalid", async (_, manifest) => {
  expect((await verify(manifest, undefined)).findings.map((finding) => finding.class)).toContain("container");
});

test.each<[string, Partial<Manifest>]>([
  ["both a list and a file", { ...FILE, erased: [{ seq: 1, c: PERSON_PART, entry: fixtureId(4) }] }],
])("a manifest with %s is invalid", async (_, manifest) => {
  expect((await verify(manifest, TEXT)).findings.map((finding) => finding.class)).toContain("container");
});

test("two hundred thousand parts listed as erased on a line with twenty thousand are each looked up once", async () => {
  const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  const label = (at: number) =>
    `${[0, 1, 2, 3].map((place) => digits[Math.floor(at / 52 ** place) % 52]).join("")}aaaaaaA`;
  const labels = Array.from({ length: 200_000 }, (_, at) => label(at)).sort();
  const open = labels.filter((_, at) => at % 10 === 9);
  const key = toBase64url(sha256("a key"));
  const parts = open.map((c) => ({ c, key, kind: "org", stored: "" }));
  const from = draftOf(BY, [{ ...fixtureEntry(0), parts }], [1]);
  const text = labels.map((c) => `0 ${c} ${fixtureId(4)}\n`).join("");
  const manifest = { ...FILE, erased_file: { count: labels.length } };
  const report = await verifyBundle(layOut({ ...from, manifest, texts: { "erased.txt": text } }, BY), {
    policy: POLICY,
  });
  const details = report.findings.map(({ detail }) => detail);
  expect(details).toContain(`part ${open[0]} of entry 0 is listed as erased, but the bundle has its key`);
  expect(report.notes).toContainEqual({
    class: "more findings",
    // None of the listed parts exists, those with a key open anyway, and no erasure is here.
    detail: `${200_000 + 20_000 + 200_000 - 50} more findings of the class erased`,
    count: 419_950,
  });
});
