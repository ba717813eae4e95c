"use client";

import { useRouter } from "next/navigation";
import { type ReactNode, useEffect, useState } from "react";
import { call, target } from "@/components/client/api";
import { DownloadLink } from "@/components/client/download-link";
import { useAnswer } from "@/components/client/use-answer";
import type { listAuditExports } from "@/lib/api-client/operations/audit";
import type { ExportItem } from "@/lib/audit/schema";

const list = target<typeof listAuditExports>("GET", "/confidential/audit/exports");
const PERIOD_MS = 1_000;
/** After this time the export must be in the history, unless the download was refused or still runs. The page may be reloaded. */
const MOST_LOOKS = 120;

/** Returns the reader's own downloads that started after the page was made. */
function newStreams(items: readonly ExportItem[], known: ReadonlySet<string>): readonly ExportItem[] {
  return items.filter(({ id, is_own, kind }) => is_own && kind === "stream" && !known.has(id));
}

/**
 * A download that the browser streams. The history below is refreshed from the start of the download until the new
 * export is in it and has ended.
 */
export function DirectDownload(props: {
  href: string;
  /** Ids of the exports that the history shows. */
  known: readonly string[];
  children: ReactNode;
}) {
  const router = useRouter();
  const [begun, setBegun] = useState<{ readonly count: number; readonly known: ReadonlySet<string> }>();
  const { data } = useAnswer({
    queryKey: ["audit", "exports", String(begun?.count ?? 0)],
    queryFn: () => call(list, { query: { limit: "10" }, isBackground: true }),
    enabled: begun !== undefined,
    gcTime: 0,
    staleTime: 0,
    refetchInterval: ({ state }) => {
      const [newest] = newStreams(state.data?.items ?? [], begun?.known ?? new Set());
      const hasEnded = newest !== undefined && newest.state !== "running" && newest.seq !== null;
      return hasEnded || state.dataUpdateCount >= MOST_LOOKS || state.error !== null ? false : PERIOD_MS;
    },
  });
  const [newest] = begun === undefined ? [] : newStreams(data?.items ?? [], begun.known);
  const seen = newest === undefined ? undefined : `${newest.id} ${newest.state} ${newest.seq ?? ""}`;
  useEffect(() => {
    if (seen !== undefined) router.refresh();
  }, [seen, router]);
  return (
    <DownloadLink
      href={props.href}
      onStart={() => setBegun((before) => ({ count: (before?.count ?? 0) + 1, known: new Set(props.known) }))}
    >
      {props.children}
    </DownloadLink>
  );
}
