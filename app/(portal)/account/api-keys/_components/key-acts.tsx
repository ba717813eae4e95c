"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { target } from "@/components/client/api";
import { CallFailure } from "@/components/client/call-failure";
import { useAct } from "@/components/client/use-act";
import { SecretOnce } from "@/components/domain/secret-once";
import { Button } from "@/components/ui/button";
import { Select } from "@/components/ui/controls";
import { Dialog, DialogActions } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import type { revokeApiKey, rotateApiKey } from "@/lib/api-client/operations/api-keys";
import type { ApiKeyView } from "@/lib/identity/api-keys/schema";

const ROTATE = target<typeof rotateApiKey>("POST", "/confidential/account/api-keys/{id}/rotate");
const REVOKE = target<typeof revokeApiKey>("POST", "/confidential/account/api-keys/{id}/revoke");
const OVERLAPS = [0, 1, 24, 168] as const;
const USUAL = 24;

function Failed({ error }: { error: unknown }) {
  const t = useTranslations("programs.acts");
  return error === undefined ? null : (
    <div className="mt-4">
      <CallFailure error={error} title={t("failed")} />
    </div>
  );
}

interface Acting {
  readonly item: ApiKeyView;
  readonly onClose: () => void;
}

function Rotating({ item, onClose }: Acting) {
  const t = useTranslations("programs.acts");
  const ui = useTranslations("ui");
  const router = useRouter();
  const { isBusy, error, run } = useAct(ROTATE);
  const [hours, setHours] = useState<number>(USUAL);
  const [secret, setSecret] = useState<string>();
  const rotate = async () => {
    const answer = await run({ params: { id: item.id }, body: { overlap_hours: hours } });
    if (answer !== undefined) setSecret(answer.key);
  };
  const done = () => {
    onClose();
    router.refresh();
  };
  return (
    <Dialog isOpen onClose={done} canClose={!isBusy && secret === undefined} title={t("rotateTitle")}>
      {secret === undefined ? (
        <>
          <p className="mb-4 text-body">{t("rotateText", { name: item.label })}</p>
          <Field id="overlap" label={t("overlap")}>
            {(control) => (
              <Select {...control} value={hours} onChange={(event) => setHours(Number(event.target.value))}>
                {OVERLAPS.map((choice) => (
                  <option key={choice} value={choice}>
                    {t(`overlaps.${choice}`)}
                  </option>
                ))}
              </Select>
            )}
          </Field>
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
        <SecretOnce words="programs.secret" secret={secret} onDone={done} />
      )}
    </Dialog>
  );
}

function Ending({ item, onClose }: Acting) {
  const t = useTranslations("programs.acts");
  const ui = useTranslations("ui");
  const router = useRouter();
  const { isBusy, error, run } = useAct(REVOKE);
  const end = async () => {
    if ((await run({ params: { id: item.id }, body: {} })) === undefined) return;
    onClose();
    router.refresh();
  };
  return (
    <Dialog isOpen onClose={onClose} canClose={!isBusy} title={t("endTitle")}>
      <p className="text-body">{t("endText", { name: item.label })}</p>
      <Failed error={error} />
      <DialogActions>
        <Button look="danger" isBusy={isBusy} onClick={() => void end()}>
          {t("endYes")}
        </Button>
        <Button onClick={onClose} disabled={isBusy}>
          {ui("cancel")}
        </Button>
      </DialogActions>
    </Dialog>
  );
}

/** A new key in this one's place, and its end. */
export function KeyActs({ item }: { item: ApiKeyView }) {
  const t = useTranslations("programs.acts");
  const [act, setAct] = useState<"rotate" | "end">();
  const close = () => setAct(undefined);
  const name = item.label;
  return (
    <span className="flex flex-wrap justify-end gap-2 py-1 tablet:justify-start">
      <Button size="bar" aria-label={t("rotateNamed", { name })} onClick={() => setAct("rotate")}>
        {t("rotate")}
      </Button>
      <Button size="bar" look="quiet" aria-label={t("endNamed", { name })} onClick={() => setAct("end")}>
        {t("end")}
      </Button>
      {act === "rotate" ? <Rotating item={item} onClose={close} /> : null}
      {act === "end" ? <Ending item={item} onClose={close} /> : null}
    </span>
  );
}
