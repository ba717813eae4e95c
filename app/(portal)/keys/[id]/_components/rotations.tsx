"use client";

import { useQuery } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useEffect, useRef } from "react";
import { target } from "@/components/client/api";
import { useApi } from "@/components/client/use-api";
import { LocalTime } from "@/components/ui/local-time";
import { Section } from "@/components/ui/section";
import { type Column, Table } from "@/components/ui/table";
import { Tag } from "@/components/ui/tag";
import type { listRotations } from "@/lib/api-client/operations/keys";
import type { RotationList, RotationView } from "@/lib/keys/rotation/schema";

const LIST = target<typeof listRotations>("GET", "/confidential/keys/rotations");
const PERIOD_MS = 1_500;

const LOOKS = {
  asked: { tone: "amber", icon: "clock" },
  running: { tone: "amber", icon: "clock" },
  completed: { tone: "accent", icon: "check" },
  failed: { tone: "oxblood", icon: "warning" },
} as const;

function Progress({ rotation }: { rotation: RotationView }) {
  const t = useTranslations("keys.rotations");
  const { rewrapped, total, state } = rotation;
  return (
    <span className="flex flex-wrap items-center gap-x-3">
      {state === "running" && total > 0 ? (
        <progress value={rewrapped} max={total} className="h-1 w-24" aria-label={t("columns.progress")} />
      ) : null}
      <span>{t("of", { rewrapped, total })}</span>
    </span>
  );
}

/** Rotations of a participant's key, newest first; asks again while one runs, and then for the page anew. */
export function Rotations(props: { participantId: string; first: RotationList }) {
  const { participantId, first } = props;
  const t = useTranslations("keys.rotations");
  const { call } = useApi();
  const router = useRouter();
  const isRunning = (list: RotationList) => list.items.some(({ state }) => state === "running");
  const { data } = useQuery({
    queryKey: ["key-rotations", participantId, first.items[0]?.rotation_id],
    queryFn: () => call(LIST, { query: { participant_id: participantId } }),
    initialData: first,
    enabled: isRunning(first),
    refetchInterval: ({ state }) => (isRunning(state.data ?? first) ? PERIOD_MS : false),
  });
  const wasRunning = useRef(isRunning(data));
  const runs = isRunning(data);
  useEffect(() => {
    if (wasRunning.current && !runs) router.refresh();
    wasRunning.current = runs;
  }, [runs, router]);
  const columns: Column<RotationView>[] = [
    {
      key: "versions",
      head: t("columns.versions"),
      isTitle: true,
      cell: (one) => t("from", { old: one.old_version, next: one.new_version }),
    },
    { key: "mode", head: t("columns.mode"), cell: ({ mode }) => t(`modes.${mode}`) },
    {
      key: "started",
      head: t("columns.started"),
      cell: (one) => <LocalTime instant={one.started_at} form="minute" />,
    },
    { key: "progress", head: t("columns.progress"), cell: (one) => <Progress rotation={one} /> },
    {
      key: "state",
      head: t("columns.state"),
      cell: ({ state }) => (
        <Tag tone={LOOKS[state].tone} icon={LOOKS[state].icon}>
          {t(`states.${state}`)}
        </Tag>
      ),
    },
  ];
  return (
    <Section title={t("title")}>
      <div role="status" className="sr-only">
        {runs ? t("states.running") : ""}
      </div>
      <Table caption={t("title")} columns={columns} rows={data.items} rowKey={(one) => one.rotation_id} />
    </Section>
  );
}
