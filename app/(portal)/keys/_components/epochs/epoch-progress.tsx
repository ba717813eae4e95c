"use client";

import { useTranslations } from "next-intl";
import type { EscrowEpochView } from "@/lib/keys/schema";
import { useRefreshing } from "../../../../../components/client/live-refresh";

const countOf = (epochs: readonly EscrowEpochView[]): number =>
  epochs.reduce((sum, { remaining_wraps: count = 0 }) => sum + count, 0);

/** Shows how many entries of former epochs were re-wrapped for the newest, or that none is left. */
export function EpochProgress({ epochs }: { epochs: readonly EscrowEpochView[] }) {
  const t = useTranslations("keys.escrow");
  const newest = epochs.find(({ state }) => state === "active");
  const total = countOf(epochs);
  const moved = newest?.remaining_wraps ?? 0;
  const isMoving = newest !== undefined && moved < total;
  useRefreshing(isMoving);
  if (newest?.remaining_wraps === undefined) return null;
  return (
    <div role="status" className="mb-2 max-w-[720px] text-control">
      {isMoving ? (
        <>
          <p className="flex flex-wrap items-center gap-x-3">
            <span className="font-semibold">{t("moving", { kid: newest.kid })}</span>
            <progress
              value={moved}
              max={total}
              className="h-1 w-24"
              aria-label={t("moving", { kid: newest.kid })}
            />
            <span>{t("of", { moved, total })}</span>
          </p>
          <p className="mt-1 text-ink-2">{t("movingText")}</p>
        </>
      ) : (
        <p className="text-ink-2">{t("still")}</p>
      )}
    </div>
  );
}
