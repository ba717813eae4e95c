import type { ReactNode } from "react";
import { type MessageKey, translations } from "@/components/messages/translate";
import { LocalTime } from "@/components/ui/local-time";
import { formatCount } from "@/lib/format";
import type { Health } from "@/lib/http/health";

const t = translations("state");

const WITNESS = {
  own: ["witnessOwn", "witnessOwnText"],
  independent: ["witnessIndependent", "witnessIndependentText"],
  none: ["witnessNone", "witnessNoneText"],
} as const satisfies Record<Health["log"]["witness"], readonly [MessageKey<"state">, MessageKey<"state">]>;

function Fact({ name, note, children }: { name: string; note?: string; children: ReactNode }) {
  return (
    <div className="border-line border-b py-2">
      <div className="flex flex-wrap justify-between gap-x-4">
        <dt className="text-ink-3">{name}</dt>
        <dd className="min-w-0 break-words text-right">{children}</dd>
      </div>
      {note === undefined ? null : <dd className="mt-1 text-ink-2 text-note">{note}</dd>}
    </div>
  );
}

function alarmText(alarm: string, parts: Health["parts"]): string {
  const alarms = translations("alarms");
  const part = parts.find((one) => alarm === `${one.name}-${one.state}`);
  if (part !== undefined)
    return alarms("part", { part: translations("parts")(part.name), state: t(part.state).toLowerCase() });
  switch (alarm) {
    case "checkpoint-late":
    case "integration-late":
    case "intent-without-outcome":
      return alarms(alarm);
    default:
      return alarm;
  }
}

function Alarms({ health }: { health: Health }) {
  if (health.alarms.length === 0) return <Fact name={t("alarms")}>{t("noAlarms")}</Fact>;
  return (
    <div className="border-line border-b py-2">
      <dt className="text-ink-3">{t("alarms")}</dt>
      {health.alarms.map((alarm) => (
        <dd key={alarm} className="text-oxblood">
          {alarmText(alarm, health.parts)}
        </dd>
      ))}
    </div>
  );
}

/** The log's own facts, and who vouches for it. */
export function LogFacts({ health }: { health: Health }) {
  const { log } = health;
  const [witness, witnessText] = WITNESS[log.witness];
  const isEvaluation = health.assurance === "evaluation";
  return (
    <div className="text-control">
      <h3 className="flex h-row items-center border-line-2 border-b font-medium">{t("log")}</h3>
      <dl>
        <Fact name={t("entries")}>{health.database ? formatCount(log.size) : t("unknown")}</Fact>
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
        <Fact name={t("origin")}>
          <span className="font-mono text-note">{log.origin}</span>
        </Fact>
        <Fact name={t("assurance")} {...(isEvaluation ? { note: t("assuranceEvaluationText") } : {})}>
          {t(isEvaluation ? "assuranceEvaluation" : "assuranceSeparate")}
        </Fact>
        <Alarms health={health} />
      </dl>
    </div>
  );
}
