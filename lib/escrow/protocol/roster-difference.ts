import { canonicalJson } from "@/lib/crypto/json/canonical-json";
import type { RosterPerson } from "./messages";
import type { Roster } from "./roster";

// What a later version changes. The portal shows it. The browser of a person who signs computes it again from the two
// rosters whose digests they sign. So it is pure and uses no Node module.

/** One person whose place on the roster differs between two versions. */
export interface PersonDifference {
  readonly person: string;
  readonly act: "add" | "change" | "remove";
  readonly before: RosterPerson | undefined;
  readonly after: RosterPerson | undefined;
}

function isSame(one: unknown, other: unknown): boolean {
  return canonicalJson(one) === canonicalJson(other);
}

/** Returns a roster without its people, number and statements: a version about people keeps this part. */
function frameOf({ persons: _p, version: _v, previous: _d, statements: _s, ...rest }: Roster): unknown {
  return rest;
}

/** Returns whether only people differ: log, origins, authorities and the evaluation key are the same. */
export function isAboutPeople(before: Roster, after: Roster): boolean {
  return isSame(frameOf(before), frameOf(after));
}

/** Returns the people who differ, in the order of their handles. */
export function peopleDifferences(before: Roster, after: Roster): readonly PersonDifference[] {
  const was = new Map(before.persons.map((person) => [person.person, person]));
  const becomes = new Map(after.persons.map((person) => [person.person, person]));
  const names = [...new Set([...was.keys(), ...becomes.keys()])].sort();
  return names.flatMap((person): PersonDifference[] => {
    const [old, next] = [was.get(person), becomes.get(person)];
    if (old === undefined) return [{ person, act: "add", before: undefined, after: next }];
    if (next === undefined) return [{ person, act: "remove", before: old, after: undefined }];
    return isSame(old, next) ? [] : [{ person, act: "change", before: old, after: next }];
  });
}
