"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { EndDialog } from "@/app/(portal)/disputes/_components/end-dialog";
import { target } from "@/components/client/api";
import { CallFailure } from "@/components/client/call-failure";
import { useApi } from "@/components/client/use-api";
import { Button } from "@/components/ui/button";
import { ButtonLink } from "@/components/ui/button-link";
import { Dialog, DialogActions } from "@/components/ui/dialog";
import type { takeDispute } from "@/lib/api-client/operations/disputes";
import type { DisputeAct } from "@/lib/disputes/schema";

const take = target<typeof takeDispute>("POST", "/confidential/disputes/{id}/take");

interface ActsProps {
  readonly disputeId: string;
  readonly acts: readonly DisputeAct[];
  /** Who has the dispute, when that is somebody else. */
  readonly takenByOther: string | undefined;
  readonly isMine: boolean;
  readonly requestHref: string;
}

/** Settled things carry a tick; what is withdrawn does not. */
function EndButton({ end, onClick }: { end: "resolve" | "withdraw" | undefined; onClick: () => void }) {
  const t = useTranslations("disputes.one");
  if (end === undefined) return null;
  const icon = end === "resolve" ? { icon: "check" as const } : {};
  return (
    <Button {...icon} onClick={onClick}>
      {t(end)}
    </Button>
  );
}

/** What the reader may do with the whole dispute, at the right of its heading. */
export function DisputeActs({ disputeId, acts, takenByOther, isMine, requestHref }: ActsProps) {
  const t = useTranslations("disputes.one");
  const over = useTranslations("disputes.takeOver");
  const api = useApi();
  const router = useRouter();
  const [asks, setAsks] = useState<"end" | "take-over">();
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const run = async (): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      await api.call(take, { params: { id: disputeId } });
      setAsks(undefined);
      router.refresh();
    } catch (failure) {
      setError(failure);
      // The dispute may be taken although the custodian did not answer.
      router.refresh();
    } finally {
      setBusy(false);
    }
  };
  const mayTake = acts.includes("take") && !isMine;
  const end = acts.includes("resolve") ? "resolve" : acts.includes("withdraw") ? "withdraw" : undefined;
  return (
    <>
      {mayTake && takenByOther === undefined ? (
        <Button look="primary" isBusy={isBusy} onClick={() => void run()}>
          {t("take")}
        </Button>
      ) : null}
      {mayTake && takenByOther !== undefined ? (
        <Button onClick={() => setAsks("take-over")}>{t("takeOver")}</Button>
      ) : null}
      {acts.includes("request-more") ? (
        <ButtonLink href={requestHref} look="secondary">
          {t("requestMore")}
        </ButtonLink>
      ) : null}
      <EndButton end={end} onClick={() => setAsks("end")} />
      {error === undefined || asks !== undefined ? null : (
        <div className="w-full">
          <CallFailure error={error} />
        </div>
      )}
      <Dialog isOpen={asks === "take-over"} onClose={() => setAsks(undefined)} title={over("title")}>
        <p className="text-body">{over("text", { name: takenByOther ?? "" })}</p>
        {error === undefined ? null : <CallFailure error={error} />}
        <DialogActions>
          <Button look="primary" isBusy={isBusy} onClick={() => void run()}>
            {over("yes")}
          </Button>
        </DialogActions>
      </Dialog>
      {end === undefined ? null : (
        <EndDialog
          disputeId={disputeId}
          act={end}
          isOpen={asks === "end"}
          onClose={() => setAsks(undefined)}
        />
      )}
    </>
  );
}
