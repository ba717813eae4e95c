"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { CallRefused, target } from "@/components/client/api";
import { CallFailure } from "@/components/client/call-failure";
import { useApi } from "@/components/client/use-api";
import { Button } from "@/components/ui/button";
import { Dialog, DialogActions } from "@/components/ui/dialog";
import { Facts } from "@/components/ui/facts";
import type { agreeToErasure, refuseErasure } from "@/lib/api-client/operations/erasures";
import type { Erasure } from "@/lib/audit/retention/erasure/schema";

const AGREE = target<typeof agreeToErasure>("POST", "/confidential/audit/erasures/{id}/agreements");
const REFUSE = target<typeof refuseErasure>("POST", "/confidential/audit/erasures/{id}/refusals");

type Act = "agree" | "refuse";

/** One act on one erasure; the page is read again after it, and where it says that the state has moved on. */
function useAct(id: string, onDone: () => void) {
  const api = useApi();
  const router = useRouter();
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const run = async (act: Act) => {
    setBusy(true);
    setError(undefined);
    try {
      await (act === "agree" ? api.call(AGREE, { params: { id } }) : api.call(REFUSE, { params: { id } }));
      onDone();
      router.refresh();
    } catch (failure) {
      setError(failure);
      if (failure instanceof CallRefused && failure.problem.status === 409) router.refresh();
    } finally {
      setBusy(false);
    }
  };
  return { isBusy, error, run, clear: () => setError(undefined) };
}

function Asking({ item, act, onClose }: { item: Erasure; act: Act; onClose: () => void }) {
  const t = useTranslations("keeping.erasures");
  const ui = useTranslations("ui");
  const { isBusy, error, run } = useAct(item.id, onClose);
  return (
    <Dialog isOpen onClose={onClose} canClose={!isBusy} title={t(`acts.${act}Title`)}>
      <p className="mb-4 text-body">
        {act === "agree" ? t("acts.agreeText", { person: item.subject }) : t("acts.refuseText")}
      </p>
      <Facts
        look="aligned"
        facts={[
          { name: t("columns.person"), value: item.subject },
          { name: t("columns.asked"), value: item.asked_by },
          { name: t("columns.reason"), value: item.reason },
        ]}
      />
      {error === undefined ? null : (
        <div className="mt-4">
          <CallFailure error={error} title={t("acts.failed")} />
        </div>
      )}
      <DialogActions>
        <Button look={act === "agree" ? "danger" : "primary"} isBusy={isBusy} onClick={() => void run(act)}>
          {t(`acts.${act}Yes`)}
        </Button>
        <Button onClick={onClose} disabled={isBusy}>
          {ui("cancel")}
        </Button>
      </DialogActions>
    </Dialog>
  );
}

function Choices({ item, onChoose }: { item: Erasure; onChoose: (act: Act) => void }) {
  const t = useTranslations("keeping.erasures.acts");
  if (item.state !== "asked" && item.state !== "agreed")
    return <span className="text-ink-3">{t("ended")}</span>;
  const end = item.is_own ? "withdraw" : "refuse";
  const person = { person: item.subject };
  return (
    <>
      {item.may_agree ? (
        <Button size="bar" aria-label={t("agreeNamed", person)} onClick={() => onChoose("agree")}>
          {t("agree")}
        </Button>
      ) : null}
      <Button
        size="bar"
        look="quiet"
        aria-label={t(`${end}Named`, person)}
        onClick={() => onChoose("refuse")}
      >
        {t(end)}
      </Button>
      {item.state === "asked" && !item.may_agree ? (
        <span className="basis-full text-note text-ink-2">{t(item.is_own ? "other" : "about")}</span>
      ) : null}
    </>
  );
}

/**
 * What the reader may do about an erasure: agree as the second person, refuse, withdraw what they asked for. A dialog that
 * is open stays so when somebody else was faster, since it says so.
 */
export function ErasureActs({ item }: { item: Erasure }) {
  const [act, setAct] = useState<Act>();
  return (
    <span className="flex flex-wrap justify-end gap-2 py-1 tablet:justify-start">
      <Choices item={item} onChoose={setAct} />
      {act === undefined ? null : <Asking item={item} act={act} onClose={() => setAct(undefined)} />}
    </span>
  );
}
