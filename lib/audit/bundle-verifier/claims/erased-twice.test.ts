import { expect, it } from "vitest";
import { toBase64url } from "@/lib/crypto/bytes";
import { keyMark } from "@/lib/crypto/log/audit-part";
import { sha256 } from "@/lib/crypto/primitives";
import { type EntryChange, fixtureEntry, fixtureId, PERSON, PERSON_PART } from "../bundle-fixture";
import { verify } from "../history-fixture";
import type { Manifest } from "./bundle-format";

const OTHER = keyMark(new Uint8Array(32).fill(9));

function erasure(key_mark: string): EntryChange {
  const details = { compartment: "c-1", key_digest: toBase64url(sha256("a key")), key_mark };
  return { class: "retention", org: { action: "compartment.erase", details } };
}

/** Six entries. The person's part of the first has no key. Entry 3 erased another key, and entry 4 the part's key. */
async function found(erased: NonNullable<Manifest["erased"]>): Promise<string[]> {
  const changes: Record<number, EntryChange> = {
    1: { person: true },
    3: erasure(OTHER),
    4: erasure(PERSON.key_mark),
  };
  const entries = Array.from({ length: 6 }, (_, at) => {
    const entry = fixtureEntry(at, changes[at]);
    return at === 1 ? { ...entry, parts: entry.parts.filter(({ c }) => c !== PERSON_PART) } : entry;
  });
  return (await verify(entries, { manifest: { erased } })).findings.map(({ detail }) => detail);
}

const by = (entry: number) => ({ seq: 1, c: PERSON_PART, entry: fixtureId(entry) });
const TWICE = `part ${PERSON_PART} of entry 1 is listed as erased more than once`;

it("a part that is listed as erased once is not reported as listed twice", async () => {
  expect(await found([by(4)])).not.toContain(TWICE);
});

it.each([
  ["first under another erasure than its own", [by(3), by(4)]],
  ["last under another erasure than its own", [by(4), by(3)]],
  ["under its own erasure", [by(4), by(4)]],
])("a part that is listed as erased twice, %s, is a finding", async (_, erased) => {
  expect(await found(erased)).toContain(TWICE);
});
