"use client";

import { useRouter } from "next/navigation";
import { useLocale, useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { ActButton } from "@/components/act/act-button";
import { target } from "@/components/client/api";
import { useApi } from "@/components/client/use-api";
import { Icon } from "@/components/ui/icon";
import { LocalTime } from "@/components/ui/local-time";
import { Notice } from "@/components/ui/states";
import type { cancelDryRun, getDryRun, startDryRun } from "@/lib/api-client/operations/policy-runs";
import { formatCount } from "@/lib/format";
import type { DryRunView } from "@/lib/policies/dry-run/schema";

const START = target<typeof startDryRun>("POST", "/confidential/policies/{number}/dry-runs");
const GET = target<typeof getDryRun>("GET", "/confidential/policies/{number}/dry-runs/{id}");
const CANCEL = target<typeof cancelDryRun>("POST", "/confidential/policies/{number}/dry-runs/{id}/cancel");

const PERIOD_MS = 1_000;

type Run = Pick<DryRunView, "id" | "number" | "state" | "done" | "total">;

function isOpen({ state }: Pick<Run, "state">): boolean {
  return state === "queued" || state === "running";
}

/** The run as it is now: asked for every second until it ends. Then the page is read again. */
function useProgress(run: Run): Run {
  const { call } = useApi();
  const router = useRouter();
  const [known, setKnown] = useState<Run>(run);
  const { id, number } = run;
  const isWaiting = isOpen(known);
  useEffect(() => {
    if (!isWaiting) return;
    let isLeft = false;
    const timer = setInterval(() => {
      call(GET, { params: { number: String(number), id }, isBackground: true }).then(
        (now) => {
          if (isLeft) return;
          setKnown(now);
          if (!isOpen(now)) router.refresh();
        },
        // The next second asks again.
        () => undefined,
      );
    }, PERIOD_MS);
    return () => {
      isLeft = true;
      clearInterval(timer);
    };
  }, [isWaiting, id, number, call, router]);
  return known;
}

function Running({ run }: { run: Run }) {
  const t = useTranslations("policies.dryRun");
  const locale = useLocale();
  const known = useProgress(run);
  const { id, number } = run;
  const text = t("progress", {
    done: formatCount(known.done, locale),
    total: formatCount(known.total, locale),
  });
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2 py-3 text-control">
      <Icon name="clock" className="text-amber" />
      <span role="status">{known.state === "queued" ? t("queued") : text}</span>
      <progress value={known.done} max={Math.max(1, known.total)} aria-label={text} className="h-1 w-40" />
      <ActButton<typeof cancelDryRun>
        call={CANCEL}
        params={{ number: String(number), id }}
        button={{ look: "quiet", size: "bar" }}
        label={t("cancel")}
        body={() => ({})}
        failed={t("cancelFailed")}
      />
    </div>
  );
}

/** Starts a dry run. */
export function StartDryRun({ number, isAgain }: { number: number; isAgain: boolean }) {
  const t = useTranslations("policies.dryRun");
  return (
    <ActButton<typeof startDryRun>
      call={START}
      params={{ number: String(number) }}
      button={{ look: isAgain ? "secondary" : "primary", size: "form" }}
      label={t(isAgain ? "again" : "start")}
      body={() => ({})}
      failed={t("startFailed")}
    />
  );
}

/** How a dry run stands: not asked for, waiting, running, ended without a result, or of an older text. */
export function DryRunState({
  run,
  number,
  canStart,
}: {
  run: DryRunView | undefined;
  number: number;
  canStart: boolean;
}) {
  const t = useTranslations("policies.dryRun");
  const start = canStart ? <StartDryRun number={number} isAgain={run !== undefined} /> : null;
  if (run === undefined)
    return (
      <div className="py-3">
        <p className="mb-3 max-w-[80ch] text-control text-ink-2">{t("none")}</p>
        {start}
      </div>
    );
  if (isOpen(run)) return <Running key={run.id} run={run} />;
  if (run.state !== "done")
    return (
      <Notice
        tone="amber"
        icon="warning"
        className="my-3"
        title={t(run.state === "failed" ? "failed" : "cancelled")}
      >
        <p className="mb-2">{t("stopped", { done: run.done, total: run.total })}</p>
        {start}
      </Notice>
    );
  return (
    <>
      {run.is_current || !canStart ? null : (
        <Notice tone="amber" icon="warning" className="my-3" title={t("old")}>
          <p className="mb-2">{t("oldText")}</p>
          {start}
        </Notice>
      )}
      <p className="py-2 text-note text-ink-2">
        {t.rich("done", {
          name: run.asked_by,
          base: run.base_number,
          time: () => <LocalTime instant={run.finished_at ?? run.created_at} form="minute" />,
        })}
      </p>
    </>
  );
}
