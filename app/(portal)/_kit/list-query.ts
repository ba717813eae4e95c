import type { z } from "zod";

export type Params = Readonly<Record<string, string | string[] | undefined>>;
/** Members of a query as they are in an address. */
export type Given = Readonly<Record<string, string>>;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** An id that does not exist. It replaces an invalid id, so that both are answered and recorded in the same way. */
const NO_ID = "00000000-0000-0000-0000-000000000000";

/** The id in a page's path. */
export function idOf(place: { readonly id?: string } | undefined): string {
  const id = place?.id?.toLowerCase() ?? "";
  return UUID.test(id) ? id : NO_ID;
}

/** The query of a list page. */
export interface ListQuery<Q> {
  readonly query: Q;
  /** The members that came from the address, for the page's links. */
  readonly given: Given;
}

/** Returns the first value of each parameter; empty ones count as absent. */
export function textsOf(params: Params): [string, string][] {
  return Object.entries(params).flatMap(([name, value]): [string, string][] => {
    const text = (Array.isArray(value) ? value[0] : value)?.trim() ?? "";
    return text === "" ? [] : [[name, text]];
  });
}

/** Names of the members that the schema refused. */
function refusedBy(error: z.ZodError): string[] {
  return error.issues.flatMap((issue) =>
    issue.code === "unrecognized_keys" ? issue.keys : issue.path.slice(0, 1).map(String),
  );
}

/**
 * Reads the query of a list from its page's address. A parameter that the schema does not know or does not accept is
 * left out, so that an old link still shows the list.
 */
export function readQuery<S extends z.ZodType>(
  schema: S,
  params: Params,
  fixed: Readonly<Record<string, string>>,
  cursor: RegExp = UUID,
): ListQuery<z.output<S>> {
  const given = new Map(textsOf(params).filter(([name]) => name !== "limit"));
  if (!cursor.test(given.get("cursor") ?? "")) given.delete("cursor");
  for (;;) {
    const parsed = schema.safeParse({ ...fixed, ...Object.fromEntries(given) });
    if (parsed.success) return { query: parsed.data, given: Object.fromEntries(given) };
    const refused = refusedBy(parsed.error).filter((name) => given.delete(name));
    if (refused.length === 0) throw parsed.error;
  }
}

/** An address with these members; empty ones are left out. */
export function addressOf(
  path: string,
  members: Readonly<Record<string, string | null | undefined>>,
): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(members))
    if (value !== undefined && value !== null && value !== "") query.set(name, value);
  return query.size === 0 ? path : `${path}?${query}`;
}

/** Members of an address that narrow nothing. */
const NOT_NARROWING = new Set(["view", "sort", "cursor", "saved", "columns"]);

/** Returns whether a filter is in use, beside the view, the order and the page. */
export function isNarrowed(given: Given): boolean {
  return Object.keys(given).some((name) => !NOT_NARROWING.has(name));
}
