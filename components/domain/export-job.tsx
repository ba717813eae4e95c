"use client";

import { useRouter } from "next/navigation";
import { useLocale, useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { target } from "@/components/client/api";
import { CallFailure } from "@/components/client/call-failure";
import { DownloadLink } from "@/components/client/download-link";
import { useApi } from "@/components/client/use-api";
import { Button } from "@/components/ui/button";
import { LocalTime } from "@/components/ui/local-time";
import { Tag } from "@/components/ui/tag";
import type { cancelAuditExport, getAuditExport } from "@/lib/api-client/operations/audit";
import type { ExportItem } from "@/lib/audit/schema";
import { formatCount } from "@/lib/format";

const get = target<typeof getAuditExport>("GET", "/confidential/audit/exports/{id}");
const cancel = target<typeof cancelAuditExport>("DELETE", "/confidential/audit/exports/{id}");

const PERIOD_MS = 2_000;

function isOpen({ state }: ExportItem): boolean {
  return state === "queued" || state === "running";
}

const LOOKS = {
  queued: ["amber", "clock"],
  running: ["amber", "clock"],
  done: ["plain", "tick"],
  failed: ["oxblood", "warning"],
  broken_off: ["oxblood", "warning"],
  cancelled: ["plain", "stop"],
  expired: ["plain", "clock"],
} as const;

/** The export's present state, requested every two seconds while it waits or is made. */
function useProgress(item: ExportItem) {
  const api = useApi();
  const router = useRouter();
  const [known, setKnown] = useState(item);
  const [isLost, setLost] = useState(false);
  const { call } = api;
  const { id } = item;
  const isWaiting = isOpen(known);
  useEffect(() => {
    if (!isWaiting) return;
    let isLeft = false;
    const timer = setInterval(() => {
      call(get, { params: { id }, isBackground: true }).then(
        (now) => {
          if (isLeft) return;
          setLost(false);
          setKnown(now);
          if (!isOpen(now)) router.refresh();
        },
        () => setLost(true),
      );
    }, PERIOD_MS);
    return () => {
      isLeft = true;
      clearInterval(timer);
    };
  }, [isWaiting, id, call, router]);
  return { known, isLost };
}

function Progress({ item }: { item: ExportItem }) {
  const t = useTranslations("domain.exportJob");
  const locale = useLocale();
  if (item.state !== "running") return null;
  if (item.total === null) return <span className="text-ink-2">{t("counting")}</span>;
  const text = t("progress", {
    done: formatCount(item.progress ?? 0, locale),
    total: formatCount(item.total, locale),
  });
  return (
    <span className="flex flex-wrap items-center gap-x-3">
      <progress
        value={item.progress ?? 0}
        max={Math.max(1, item.total)}
        aria-label={text}
        className="h-1 w-24"
      />
      <span className="text-ink-2">{text}</span>
    </span>
  );
}

/** State of a background export, with its maker's actions: cancel it, download its file, remove it. */
export function JobState({ item }: { item: ExportItem }) {
  const t = useTranslations("domain.exportJob");
  const api = useApi();
  const router = useRouter();
  const { known, isLost } = useProgress(item);
  const [isEnding, setEnding] = useState(false);
  const [error, setError] = useState<unknown>();
  const end = async () => {
    setEnding(true);
    setError(undefined);
    try {
      await api.call(cancel, { params: { id: item.id } });
      router.refresh();
    } catch (failure) {
      setError(failure);
    }
    setEnding(false);
  };
  const [tone, icon] = LOOKS[known.state];
  const state = known.state === "broken_off" ? "failed" : known.state;
  const isDone = known.state === "done";
  const act = isDone ? "remove" : "cancel";
  return (
    <div className="flex flex-col items-start gap-1">
      <Tag tone={tone} icon={icon}>
        {t(state)}
      </Tag>
      <Progress item={known} />
      {isLost ? <span role="status">{t("lost")}</span> : null}
      {known.state === "failed" ? <span className="text-ink-2">{t("failedText")}</span> : null}
      {isDone && known.expires_at !== null ? (
        <span className="text-ink-2">
          {t("until")} <LocalTime instant={known.expires_at} form="minute" />
        </span>
      ) : null}
      {known.is_own && (isDone || isOpen(known)) ? (
        <span className="flex flex-wrap items-start gap-2">
          {isDone ? (
            <DownloadLink href={`/confidential/audit/exports/${item.id}/file`} look="secondary" size="bar">
              {t("download")}
            </DownloadLink>
          ) : null}
          <Button
            look="quiet"
            size="bar"
            isBusy={isEnding}
            aria-label={t(`${act}Named`, { time: item.started_at })}
            onClick={end}
          >
            {t(act)}
          </Button>
        </span>
      ) : null}
      <CallFailure error={error} />
    </div>
  );
}
