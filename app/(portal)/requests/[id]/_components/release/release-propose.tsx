"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { type FormEvent, useRef, useState } from "react";
import { useAct } from "@/components/act/use-act";
import { target } from "@/components/client/api";
import { CallFailure } from "@/components/client/call-failure";
import { useReady } from "@/components/client/use-ready";
import { TextArea } from "@/components/form/controls";
import { Field } from "@/components/form/field";
import { Button } from "@/components/ui/button";
import type { proposeRelease } from "@/lib/api-client/operations/releases";

const propose = target<typeof proposeRelease>("POST", "/confidential/access/requests/{id}/releases");

/** Lays out the terms: what was asked, no more and no less. From then on they wait for two words. */
export function ProposeRelease(props: {
  requestId: string;
  reference: string;
  /** The officer's identity is not checked yet, without which nothing is released. */
  isUnknown: boolean;
}) {
  const t = useTranslations("release.propose");
  const router = useRouter();
  const isReady = useReady();
  const { isBusy, error, run } = useAct(propose);
  const [reason, setReason] = useState("");
  const [isMissing, setMissing] = useState(false);
  const box = useRef<HTMLTextAreaElement>(null);
  const send = async (event: FormEvent) => {
    event.preventDefault();
    setMissing(reason.trim() === "");
    if (reason.trim() === "") return box.current?.focus();
    if (isBusy) return;
    const answer = await run({ params: { id: props.requestId }, body: { reason: reason.trim() } });
    if (answer !== undefined) router.refresh();
  };
  return (
    <form onSubmit={send} noValidate method="post" className="mb-6 grid gap-4">
      <p className="text-control text-ink-2">{t("lead", { reference: props.reference })}</p>
      <Field id="release-reason" label={t("reason")} error={isMissing ? t("reasonMissing") : undefined}>
        {(control) => (
          <TextArea
            {...control}
            ref={box}
            maxLength={2000}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        )}
      </Field>
      {error === undefined ? null : <CallFailure error={error} title={t("failed")} />}
      <div>
        <Button
          type="submit"
          look="primary"
          isBusy={isBusy}
          disabled={!isReady || props.isUnknown}
          aria-describedby={props.isUnknown ? "release-unknown" : undefined}
        >
          {t("submit")}
        </Button>
        {props.isUnknown ? (
          <p id="release-unknown" className="mt-2 text-control text-ink-2">
            {t("unknown")}
          </p>
        ) : null}
      </div>
    </form>
  );
}
