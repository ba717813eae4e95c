"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { target } from "@/components/client/api";
import { CallFailure } from "@/components/client/call-failure";
import { useAct } from "@/components/client/use-act";
import { ReasonDialog } from "@/components/domain/reason-dialog";
import { Button } from "@/components/ui/button";
import { Dialog, DialogActions } from "@/components/ui/dialog";
import type { Preservation } from "@/lib/access/preservations/schema";
import type { releaseHold, renewHold } from "@/lib/api-client/operations/preservations";
import { shortDigest } from "@/lib/format";

const RENEW = target<typeof renewHold>("POST", "/confidential/access/preservations/{id}/renewals");
const RELEASE = target<typeof releaseHold>("POST", "/confidential/access/preservations/{id}/releases");

function Renewing({ id, onClose }: { id: string; onClose: () => void }) {
  const t = useTranslations("keeping.holds.acts");
  const ui = useTranslations("ui");
  const router = useRouter();
  const { isBusy, error, run } = useAct(RENEW);
  const renew = async () => {
    if ((await run({ params: { id }, body: {} })) === undefined) return;
    onClose();
    router.refresh();
  };
  return (
    <Dialog isOpen onClose={onClose} canClose={!isBusy} title={t("renewTitle")}>
      <p className="text-body">{t("renewText")}</p>
      {error === undefined ? null : (
        <div className="mt-4">
          <CallFailure error={error} title={t("failed")} />
        </div>
      )}
      <DialogActions>
        <Button look="primary" isBusy={isBusy} onClick={() => void renew()}>
          {t("renewYes")}
        </Button>
        <Button onClick={onClose} disabled={isBusy}>
          {ui("cancel")}
        </Button>
      </DialogActions>
    </Dialog>
  );
}

function Releasing({ id, onClose }: { id: string; onClose: () => void }) {
  const t = useTranslations("keeping.holds.acts");
  const router = useRouter();
  const act = useAct(RELEASE);
  const release = async (reason: string) => {
    if ((await act.run({ params: { id }, body: { reason } })) === undefined) return;
    onClose();
    router.refresh();
  };
  return (
    <ReasonDialog
      title={t("releaseTitle")}
      text={t("releaseText")}
      reason={{ label: t("reason"), missing: t("reasonNeeded") }}
      yes={{ label: t("releaseYes"), look: "danger" }}
      failed={t("failed")}
      act={act}
      onAct={(reason) => void release(reason)}
      onClose={onClose}
    />
  );
}

/** Renew or release a hold of one's own organisation. */
export function HoldActs({ item }: { item: Preservation }) {
  const t = useTranslations("keeping.holds.acts");
  const [act, setAct] = useState<"renew" | "release">();
  if (!item.is_own || item.state === "released")
    return <span className="text-ink-3">{t(item.is_own ? "ended" : "others")}</span>;
  const of = { records: item.transactions.map(shortDigest).join(", ") };
  const close = () => setAct(undefined);
  return (
    <span className="flex flex-wrap justify-end gap-2 py-1 tablet:justify-start">
      <Button size="bar" aria-label={t("renewNamed", of)} onClick={() => setAct("renew")}>
        {t("renew")}
      </Button>
      <Button size="bar" look="quiet" aria-label={t("releaseNamed", of)} onClick={() => setAct("release")}>
        {t("release")}
      </Button>
      {act === "renew" ? <Renewing id={item.id} onClose={close} /> : null}
      {act === "release" ? <Releasing id={item.id} onClose={close} /> : null}
    </span>
  );
}
