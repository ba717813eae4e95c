import type { BrowserInput, Target } from "@/components/client/api";
import type { Api } from "@/components/client/use-api";
import type { ItemOf } from "@/lib/api-client/client/pages";
import type { OperationSpec } from "@/lib/api-client/operation";

const MOST = 500;

interface Page<O extends OperationSpec> {
  readonly items: readonly ItemOf<O>[];
  readonly next_cursor: string | null;
}

/** Returns all items of a list of the API, page after page. Throws what a call throws. */
export async function readAll<O extends OperationSpec>(
  api: Api,
  to: Target<O>,
  query: Readonly<Record<string, string>> = {},
): Promise<ItemOf<O>[]> {
  const items: ItemOf<O>[] = [];
  let cursor: string | null | undefined;
  do {
    const asked = { ...query, limit: String(MOST), ...(cursor == null ? {} : { cursor }) };
    // Whether an operation is a list of pages is known to the type `ItemOf` alone.
    const page = (await api.call(to, { query: asked } as unknown as BrowserInput<O>)) as Page<O>;
    items.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor != null);
  return items;
}
