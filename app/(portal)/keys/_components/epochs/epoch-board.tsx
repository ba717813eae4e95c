"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useAct } from "@/components/act/use-act";
import { target } from "@/components/client/api";
import { LiveRefresh } from "@/components/client/live-refresh";
import { useReady } from "@/components/client/use-ready";
import { Button } from "@/components/ui/button";
import { Digest } from "@/components/ui/digest";
import { Section } from "@/components/ui/section";
import { Notice } from "@/components/ui/states";
import type { destroyEscrow, rotateEscrow } from "@/lib/api-client/operations/keys";
import type { EscrowEpochList } from "@/lib/keys/schema";
import { type EpochAct, EpochDialog, EpochRefusal } from "./epoch-dialog";
import { EpochProgress } from "./epoch-progress";
import { EpochTable } from "./epoch-table";

const BEGIN = target<typeof rotateEscrow>("POST", "/confidential/keys/escrow/rotate");
const DESTROY = target<typeof destroyEscrow>("POST", "/confidential/keys/escrow/{epoch}/destroy");

/** What the last act came to. */
interface Done {
  readonly kind: "begin" | "runs" | "destroy";
  readonly kid: string;
}

function Outcome({ done }: { done: Done }) {
  const t = useTranslations("keys.escrow");
  const { kind, kid } = done;
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

/** Begins and destroys, and keeps what came of it where the table that moves on cannot take it away. */
function useEpochActs() {
  const router = useRouter();
  const begin = useAct(BEGIN);
  const destroy = useAct(DESTROY);
  const [act, setAct] = useState<EpochAct>();
  const [isAsking, setAsking] = useState(false);
  const [done, setDone] = useState<Done>();
  const attempt = async (asked: EpochAct): Promise<Done | undefined> => {
    if (asked.kind === "destroy") {
      const answer = await destroy.run({ params: { epoch: String(asked.epoch) } });
      return answer && { kind: "destroy", kid: answer.kid };
    }
    const answer = await begin.run({});
    // Without a receipt nothing was begun: entries still move to the epoch that was answered.
    return answer && { kind: answer.receipt === undefined ? "runs" : "begin", kid: answer.kid };
  };
  return {
    act,
    isAsking,
    done,
    isBusy: begin.isBusy || destroy.isBusy,
    error: act?.kind === "destroy" ? destroy.error : begin.error,
    ask: (next: EpochAct) => {
      setAct(next);
      setAsking(true);
      setDone(undefined);
    },
    close: () => setAsking(false),
    run: async () => {
      const result = act && (await attempt(act));
      if (result === undefined) return;
      setDone(result);
      setAsking(false);
      router.refresh();
    },
  };
}

/**
 * The escrow's epochs as the page's stream of changes keeps them, what waits to be moved, and for administrators the two
 * acts. A refusal stays in sight when its dialog is closed, until the next act.
 */
export function EpochBoard({ list, mayAct }: { list: EscrowEpochList; mayAct: boolean }) {
  const t = useTranslations("keys.escrow");
  const isReady = useReady();
  const acts = useEpochActs();
  const { act, isAsking, done, error } = acts;
  const refusal = act === undefined || done !== undefined ? null : <EpochRefusal act={act} error={error} />;
  return (
    <Section
      title={t("title")}
      action={
        mayAct ? (
          <Button size="bar" disabled={!isReady} onClick={() => acts.ask({ kind: "begin" })}>
            {t("begin.button")}
          </Button>
        ) : undefined
      }
    >
      <LiveRefresh kinds={["epoch"]} />
      <p className="max-w-[720px] py-2 text-control text-ink-2">{t("text")}</p>
      <EpochProgress epochs={list.items} />
      {isAsking ? null : refusal}
      {done === undefined ? null : <Outcome done={done} />}
      <EpochTable
        epochs={list.items}
        {...(mayAct
          ? { onDestroy: ({ epoch, kid }) => acts.ask({ kind: "destroy", epoch, kid }), isReady }
          : {})}
      />
      <p className="mt-2 text-control text-ink-2">
        {t("custodian")} <Digest value={list.custodian} label={t("custodian")} />
      </p>
      {act === undefined || !isAsking ? null : (
        <EpochDialog act={act} isBusy={acts.isBusy} onClose={acts.close} onYes={() => void acts.run()}>
          {refusal}
        </EpochDialog>
      )}
    </Section>
  );
}
