"use client";

import { useLocale, useTranslations } from "next-intl";
import { Acts, act, type RowAct } from "@/components/act/act-button";
import { target } from "@/components/client/api";
import { FactsSection } from "@/components/ui/section";
import type { RequestView } from "@/lib/access/requests/answer-schema";
import type { answerPartly, extendRequest, objectRequest } from "@/lib/api-client/operations/steering";
import { formatTime } from "@/lib/format";

const REQUEST = "/confidential/access/requests/{id}";
const EXTEND = target<typeof extendRequest>("POST", `${REQUEST}/extensions`);
const OBJECT = target<typeof objectRequest>("POST", `${REQUEST}/objections`);
const ANSWER_PARTLY = target<typeof answerPartly>("POST", `${REQUEST}/partial-answers`);

type Kind = RequestView["acts"][number];

/** The acts of a request that steer its deadline, each with a reason that both sides see. */
function useDeadlineActs(request: RequestView): Readonly<Record<Kind, RowAct>> {
  const t = useTranslations("review.steer");
  const locale = useLocale();
  const { extendable_until: latest } = request;
  const common = (kind: Kind) => ({
    params: { id: request.id },
    label: t(`${kind}.open`),
    title: t(`${kind}.title`, { reference: request.reference }),
    text: t(`${kind}.text`),
    yes: t(`${kind}.do`),
    failed: t("failed"),
  });
  const reason = {
    kind: "reason",
    label: t("reason"),
    missing: t("reasonMissing"),
    maxLength: 2_000,
  } as const;
  const latestText =
    latest === undefined ? "" : formatTime(new Date(latest), { timeZone: "UTC", locale, form: "minute" });
  const until = {
    kind: "date",
    label: t("extend.until"),
    help: t("extend.untilHelp", { latest: latestText }),
    isOptional: true,
  } as const;
  return {
    extend: act<typeof extendRequest, string>("extend", {
      ...common("extend"),
      call: EXTEND,
      fields: latest === undefined ? { reason } : { until: { ...until, max: latest.slice(0, 10) }, reason },
      body: (typed) => ({
        reason: typed.reason ?? "",
        ...(typed.until === undefined || typed.until === "" ? {} : { until: typed.until }),
      }),
    }),
    object: act<typeof objectRequest, "reason">("object", {
      ...common("object"),
      call: OBJECT,
      fields: { reason },
      body: (typed) => ({ reason: typed.reason, act: "raise" }),
    }),
    settle: act<typeof objectRequest, "reason">("settle", {
      ...common("settle"),
      call: OBJECT,
      fields: { reason },
      body: (typed) => ({ reason: typed.reason, act: "settle" }),
    }),
    answer_partly: act("answer_partly", {
      ...common("answer_partly"),
      call: ANSWER_PARTLY,
      fields: { reason },
      body: (typed) => ({ reason: typed.reason }),
    }),
  };
}

/** What a reviewer can do with a request besides approving or denying it. */
export function DeadlineActs({ request }: { request: RequestView }) {
  const t = useTranslations("review.steer");
  const acts = useDeadlineActs(request);
  if (request.acts.length === 0) return null;
  return (
    <FactsSection title={t("title")}>
      <div className="flex flex-wrap gap-2">
        <Acts acts={request.acts.map((kind) => acts[kind])} />
      </div>
    </FactsSection>
  );
}
