"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { createContext, type ReactNode, useContext, useId, useState } from "react";
import { target } from "@/components/client/api";
import { CallFailure } from "@/components/client/call-failure";
import { useApi } from "@/components/client/use-api";
import { TextArea } from "@/components/form/controls";
import { Field } from "@/components/form/field";
import { Button } from "@/components/ui/button";
import { Dialog, DialogActions } from "@/components/ui/dialog";
import type { withdrawRequest } from "@/lib/api-client/operations/access";

const WITHDRAW = target<typeof withdrawRequest>("POST", "/confidential/access/requests/{id}/withdraw");
const MAX_REASON = 2_000;

/** Chosen requests: references by id. */
type Chosen = ReadonlyMap<string, string>;

interface Selecting {
  readonly chosen: Chosen;
  readonly turn: (id: string, reference: string) => void;
}

const Selection = createContext<Selecting | undefined>(undefined);

/** Chooses one request of the list. */
export function SelectRequest({ id, reference }: { id: string; reference: string }) {
  const t = useTranslations("requests.list.bulk");
  const selection = useContext(Selection);
  if (selection === undefined) return null;
  return (
    <label className="inline-flex size-6 cursor-pointer items-center justify-center align-middle">
      <input
        type="checkbox"
        checked={selection.chosen.has(id)}
        onChange={() => selection.turn(id, reference)}
      />
      <span className="sr-only">{t("select", { reference })}</span>
    </label>
  );
}

interface DialogProps {
  readonly chosen: Chosen;
  readonly onWithdrawn: (id: string) => void;
  readonly onClose: () => void;
}

/** Withdraws one request after another, each with its own entry of the log. It stops at the first that fails. */
function WithdrawAll({ chosen, onWithdrawn, onClose }: DialogProps) {
  const t = useTranslations("requests.list.bulk");
  const ui = useTranslations("ui");
  const field = useId();
  const router = useRouter();
  const { call } = useApi();
  const [reason, setReason] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [failed, setFailed] = useState<{ readonly reference: string; readonly error: unknown } | undefined>();
  const withdraw = async () => {
    setBusy(true);
    setFailed(undefined);
    const text = reason.trim();
    for (const [id, reference] of chosen) {
      try {
        await call(WITHDRAW, { params: { id }, body: text === "" ? {} : { reason: text } });
        onWithdrawn(id);
      } catch (error) {
        setFailed({ reference, error });
        setBusy(false);
        router.refresh();
        return;
      }
    }
    onClose();
    router.refresh();
  };
  return (
    <>
      <p className="text-control text-ink-2">{t("text")}</p>
      <ul className="my-4 border-line border-t text-control">
        {[...chosen].map(([id, reference]) => (
          <li key={id} className="border-line border-b py-2">
            {reference}
          </li>
        ))}
      </ul>
      <Field id={field} label={t("reason")} mark={ui("optional")}>
        {(control) => (
          <TextArea
            {...control}
            value={reason}
            maxLength={MAX_REASON}
            onChange={(event) => setReason(event.target.value)}
          />
        )}
      </Field>
      {failed === undefined ? null : (
        <CallFailure error={failed.error} title={t("failed", { reference: failed.reference })} />
      )}
      <DialogActions>
        <Button look="danger" isBusy={isBusy} onClick={() => void withdraw()}>
          {t("withdraw", { count: chosen.size })}
        </Button>
        <Button onClick={onClose}>{t("cancel")}</Button>
      </DialogActions>
    </>
  );
}

/** Lets the requester choose several of their own requests and withdraw them. */
export function BulkRequests({ children }: { children: ReactNode }) {
  const t = useTranslations("requests.list.bulk");
  const [chosen, setChosen] = useState<Chosen>(new Map());
  const [isOpen, setOpen] = useState(false);
  const without = (id: string) => (before: Chosen) => {
    const next = new Map(before);
    next.delete(id);
    return next;
  };
  const turn = (id: string, reference: string) =>
    setChosen((before) => (before.has(id) ? without(id)(before) : new Map(before).set(id, reference)));
  return (
    <Selection value={{ chosen, turn }}>
      {children}
      {chosen.size === 0 ? null : (
        <div
          role="status"
          className="sticky bottom-[58px] mt-3 flex flex-wrap items-center gap-3 border border-line-2 bg-sheet px-4 py-3 tablet:bottom-4 print:hidden"
        >
          <span className="text-control">{t("chosen", { count: chosen.size })}</span>
          <Button look="danger" size="bar" onClick={() => setOpen(true)}>
            {t("withdraw", { count: chosen.size })}
          </Button>
          <Button look="quiet" size="bar" onClick={() => setChosen(new Map())}>
            {t("none")}
          </Button>
        </div>
      )}
      <Dialog isOpen={isOpen} onClose={() => setOpen(false)} title={t("withdraw", { count: chosen.size })}>
        {isOpen ? (
          <WithdrawAll
            chosen={chosen}
            onWithdrawn={(id) => setChosen(without(id))}
            onClose={() => setOpen(false)}
          />
        ) : null}
      </Dialog>
    </Selection>
  );
}
