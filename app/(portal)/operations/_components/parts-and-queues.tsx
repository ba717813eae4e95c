import Link from "next/link";
import { useLocale, useTranslations } from "next-intl";
import { LocalTime } from "@/components/ui/local-time";
import { Section } from "@/components/ui/section";
import { Table } from "@/components/ui/table";
import { Tag } from "@/components/ui/tag";
import type { Figures } from "@/lib/api-client/operations/figures";
import { formatCount } from "@/lib/format";

const LINK = "underline decoration-line-2 underline-offset-4 hover:text-ink";

const LOOKS = {
  up: { tone: "accent", icon: "tick" },
  late: { tone: "amber", icon: "clock" },
  down: { tone: "oxblood", icon: "stop" },
} as const;

const PARTS = [
  "portal",
  "database",
  "worker",
  "signer",
  "custodian",
  "witness",
  "keystore",
  "policies",
  "redis",
  "upstash",
] as const;

/** Returns what names a part of the instance. */
export function usePartName(): (name: string) => string {
  const t = useTranslations("parts");
  return (name) => {
    const known = PARTS.find((one) => one === name);
    return known === undefined ? name : t(known);
  };
}

/** Names of processes that report the background work of a portal: machine and process id. */
const PORTAL_JOBS = /^jobs of (\S+) (\d+)$/;

/** What a process does and on which machine, with the name that operators find in the database. */
function ProcessName({ name }: { name: string }) {
  const t = useTranslations("operations.parts.processNames");
  const [, machine, pid] = PORTAL_JOBS.exec(name) ?? [];
  if (name !== "worker" && (machine === undefined || pid === undefined)) return name;
  return (
    <>
      {machine === undefined || pid === undefined ? t("worker") : t("jobs", { machine, pid })}
      <span className="block break-words font-mono text-note text-ink-2">{name}</span>
    </>
  );
}

/** The parts of the instance, and for administrators their processes. */
export function Parts({ parts, processes, version }: Pick<Figures, "parts" | "processes" | "version">) {
  const t = useTranslations("operations.parts");
  const nameOf = usePartName();
  return (
    <Section
      title={t("title")}
      action={
        <Link href="/trust" prefetch={false} className={LINK}>
          {t("trust")}
        </Link>
      }
    >
      <Table<Figures["parts"][number]>
        caption={t("caption")}
        rows={parts}
        rowKey={({ name }) => name}
        columns={[
          { key: "part", head: t("part"), isTitle: true, cell: ({ name }) => nameOf(name) },
          {
            key: "state",
            head: t("state"),
            cell: ({ state }) => <Tag {...LOOKS[state]}>{t(state)}</Tag>,
          },
        ]}
      />
      {processes === undefined ? null : (
        <details className="mt-2">
          <summary className="min-h-[24px] cursor-pointer py-1 text-control text-ink-2 underline underline-offset-4">
            {t("processes")}
          </summary>
          {version === undefined ? null : (
            <p className="text-control text-ink-2">{t("version", { version })}</p>
          )}
          <Table<NonNullable<Figures["processes"]>[number]>
            caption={t("processes")}
            rows={processes}
            rowKey={({ name }) => name}
            columns={[
              {
                key: "name",
                head: t("processes"),
                isTitle: true,
                cell: ({ name }) => <ProcessName name={name} />,
              },
              {
                key: "seen",
                head: t("seen"),
                cell: ({ seen_at }) => <LocalTime instant={seen_at} form="clock" />,
              },
            ]}
          />
        </details>
      )}
    </Section>
  );
}

type Queue = Figures["queues"][number];

const QUEUES = [
  "audit",
  "grants",
  "registrations",
  "deliveries",
  "exports",
  "policy-runs",
  "scans",
  "rotations",
  "recoveries",
] as const;

function useAge(): (seconds: number) => string {
  const t = useTranslations("operations.queues");
  return (seconds) => {
    if (seconds < 60) return t("seconds", { s: seconds });
    if (seconds < 3_600) return t("minutes", { m: Math.floor(seconds / 60) });
    return t("hours", { h: Math.floor(seconds / 3_600) });
  };
}

/** What waits now, in each queue. Administrators can look into it. */
export function Queues({ queues, isAdministrator }: Pick<Figures, "queues"> & { isAdministrator: boolean }) {
  const t = useTranslations("operations.queues");
  const locale = useLocale();
  const age = useAge();
  const nameOf = (name: string): string => {
    const known = QUEUES.find((one) => one === name);
    return known === undefined ? name : t(`names.${known}`);
  };
  const all = (
    <Link href="/admin/background" prefetch={false} className={LINK}>
      {t("all")}
    </Link>
  );
  return (
    <Section title={t("title")} {...(isAdministrator ? { action: all } : {})}>
      <Table<Queue>
        caption={t("caption")}
        rows={queues}
        rowKey={({ queue }) => queue}
        columns={[
          { key: "queue", head: t("queue"), isTitle: true, cell: ({ queue }) => nameOf(queue) },
          {
            key: "waiting",
            head: t("waiting"),
            isNumber: true,
            cell: ({ waiting }) => formatCount(waiting, locale),
          },
          {
            key: "oldest",
            head: t("oldest"),
            isNumber: true,
            cell: ({ waiting, oldest_s }) => (waiting === 0 ? t("nothing") : age(oldest_s)),
          },
          {
            key: "failed",
            head: t("failed"),
            isNumber: true,
            cell: ({ failed }) => (
              <span className={failed > 0 ? "text-amber" : ""}>{formatCount(failed, locale)}</span>
            ),
          },
        ]}
      />
    </Section>
  );
}
