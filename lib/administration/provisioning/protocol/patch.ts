import { matches, type Path, parsePath, valuesOf } from "@/lib/administration/provisioning/protocol/filter";
import { fault } from "@/lib/administration/provisioning/protocol/scim-error";

/** A JSON object. */
export type Members = Readonly<Record<string, unknown>>;
type Item = Record<string, unknown>;

/** The attributes of a resource that a client can write; all others are ignored. */
export interface Shape {
  readonly simple: readonly string[];
  /** Attributes with parts. */
  readonly complex: Readonly<Record<string, readonly string[]>>;
  readonly lists: readonly string[];
  /** Attributes that only the server writes: a path to one of them is refused. */
  readonly fixed: readonly string[];
}

export const PATCH_SCHEMA = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const MAX_OPERATIONS = 1_000;

export function isMembers(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function named(names: readonly string[], name: string): string | undefined {
  return names.find((one) => one.toLowerCase() === name.toLowerCase());
}

/** Returns the value of a member whose name may be in any case. */
export function memberOf(members: Members, name: string): unknown {
  const key = named(Object.keys(members), name);
  return key === undefined ? undefined : members[key];
}

/** Null and an empty text mean that an attribute has no value (RFC 7643 section 2.5). */
function isUnassigned(value: unknown): boolean {
  return value === undefined || value === null || value === "";
}

/** Returns the known attributes that have a value, by their own names. */
export function knownMembers(shape: Shape, sent: Members): Record<string, unknown> {
  const known: Record<string, unknown> = {};
  for (const name of [...shape.simple, ...shape.lists]) {
    const value = memberOf(sent, name);
    if (!isUnassigned(value)) known[name] = value;
  }
  for (const [name, parts] of Object.entries(shape.complex)) {
    const value = memberOf(sent, name);
    if (!isMembers(value)) continue;
    const given = parts.map((part) => [part, memberOf(value, part)] as const);
    known[name] = Object.fromEntries(given.filter(([, part]) => !isUnassigned(part)));
  }
  return known;
}

function itemsOf(value: unknown): Item[] {
  const values = Array.isArray(value) ? value : isUnassigned(value) ? [] : [value];
  return values.map((one) => {
    if (typeof one === "string") return { value: one };
    if (!isMembers(one)) throw fault("invalidValue", "A value of a list is an object with the member value.");
    const item: Item = {};
    for (const name of ["value", "type", "primary", "display"]) {
      const member = memberOf(one, name);
      if (member !== undefined) item[name] = member;
    }
    return item;
  });
}

const sameValue = (one: Item) => (other: Item) => String(one.value) === String(other.value);

/** Changes the values that match the path's condition. If no value matches, one is created, but never a member. */
function patchSome(name: string, list: Item[], path: Path, verb: string, value: unknown): Item[] {
  const { filter, sub } = path;
  if (filter === undefined) return list;
  const chosen = list.filter((item) => matches(filter, item));
  if (verb === "remove" && sub === undefined) return list.filter((item) => !chosen.includes(item));
  const change = sub === undefined ? (itemsOf(value)[0] ?? {}) : { [sub]: verb === "remove" ? null : value };
  if (chosen.length > 0) return list.map((item) => (chosen.includes(item) ? { ...item, ...change } : item));
  if (verb === "remove") return list;
  if (name === "members") throw fault("noTarget", "No member meets the condition of the path.");
  return [...list, { ...valuesOf(filter), ...change }];
}

function patchList(name: string, list: Item[], path: Path, verb: string, value: unknown): Item[] {
  if (path.filter !== undefined) return patchSome(name, list, path, verb, value);
  if (path.sub !== undefined) throw fault("invalidPath", `${name} needs a condition in the path.`);
  const items = itemsOf(value);
  if (verb === "replace") return items;
  if (verb === "add") return [...list, ...items.filter((item) => !list.some(sameValue(item)))];
  return value === undefined ? [] : list.filter((item) => !items.some(sameValue(item)));
}

function patchComplex(parts: readonly string[], before: unknown, path: Path, verb: string, value: unknown) {
  const old = isMembers(before) ? before : {};
  if (path.sub !== undefined) {
    const part = named(parts, path.sub);
    return part === undefined ? old : { ...old, [part]: verb === "remove" ? null : value };
  }
  if (verb === "remove") return {};
  if (!isMembers(value)) throw fault("invalidValue", `${path.attribute} is an object.`);
  const given = parts.map((part) => [part, memberOf(value, part)] as const);
  return { ...old, ...Object.fromEntries(given.filter(([, part]) => part !== undefined)) };
}

interface Operation {
  readonly verb: string;
  readonly place: string;
  readonly value: unknown;
  /** Whether the client named the place itself. */
  readonly isNamed: boolean;
}

function apply(shape: Shape, resource: Record<string, unknown>, operation: Operation): void {
  const { verb, value } = operation;
  const path = parsePath(operation.place);
  if (path === undefined) return;
  const list = named(shape.lists, path.attribute);
  if (list !== undefined) {
    resource[list] = patchList(list, itemsOf(resource[list]), path, verb, value);
    return;
  }
  const complex = named(Object.keys(shape.complex), path.attribute);
  if (complex !== undefined) {
    resource[complex] = patchComplex(shape.complex[complex] ?? [], resource[complex], path, verb, value);
    return;
  }
  const simple = named(shape.simple, path.attribute);
  if (simple !== undefined) {
    if (path.sub !== undefined || path.filter !== undefined)
      throw fault("invalidPath", `${simple} has no parts.`);
    resource[simple] = verb === "remove" ? null : value;
    return;
  }
  if (operation.isNamed && named(shape.fixed, path.attribute) !== undefined)
    throw fault("mutability", `${path.attribute} is written by this server only.`);
}

/** Returns the operations of a PatchOp. Their names are taken in any case, as clients write them. */
function operationsOf(body: Members): Operation[] {
  const sent = memberOf(body, "Operations");
  if (!Array.isArray(sent) || sent.length === 0 || sent.length > MAX_OPERATIONS)
    throw fault("invalidSyntax", `Operations is a list of 1 to ${MAX_OPERATIONS} operations.`);
  return sent.flatMap((one): Operation[] => {
    if (!isMembers(one)) throw fault("invalidSyntax", "An operation is an object.");
    const verb = String(memberOf(one, "op")).toLowerCase();
    if (!["add", "replace", "remove"].includes(verb))
      throw fault("invalidSyntax", "op is one of add, replace and remove.");
    const [place, value] = [memberOf(one, "path"), memberOf(one, "value")];
    if (typeof place === "string" && place.trim() !== "") return [{ verb, place, value, isNamed: true }];
    if (place !== undefined && place !== null && place !== "") throw fault("invalidPath", "path is a text.");
    if (verb === "remove") throw fault("noTarget", "remove needs a path.");
    if (!isMembers(value))
      throw fault("invalidValue", "An operation without a path has an object as its value.");
    return Object.entries(value).map(([name, member]) => ({
      verb,
      place: name,
      value: member,
      isNamed: false,
    }));
  });
}

/**
 * Returns the resource after a PatchOp (RFC 7644 section 3.5.2), also as Okta and Entra write it: operations in any
 * case, no path and an object of paths, members to remove as values. Unknown attributes are ignored. The operations
 * count together or not at all.
 */
export function applyPatch(shape: Shape, resource: Members, body: Members): Members {
  const patched: Record<string, unknown> = { ...resource };
  for (const operation of operationsOf(body)) apply(shape, patched, operation);
  return patched;
}
