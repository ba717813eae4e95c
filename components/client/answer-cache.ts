import { QueryClient, QueryObserver, type QueryObserverOptions } from "@tanstack/react-query";
import type { Key } from "@/lib/api-client/queries";

/** A question to the API, and when it is asked again. */
export type Question<T> = QueryObserverOptions<T, Error, T, T, Key>;

/** What `answer-cache` keeps of one question, as long as something on the page shows it. */
export type Followed<T> = QueryObserver<T, Error, T, T, Key>;

/** For so long an answer holds without asking again. Then it is forgotten unless the page shows it: the server sends newer ones with each page. */
const FRESH_MS = 5_000;

/** What the API answered, in memory only. Refused calls are not repeated: they are recorded acts. */
export class AnswerCache {
  readonly #client = new QueryClient({
    defaultOptions: { queries: { retry: false, staleTime: FRESH_MS, gcTime: FRESH_MS } },
  });

  follow<T>(question: Question<T>): Followed<T> {
    return new QueryObserver(this.#client, question);
  }

  /** Asks again what these keys begin, if it is shown. */
  renew(keys: readonly Key[]): void {
    for (const queryKey of keys) void this.#client.invalidateQueries({ queryKey });
  }
}
