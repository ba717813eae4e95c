"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { act, useActDialog } from "@/components/act/act-button";
import { CallRefused, target } from "@/components/client/api";
import { CallFailure } from "@/components/client/call-failure";
import { LiveRefresh } from "@/components/client/live-refresh";
import type { Signer } from "@/components/client/use-signer";
import { Digest } from "@/components/ui/digest";
import { Section } from "@/components/ui/section";
import { Notice } from "@/components/ui/states";
import type { destroyEscrow, rotateEscrow } from "@/lib/api-client/operations/keys";
import type { EscrowEpochList, EscrowEpochView } from "@/lib/keys/schema";
import { EpochProgress } from "./epoch-progress";
import { EpochTable } from "./epoch-table";

const BEGIN = target<typeof rotateEscrow>("POST", "/confidential/keys/escrow/rotate");
const DESTROY = target<typeof destroyEscrow>("POST", "/confidential/keys/escrow/{epoch}/destroy");

/** What the last act came to. */
type Outcome =
  | { readonly kind: "begin" | "runs" | "destroy"; readonly kid: string }
  | { readonly kind: "failed"; readonly title: string; readonly failure: unknown };

/** How many envelopes keep an epoch from its end; undefined where it has another state by now. */
function remainingOf(refusal: CallRefused): number | undefined {
  const { remaining_wraps: remaining } = refusal.problem.members;
  return typeof remaining === "number" ? remaining : undefined;
}

/** Why an act on the escrow's epochs was refused. */
function Refusal({ title, failure }: { title: string; failure: unknown }) {
  const t = useTranslations("keys.escrow.destroy");
  const isState = failure instanceof CallRefused && failure.problem.code === "key.state";
  const remaining = isState ? remainingOf(failure) : undefined;
  return (
    <div className="mt-4 mb-2">
      <CallFailure error={failure} title={title} />
      {isState ? (
        <p className="border-oxblood border-l-[3px] bg-ox-wash px-4 pb-3 text-control">
          {remaining === undefined ? t("moved") : t("remain", { count: remaining })}
        </p>
      ) : null}
    </div>
  );
}

function LastOutcome({ outcome }: { outcome: Outcome }) {
  const t = useTranslations("keys.escrow");
  if (outcome.kind === "failed") return <Refusal {...outcome} />;
  const { kind, kid } = outcome;
  if (kind === "runs")
    return (
      <Notice tone="amber" icon="clock" isLive title={t("begin.runs", { kid })} className="mt-4 mb-2">
        <p>{t("begin.runsText")}</p>
      </Notice>
    );
  return (
    <Notice tone="accent" icon="check" isLive title={t(`${kind}.done`, { kid })} className="mt-4 mb-2" />
  );
}

/** Has an administrator with a key on the roster sign the order: the portal alone cannot give it to the custodian. */
function orderOf(order: EscrowEpochList["order"], act: "begin" | "destroy", epoch: number) {
  const statement = { ...order, act, epoch };
  return async (_body: unknown, sign: Signer["sign"]) => {
    const signed = await sign({ kind: "epoch", prepare: async () => statement, isAsShown: () => true });
    return signed === undefined ? {} : { signature: signed.signature };
  };
}

/** The two acts, and the outcome of the last one. It stays on the page when the table changes. */
function useEpochActs({ items, order }: EscrowEpochList) {
  const newest = items.reduce((highest, { epoch }) => Math.max(highest, epoch), 0);
  const t = useTranslations("keys.escrow");
  const router = useRouter();
  const [outcome, setOutcome] = useState<Outcome>();
  const common = (kind: "begin" | "destroy", failed: string) => ({
    label: t(`${kind}.button`),
    text: t(`${kind}.text`),
    yes: t(`${kind}.yes`),
    explain: (failure: unknown) => <Refusal title={failed} failure={failure} />,
    onLeft: (failure: unknown) => setOutcome({ kind: "failed", title: failed, failure }),
  });
  const finish = (done: Outcome): void => {
    setOutcome(done);
    router.refresh();
  };
  const begin = act("begin", {
    ...common("begin", t("begin.failed")),
    call: BEGIN,
    button: { size: "bar" },
    title: t("begin.title"),
    body: () => ({}),
    signed: orderOf(order, "begin", newest + 1),
    // Without a receipt no epoch was begun: the one in the answer is still being filled.
    onDone: ({ kid, receipt }) => finish({ kind: receipt === undefined ? "runs" : "begin", kid }),
  });
  const destroy = ({ epoch, kid }: EscrowEpochView) =>
    act(`destroy-${kid}`, {
      ...common("destroy", t("destroy.failed", { kid })),
      call: DESTROY,
      params: { epoch: String(epoch) },
      named: t("destroy.named", { kid }),
      button: { size: "bar" },
      title: t("destroy.title", { kid }),
      body: () => ({}),
      signed: orderOf(order, "destroy", epoch),
      danger: true,
      onDone: () => finish({ kind: "destroy", kid }),
    });
  return { begin, destroy, outcome };
}

/** The escrow's epochs, kept up to date, the progress of re-wrapping, and for administrators the two acts. */
export function EpochBoard({ list, mayAct }: { list: EscrowEpochList; mayAct: boolean }) {
  const t = useTranslations("keys.escrow");
  const { begin, destroy, outcome } = useEpochActs(list);
  const { open, dialog } = useActDialog();
  return (
    <Section title={t("title")} action={mayAct ? begin.button(open) : undefined}>
      <LiveRefresh kinds={["epoch"]} />
      <p className="max-w-[720px] py-2 text-control text-ink-2">{t("text")}</p>
      <EpochProgress epochs={list.items} />
      {dialog !== undefined || outcome === undefined ? null : <LastOutcome outcome={outcome} />}
      <EpochTable
        epochs={list.items}
        {...(mayAct ? { actOf: (epoch) => destroy(epoch).button(open) } : {})}
      />
      <p className="mt-2 text-control text-ink-2">
        {t("custodian")} <Digest value={list.custodian} label={t("custodian")} />
      </p>
      {dialog}
    </Section>
  );
}
