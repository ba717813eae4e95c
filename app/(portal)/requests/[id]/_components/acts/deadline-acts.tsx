"use client";

import { useRouter } from "next/navigation";
import { useLocale, useTranslations } from "next-intl";
import { useState } from "react";
import { useAct } from "@/components/act/use-act";
import { target } from "@/components/client/api";
import { CallFailure } from "@/components/client/call-failure";
import { TextArea, TextInput } from "@/components/form/controls";
import { Field } from "@/components/form/field";
import { Button } from "@/components/ui/button";
import { Dialog, DialogActions } from "@/components/ui/dialog";
import { FactsSection } from "@/components/ui/section";
import type { RequestView } from "@/lib/access/requests/answer-schema";
import type { answerPartly, extendRequest, objectRequest } from "@/lib/api-client/operations/steering";
import { formatTime } from "@/lib/format";

const REQUEST = "/confidential/access/requests/{id}";
const extensionOf = target<typeof extendRequest>("POST", `${REQUEST}/extensions`);
const objectionOf = target<typeof objectRequest>("POST", `${REQUEST}/objections`);
const partOf = target<typeof answerPartly>("POST", `${REQUEST}/partial-answers`);

type Act = RequestView["acts"][number];

/** What a reviewer may do that neither gives nor refuses: each act with its own dialog and its reason. */
export function DeadlineActs({ request }: { request: RequestView }) {
  const t = useTranslations("review.steer");
  if (request.acts.length === 0) return null;
  return (
    <FactsSection title={t("title")}>
      <div className="flex flex-wrap gap-2">
        {request.acts.map((act) => (
          <SteerAct key={act} act={act} request={request} />
        ))}
      </div>
    </FactsSection>
  );
}

/** The one call that an act is made by; undefined when it was refused, and then the failure says why. */
function useSteering(act: Act, id: string) {
  const extension = useAct(extensionOf);
  const objection = useAct(objectionOf);
  const part = useAct(partOf);
  const params = { id };
  const run = (reason: string, until: string) => {
    if (act === "extend")
      return extension.run({ params, body: { reason, ...(until === "" ? {} : { until }) } });
    if (act === "answer_partly") return part.run({ params, body: { reason } });
    return objection.run({ params, body: { reason, act: act === "settle" ? "settle" : "raise" } });
  };
  return {
    isBusy: extension.isBusy || objection.isBusy || part.isBusy,
    error: extension.error ?? objection.error ?? part.error,
    run,
  };
}

function SteerAct({ act, request }: { act: Act; request: RequestView }) {
  const t = useTranslations("review.steer");
  const review = useTranslations("review");
  const locale = useLocale();
  const router = useRouter();
  const { isBusy, error, run } = useSteering(act, request.id);
  const [isOpen, setOpen] = useState(false);
  const [reason, setReason] = useState("");
  const [until, setUntil] = useState("");
  const [isMissing, setMissing] = useState(false);
  const send = async () => {
    const text = reason.trim();
    setMissing(text === "");
    if (text === "" || (await run(text, until)) === undefined) return;
    setOpen(false);
    router.refresh();
  };
  const latest = request.extendable_until;
  return (
    <>
      <Button onClick={() => setOpen(true)}>{t(`${act}.open`)}</Button>
      <Dialog
        isOpen={isOpen}
        canClose={!isBusy}
        onClose={() => setOpen(false)}
        title={t(`${act}.title`, { reference: request.reference })}
      >
        <p className="mb-4 text-body">{t(`${act}.text`)}</p>
        {act === "extend" && latest !== undefined ? (
          <div className="mb-4">
            <Field
              id="steer-until"
              label={t("extend.until")}
              mark={review("withdraw.optional")}
              help={t("extend.untilHelp", {
                latest: formatTime(new Date(latest), { timeZone: "UTC", locale, form: "minute" }),
              })}
            >
              {(control) => (
                <TextInput
                  {...control}
                  type="date"
                  max={latest.slice(0, 10)}
                  value={until}
                  onChange={(event) => setUntil(event.target.value)}
                />
              )}
            </Field>
          </div>
        ) : null}
        <Field id={`steer-${act}`} label={t("reason")} error={isMissing ? t("reasonMissing") : undefined}>
          {(control) => (
            <TextArea
              {...control}
              maxLength={2000}
              value={reason}
              onChange={(event) => setReason(event.target.value)}
            />
          )}
        </Field>
        <div className="mt-4 empty:hidden">
          <CallFailure error={error} />
        </div>
        <DialogActions>
          <Button look="primary" isBusy={isBusy} onClick={() => void send()}>
            {t(`${act}.do`)}
          </Button>
          <Button disabled={isBusy} onClick={() => setOpen(false)}>
            {review("dialog.back")}
          </Button>
        </DialogActions>
      </Dialog>
    </>
  );
}
