import { type Change, MOST_ROWS } from "./schema";

/**
 * Collects changes within bounds: every person and grant is counted, and at most MOST_ROWS rows are kept. People who
 * may approve come first, because an approval asks whether its person is among those who gain.
 */
export class Changes {
  readonly #approvers: Change[] = [];
  readonly #others: Change[] = [];
  readonly #people = new Set<string>();
  readonly #grants = new Set<string>();
  #rows = 0;

  add(change: Change, isApprover: boolean): void {
    this.#rows += 1;
    this.#people.add(change.user_id);
    if (change.grant_id !== null) this.#grants.add(change.grant_id);
    const list = isApprover ? this.#approvers : this.#others;
    if (list.length < MOST_ROWS) list.push(change);
  }

  get people(): number {
    return this.#people.size;
  }

  get grants(): number {
    return this.#grants.size;
  }

  get rows(): Change[] {
    return [...this.#approvers, ...this.#others].slice(0, MOST_ROWS);
  }

  get isMore(): boolean {
    return this.#rows > MOST_ROWS;
  }
}
