import Link from "next/link";
import { useLocale, useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Breaking } from "@/components/ui/breaking";
import { LocalTime } from "@/components/ui/local-time";
import { formatCount } from "@/lib/format";
import type { Health } from "@/lib/http/health/read-health";

const WITNESS = {
  own: ["witnessOwn", "witnessOwnText"],
  independent: ["witnessIndependent", "witnessIndependentText"],
  none: ["witnessNone", "witnessNoneText"],
} as const satisfies Record<Health["log"]["witness"], readonly [string, string]>;

function Fact({ name, note, children }: { name: string; note?: string; children: ReactNode }) {
  return (
    <div className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 border-line border-b py-2">
      <dt className="text-ink-3">{name}</dt>
      <dd className="break-words text-right">{children}</dd>
      {note === undefined ? null : <dd className="col-span-2 mt-1 text-ink-2 text-note">{note}</dd>}
    </div>
  );
}

const REFUSES = "signer-refuses-";

function useAlarmText(alarm: string, parts: Health["parts"]): string {
  const alarms = useTranslations("alarms");
  const names = useTranslations("parts");
  const t = useTranslations("state");
  const part = parts.find((one) => alarm === `${one.name}-${one.state}`);
  if (alarm.startsWith(REFUSES)) return alarms("signer-refuses", { reason: alarm.slice(REFUSES.length) });
  if (part !== undefined)
    return alarms("part", { part: names(part.name), state: t(part.state).toLowerCase() });
  switch (alarm) {
    case "checkpoint-late":
    case "checkpoint-unwitnessed":
    case "time-stamp-late":
    case "integration-late":
    case "end-not-at-custodian":
    case "erasure-late":
    case "archive-late":
    case "backup-command-failed":
    case "backup-failed":
    case "backup-late":
    case "drill-failed":
    case "entry-quarantined":
    case "intent-without-outcome":
    case "log-verification-incomplete":
    case "log-verification-wrong":
    case "merge-delay":
    case "policies-altered":
      return alarms(alarm);
    default:
      return alarm;
  }
}

function Alarm({ alarm, parts }: { alarm: string; parts: Health["parts"] }) {
  const t = useTranslations("state");
  return (
    <dd className="text-oxblood">
      {useAlarmText(alarm, parts)}
      {alarm !== "entry-quarantined" ? null : (
        <Link href="/audit/quarantine" prefetch={false} className="block underline underline-offset-4">
          {t("toQuarantine")}
        </Link>
      )}
    </dd>
  );
}

function Alarms({ health }: { health: Health }) {
  const t = useTranslations("state");
  if (health.alarms.length === 0) return <Fact name={t("alarms")}>{t("noAlarms")}</Fact>;
  return (
    <div className="border-line border-b py-2">
      <dt className="text-ink-3">{t("alarms")}</dt>
      {health.alarms.map((alarm) => (
        <Alarm key={alarm} alarm={alarm} parts={health.parts} />
      ))}
    </div>
  );
}

function StampFact({ health }: { health: Health }) {
  const t = useTranslations("state");
  const { time_stamp: stamp, size } = health.log;
  if (!health.database) return <Fact name={t("timeStamp")}>{t("unknown")}</Fact>;
  if (stamp === undefined) return <Fact name={t("timeStamp")}>{t("timeStampNoAuthority")}</Fact>;
  if (stamp === null) return <Fact name={t("timeStamp")}>{t("timeStampNone")}</Fact>;
  const later = Math.max(0, size - stamp.size);
  return (
    <Fact name={t("timeStamp")} note={t("timeStampText", { entries: stamp.size, later })}>
      <LocalTime instant={stamp.at} />
    </Fact>
  );
}

function AssuranceFact({ assurance }: Pick<Health, "assurance">) {
  const t = useTranslations("state");
  if (assurance === "separate") return <Fact name={t("assurance")}>{t("assuranceSeparate")}</Fact>;
  const [word, note] =
    assurance === "setup"
      ? (["assuranceSetup", "assuranceSetupText"] as const)
      : (["assuranceEvaluation", "assuranceEvaluationText"] as const);
  return (
    <Fact name={t("assurance")} note={t(note)}>
      {t(word)}
    </Fact>
  );
}

/** The log's own facts, and who vouches for it. */
export function LogFacts({ health }: { health: Health }) {
  const t = useTranslations("state");
  const locale = useLocale();
  const { log } = health;
  const [witness, witnessText] = WITNESS[log.witness];
  return (
    <div className="text-control">
      <h3 className="flex h-row items-center border-line-2 border-b font-medium">{t("log")}</h3>
      <dl>
        <Fact name={t("entries")}>{health.database ? formatCount(log.size, locale) : t("unknown")}</Fact>
        <Fact name={t("signed")}>
          {log.last_checkpoint_at !== null ? (
            <LocalTime instant={log.last_checkpoint_at} />
          ) : (
            t(health.database ? "unsigned" : "unknown")
          )}
        </Fact>
        {health.database ? (
          <Fact name={t("witness")} note={t(witnessText)}>
            {t(witness)}
          </Fact>
        ) : (
          <Fact name={t("witness")}>{t("unknown")}</Fact>
        )}
        <StampFact health={health} />
        <Fact name={t("origin")}>
          <span className="font-mono text-note">
            <Breaking text={log.origin} />
          </span>
        </Fact>
        {log.declared_losses === 0 ? null : (
          <Fact name={t("declaredLoss")} note={t("declaredLossText", { count: log.declared_losses })}>
            {formatCount(log.declared_losses, locale)}
          </Fact>
        )}
        <AssuranceFact assurance={health.assurance} />
        <Alarms health={health} />
      </dl>
    </div>
  );
}
