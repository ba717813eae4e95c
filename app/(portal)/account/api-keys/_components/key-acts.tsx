"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { ActDialog, ActForm } from "@/components/act/act-dialog";
import { useAct } from "@/components/act/use-act";
import { target } from "@/components/client/api";
import { SecretOnce } from "@/components/domain/secret-once";
import { Select } from "@/components/form/controls";
import { Field } from "@/components/form/field";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import type { revokeApiKey, rotateApiKey } from "@/lib/api-client/operations/api-keys";
import type { ApiKeyView } from "@/lib/identity/api-keys/schema";

const ROTATE = target<typeof rotateApiKey>("POST", "/confidential/account/api-keys/{id}/rotate");
const REVOKE = target<typeof revokeApiKey>("POST", "/confidential/account/api-keys/{id}/revoke");
const OVERLAPS = [0, 1, 24, 168] as const;
const USUAL = 24;

interface Acting {
  readonly item: ApiKeyView;
  readonly onClose: () => void;
}

function Rotating({ item, onClose }: Acting) {
  const t = useTranslations("programs.acts");
  const router = useRouter();
  const act = useAct(ROTATE);
  const [hours, setHours] = useState<number>(USUAL);
  const [secret, setSecret] = useState<string>();
  const rotate = async () => {
    const answer = await act.run({ params: { id: item.id }, body: { overlap_hours: hours } });
    if (answer !== undefined) setSecret(answer.key);
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
        </ActForm>
      ) : (
        <SecretOnce words="programs.secret" secret={secret} onDone={done} />
      )}
    </Dialog>
  );
}

function Ending({ item, onClose }: Acting) {
  const t = useTranslations("programs.acts");
  const router = useRouter();
  const act = useAct(REVOKE);
  const end = async () => {
    if ((await act.run({ params: { id: item.id }, body: {} })) === undefined) return;
    onClose();
    router.refresh();
  };
  return (
    <ActDialog
      title={t("endTitle")}
      yes={{ label: t("endYes"), look: "danger" }}
      failed={t("failed")}
      act={act}
      onAct={() => void end()}
      onClose={onClose}
    >
      <p className="text-body">{t("endText", { name: item.label })}</p>
    </ActDialog>
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
