"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useAct } from "@/components/act/use-act";
import { target } from "@/components/client/api";
import { CallFailure } from "@/components/client/call-failure";
import { useReady } from "@/components/client/use-ready";
import { useSigner } from "@/components/client/use-signer";
import { Choice, ChoiceGroup, TextArea } from "@/components/form/controls";
import { ErrorSummary } from "@/components/form/error-summary";
import { Field } from "@/components/form/field";
import { Button } from "@/components/ui/button";
import type { EmergencyView } from "@/lib/access/break-glass/schema";
import type { reviewBreakGlass } from "@/lib/api-client/operations/break-glass";

const reviewOf = target<typeof reviewBreakGlass>("POST", "/confidential/access/break-glass/{id}/reviews");
const OUTCOMES = ["justified", "unjustified"] as const;
type Outcome = (typeof OUTCOMES)[number];
const IDS = { outcome: "review-outcome", comment: "review-comment" } as const;

interface ReviewProps {
  readonly use: Pick<EmergencyView, "id" | "statement_digest" | "holder">;
  /** The log's name, which the statement binds the word to. */
  readonly log: string;
  readonly person: string;
}

/** Signs the word where the reviewer has a key, and sends it. */
function useReviewing({ use, log, person }: ReviewProps) {
  const { sign } = useSigner();
  const act = useAct(reviewOf);
  const [isSigning, setSigning] = useState(false);
  const [notSigned, setNotSigned] = useState<unknown>();
  const send = async (outcome: Outcome, comment: string): Promise<boolean> => {
    setSigning(true);
    setNotSigned(undefined);
    try {
      const statement = { log, grant: use.id, emergency: use.statement_digest, outcome, reviewer: person };
      const made = await sign({ kind: "review", prepare: async () => statement, isAsShown: () => true });
      const body = { outcome, comment, ...(made === undefined ? {} : { signature: made.signature }) };
      return (await act.run({ params: { id: use.id }, body })) !== undefined;
    } catch (failure) {
      setNotSigned(failure);
      return false;
    } finally {
      setSigning(false);
    }
  };
  return { send, isBusy: isSigning || act.isBusy, error: notSigned ?? act.error };
}

/** Another person's word on a use: until it its holder breaks no other glass. */
export function ReviewForm(props: ReviewProps) {
  const t = useTranslations("breakGlass.review");
  const router = useRouter();
  const isReady = useReady();
  const { send, isBusy, error } = useReviewing(props);
  const [outcome, setOutcome] = useState<Outcome>();
  const [comment, setComment] = useState("");
  const [attempt, setAttempt] = useState(0);
  const isTried = attempt > 0;
  const missing = {
    outcome: isTried && outcome === undefined ? t("outcomeMissing") : undefined,
    comment: isTried && comment.trim() === "" ? t("commentMissing") : undefined,
  };
  const submit = async () => {
    setAttempt((count) => count + 1);
    if (outcome === undefined || comment.trim() === "" || isBusy) return;
    if (await send(outcome, comment.trim())) router.refresh();
  };
  return (
    <form
      noValidate
      method="post"
      className="max-w-[640px] pt-4"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <ErrorSummary
        title={t("errors")}
        errors={(["outcome", "comment"] as const).flatMap((name) => {
          const text = missing[name];
          return text === undefined ? [] : [{ id: IDS[name], text }];
        })}
        attempt={attempt}
      />
      <fieldset role="presentation" disabled={!isReady} className="grid min-w-0 gap-5">
        <ChoiceGroup
          id={IDS.outcome}
          legend={t("outcome", { name: props.use.holder.name })}
          error={missing.outcome}
        >
          {OUTCOMES.map((one) => (
            <Choice
              key={one}
              kind="radio"
              name={IDS.outcome}
              label={t(one)}
              help={t(`${one}Help`)}
              checked={outcome === one}
              onChange={() => setOutcome(one)}
            />
          ))}
        </ChoiceGroup>
        <Field id={IDS.comment} label={t("comment")} help={t("commentHelp")} error={missing.comment}>
          {(control) => (
            <TextArea
              {...control}
              maxLength={4000}
              value={comment}
              onChange={(event) => setComment(event.target.value)}
            />
          )}
        </Field>
        {error === undefined ? null : <CallFailure error={error} title={t("failed")} />}
        <div>
          <Button type="submit" look="primary" isBusy={isBusy}>
            {t("submit")}
          </Button>
        </div>
      </fieldset>
    </form>
  );
}
