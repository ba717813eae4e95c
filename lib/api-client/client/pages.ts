import type { Answer, OperationSpec } from "../operation";
import type { ApiClient, CallInput } from "./client";

/** The items of a list's page; never for an operation without a paged list. */
export type ItemOf<O extends OperationSpec> =
  Answer<O> extends { readonly items: readonly (infer Item)[]; readonly next_cursor: unknown } ? Item : never;

interface Page<T> {
  readonly items: readonly T[];
  readonly next_cursor?: string | null;
}

function isPage<T>(value: unknown): value is Page<T> {
  return typeof value === "object" && value !== null && "items" in value && Array.isArray(value.items);
}

/**
 * Yields the items of a list, page after page along `next_cursor` (api.md). It fetches a page when its first item is
 * asked for, so a caller who stops early causes no further calls. Throws ApiProblem; and an Error where a server would
 * lead in a circle.
 */
export async function* pagesOf<O extends OperationSpec>(
  client: Pick<ApiClient, "call">,
  operation: O,
  input: CallInput<O>,
): AsyncGenerator<ItemOf<O>, void, undefined> {
  const seen = new Set<string>();
  let next = input;
  for (;;) {
    const page: unknown = await client.call(operation, next);
    if (!isPage<ItemOf<O>>(page)) throw new TypeError(`${operation.id} is not a list of pages`);
    yield* page.items;
    const cursor = page.next_cursor ?? undefined;
    if (cursor === undefined) return;
    if (seen.has(cursor)) throw new Error(`${operation.id} gave the same cursor twice`);
    seen.add(cursor);
    next = { ...input, query: { ...Object(input.query), cursor } };
  }
}
