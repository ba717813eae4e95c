import { useTranslations } from "next-intl";
import { CallRefused } from "@/components/client/api";
import { dutyKey, extraDutyKeys, roleKey } from "@/components/layout/role-words";
import { Notice } from "@/components/ui/states";
import type { Role } from "@/lib/vocabulary";
import { DUTIES, ROLES } from "@/lib/word-lists";

/** Returns role and duties as one phrase. */
export function useStanding(): (role: string, duties: readonly string[]) => string {
  const t = useTranslations("portal");
  return (role, duties) =>
    [t(`roles.${roleKey(role)}`), ...extraDutyKeys(role, duties).map((duty) => t(`duties.${duty}`))].join(
      ", ",
    );
}

const TOLD = {
  "person.mailbox": "mailbox",
  "person.address": "address",
  "person.duties": "together",
  "agreement.open": "waits",
} as const;

/** Refusals that mean something special here. */
export function useExplained(title: string) {
  const t = useTranslations("administration.invite");
  return (failure: unknown) => {
    const code = failure instanceof CallRefused ? failure.problem.code : undefined;
    const key = Object.entries(TOLD).find(([one]) => one === code)?.[1];
    if (key === undefined) return undefined;
    return (
      <Notice tone="oxblood" icon="stop" isLive title={title}>
        <p>{t(key)}</p>
      </Notice>
    );
  };
}

/** The duties that a person may have, each with what it is for. */
export function useDutyOptions() {
  const t = useTranslations("administration.invite.dutyHelp");
  const duties = useTranslations("portal.duties");
  return DUTIES.map((duty) => ({
    value: duty,
    // The words are those of sentences; here each begins a line.
    label: <span className="inline-block first-letter:uppercase">{duties(dutyKey(duty))}</span>,
    help: t(dutyKey(duty)),
  }));
}

/** The roles as options, the given one first: a menu shows its first option until another is chosen. */
export function useRoleOptions(first: Role) {
  const roles = useTranslations("portal.roles");
  const others = ROLES.filter((role) => role !== first);
  return [first, ...others].map((role) => ({ value: role, label: roles(roleKey(role)) }));
}
