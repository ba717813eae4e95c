"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { ActDialog, ActForm } from "@/components/act/act-dialog";
import { useAct } from "@/components/act/use-act";
import { target } from "@/components/client/api";
import { SecretOnce } from "@/components/domain/secret-once";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import type { disableWebhook, rotateWebhookSecret } from "@/lib/api-client/operations/notifications";
import type { Webhook } from "@/lib/notify/schema";

const ROTATE = target<typeof rotateWebhookSecret>("POST", "/confidential/admin/webhooks/{id}/rotate");
const DISABLE = target<typeof disableWebhook>("POST", "/confidential/admin/webhooks/{id}/disable");

function Rotating({ id, onClose }: { id: string; onClose: () => void }) {
  const t = useTranslations("notify.hooks.acts");
  const router = useRouter();
  const act = useAct(ROTATE);
  const [secret, setSecret] = useState<string>();
  const rotate = async () => {
    const answer = await act.run({ params: { id }, body: {} });
    if (answer !== undefined) setSecret(answer.secret);
  };
  const done = () => {
    onClose();
    router.refresh();
  };
  return (
    <Dialog isOpen onClose={done} canClose={!act.isBusy && secret === undefined} title={t("rotateTitle")}>
      {secret === undefined ? (
        <ActForm
          yes={{ label: t("rotateYes"), look: "primary" }}
          failed={t("failed")}
          act={act}
          onAct={() => void rotate()}
          onClose={onClose}
        >
          <p className="text-body">{t("rotateText")}</p>
        </ActForm>
      ) : (
        <SecretOnce words="notify.hooks.secret" secret={secret} onDone={done} />
      )}
    </Dialog>
  );
}

function Disabling({ id, onClose }: { id: string; onClose: () => void }) {
  const t = useTranslations("notify.hooks.acts");
  const router = useRouter();
  const act = useAct(DISABLE);
  const disable = async () => {
    if ((await act.run({ params: { id }, body: {} })) === undefined) return;
    onClose();
    router.refresh();
  };
  return (
    <ActDialog
      title={t("disableTitle")}
      yes={{ label: t("disableYes"), look: "danger" }}
      failed={t("failed")}
      act={act}
      onAct={() => void disable()}
      onClose={onClose}
    >
      <p className="text-body">{t("disableText")}</p>
    </ActDialog>
  );
}

/** A new secret for one's own webhook, and its end; administrators end anybody's. */
export function WebhookActs({ item }: { item: Webhook }) {
  const t = useTranslations("notify.hooks");
  const [act, setAct] = useState<"rotate" | "disable">();
  const close = () => setAct(undefined);
  const { name } = item;
  if (item.state === "disabled") return <span className="text-ink-3">{t("states.disabled")}</span>;
  return (
    <span className="flex flex-wrap justify-end gap-2 py-1 tablet:justify-start">
      {item.is_own ? (
        <Button size="bar" aria-label={t("acts.rotateNamed", { name })} onClick={() => setAct("rotate")}>
          {t("acts.rotate")}
        </Button>
      ) : null}
      <Button
        size="bar"
        look="quiet"
        aria-label={t("acts.disableNamed", { name })}
        onClick={() => setAct("disable")}
      >
        {t("acts.disable")}
      </Button>
      {act === "rotate" ? <Rotating id={item.id} onClose={close} /> : null}
      {act === "disable" ? <Disabling id={item.id} onClose={close} /> : null}
    </span>
  );
}
