import type { BlankReason, Opened } from "@/components/client/blank-rules";

export interface OpenedState {
  readonly items: readonly Opened[];
  /** Why something went blank last; undefined when nothing did since the last opening. */
  readonly blanked: BlankReason | undefined;
}

/** Taken before an opening is asked for: an answer that comes after a blanking is dropped. */
export type Ticket = number;

/**
 * Opened values of one page. They live in this object and nowhere else: no cache, no storage, no address, and the
 * page that made it forgets it when it is left.
 */
export class OpenedStore {
  #state: OpenedState = { items: [], blanked: undefined };
  #blankings = 0;
  readonly #watchers = new Set<() => void>();

  readonly subscribe = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  };

  readonly read = (): OpenedState => this.#state;

  ticket(): Ticket {
    return this.#blankings;
  }

  /** Shows what an opening gave, unless something went blank since its ticket was taken. */
  put(opened: Opened, ticket: Ticket): boolean {
    if (ticket !== this.#blankings) return false;
    this.#become({ items: [...this.#state.items, opened], blanked: undefined });
    return true;
  }

  /** Forgets the openings for which `isMeant` holds. */
  blank(reason: BlankReason, isMeant: (opened: Opened) => boolean = () => true): void {
    this.#blankings += 1;
    const left = this.#state.items.filter((opened) => !isMeant(opened));
    if (left.length < this.#state.items.length) this.#become({ items: left, blanked: reason });
  }

  #become(state: OpenedState): void {
    this.#state = state;
    for (const watcher of this.#watchers) watcher();
  }
}
