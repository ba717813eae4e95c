"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { target } from "@/components/client/api";
import { CallFailure } from "@/components/client/call-failure";
import { useAct } from "@/components/client/use-act";
import { Button } from "@/components/ui/button";
import { TextArea } from "@/components/ui/controls";
import { Dialog, DialogActions } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import type { Preservation } from "@/lib/access/preservations/schema";
import type { releaseHold, renewHold } from "@/lib/api-client/operations/preservations";
import { shortDigest } from "@/lib/format";

const RENEW = target<typeof renewHold>("POST", "/confidential/access/preservations/{id}/renewals");
const RELEASE = target<typeof releaseHold>("POST", "/confidential/access/preservations/{id}/releases");
const REASON = "release-reason";

function Failed({ error, title }: { error: unknown; title: string }) {
  return error === undefined ? null : (
    <div className="mt-4">
      <CallFailure error={error} title={title} />
    </div>
  );
}

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
      <Failed error={error} title={t("failed")} />
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
  const ui = useTranslations("ui");
  const router = useRouter();
  const { isBusy, error, run } = useAct(RELEASE);
  const [reason, setReason] = useState("");
  const [isMissing, setMissing] = useState(false);
  const release = async () => {
    setMissing(reason.trim() === "");
    if (reason.trim() === "") return document.getElementById(REASON)?.focus();
    if ((await run({ params: { id }, body: { reason: reason.trim() } })) === undefined) return;
    onClose();
    router.refresh();
  };
  return (
    <Dialog isOpen onClose={onClose} canClose={!isBusy} title={t("releaseTitle")}>
      <p className="mb-4 text-body">{t("releaseText")}</p>
      <Field id={REASON} label={t("reason")} error={isMissing ? t("reasonNeeded") : undefined}>
        {(control) => (
          <TextArea
            {...control}
            rows={3}
            maxLength={1_000}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        )}
      </Field>
      <Failed error={error} title={t("failed")} />
      <DialogActions>
        <Button look="danger" isBusy={isBusy} onClick={() => void release()}>
          {t("releaseYes")}
        </Button>
        <Button onClick={onClose} disabled={isBusy}>
          {ui("cancel")}
        </Button>
      </DialogActions>
    </Dialog>
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
