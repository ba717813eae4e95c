import { isRecord, type JsonSchema, membersOf } from "@/lib/api-client/openapi/json-schema";
import type { Kept } from "@/lib/api-client/operation";

/** Members of an answer that every replay has, where the answer has them. */
const RECEIPT = "receipt";

/** Returns the names below a member, of the declared paths that lead into it. */
function pathsBelow(name: string, paths: readonly string[]): string[] {
  return paths.flatMap((path) => (path.startsWith(`${name}.`) ? [path.slice(name.length + 1)] : []));
}

function keptMember(name: string, member: JsonSchema, paths: readonly string[]): JsonSchema | undefined {
  if (paths.includes(name) || name === RECEIPT) return member;
  const below = pathsBelow(name, paths);
  if (below.length === 0) return undefined;
  if (!isRecord(member.items)) return keptSchema(member, { keep: below });
  return { ...member, items: keptSchema(member.items, { keep: below }) };
}

/** Returns the schema of what is kept of an answer of this schema. Its members are those of the first answer. */
function keptSchema(schema: JsonSchema, kept: Kept): JsonSchema {
  const { members, required } = membersOf(schema);
  const shown = members.flatMap(([name, member]) => {
    if ("allBut" in kept) return kept.allBut.includes(name) ? [] : [[name, member] as const];
    const one = keptMember(name, member, kept.keep);
    return one === undefined ? [] : [[name, one] as const];
  });
  const needed = shown.map(([name]) => name).filter((name) => required.has(name));
  return {
    type: "object",
    properties: Object.fromEntries(shown),
    ...(needed.length === 0 ? {} : { required: needed }),
  };
}

/**
 * Returns the schema of an answer that is the first one or a replay: the replay has no disclosed values and no new
 * secrets. An answer whose members are all kept has one form.
 */
export function withReplay(
  schema: JsonSchema,
  share: (schema: JsonSchema) => JsonSchema,
  kept: Kept,
): JsonSchema {
  const replay = keptSchema(schema, kept);
  const isWhole = Object.keys(Object(replay.properties)).length === membersOf(schema).members.length;
  if (isWhole) return share(schema);
  const description = "A replay (`Idempotency-Replayed: true`): what was kept of the first answer.";
  return { anyOf: [share(schema), { ...share(replay), title: "Replayed", description }] };
}
