import {
  type Draft,
  draftOf,
  type EntryChange,
  type FixtureEntry,
  fixtureEntry,
  keysOf,
  layOut,
  operator,
} from "./bundle-fixture";
import { Policy } from "./claims/bundle-format";
import type { Report } from "./report/report";
import { verifyBundle } from "./verify-bundle";

/** The operator of the log, and the policy of a checker who trusts them. */
export const OURS = operator(1);
export const POLICY = Policy.parse({ ...keysOf(OURS), quorum: 1 });

/** Returns entries of a log, some of them changed. */
export function logOf(count: number, changes: Readonly<Record<number, EntryChange>>): FixtureEntry[] {
  return Array.from({ length: count }, (_, at) => fixtureEntry(at, changes[at]));
}

/** Verifies a bundle of these entries under the policy. */
export function verify(entries: readonly FixtureEntry[], more: Partial<Draft> = {}): Promise<Report> {
  return verifyBundle(layOut({ ...draftOf(OURS, entries, [3, entries.length]), ...more }, OURS), {
    policy: POLICY,
  });
}

/** Returns the classes of findings and of notes. */
export const classes = (report: Report) => report.findings.map((finding) => finding.class);
export const noted = (report: Report) => report.notes.map((note) => note.class);
