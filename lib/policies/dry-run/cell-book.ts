import { type Cell, type CellChange, compareCell } from "./compare-cell";
import { type Compared, dayOf, stretchesOf } from "./instants";

/** Cells whose answers are kept: people with equal grants are compared once. */
const MOST_KEPT = 5_000;

/** Compares cells. Equal ones are compared once. */
export class CellBook {
  readonly #known = new Map<string, CellChange>();
  readonly #stretches;

  constructor(
    readonly compared: Compared,
    now: Date,
  ) {
    this.#stretches = stretchesOf(compared, dayOf(now));
  }

  /** What no policy reads makes no difference, so it is left out of the cell. */
  #plain(cell: Cell): Cell {
    const { reads } = this.compared;
    const { principal, grant } = cell;
    const organisation = reads("organisation") ? principal.organisation : "";
    const duties = principal.duties.filter((duty) => reads(duty));
    const approvals = reads("approvals") ? grant?.approvals : undefined;
    const viewsUsed = reads("viewsUsed") ? grant?.viewsUsed : undefined;
    return {
      ...cell,
      principal: { ...principal, organisation, duties },
      ...(grant === undefined
        ? {}
        : { grant: { ...grant, approvals: approvals ?? 0, viewsUsed: viewsUsed ?? 0 } }),
    };
  }

  async compare(cell: Cell): Promise<CellChange> {
    const plain = this.#plain(cell);
    const key = JSON.stringify(plain);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const found = await compareCell(this.compared, plain, this.#stretches);
    if (this.#known.size >= MOST_KEPT) this.#known.clear();
    this.#known.set(key, found);
    return found;
  }
}
