"use client";

import { useTranslations } from "next-intl";
import { Acts, act } from "@/components/act/act-button";
import { target } from "@/components/client/api";
import { ButtonLink } from "@/components/ui/button-link";
import type { resolveDispute, takeDispute } from "@/lib/api-client/operations/disputes";
import type { DisputeAct } from "@/lib/disputes/schema";
import { DISPUTE_OUTCOMES } from "@/lib/word-lists";

const TAKE = target<typeof takeDispute>("POST", "/confidential/disputes/{id}/take");
const RESOLVE = target<typeof resolveDispute>("POST", "/confidential/disputes/{id}/resolve");

interface ActsProps {
  readonly disputeId: string;
  readonly acts: readonly DisputeAct[];
  /** Name of another person who has the dispute. */
  readonly takenByOther: string | undefined;
  readonly isMine: boolean;
  readonly requestHref: string;
}

/** Takes the dispute; from another person only after a question. */
function useTake(id: string, takenByOther: string | undefined) {
  const t = useTranslations("disputes.one");
  const over = useTranslations("disputes.takeOver");
  if (takenByOther === undefined)
    return act("take", { call: TAKE, params: { id }, label: t("take"), button: { look: "primary" } });
  return act("take", {
    call: TAKE,
    params: { id },
    label: t("takeOver"),
    title: over("title"),
    text: over("text", { name: takenByOther }),
    yes: over("yes"),
  });
}

/** The party that opened the dispute writes why it is over. */
function useWithdraw(id: string) {
  const one = useTranslations("disputes.one");
  const t = useTranslations("disputes.end");
  return act("end", {
    call: RESOLVE,
    params: { id },
    label: one("withdraw"),
    title: t("withdrawTitle"),
    text: t("effect"),
    fields: {
      resolution: {
        kind: "reason",
        label: t("whatWithdraw"),
        help: t("help"),
        missing: t("needed"),
        maxLength: 4_000,
      },
    },
    body: ({ resolution }) => ({ resolution }),
    yes: t("withdraw"),
  });
}

/** Support chooses the outcome and writes what was found. */
function useResolve(id: string) {
  const one = useTranslations("disputes.one");
  const t = useTranslations("disputes.end");
  const outcomes = useTranslations("disputes.outcomes");
  return act("end", {
    call: RESOLVE,
    params: { id },
    label: one("resolve"),
    // Only a resolved dispute is settled.
    button: { icon: "check" },
    title: t("resolveTitle"),
    text: t("effect"),
    fields: {
      outcome: {
        kind: "choice",
        label: t("outcome"),
        missing: t("outcomeNeeded"),
        options: DISPUTE_OUTCOMES.map((value) => ({ value, label: outcomes(value) })),
      },
      resolution: {
        kind: "reason",
        label: t("what"),
        help: t("help"),
        missing: t("needed"),
        maxLength: 4_000,
      },
    },
    body: ({ resolution, outcome }) => ({
      resolution,
      outcome: DISPUTE_OUTCOMES.find((one) => one === outcome),
    }),
    yes: t("resolve"),
  });
}

/** What the reader can do with the whole dispute. */
export function DisputeActs({ disputeId, acts, takenByOther, isMine, requestHref }: ActsProps) {
  const t = useTranslations("disputes.one");
  const take = useTake(disputeId, takenByOther);
  const resolve = useResolve(disputeId);
  const withdraw = useWithdraw(disputeId);
  return (
    <>
      {acts.includes("take") && !isMine ? <Acts acts={[take]} /> : null}
      {acts.includes("request-more") ? (
        <ButtonLink href={requestHref} look="secondary">
          {t("requestMore")}
        </ButtonLink>
      ) : null}
      {acts.includes("resolve") ? <Acts acts={[resolve]} /> : null}
      {acts.includes("withdraw") ? <Acts acts={[withdraw]} /> : null}
    </>
  );
}
