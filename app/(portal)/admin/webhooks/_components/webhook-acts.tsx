"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { target } from "@/components/client/api";
import { CallFailure } from "@/components/client/call-failure";
import { useAct } from "@/components/client/use-act";
import { SecretOnce } from "@/components/domain/secret-once";
import { Button } from "@/components/ui/button";
import { Dialog, DialogActions } from "@/components/ui/dialog";
import type { disableWebhook, rotateWebhookSecret } from "@/lib/api-client/operations/notifications";
import type { Webhook } from "@/lib/notify/schema";

const ROTATE = target<typeof rotateWebhookSecret>("POST", "/confidential/admin/webhooks/{id}/rotate");
const DISABLE = target<typeof disableWebhook>("POST", "/confidential/admin/webhooks/{id}/disable");

function Failed({ error }: { error: unknown }) {
  const t = useTranslations("notify.hooks.acts");
  return error === undefined ? null : (
    <div className="mt-4">
      <CallFailure error={error} title={t("failed")} />
    </div>
  );
}

function Rotating({ id, onClose }: { id: string; onClose: () => void }) {
  const t = useTranslations("notify.hooks.acts");
  const ui = useTranslations("ui");
  const router = useRouter();
  const { isBusy, error, run } = useAct(ROTATE);
  const [secret, setSecret] = useState<string>();
  const rotate = async () => {
    const answer = await run({ params: { id }, body: {} });
    if (answer !== undefined) setSecret(answer.secret);
  };
  const done = () => {
    onClose();
    router.refresh();
  };
  return (
    <Dialog isOpen onClose={done} canClose={!isBusy && secret === undefined} title={t("rotateTitle")}>
      {secret === undefined ? (
        <>
          <p className="text-body">{t("rotateText")}</p>
          <Failed error={error} />
          <DialogActions>
            <Button look="primary" isBusy={isBusy} onClick={() => void rotate()}>
              {t("rotateYes")}
            </Button>
            <Button onClick={onClose} disabled={isBusy}>
              {ui("cancel")}
            </Button>
          </DialogActions>
        </>
      ) : (
        <SecretOnce words="notify.hooks.secret" secret={secret} onDone={done} />
      )}
    </Dialog>
  );
}

function Disabling({ id, onClose }: { id: string; onClose: () => void }) {
  const t = useTranslations("notify.hooks.acts");
  const ui = useTranslations("ui");
  const router = useRouter();
  const { isBusy, error, run } = useAct(DISABLE);
  const disable = async () => {
    if ((await run({ params: { id }, body: {} })) === undefined) return;
    onClose();
    router.refresh();
  };
  return (
    <Dialog isOpen onClose={onClose} canClose={!isBusy} title={t("disableTitle")}>
      <p className="text-body">{t("disableText")}</p>
      <Failed error={error} />
      <DialogActions>
        <Button look="danger" isBusy={isBusy} onClick={() => void disable()}>
          {t("disableYes")}
        </Button>
        <Button onClick={onClose} disabled={isBusy}>
          {ui("cancel")}
        </Button>
      </DialogActions>
    </Dialog>
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
