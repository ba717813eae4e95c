"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { createContext, type ReactNode, useContext, useMemo, useState } from "react";
import { CallFailure } from "@/components/client/call-failure";
import { useApi } from "@/components/client/use-api";
import { useKeys } from "@/components/client/use-keys";
import type { Review, ReviewDecision, ReviewRow } from "@/lib/administration/access-review/schema";
import { ChangeAccess, DECIDE } from "./change-access";
import { RemoveAccess } from "./remove-access";

interface DeskState {
  readonly review: Review;
  readonly selected: ReviewRow | undefined;
  /** A decision that was sent and whose answer the page does not show yet. */
  readonly sent: ReadonlyMap<string, ReviewDecision>;
  select(id: string): void;
  decide(decision: ReviewDecision, row: ReviewRow): void;
}

const DeskContext = createContext<DeskState | undefined>(undefined);

/** The review on the page, with what is selected. */
export function useDesk(): DeskState {
  const desk = useContext(DeskContext);
  if (desk === undefined) throw new Error("outside of a desk");
  return desk;
}

/** The id of the control that selects a row. */
export const rowControl = (id: string): string => `row-${id}`;

function focusRow(id: string): void {
  const control = document.getElementById(rowControl(id));
  control?.focus();
  control?.scrollIntoView({ block: "nearest" });
}

type Asking = { readonly decision: "change" | "remove"; readonly row: ReviewRow };

function useKeep(review: Review, onSent: (row: ReviewRow) => void) {
  const { call } = useApi();
  const router = useRouter();
  const [sent, setSent] = useState<ReadonlyMap<string, ReviewDecision>>(new Map());
  const [error, setError] = useState<unknown>();
  const keep = async (row: ReviewRow) => {
    setError(undefined);
    setSent((before) => new Map([...before, [row.id, "keep" as const]]));
    onSent(row);
    const body = { decision: "keep" as const, rows: [{ id: row.id, version: row.version }] };
    try {
      await call(DECIDE, { params: { id: review.id }, body });
    } catch (failure) {
      setError(failure);
      setSent((before) => new Map([...before].filter(([id]) => id !== row.id)));
    }
    // After a failure as well: another reviewer was faster, or the person has changed.
    router.refresh();
  };
  return { sent, error, keep };
}

/**
 * Holds which row is selected, and the keys: j and k move, y keeps, c changes, x removes. The rows and the facts next
 * to them read it.
 */
export function Desk({ review, children }: { review: Review; children: ReactNode }) {
  const t = useTranslations("accessReview");
  const rows = useMemo(() => inOrder(review.rows.items), [review]);
  const [selectedId, setSelected] = useState<string | undefined>(
    () => rows.find((row) => row.may_decide && row.decision === null)?.id ?? rows[0]?.id,
  );
  const [asking, setAsking] = useState<Asking>();
  const selected = rows.find(({ id }) => id === selectedId) ?? rows[0];
  const go = (step: number, from = selected) => {
    const at = rows.findIndex(({ id }) => id === from?.id);
    const next = rows[Math.min(Math.max(at + step, 0), rows.length - 1)];
    if (next === undefined) return;
    setSelected(next.id);
    focusRow(next.id);
  };
  const { sent, error, keep } = useKeep(review, (row) => go(1, row));
  const decide = (decision: ReviewDecision, row: ReviewRow) => {
    if (!row.may_decide || (decision === "change" && row.subject.kind === "program")) return;
    setSelected(row.id);
    if (decision === "keep") void keep(row);
    else setAsking({ decision, row });
  };
  const press = (decision: ReviewDecision) => () => {
    if (selected !== undefined) decide(decision, selected);
  };
  useKeys({
    j: () => go(1),
    k: () => go(-1),
    y: press("keep"),
    c: press("change"),
    x: press("remove"),
  });
  const close = () => setAsking(undefined);
  const asked = asking === undefined ? undefined : { review: review.id, row: asking.row, onClose: close };
  const desk = { review, selected, sent, select: setSelected, decide };
  return (
    <DeskContext value={desk}>
      {children}
      {error === undefined ? null : (
        <div className="fixed right-4 bottom-20 left-4 z-toast tablet:bottom-4 tablet:left-auto tablet:w-[420px]">
          <CallFailure error={error} title={t("failed")} />
        </div>
      )}
      {asked !== undefined && asking?.decision === "change" ? <ChangeAccess {...asked} /> : null}
      {asked !== undefined && asking?.decision === "remove" ? <RemoveAccess {...asked} /> : null}
    </DeskContext>
  );
}

/** The groups of the page in its order. Only rows of the last one can be kept together. */
const GROUPS = ["close", "suspended", "never", "rest"] as const;
export type GroupKey = (typeof GROUPS)[number];

/** Returns the group of a row: a person who cannot sign in, or never did, is not in use. */
function groupOf({ is_close: isClose, facts }: ReviewRow): GroupKey {
  if (isClose) return "close";
  if (facts.state === "suspended") return "suspended";
  return facts.last_used_at === null ? "never" : "rest";
}

/** Returns the rows of a review in the order of the page. */
function inOrder(rows: readonly ReviewRow[]): ReviewRow[] {
  return GROUPS.flatMap((key) => rows.filter((row) => groupOf(row) === key));
}

/** Rows in the groups of the page. */
export function useGroups(): readonly { readonly key: GroupKey; readonly rows: readonly ReviewRow[] }[] {
  const { review } = useDesk();
  return useMemo(
    () => GROUPS.map((key) => ({ key, rows: review.rows.items.filter((row) => groupOf(row) === key) })),
    [review],
  );
}
