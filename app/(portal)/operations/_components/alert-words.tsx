import { useTranslations } from "next-intl";
import type { IconName } from "@/components/ui/icon";
import { LocalTime } from "@/components/ui/local-time";
import { Tag, type Tone } from "@/components/ui/tag";
import type { Alert, Severity } from "@/lib/alerts/schema";

const LOOKS: Readonly<Record<Severity, { readonly tone: Tone; readonly icon: IconName }>> = {
  critical: { tone: "oxblood", icon: "stop" },
  warning: { tone: "amber", icon: "warning" },
};

/** Severity in glyph and word. */
export function SeverityTag({ severity }: { severity: Severity }) {
  const t = useTranslations("alertsPage.severities");
  return (
    <Tag tone={LOOKS[severity].tone} icon={LOOKS[severity].icon}>
      {t(severity)}
    </Tag>
  );
}

/** What an alert is about: a person by name, any other thing by kind and id. */
export function AlertSubject({ alert: { subject, person } }: { alert: Pick<Alert, "subject" | "person"> }) {
  const t = useTranslations("alertsPage");
  const code = (id: string) => <span className="wrap-anywhere font-mono">{id}</span>;
  if (subject === "instance") return t("instance");
  if (person !== null) return person;
  const [kind, ...rest] = subject.split(":");
  const id = rest.join(":");
  if (kind === "process") return t("aboutProcess", { id });
  if (kind === "actor") return t.rich("aboutPseudonym", { id: () => code(id) });
  return code(subject);
}

/** Who acted last, and when. */
export function ActedLine({ alert }: { alert: Alert }) {
  const t = useTranslations("alertsPage");
  const { acknowledged, resolved } = alert;
  const last = resolved ?? acknowledged;
  if (last === null) return null;
  const time = () => <LocalTime instant={last.at} form="minute" />;
  return (
    <span className="block text-note text-ink-2">
      {last.by === null ? t.rich("ended", { time }) : t.rich("by", { person: last.by, time })}
    </span>
  );
}

const STATES: Readonly<Record<Alert["state"], { readonly tone: Tone; readonly icon: IconName }>> = {
  open: { tone: "oxblood", icon: "stop" },
  acknowledged: { tone: "amber", icon: "eye" },
  resolved: { tone: "plain", icon: "check" },
};

/** State of an alert in glyph and word. */
export function StateTag({ state }: { state: Alert["state"] }) {
  const t = useTranslations("alertsPage.states");
  return (
    <Tag tone={STATES[state].tone} icon={STATES[state].icon}>
      {t(state)}
    </Tag>
  );
}
