import { type CallInput, createApiClient } from "@/lib/api-client/client";
import type { Answer, OperationSpec } from "@/lib/api-client/operation";
import type { Target } from "./settings";

// The one place that knows how the API is called.

export type Connection = ReturnType<typeof connect>;

type ItemOf<O extends OperationSpec> =
  Answer<O> extends { readonly items: readonly (infer Item)[] } ? Item : never;

export function connect(target: Target, send: typeof fetch = fetch) {
  const { url, apiKey } = target;
  const client = createApiClient({ baseUrl: url, ...(apiKey === undefined ? {} : { apiKey }), fetch: send });
  async function* pages<O extends OperationSpec>(
    operation: O,
    input: CallInput<O>,
  ): AsyncGenerator<ItemOf<O>> {
    for (let next = input; ; ) {
      const page = (await client.call(operation, next)) as { items: ItemOf<O>[]; next_cursor: string | null };
      yield* page.items;
      if (page.next_cursor === null) return;
      next = { ...input, query: { ...Object(Reflect.get(input, "query")), cursor: page.next_cursor } };
    }
  }
  return { ...client, pages };
}
