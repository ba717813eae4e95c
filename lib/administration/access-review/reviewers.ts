/**
 * Access reviews: whether each person and program still needs what they may do. begin-review.ts starts one, get-review.ts
 * shows it, decide-rows.ts and sign-review.ts are the reviewer's acts, end-review.ts ends it. This file says who decides.
 * Must stay true: no one decides on their own access, with any account; a change or removal takes a second person; what
 * is signed is what was decided; a duty that no one confirmed pauses, but never that of its last two holders.
 */

/** A person who may be a reviewer, as they are now. Only active people are candidates. */
export interface Candidate {
  readonly userId: string;
  readonly name: string;
  readonly organisationId: string;
  /** Named by the organisation that they belong to. */
  readonly isNamed: boolean;
  /** Of the operator, with the compliance duty. */
  readonly isCompliance: boolean;
  readonly isAdministrator: boolean;
  /** Every account of the same human, with this one. */
  readonly accounts: readonly string[];
}

/** The part of a row that decides who reviews it. */
export interface Reviewed {
  readonly ownerId: string;
  readonly organisationId: string;
}

/**
 * Returns who may decide on a row: the reviewer that its organisation names, else the operator's compliance, else
 * administrators. Accounts of the person concerned never do, so the next ones decide on a reviewer.
 */
export function reviewersOf(
  { ownerId, organisationId }: Reviewed,
  candidates: readonly Candidate[],
): readonly Candidate[] {
  const others = candidates.filter(({ accounts }) => !accounts.includes(ownerId));
  const named = others.filter((one) => one.isNamed && one.organisationId === organisationId);
  if (named.length > 0) return named;
  const compliance = others.filter(({ isCompliance }) => isCompliance);
  return compliance.length > 0 ? compliance : others.filter(({ isAdministrator }) => isAdministrator);
}

/** Whether the person may decide on the row. */
export function mayReview(row: Reviewed, userId: string, candidates: readonly Candidate[]): boolean {
  return reviewersOf(row, candidates).some((one) => one.userId === userId);
}

/** Who counts: a duty's active holders. */
export interface Holding {
  readonly userId: string;
  readonly duties: readonly string[];
}

/** A duty keeps this many holders whatever a review says: one act of two people must always remain possible. */
const LAST_HOLDERS = 2;

/**
 * Returns which duties pause, by person: all of those that no one decided on, in their order, except those of the last
 * two holders of a duty.
 */
export function dutiesToPause(
  undecided: readonly Holding[],
  holders: ReadonlyMap<string, number>,
): ReadonlyMap<string, readonly string[]> {
  const left = new Map(holders);
  return new Map(
    undecided.map(({ userId, duties }) => {
      const paused = duties.filter((duty) => {
        const count = left.get(duty) ?? 0;
        if (count <= LAST_HOLDERS) return false;
        left.set(duty, count - 1);
        return true;
      });
      return [userId, paused];
    }),
  );
}
