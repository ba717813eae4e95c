"use client";

import { useTranslations } from "next-intl";
import { Acts, act } from "@/components/act/act-button";
import { target } from "@/components/client/api";
import { ButtonLink } from "@/components/ui/button-link";
import type { resolveDispute, takeDispute } from "@/lib/api-client/operations/disputes";
import type { DisputeAct } from "@/lib/disputes/schema";

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

/** Ends the dispute: support writes what was found, or the party that opened it why it is over. */
function useEnd(id: string, end: "resolve" | "withdraw") {
  const one = useTranslations("disputes.one");
  const t = useTranslations("disputes.end");
  const isWithdraw = end === "withdraw";
  return act("end", {
    call: RESOLVE,
    params: { id },
    label: one(end),
    // Only a resolved dispute is settled.
    button: isWithdraw ? {} : { icon: "check" },
    title: t(isWithdraw ? "withdrawTitle" : "resolveTitle"),
    text: t("effect"),
    fields: {
      resolution: {
        kind: "reason",
        label: t(isWithdraw ? "whatWithdraw" : "what"),
        help: t("help"),
        missing: t("needed"),
        maxLength: 4_000,
      },
    },
    body: ({ resolution }) => ({ resolution }),
    yes: t(isWithdraw ? "withdraw" : "resolve"),
  });
}

/** What the reader can do with the whole dispute. */
export function DisputeActs({ disputeId, acts, takenByOther, isMine, requestHref }: ActsProps) {
  const t = useTranslations("disputes.one");
  const take = useTake(disputeId, takenByOther);
  const end = useEnd(disputeId, acts.includes("resolve") ? "resolve" : "withdraw");
  const mayEnd = acts.includes("resolve") || acts.includes("withdraw");
  return (
    <>
      {acts.includes("take") && !isMine ? <Acts acts={[take]} /> : null}
      {acts.includes("request-more") ? (
        <ButtonLink href={requestHref} look="secondary">
          {t("requestMore")}
        </ButtonLink>
      ) : null}
      {mayEnd ? <Acts acts={[end]} /> : null}
    </>
  );
}
