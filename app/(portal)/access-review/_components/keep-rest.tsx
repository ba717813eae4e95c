"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { CallFailure } from "@/components/client/call-failure";
import { useApi } from "@/components/client/use-api";
import { Button } from "@/components/ui/button";
import { Dialog, DialogActions } from "@/components/ui/dialog";
import type { ReviewRow } from "@/lib/administration/access-review/schema";
import { DECIDE } from "./change-access";
import { useDesk } from "./desk";
import { useMayDo } from "./review-words";

/** Maximum number of rows in one call. */
const MOST = 100;

function List({ rows, onClose }: { rows: readonly ReviewRow[]; onClose: () => void }) {
  const t = useTranslations("accessReview.keepRest");
  const mayDo = useMayDo();
  const { review } = useDesk();
  const { call } = useApi();
  const router = useRouter();
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const keep = async () => {
    setBusy(true);
    setError(undefined);
    try {
      for (let from = 0; from < rows.length; from += MOST) {
        const part = rows.slice(from, from + MOST).map(({ id, version }) => ({ id, version }));
        await call(DECIDE, { params: { id: review.id }, body: { decision: "keep", rows: part } });
      }
      onClose();
    } catch (failure) {
      setError(failure);
    }
    setBusy(false);
    router.refresh();
  };
  return (
    <>
      <p className="text-control text-ink-2">{t("text")}</p>
      <ul className="my-4 border-line border-t text-control">
        {rows.map((row) => (
          <li key={row.id} className="border-line border-b py-2">
            <span className="font-semibold">{row.facts.name}</span>, {row.facts.organisation}
            <span className="block text-ink-2">{mayDo(row)}</span>
          </li>
        ))}
      </ul>
      <CallFailure error={error} />
      <DialogActions>
        <Button look="primary" isBusy={isBusy} onClick={() => void keep()}>
          {t("submit", { n: rows.length })}
        </Button>
        <Button onClick={onClose}>{t("cancel")}</Button>
      </DialogActions>
    </>
  );
}

/** Keeps all remaining rows of a group, after it has shown a list of them. */
export function KeepRest({ rows }: { rows: readonly ReviewRow[] }) {
  const t = useTranslations("accessReview.keepRest");
  const [isOpen, setOpen] = useState(false);
  const left = rows.filter((row) => row.may_decide && row.decision === null);
  if (left.length === 0 && !isOpen) return null;
  return (
    <>
      <Button look="quiet" size="bar" onClick={() => setOpen(true)}>
        {t("open", { n: left.length })}
      </Button>
      <Dialog isOpen={isOpen} onClose={() => setOpen(false)} title={t("title", { n: left.length })}>
        <List rows={left} onClose={() => setOpen(false)} />
      </Dialog>
    </>
  );
}
