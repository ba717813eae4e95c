"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { useAct } from "@/components/act/use-act";
import { target } from "@/components/client/api";
import { CallFailure } from "@/components/client/call-failure";
import { Choice, ChoiceGroup } from "@/components/form/controls";
import { Button } from "@/components/ui/button";
import { Dialog, DialogActions } from "@/components/ui/dialog";
import type { rotateKey } from "@/lib/api-client/operations/keys";
import type { RotationMode } from "@/lib/keys/rotation/schema";

const ROTATE = target<typeof rotateKey>("POST", "/confidential/keys/{id}/rotate");

const MODES = ["rewrap", "reseal"] as const satisfies readonly RotationMode[];

/** Asks how, and begins the rotation. */
export function RotateDialog(props: { keyId: string; kid: string; onClose: () => void; onDone: () => void }) {
  const t = useTranslations("keys.acts.rotate");
  const ui = useTranslations("ui");
  const { isBusy, error, run } = useAct(ROTATE);
  const [mode, setMode] = useState<RotationMode>("rewrap");
  const rotate = async () => {
    if ((await run({ params: { id: props.keyId }, body: { mode } })) !== undefined) props.onDone();
  };
  return (
    <Dialog isOpen onClose={props.onClose} canClose={!isBusy} title={t("title", { kid: props.kid })}>
      <p className="mb-4 text-body">{t("text")}</p>
      <ChoiceGroup id="rotation-mode" legend={t("mode")}>
        {MODES.map((option) => (
          <Choice
            key={option}
            kind="radio"
            name="mode"
            value={option}
            checked={mode === option}
            onChange={() => setMode(option)}
            label={t(`${option}.label`)}
            help={t(`${option}.help`)}
          />
        ))}
      </ChoiceGroup>
      {error === undefined ? null : (
        <div className="mt-4">
          <CallFailure error={error} title={t("failed")} />
        </div>
      )}
      <DialogActions>
        <Button look="primary" isBusy={isBusy} onClick={() => void rotate()}>
          {t("yes")}
        </Button>
        <Button onClick={props.onClose} disabled={isBusy}>
          {ui("cancel")}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
