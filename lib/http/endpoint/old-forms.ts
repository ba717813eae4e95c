import "server-only";
import type { OldForms } from "@/lib/api-client/operation";
import { invalid } from "@/lib/http/endpoint/problem";

type Members = Readonly<Record<string, unknown>>;

function isMembers(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isEmptyObject(value: unknown): boolean {
  return isMembers(value) && Object.keys(value).length === 0;
}

/** Members that the query has in the body's place; with one of them, what counts for those that are absent. */
function membersOfQuery({ inQuery }: OldForms, body: Members, query: Readonly<Record<string, string>>) {
  if (inQuery === undefined) return {};
  const sent = Object.entries(query).filter(([name]) => inQuery.names.includes(name));
  for (const [name] of sent) {
    if (Object.hasOwn(body, name)) throw invalid(`/${name}`, "is in the query and in the body; send it once");
  }
  return sent.length === 0 ? {} : { ...inQuery.otherwise, ...body, ...Object.fromEntries(sent) };
}

/**
 * Returns the body as its schema has it, where a program written for the coordinator sent another form: null or an
 * empty object for absent members, members in the query. It changes only what the operation declares; the schema checks
 * the rest as it came.
 */
export function withoutOldForms(
  old: OldForms | undefined,
  body: unknown,
  query: Readonly<Record<string, string>>,
): unknown {
  if (old === undefined || !isMembers(body)) return body;
  const kept = Object.entries(body).filter(
    ([name, value]) =>
      !(value === null && old.nullable?.includes(name) === true) &&
      !(old.emptyObject?.includes(name) === true && isEmptyObject(value)),
  );
  const members = Object.fromEntries(kept);
  return { ...members, ...membersOfQuery(old, members, query) };
}
