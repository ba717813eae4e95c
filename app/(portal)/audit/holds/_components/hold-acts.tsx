"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { ActDialog } from "@/components/act/act-dialog";
import { ReasonDialog } from "@/components/act/reason-dialog";
import { useAct } from "@/components/act/use-act";
import { target } from "@/components/client/api";
import { Button } from "@/components/ui/button";
import type { Preservation } from "@/lib/access/preservations/schema";
import type { releaseHold, renewHold } from "@/lib/api-client/operations/preservations";
import { shortDigest } from "@/lib/format";

const RENEW = target<typeof renewHold>("POST", "/confidential/access/preservations/{id}/renewals");
const RELEASE = target<typeof releaseHold>("POST", "/confidential/access/preservations/{id}/releases");

function Renewing({ id, onClose }: { id: string; onClose: () => void }) {
  const t = useTranslations("keeping.holds.acts");
  const router = useRouter();
  const act = useAct(RENEW);
  const renew = async () => {
    if ((await act.run({ params: { id }, body: {} })) === undefined) return;
    onClose();
    router.refresh();
  };
  return (
    <ActDialog
      title={t("renewTitle")}
      yes={{ label: t("renewYes"), look: "primary" }}
      failed={t("failed")}
      act={act}
      onAct={() => void renew()}
      onClose={onClose}
    >
      <p className="text-body">{t("renewText")}</p>
    </ActDialog>
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
