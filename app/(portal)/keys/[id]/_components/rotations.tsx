"use client";

import { useTranslations } from "next-intl";
import { LiveRefresh } from "@/components/client/live-refresh";
import { LocalTime } from "@/components/ui/local-time";
import { Section } from "@/components/ui/section";
import { type Column, Table } from "@/components/ui/table";
import { Tag } from "@/components/ui/tag";
import type { RotationList, RotationView } from "@/lib/keys/rotation/schema";
import { useRefreshing } from "../../../../../components/client/live-refresh";

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

/** Rotations of a participant's key, newest first, as far as the page's stream of changes tells that they are. */
export function Rotations({ list }: { list: RotationList }) {
  const t = useTranslations("keys.rotations");
  const runs = list.items.some(({ state }) => state === "running");
  useRefreshing(runs);
  const columns: Column<RotationView>[] = [
    {
      key: "versions",
      head: t("columns.versions"),
      isTitle: true,
      cell: ({ state, old_version: old, new_version: next }) =>
        state === "asked" ? t("fromAsked", { old }) : t("from", { old, next }),
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
  // The listener has the same place in the tree with and without rotations. Otherwise it would lose its last message
  // when the first row appears, and a rotation that ends at that moment would be shown as running.
  return (
    <>
      <LiveRefresh kinds={["rotation"]} />
      {list.items.length === 0 ? null : (
        <Section title={t("title")}>
          <div role="status" className="sr-only">
            {runs ? t("states.running") : ""}
          </div>
          <Table caption={t("title")} columns={columns} rows={list.items} rowKey={(one) => one.rotation_id} />
        </Section>
      )}
    </>
  );
}
